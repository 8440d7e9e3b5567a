import { didYouMean, UserError } from '#core';
import type { BarSeries } from '#domain';
import { compile, Expression, type ExternalColumns } from '#features';
import { checkNeeds, type Strategy } from '#strategy';

/** Feature columns of one strategy: `columns[symbol][k]` for the k-th name. */
export interface FeatureTable {
  readonly names: readonly string[];
  readonly columns: readonly (readonly Float64Array[])[];
  /** Every row was worked out before the run; absent where columns grow with the bars. */
  readonly final?: true;
}

/** The first row from which on no column misses a value. */
export function wholeFrom(columns: readonly Float64Array[]): number {
  let first = 0;
  for (const column of columns) {
    let row = column.length;
    while (row > first && column[row - 1] === column[row - 1]) row--;
    first = row;
  }
  return first;
}

/** Runs every feature of a strategy over the bars of every symbol; expressions share their common parts. `externals` by symbol, one value a bar. */
export function featureTable(
  strategy: Strategy,
  bars: readonly BarSeries[],
  externals: Readonly<Record<string, ExternalColumns>> = {},
): FeatureTable {
  const { timeframe } = bars[0]!;
  checkNeeds(strategy, { symbols: bars.length, timeframe, externals: Object.keys(externals[bars[0]!.symbol] ?? {}) });
  const names = Object.keys(strategy.features);
  const expressions: Record<string, Expression> = {};
  for (const name of names) {
    const input = strategy.features[name]!;
    if (input instanceof Expression) expressions[name] = input;
  }
  const graph = Object.keys(expressions).length > 0 ? compile(expressions) : undefined;
  const columns = bars.map((series) => {
    const batch = graph?.batch(series, externals[series.symbol] ?? {}) ?? {};
    const scratch = scratchOf(series);
    return names.map((name) => batch[name] ?? given(strategy, name, scratch));
  });
  return { names, columns, final: true };
}

function given(strategy: Strategy, name: string, series: BarSeries): Float64Array {
  const input = strategy.features[name];
  const column = typeof input === 'function' ? input(series) : (input as Float64Array);
  if (column.length === series.length) return column;
  throw new UserError(
    `feature "${name}" of ${strategy.name} has ${column.length} values for the ${series.length} bars of ${series.symbol}`,
    'Give one value a bar, NaN where it is not known yet.',
  );
}

/** The bars as a feature's own code gets them: each column copied when it is first asked for, so that writing to one changes no price of the run. */
function scratchOf(series: BarSeries): BarSeries {
  const { symbol, timeframe, length } = series;
  const scratch = { symbol, timeframe, length };
  for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) {
    let copy: Float64Array | undefined;
    Object.defineProperty(scratch, name, { enumerable: true, get: () => (copy ??= series[name].slice()) });
  }
  return scratch as BarSeries;
}

/** Where a strategy reads: moved from bar to bar instead of building an object a bar. */
export class FeatureCursor {
  row = 0;
  columns: readonly Float64Array[] = [];
}

/** Views by their names: runs with the same features share getters and shape, so that sweeps stay monomorphic. */
const shapes = new Map<string, { readonly now: object; readonly before: object }>();

/** An object with one getter a name, reading the cursor's row, or the row before it. */
export function featureView(names: readonly string[], cursor: FeatureCursor, which: 'now' | 'before'): Readonly<Record<string, number>> {
  const key = JSON.stringify(names);
  const shape = shapes.get(key) ?? { now: prototypeOf(names, 'now'), before: prototypeOf(names, 'before') };
  shapes.set(key, shape);
  const view = Object.create(shape[which]) as Readonly<Record<string, number>>;
  Object.defineProperty(view, CURSOR, { value: cursor });
  return view;
}

const CURSOR = Symbol('cursor');

interface OnCursor {
  readonly [CURSOR]: FeatureCursor;
}

function prototypeOf(names: readonly string[], which: 'now' | 'before'): object {
  const prototype: object = Object.create(misses(names)) as object;
  names.forEach((name, at) => {
    const get =
      which === 'now'
        ? function now(this: OnCursor): number {
            const cursor = this[CURSOR];
            return cursor.columns[at]![cursor.row]!;
          }
        : function before(this: OnCursor): number {
            const cursor = this[CURSOR];
            return cursor.row === 0 ? Number.NaN : cursor.columns[at]![cursor.row - 1]!;
          };
    Object.defineProperty(prototype, name, { enumerable: true, get });
  });
  return prototype;
}

/** What a look at any object may ask for; everything else that is no feature is a slip of the author's pen. */
const HARMLESS = new Set(['constructor', 'toJSON', 'then', 'toString', 'valueOf', 'asymmetricMatch', 'nodeType', 'tagName']);

/**
 * Stands behind the features: only a name that is none of them gets here. Undefined would make every comparison false, and a misspelt
 * feature a plausible, wrong backtest.
 */
function misses(names: readonly string[]): object {
  return new Proxy(
    {},
    {
      get(target, name): unknown {
        if (typeof name === 'symbol' || HARMLESS.has(name)) return Reflect.get(target, name);
        throw new UserError(`the strategy has no feature "${name}"`, didYouMean(name, names));
      },
    },
  );
}

import { UserError } from '#core';
import type { BarSeries } from '#domain';
import { compile, Expression, type ExternalColumns } from '#features';
import type { Strategy } from '#strategy';

/** Feature columns of one strategy: `columns[symbol][k]` for the k-th name. */
export interface FeatureTable {
  readonly names: readonly string[];
  readonly columns: readonly (readonly Float64Array[])[];
}

/** Runs every feature of a strategy over the bars of every symbol; expressions share their common parts. `externals` by symbol, one value a bar. */
export function featureTable(
  strategy: Strategy,
  bars: readonly BarSeries[],
  externals: Readonly<Record<string, ExternalColumns>> = {},
): FeatureTable {
  const names = Object.keys(strategy.features);
  const expressions: Record<string, Expression> = {};
  for (const name of names) {
    const input = strategy.features[name]!;
    if (input instanceof Expression) expressions[name] = input;
  }
  const graph = Object.keys(expressions).length > 0 ? compile(expressions) : undefined;
  const columns = bars.map((series) => {
    const batch = graph?.batch(series, externals[series.symbol] ?? {}) ?? {};
    return names.map((name) => batch[name] ?? given(strategy, name, series));
  });
  return { names, columns };
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

/** Where a strategy reads: moved from bar to bar instead of building an object a bar. */
export class FeatureCursor {
  row = 0;
  readonly slots: FeatureSlot[];

  constructor(width: number) {
    this.slots = Array.from({ length: width }, () => new FeatureSlot());
  }

  turnTo(columns: readonly Float64Array[]): void {
    for (let at = 0; at < this.slots.length; at++) this.slots[at]!.column = columns[at]!;
  }
}

class FeatureSlot {
  column: Float64Array = new Float64Array(0);
}

/** An object with one getter a name, reading the cursor's row, or the row before it. */
export function featureView(names: readonly string[], cursor: FeatureCursor, which: 'now' | 'before'): Readonly<Record<string, number>> {
  const prototype = {};
  names.forEach((name, at) => {
    const slot = cursor.slots[at]!;
    const now = (): number => slot.column[cursor.row]!;
    const before = (): number => (cursor.row === 0 ? Number.NaN : slot.column[cursor.row - 1]!);
    Object.defineProperty(prototype, name, { enumerable: true, get: which === 'now' ? now : before });
  });
  return Object.create(prototype) as Readonly<Record<string, number>>;
}

import { invariant, UserError } from '#core';
import { barSeries, sliceBars, type BarSeries } from '#domain';
import type { FeatureTable } from '#engine';
import { compile, Expression, type FeatureStream } from '#features';
import { checkNeeds, type Strategy } from '#strategy';
import { GrowingColumn, type GrowingSeries } from './growing-series.ts';

/** Features that are no expressions, made bar by bar: a model's signals. They take the place of the strategy's features of the same names. */
export interface FeatureFeed {
  readonly names: readonly string[];
  /** A fresh run: what it gives for the symbols, asked in their order, may share what becomes known. */
  open(): (symbol: string) => RowFeed;
}

export interface RowFeed {
  /** Called for each row before any symbol of its instant is stepped: what other symbols' feeds may know by then. */
  observe?(bars: BarSeries, row: number): void;
  /** Called for each row once, in order; writes one value a name. `bars` ends with that row. */
  step(bars: BarSeries, row: number, out: Float64Array): void;
  /** It looks at the row alone, and is spared the making of bars that end with it. */
  readonly readsRowOnly?: boolean;
}

interface Lane {
  readonly feeds: readonly { readonly feed: RowFeed; readonly places: readonly number[]; readonly out: Float64Array }[];
  readonly observers: readonly RowFeed[];
  readonly columns: readonly GrowingColumn[];
}

/** The feature columns of one strategy, one row longer with each bar, equal to a batch over the same bars bit for bit. */
export class StreamingFeatures {
  readonly table: FeatureTable;
  readonly #lanes: readonly Lane[];
  readonly #series: readonly GrowingSeries[];

  constructor(strategy: Strategy, series: readonly GrowingSeries[], feed?: FeatureFeed) {
    checkNeeds(strategy, { symbols: series.length, timeframe: series[0]!.timeframe, externals: feed?.names ?? [] });
    const names = Object.keys(strategy.features);
    this.#series = series;
    const opened = feed?.open();
    this.#lanes = series.map((one) => {
      const fed = feed === undefined ? undefined : { names: feed.names, rows: opened!(one.symbol) };
      const parts = partsOf(strategy, names, fed);
      const observers = parts.map((part) => part.feed).filter((rows) => rows.observe !== undefined);
      return { columns: names.map(() => new GrowingColumn()), observers, feeds: parts };
    });
    this.table = { names, columns: this.#lanes.map((lane) => lane.columns.map((column) => column.values)) };
  }

  /** Shows the row to the feeds; `step` follows when all symbols of the instant have been shown. */
  observe(symbol: number, row: number): void {
    const { observers } = this.#lanes[symbol]!;
    for (let at = 0; at < observers.length; at++) observers[at]!.observe!(this.#known(symbol, row), row);
  }

  step(symbol: number, row: number): void {
    const { feeds, columns } = this.#lanes[symbol]!;
    for (let part = 0; part < feeds.length; part++) {
      const { feed, places, out } = feeds[part]!;
      feed.step(feed.readsRowOnly === true ? this.#series[symbol]! : this.#known(symbol, row), row, out);
      for (let at = 0; at < places.length; at++) columns[places[at]!]!.put(row, out[at]!);
    }
  }

  /** The growing arrays are longer than the bars; a view of what is known is all that a feature may see. */
  #known(symbol: number, row: number): BarSeries {
    const { symbol: name, timeframe, time, open, high, low, close, volume } = this.#series[symbol]!;
    return sliceBars(barSeries(name, timeframe, { time, open, high, low, close, volume }), 0, row + 1);
  }
}

function partsOf(
  strategy: Strategy,
  names: readonly string[],
  feed: { readonly names: readonly string[]; readonly rows: RowFeed } | undefined,
): Lane['feeds'] {
  const parts: { feed: RowFeed; places: number[]; out: Float64Array }[] = [];
  const add = (rowFeed: RowFeed, own: readonly string[]): void => {
    parts.push({ feed: rowFeed, places: own.map((name) => names.indexOf(name)), out: new Float64Array(own.length) });
  };
  const fed = new Set(feed?.names);
  if (feed !== undefined) {
    for (const name of feed.names) invariant(names.includes(name), `strategy ${strategy.name} has no feature ${name} to feed`);
    add(feed.rows, feed.names);
  }
  const expressions: Record<string, Expression> = {};
  for (const name of names) {
    const input = strategy.features[name];
    if (fed.has(name)) continue;
    if (input instanceof Expression) expressions[name] = input;
    else if (typeof input === 'function') add(prefixFeed(strategy, name, input), [name]);
    else
      throw new UserError(
        `feature "${name}" of ${strategy.name} is a ready column, which cannot grow with new bars`,
        'Write it as an expression of features, or as a function of the bars.',
      );
  }
  const own = Object.keys(expressions);
  if (own.length > 0) add(streamFeed(strategy, expressions), own);
  return parts;
}

function streamFeed(strategy: Strategy, expressions: Readonly<Record<string, Expression>>): RowFeed {
  const graph = compile(expressions);
  if (graph.externals.length > 0)
    throw new UserError(
      `${strategy.name} needs the external series ${graph.externals.join(', ')}, which a session of bars alone does not have`,
      'Use features of the bars.',
    );
  const stream: FeatureStream = graph.stream();
  return { readsRowOnly: true, step: (bars, row, out) => stream.stepRow(bars, row, out) };
}

/** A function of the bars is asked again with each bar. A value that it changes afterwards was not known at its bar: that is refused. */
function prefixFeed(strategy: Strategy, name: string, compute: (bars: BarSeries) => Float64Array): RowFeed {
  let before = Number.NaN;
  return {
    step(bars, row, out) {
      const column = compute(bars);
      if (column.length !== bars.length || (row > 0 && !Object.is(column[row - 1]!, before) && !bothMissing(column[row - 1]!, before)))
        throw new UserError(
          `feature "${name}" of ${strategy.name} looks ahead: its value at a bar changes when the next bar is known`,
          'Row i may depend on bars 0 to i only.',
        );
      before = column[row]!;
      out[0] = before;
    },
  };
}

function bothMissing(one: number, other: number): boolean {
  return Number.isNaN(one) && Number.isNaN(other);
}

import { type Rng, UserError } from '#core';
import { pairPresent } from './benchmark.ts';
import { defaultBlockLength, stationaryBootstrapSamples } from './bootstrap.ts';
import { type Column, present, quantileOfSorted } from './moments.ts';
import { resampledAccounts, shuffledAccounts } from './resampling/accounts.ts';

/** An estimate with its bootstrap percentile interval; NaN bounds when the column is too short to resample. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

export interface IntervalOptions {
  readonly rng: Rng;
  readonly samples?: number;
  readonly blockLength?: number;
  readonly level?: number;
}

/**
 * Percentile intervals of statistics of a return column by the stationary block bootstrap, all from the same samples.
 * `bootstrapIntervals(returns, { sharpe: (r) => sharpeRatio(r), maxDrawdown: maxDrawdownOfReturns }, { rng })`.
 */
export function bootstrapIntervals<Name extends string>(
  returns: Column,
  statistics: Readonly<Record<Name, (returns: Float64Array) => number>>,
  options: IntervalOptions,
): Record<Name, Interval> {
  const names = Object.keys(statistics) as Name[];
  const figures = redrawn(names, [present(returns)], (name, [sample]) => statistics[name](sample!), options);
  return Object.fromEntries(figures.map(({ name, interval }) => [name, interval])) as Record<Name, Interval>;
}

/** By how much one statistic of a second column exceeds that of the first, and in what share of the samples it does. */
export interface DifferenceInterval extends Interval {
  readonly aboveZero: number;
}

/**
 * Percentile intervals of statistics of a second return column less those of a first, row by row of the same days. Both are drawn by the same
 * blocks, so that what the days did to both cancels (the paired bootstrap of Ledoit & Wolf 2008, with percentiles). Rows that miss a value in
 * either are passed over; NaN where fewer than ten are left.
 */
export function bootstrapDifference<Name extends string>(
  first: Column,
  second: Column,
  statistics: Readonly<Record<Name, (returns: Float64Array) => number>>,
  options: IntervalOptions,
): Record<Name, DifferenceInterval> {
  const { own, other } = pairPresent(second, first);
  const names = Object.keys(statistics) as Name[];
  const figures = redrawn(names, [own, other], (name, [two, one]) => statistics[name](two!) - statistics[name](one!), options);
  return Object.fromEntries(
    figures.map(({ name, interval, sorted }) => [
      name,
      { ...interval, aboveZero: sorted.length === 0 ? Number.NaN : sorted.filter((value) => value > 0).length / sorted.length },
    ]),
  ) as Record<Name, DifferenceInterval>;
}

interface Redrawn<Name> {
  readonly name: Name;
  readonly interval: Interval;
  /** What the samples gave, ascending; those that gave nothing are left out. */
  readonly sorted: Float64Array;
}

/** Figures of columns of one length, all of them drawn by the same blocks of rows. */
function redrawn<Name>(
  names: readonly Name[],
  columns: readonly Float64Array[],
  figure: (name: Name, columns: readonly Float64Array[]) => number,
  { rng, samples = 1000, level = 0.95, blockLength }: IntervalOptions,
): readonly Redrawn<Name>[] {
  const rows = columns[0]!.length;
  const drawn = names.map(() => new Float64Array(samples).fill(Number.NaN));
  if (rows >= 10) {
    const sample = columns.map(() => new Float64Array(rows));
    let i = 0;
    for (const indices of stationaryBootstrapSamples(rng, rows, blockLength ?? defaultBlockLength(rows), samples)) {
      for (let at = 0; at < columns.length; at += 1) pick(columns[at]!, indices, sample[at]!);
      for (let at = 0; at < names.length; at += 1) drawn[at]![i] = figure(names[at]!, sample);
      i += 1;
    }
  }
  return names.map((name, at) => {
    const sorted = present(drawn[at]!).toSorted();
    const low = quantileOfSorted(sorted, (1 - level) / 2);
    const high = quantileOfSorted(sorted, (1 + level) / 2);
    return { name, interval: { estimate: figure(name, columns), low, high, level }, sorted };
  });
}

function pick(column: Float64Array, rows: Int32Array, out: Float64Array): void {
  for (let at = 0; at < out.length; at += 1) out[at] = column[rows[at]!]!;
}

export interface TradeMonteCarlo {
  readonly runs: number;
  /** Quantiles 5, 25, 50, 75, 95 % of the worst drawdown (negative) and of the final equity. */
  readonly maxDrawdown: Readonly<Record<QuantileName, number>>;
  readonly endEquity: Readonly<Record<QuantileName, number>>;
  readonly probabilityOfLoss: number;
  /** Share of runs whose drawdown was deeper than `ruinDrawdown`. */
  readonly probabilityOfRuin: number;
}

type QuantileName = 'p05' | 'p25' | 'p50' | 'p75' | 'p95';

export interface TradeMonteCarloOptions {
  readonly rng: Rng;
  readonly runs?: number;
  /** `shuffle` (default) draws a new order of the same trades; `resample` draws trades with replacement. */
  readonly method?: 'shuffle' | 'resample';
  readonly startEquity?: number;
  /** Positive fraction; default 0.5. */
  readonly ruinDrawdown?: number;
}

/** What else the same trades could have done to the account. `tradeReturns` are fractions of equity a trade, compounded. */
export function tradeMonteCarlo(tradeReturns: Column, options: TradeMonteCarloOptions): TradeMonteCarlo {
  const { rng, runs = 1000, method = 'shuffle', startEquity = 1, ruinDrawdown = 0.5 } = options;
  if (!Number.isInteger(runs) || runs < 1) throw new UserError(`runs must be a positive whole number, got ${runs}`, 'try 1000');
  const trades = present(tradeReturns);
  const draw = method === 'shuffle' ? shuffledAccounts : resampledAccounts;
  const { falls, ends } = draw(trades, rng, runs, startEquity);
  const known = trades.length > 0;
  const share = (values: Float64Array, test: (value: number) => boolean) => (known ? values.filter(test).length / runs : Number.NaN);
  return {
    runs,
    maxDrawdown: quantiles(known ? falls : new Float64Array(0)),
    endEquity: quantiles(known ? ends : new Float64Array(0)),
    probabilityOfLoss: share(ends, (value) => value < startEquity),
    probabilityOfRuin: share(falls, (value) => value < -ruinDrawdown),
  };
}

function quantiles(values: Float64Array): Record<QuantileName, number> {
  const sorted = values.slice().sort();
  const at = (p: number): number => quantileOfSorted(sorted, p);
  return { p05: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95) };
}

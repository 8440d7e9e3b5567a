import { type Rng, UserError } from '#core';
import { pairPresent } from './benchmark.ts';
import { defaultBlockLength, stationaryBootstrapIndices } from './bootstrap.ts';
import { type Column, present, quantileOfSorted } from './moments.ts';

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
  const { rng, samples = 1000, level = 0.95 } = options;
  const kept = present(returns);
  const names = Object.keys(statistics) as Name[];
  const drawn = new Map(names.map((name) => [name, new Float64Array(samples).fill(Number.NaN)]));
  if (kept.length >= 10) {
    const indices = new Int32Array(kept.length);
    const sample = new Float64Array(kept.length);
    for (let i = 0; i < samples; i += 1) {
      stationaryBootstrapIndices(rng, kept.length, options.blockLength ?? defaultBlockLength(kept.length), indices);
      for (let row = 0; row < sample.length; row += 1) sample[row] = kept[indices[row]!]!;
      for (const name of names) drawn.get(name)![i] = statistics[name](sample);
    }
  }
  const intervals = names.map((name): [Name, Interval] => {
    const sorted = present(drawn.get(name)!).toSorted();
    return [name, { estimate: statistics[name](kept), ...bounds(sorted, level), level }];
  });
  return Object.fromEntries(intervals) as Record<Name, Interval>;
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
  const { rng, samples = 1000, level = 0.95 } = options;
  const { own, other } = pairPresent(second, first);
  const names = Object.keys(statistics) as Name[];
  const differ = (name: Name, two: Float64Array, one: Float64Array): number => statistics[name](two) - statistics[name](one);
  const drawn = new Map(names.map((name) => [name, new Float64Array(samples).fill(Number.NaN)]));
  if (own.length >= 10) {
    const indices = new Int32Array(own.length);
    const [one, two] = [new Float64Array(own.length), new Float64Array(own.length)];
    for (let i = 0; i < samples; i += 1) {
      stationaryBootstrapIndices(rng, own.length, options.blockLength ?? defaultBlockLength(own.length), indices);
      for (let row = 0; row < indices.length; row += 1) {
        one[row] = other[indices[row]!]!;
        two[row] = own[indices[row]!]!;
      }
      for (const name of names) drawn.get(name)![i] = differ(name, two, one);
    }
  }
  const intervals = names.map((name): [Name, DifferenceInterval] => {
    const sorted = present(drawn.get(name)!).toSorted();
    const aboveZero = sorted.length === 0 ? Number.NaN : sorted.filter((value) => value > 0).length / sorted.length;
    return [name, { estimate: differ(name, own, other), ...bounds(sorted, level), level, aboveZero }];
  });
  return Object.fromEntries(intervals) as Record<Name, DifferenceInterval>;
}

function bounds(sorted: Float64Array, level: number): { readonly low: number; readonly high: number } {
  return { low: quantileOfSorted(sorted, (1 - level) / 2), high: quantileOfSorted(sorted, (1 + level) / 2) };
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
  const order = trades.slice();
  const falls = new Float64Array(runs);
  const ends = new Float64Array(runs);
  for (let run = 0; run < runs; run += 1) {
    if (method === 'shuffle') shuffle(order, rng);
    else resample(order, trades, rng);
    const { worst, equity } = fallOf(order, startEquity);
    falls[run] = worst;
    ends[run] = equity;
  }
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

/** The deepest fall from a peak, as a negative fraction, and where the account ends. */
function fallOf(returns: Float64Array, startEquity: number): { readonly worst: number; readonly equity: number } {
  let equity = startEquity;
  let peak = equity;
  let worst = 0;
  for (let i = 0; i < returns.length; i += 1) {
    equity = Math.max(0, equity * (1 + returns[i]!));
    if (equity > peak) peak = equity;
    else {
      const fall = equity / peak - 1;
      if (fall < worst) worst = fall;
    }
  }
  return { worst, equity };
}

function resample(into: Float64Array, values: Float64Array, rng: Rng): void {
  for (let i = 0; i < into.length; i += 1) into[i] = values[rng.integer(values.length)]!;
}

function shuffle(values: Float64Array, rng: Rng): void {
  for (let i = values.length - 1; i > 0; i -= 1) {
    const j = rng.integer(i + 1);
    const held = values[i]!;
    values[i] = values[j]!;
    values[j] = held;
  }
}

function quantiles(values: Float64Array): Record<QuantileName, number> {
  const sorted = values.slice().sort();
  const at = (p: number): number => quantileOfSorted(sorted, p);
  return { p05: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95) };
}

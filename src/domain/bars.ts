import { invariant } from '#core';
import type { Timeframe } from './timeframe.ts';

/**
 * Bars of one symbol and timeframe as columns of equal length, ascending in time without duplicates.
 * `time` is the START of each bar in UTC milliseconds; a bar is complete, and may be known, at `time + timeframe.ms`.
 * Prices are in the quote currency a unit; volume in units. Missing values are NaN and only a quality report may hold them:
 * series that left `data` have none.
 */
export interface BarSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly length: number;
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export type BarColumns = Pick<BarSeries, 'time' | 'open' | 'high' | 'low' | 'close' | 'volume'>;

export function barSeries(symbol: string, timeframe: Timeframe, columns: BarColumns): BarSeries {
  const length = columns.time.length;
  for (const name of ['open', 'high', 'low', 'close', 'volume'] as const) {
    invariant(columns[name].length === length, `${symbol}: column ${name} has ${columns[name].length} rows, time has ${length}`);
  }
  return { symbol, timeframe, length, ...columns };
}

/** Rows [from, to) as views of the same memory. */
export function sliceBars(series: BarSeries, from: number, to: number): BarSeries {
  return barSeries(series.symbol, series.timeframe, {
    time: series.time.subarray(from, to),
    open: series.open.subarray(from, to),
    high: series.high.subarray(from, to),
    low: series.low.subarray(from, to),
    close: series.close.subarray(from, to),
    volume: series.volume.subarray(from, to),
  });
}

/** The first row whose start is at or after `time`; `length` when there is none. O(log n). */
export function firstRowAtOrAfter(series: Pick<BarSeries, 'time' | 'length'>, time: number): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (series.time[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

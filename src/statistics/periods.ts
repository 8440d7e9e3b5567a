import { type Column, mean, spread } from './moments.ts';

/** Calendar a row belongs to, in UTC. */
export type CalendarPeriod = 'day' | 'week' | 'month' | 'quarter' | 'year';

const DAY = 86_400_000;

/** Where the period that holds a time ends: the first millisecond of the next. */
function periodEnd(time: number, period: CalendarPeriod): number {
  const day = Math.floor(time / DAY);
  switch (period) {
    case 'day':
      return (day + 1) * DAY;
    case 'week':
      // The epoch was a Thursday; weeks begin on Monday.
      return (Math.floor((day + 3) / 7) * 7 + 4) * DAY;
    case 'month': {
      const date = new Date(time);
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
    }
    case 'quarter': {
      const date = new Date(time);
      return Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / 3) * 3 + 3, 1);
    }
    case 'year':
      return Date.UTC(new Date(time).getUTCFullYear() + 1, 0, 1);
  }
}

/** The last row of each period that holds one: equity sampled by the calendar. Times ascend; missing equities are passed over. */
export function sampleEquity(time: Column, equity: Column, period: CalendarPeriod): { time: Float64Array; equity: Float64Array } {
  const rows: number[] = [];
  const length = Math.min(time.length, equity.length);
  for (let row = 0; row < length; ) {
    const next = firstRowFrom(time, row, length, periodEnd(time[row]!, period));
    let last = next - 1;
    while (last >= row && Number.isNaN(equity[last]!)) last--;
    if (last >= row) rows.push(last);
    row = next;
  }
  return { time: Float64Array.from(rows, (row) => time[row]!), equity: Float64Array.from(rows, (row) => equity[row]!) };
}

/** The first row after `from` at or after a time: found by steps that double and then halve, since a period may hold one row or a million. */
export function firstRowFrom(time: Column, from: number, length: number, start: number): number {
  let step = 1;
  while (from + step < length && time[from + step]! < start) step *= 2;
  let low = from + (step >> 1) + 1;
  let high = Math.min(from + step, length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (time[middle]! < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface PeriodReturn {
  readonly year: number;
  /** 1–12; absent in a yearly table. */
  readonly month?: number;
  readonly return: number;
}

/** Returns by calendar month, the first from the first equity of the curve, so that they compound to the whole. */
export function monthlyReturns(time: Column, equity: Column): PeriodReturn[] {
  return calendarReturns(time, equity, 'month').map(({ at, value }) => {
    const date = new Date(at);
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, return: value };
  });
}

/** Returns by calendar year, the first from the first equity of the curve. */
export function yearlyReturns(time: Column, equity: Column): PeriodReturn[] {
  return calendarReturns(time, equity, 'year').map(({ at, value }) => ({ year: new Date(at).getUTCFullYear(), return: value }));
}

function calendarReturns(time: Column, equity: Column, period: CalendarPeriod): { at: number; value: number }[] {
  let before = Number.NaN;
  for (let i = 0; i < equity.length && Number.isNaN(before); i += 1) before = equity[i]!;
  const sampled = sampleEquity(time, equity, period);
  return Array.from(sampled.equity, (value, row) => {
    const from = row === 0 ? before : sampled.equity[row - 1]!;
    return { at: sampled.time[row]!, value: from > 0 ? value / from - 1 : Number.NaN };
  });
}

export interface PeriodSummary {
  readonly winRate: number;
  readonly best: number;
  readonly worst: number;
  readonly average: number;
}

/** Share of positive periods among those that moved, the best, the worst and the mean. */
export function summarisePeriods(returns: Column): PeriodSummary {
  let wins = 0;
  let losses = 0;
  let best = Number.NaN;
  let worst = Number.NaN;
  const kept: number[] = [];
  for (let i = 0; i < returns.length; i += 1) {
    const value = returns[i]!;
    if (Number.isNaN(value)) continue;
    kept.push(value);
    if (value > 0) wins += 1;
    if (value < 0) losses += 1;
    if (!(value <= best)) best = value;
    if (!(value >= worst)) worst = value;
  }
  return { winRate: wins + losses > 0 ? wins / (wins + losses) : Number.NaN, best, worst, average: mean(kept) };
}

/** Sharpe ratio of the last `window` returns at each row; NaN until the window is full, or where it misses a value or is flat. */
export function rollingSharpe(returns: Column, window: number, periodsPerYear = 252): Float64Array {
  return rolling(returns, window, (values) => {
    const deviation = spread(values);
    return deviation > 0 ? (mean(values) / deviation) * Math.sqrt(periodsPerYear) : Number.NaN;
  });
}

/** Annual volatility of the last `window` returns at each row, missing as in `rollingSharpe`. */
export function rollingVolatility(returns: Column, window: number, periodsPerYear = 252): Float64Array {
  return rolling(returns, window, (values) => spread(values) * Math.sqrt(periodsPerYear));
}

function rolling(returns: Column, window: number, figure: (values: Float64Array) => number): Float64Array {
  const column = Float64Array.from(returns);
  const out = new Float64Array(column.length).fill(Number.NaN);
  for (let end = window; end <= column.length; end += 1) out[end - 1] = figure(column.subarray(end - window, end));
  return out;
}

import { createRng } from '#core';
import type { EquityCurve, Trade } from '#domain';
import {
  bootstrapIntervals,
  maxDrawdownOfReturns,
  probabilisticSharpeRatio,
  returnsFromEquity,
  sampleEquity,
  sharpeEstimate,
  sharpeRatio,
  summarisePerformance,
  type Interval,
  type PerformanceSummary,
  type Excursions,
} from '#statistics';
import { equityCsvParts } from '../tearsheet/curve-csv.ts';

/** What one fill model made of the strategy. */
export interface ProfileResult {
  readonly profile: string;
  readonly equity: EquityCurve;
  readonly trades: readonly Trade[];
}

/** One column of the side-by-side table. Fractions, annualised where the name says so. */
export interface ProfileFigures {
  readonly profile: string;
  readonly trades: number;
  readonly totalReturn: number;
  readonly sharpe: number;
  readonly maxDrawdown: number;
  readonly winRate: number;
  readonly fees: number;
}

export interface PerformanceReport {
  readonly summary: PerformanceSummary;
  readonly intervals: Readonly<Record<'sharpe' | 'maxDrawdown', Interval>>;
  readonly psr: number;
  readonly winRate: number;
}

/** Sessions of a year after intraday equity was read once a day: the Sharpe ratio of a day, annualised, whatever the bar. */
export function daysPerYear(alwaysOpen: boolean): number {
  return alwaysOpen ? 365 : 252;
}

/** Equity at the last bar of each UTC day: overlapping intraday returns would overstate what is known. */
export function dailyEquity(curve: EquityCurve): EquityCurve {
  const known = sampled.get(curve) ?? sampleEquity(curve.time, curve.equity, 'day');
  sampled.set(curve, known);
  return known;
}

/** A report asks for the days of one finished curve a dozen times. */
const sampled = new WeakMap<EquityCurve, EquityCurve>();

/** Everything about one result that a reader may ask, on daily returns, against a benchmark row by row with it. */
export function reportPerformance(
  result: ProfileResult,
  benchmark: EquityCurve | undefined,
  periodsPerYear: number,
  seed: number,
): PerformanceReport {
  const daily = dailyEquity(result.equity);
  const returns = returnsFromEquity(daily.equity);
  const summary = summarisePerformance({
    equity: daily.equity,
    time: daily.time,
    periodsPerYear,
    trades: result.trades,
    ...(benchmark === undefined ? {} : { benchmarkEquity: dailyEquity(benchmark).equity }),
  });
  const intervals = bootstrapIntervals(
    returns,
    { sharpe: (sample) => sharpeRatio(sample, { periodsPerYear }), maxDrawdown: maxDrawdownOfReturns },
    { rng: createRng(seed).stream('report') },
  );
  return { summary, intervals, psr: psrOf(returns), winRate: winRate(result.trades) };
}

function psrOf(returns: Float64Array): number {
  return probabilisticSharpeRatio(sharpeEstimate(returns), 0);
}

export function profileFigures(result: ProfileResult, periodsPerYear: number): ProfileFigures {
  const daily = dailyEquity(result.equity);
  const summary = summarisePerformance({ equity: daily.equity, periodsPerYear });
  return {
    profile: result.profile,
    trades: result.trades.length,
    totalReturn: summary.totalReturn,
    sharpe: summary.sharpe,
    maxDrawdown: Math.abs(summary.maxDrawdown),
    winRate: winRate(result.trades),
    fees: result.trades.reduce((sum, trade) => sum + trade.fees, 0),
  };
}

function winRate(trades: readonly Trade[]): number {
  return trades.length === 0 ? Number.NaN : trades.filter((trade) => trade.pnl > 0).length / trades.length;
}

/** The whole of `equityCsvParts` in one text. */
export function equityCsv(curve: EquityCurve): string {
  let text = '';
  for (const part of equityCsvParts(curve)) text += Buffer.from(part).toString('latin1');
  return text;
}

const TRADE_COLUMNS = [
  'symbol',
  'strategy',
  'side',
  'quantity',
  'entryTime',
  'entryPrice',
  'exitTime',
  'exitPrice',
  'exitReason',
  'fees',
  'pnl',
  'returnFraction',
  'barsHeld',
  'maxAdverseExcursion',
  'maxFavourableExcursion',
] as const;

/** One line a trade; times in ISO-8601, excursions empty where they are not known. Text that a spreadsheet would run as a formula gets a leading apostrophe. */
export function tradesCsv(trades: readonly (Trade & Partial<Excursions>)[]): string {
  const lines = trades.map((trade) =>
    TRADE_COLUMNS.map((name) => csvCell(name.endsWith('Time') ? new Date(trade[name] as number).toISOString() : trade[name])).join(','),
  );
  return `${[TRADE_COLUMNS.join(','), ...lines].join('\n')}\n`;
}

function csvCell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** NaN and infinities as null, so that the report is plain JSON. */
export function finite(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, finite);
  if (Array.isArray(value)) return value.map(finite);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, finite(item)]));
  return value;
}

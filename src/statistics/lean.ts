import { DAY_MS } from '#core';
import { pairPresent } from './benchmark.ts';
import { listDrawdowns, maxDrawdown } from './drawdowns.ts';
import { type Column, kurtosis, linearFit, mean, present, skewness, spread, standardDeviation, variance } from './moments.ts';
import { normalCdf } from './normal.ts';
import { sampleEquity } from './periods.ts';
import { compoundAnnualGrowthRate, returnsFromEquity } from './returns.ts';
import type { TradeOutcome } from './trades.ts';

export interface LeanInput {
  readonly startEquity: number;
  /** UTC milliseconds and equity of every bar. */
  readonly time: Column;
  readonly equity: Column;
  /** What the market was worth at those bars. */
  readonly benchmark?: Column;
  /** Closed trades in order of exit. */
  readonly trades: readonly TradeOutcome[];
  /** Of every fill: its time and |units| · price, in account currency. Absent: no turnover. */
  readonly fills?: readonly { readonly time: number; readonly notional: number }[];
  readonly orders: number;
  readonly fees: number;
  /** From the midnight before the first bar, by the venue's clock, to the end of the last. */
  readonly elapsedMs: number;
  /** Default 252. */
  readonly periodsPerYear?: number;
  readonly riskFreeAnnual?: number;
}

/** Statistics under the names and conventions of LEAN; percent and account currency where the name says so. */
export type LeanStatistics = Readonly<Record<string, number>>;

/**
 * The statistics that LEAN prints after a backtest. It looks at equity once a calendar day, weekends too, but counts 252 days to the year; its
 * yearly performance is the mean return of a day, compounded; the kurtosis in its probabilistic Sharpe ratio (against a ratio of 1 a year)
 * is the excess. Where it prints 0 for what cannot be known there is NaN. Capacity and the hash of the orders are its own.
 */
export function leanStatistics(input: LeanInput): LeanStatistics {
  const { startEquity, equity, periodsPerYear = 252, riskFreeAnnual = 0 } = input;
  const end = equity.length > 0 ? equity[equity.length - 1]! : startEquity;
  const daily = calendarDays(input.time, equity);
  const column = returnsFromEquity(daily.values);
  const returns = present(column);
  const performance = annual(returns, periodsPerYear);
  const deviation = spread(returns) * Math.sqrt(periodsPerYear);
  const downside = Math.sqrt(variance(returns.filter((value) => value < 0)) * periodsPerYear);
  return {
    'Total Orders': input.orders,
    ...tradeFigures(input),
    'Compounding Annual Return [%]': compoundAnnualGrowthRate(startEquity, end, input.elapsedMs, 365) * 100,
    'Drawdown [%]': -maxDrawdown(equity, startEquity) * 100,
    'Start Equity [$]': startEquity,
    'End Equity [$]': end,
    'Net Profit [%]': (end / startEquity - 1) * 100,
    'Sharpe Ratio': (performance - riskFreeAnnual) / (deviation || Number.NaN),
    'Sortino Ratio': (performance - riskFreeAnnual) / (downside || Number.NaN),
    'Probabilistic Sharpe Ratio [%]': probabilistic(returns, riskFreeAnnual / periodsPerYear, periodsPerYear) * 100,
    ...againstMarket(input, column, performance),
    'Annual Standard Deviation': deviation,
    'Annual Variance': deviation ** 2,
    'Total Fees [$]': input.fees,
    ...(input.fills === undefined ? {} : { 'Portfolio Turnover [%]': turnover(input.fills, daily) * 100 }),
    'Drawdown Recovery': daysUnderWater([startEquity, ...daily.values]),
  };
}

interface CalendarDays {
  /** Days since the epoch of the first value. */
  readonly first: number;
  readonly values: Float64Array;
}

/** The last value of each calendar day, that of the day before where there is none. */
function calendarDays(time: Column, values: Column): CalendarDays {
  const sampled = sampleEquity(time, values, 'day');
  const days = sampled.time.map((at) => Math.floor(at / DAY_MS));
  const first = days[0] ?? 0;
  const out = new Float64Array(days.length === 0 ? 0 : days.at(-1)! - first + 1);
  let row = 0;
  for (let day = 0; day < out.length; day += 1) {
    if (days[row + 1] === first + day) row += 1;
    out[day] = sampled.equity[row]!;
  }
  return { first, values: out };
}

const annual = (returns: Float64Array, periodsPerYear: number): number => (1 + mean(returns)) ** periodsPerYear - 1;

function probabilistic(returns: Float64Array, riskFree: number, periodsPerYear: number): number {
  const sharpe = (mean(returns) - riskFree) / (spread(returns) || Number.NaN);
  const excess = kurtosis(returns, 'sample') - 3;
  const squared = (1 - skewness(returns, 'sample') * sharpe + ((excess - 1) / 4) * sharpe ** 2) / (returns.length - 1);
  return normalCdf((sharpe - 1 / Math.sqrt(periodsPerYear)) / Math.sqrt(squared));
}

function againstMarket(
  { time, benchmark, periodsPerYear = 252, riskFreeAnnual = 0 }: LeanInput,
  returns: Float64Array,
  performance: number,
) {
  if (benchmark === undefined) return {};
  const { own, other: market } = pairPresent(returns, returnsFromEquity(calendarDays(time, benchmark).values));
  const marketPerformance = annual(market, periodsPerYear);
  const beta = linearFit(market, own).slope;
  const error = standardDeviation(own.map((value, row) => value - market[row]!)) * Math.sqrt(periodsPerYear);
  return {
    Alpha: performance - (riskFreeAnnual + beta * (marketPerformance - riskFreeAnnual)),
    Beta: beta,
    'Information Ratio': (performance - marketPerformance) / (error || Number.NaN),
    'Tracking Error': error,
    'Treynor Ratio': (performance - riskFreeAnnual) / (beta || Number.NaN),
  };
}

/** Of trades, each as a part of the capital that the ones before it left. */
function tradeFigures({ startEquity, trades }: LeanInput) {
  let capital = startEquity;
  const shares = trades.map(({ pnl }) => {
    const share = pnl / capital;
    capital += pnl;
    return share;
  });
  const wins = shares.filter((share) => share > 0);
  const losses = shares.filter((share) => share <= 0);
  const winRate = wins.length / shares.length;
  const ratio = mean(wins) / -mean(losses);
  return {
    'Average Win [%]': mean(wins) * 100,
    'Average Loss [%]': mean(losses) * 100,
    Expectancy: winRate * (wins.length === 0 ? 0 : ratio) - (1 - winRate),
    'Loss Rate [%]': (1 - winRate) * 100,
    'Win Rate [%]': winRate * 100,
    'Profit-Loss Ratio': ratio,
  };
}

/** Mean over the calendar days of what was traded, by the equity at the day's end. */
function turnover(fills: NonNullable<LeanInput['fills']>, { first, values }: CalendarDays): number {
  let sum = 0;
  for (const { time, notional } of fills) sum += notional / values[Math.floor(time / DAY_MS) - first]!;
  return sum / values.length;
}

/** The most days in a row below a peak that was reached again. */
function daysUnderWater(equity: Column): number {
  return listDrawdowns(equity).reduce((most, { bars, recoveryRow }) => (recoveryRow === undefined ? most : Math.max(most, bars - 1)), 0);
}

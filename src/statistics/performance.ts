import { UserError } from '#core';
import { type BenchmarkStatistics, benchmarkStatistics } from './benchmark.ts';
import { averageDrawdown, longestUnderwater, maxDrawdown, timeUnderwater } from './drawdowns.ts';
import { type Column, kurtosis, present, skewness } from './moments.ts';
import { ulcerIndexOfReturns, ulcerPerformanceIndex, recoveryFactor } from './period-wins.ts';
import { monthlyReturns, type PeriodReturn, type PeriodSummary, sampleEquity, summarisePeriods, yearlyReturns } from './periods.ts';
import * as ratios from './ratios.ts';
import { annualReturn, equityFromReturns, perPeriodRate, returnsFromEquity, totalReturn } from './returns.ts';
import { type TradeOutcome, type TradeStatistics, tradeStatistics } from './trades.ts';

/** What a performance summary is made of. Give `equity` (with its start) or `returns`; `time` has a row for each equity. */
export interface PerformanceInput {
  readonly equity?: Column;
  readonly returns?: Column;
  readonly time?: Column;
  /** Bars of a year at the rate of the column: 252 trading days, 365 · 24 hourly bars of a market that never closes. */
  readonly periodsPerYear: number;
  readonly riskFreeAnnual?: number;
  /** A benchmark's equity, row by row with `equity` (or one longer than `returns`). */
  readonly benchmarkEquity?: Column;
  readonly trades?: readonly TradeOutcome[];
  /** Share of equity invested at each row (sign ignored); anything but 0 is exposure. */
  readonly position?: Column;
}

export interface PerformanceSummary {
  readonly periods: number;
  readonly totalReturn: number;
  readonly cagr: number;
  readonly volatility: number;
  readonly sharpe: number;
  readonly sharpeGeometric: number;
  readonly sharpeSmart: number;
  readonly sortino: number;
  readonly calmar: number;
  readonly omega: number;
  readonly maxDrawdown: number;
  readonly averageDrawdown: number;
  readonly longestUnderwaterPeriods: number;
  readonly timeUnderwater: number;
  readonly ulcerIndex: number;
  readonly ulcerPerformanceIndex: number;
  readonly recoveryFactor: number;
  readonly gainToPain: number;
  readonly tailRatio: number;
  readonly valueAtRisk95: number;
  readonly valueAtRisk95Gaussian: number;
  readonly conditionalValueAtRisk95: number;
  readonly skewness: number;
  /** Pearson's less 3. */
  readonly excessKurtosis: number;
  readonly stability: number;
  readonly exposure?: number;
  readonly period: PeriodSummary;
  readonly day?: PeriodSummary;
  readonly month?: PeriodSummary;
  readonly year?: PeriodSummary;
  readonly monthlyReturns?: readonly PeriodReturn[];
  readonly yearlyReturns?: readonly PeriodReturn[];
  readonly benchmark?: BenchmarkStatistics;
  readonly trades?: TradeStatistics;
}

/**
 * The figures of a curve in our default conventions: arithmetic Sharpe and Sortino with √periods, σ with n−1, years counted in periods,
 * drawdowns from the first equity on, biased moments, historical value at risk. A figure that the data cannot give is NaN.
 */
export function summarisePerformance(input: PerformanceInput): PerformanceSummary {
  const { periodsPerYear } = input;
  if (!(periodsPerYear > 0)) throw new UserError(`periodsPerYear must be positive, got ${periodsPerYear}`, 'pass 252 for daily stock bars');
  const equity = curve(input);
  const returns = input.returns ?? returnsFromEquity(equity);
  const riskFreePerPeriod = perPeriodRate(input.riskFreeAnnual ?? 0, periodsPerYear);
  const rate = { periodsPerYear, riskFreePerPeriod };
  const kept = present(returns);
  return {
    periods: kept.length,
    totalReturn: totalReturn(returns),
    cagr: annualReturn(returns, { periodsPerYear }),
    volatility: ratios.annualVolatility(returns, periodsPerYear),
    sharpe: ratios.sharpeRatio(returns, rate),
    sharpeGeometric: ratios.sharpeRatio(returns, { ...rate, convention: 'geometric' }),
    sharpeSmart: ratios.sharpeRatio(returns, { ...rate, convention: 'smart' }),
    sortino: ratios.sortinoRatio(returns, { periodsPerYear, requiredPerPeriod: riskFreePerPeriod }),
    calmar: ratios.calmarRatio(returns, periodsPerYear),
    omega: ratios.omegaRatio(returns, riskFreePerPeriod),
    maxDrawdown: maxDrawdown(equity),
    averageDrawdown: averageDrawdown(equity),
    longestUnderwaterPeriods: longestUnderwater(equity)?.bars ?? 0,
    timeUnderwater: timeUnderwater(equity),
    ulcerIndex: ulcerIndexOfReturns(returns),
    ulcerPerformanceIndex: ulcerPerformanceIndex(returns),
    recoveryFactor: recoveryFactor(returns, 'compounded'),
    gainToPain: ratios.gainToPain(returns),
    tailRatio: ratios.tailRatio(returns),
    valueAtRisk95: ratios.valueAtRiskHistorical(returns),
    valueAtRisk95Gaussian: ratios.valueAtRiskGaussian(returns),
    conditionalValueAtRisk95: ratios.conditionalValueAtRisk(returns),
    skewness: skewness(kept),
    excessKurtosis: kurtosis(kept) - 3,
    stability: ratios.stability(returns),
    period: summarisePeriods(returns),
    ...calendarFigures(input.time, equity),
    ...(input.position === undefined ? {} : { exposure: exposureOf(input.position) }),
    ...(input.benchmarkEquity === undefined
      ? {}
      : { benchmark: benchmarkStatistics(returns, returnsFromEquity(input.benchmarkEquity), rate) }),
    ...(input.trades === undefined ? {} : { trades: tradeStatistics(input.trades) }),
  };
}

function curve({ equity, returns, time }: PerformanceInput): Column {
  if (equity === undefined && returns === undefined)
    throw new UserError('a performance summary needs equity or returns', 'pass one of them');
  const rows = equity ?? equityFromReturns(returns!);
  if (time !== undefined && time.length !== rows.length)
    throw new UserError(`time has ${time.length} rows, the equity ${rows.length}`, 'give a time for every equity, the start included');
  return rows;
}

function exposureOf(position: Column): number {
  let held = 0;
  for (let i = 0; i < position.length; i += 1) if (Math.abs(position[i]!) > 0) held += 1;
  return position.length > 0 ? held / position.length : Number.NaN;
}

function calendarFigures(time: Column | undefined, equity: Column) {
  if (time === undefined || time.length < 2) return {};
  const months = monthlyReturns(time, equity);
  const years = yearlyReturns(time, equity);
  const values = (table: readonly PeriodReturn[]): number[] => table.map((row) => row.return);
  return {
    day: summarisePeriods(returnsFromEquity(sampleEquity(time, equity, 'day').equity)),
    month: summarisePeriods(values(months)),
    year: summarisePeriods(values(years)),
    monthlyReturns: months,
    yearlyReturns: years,
  };
}

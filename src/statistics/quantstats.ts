import { benchmarkSides } from './benchmark-sides.ts';
import { benchmarkStatistics } from './benchmark.ts';
import { maxDrawdown, worstDrawdowns } from './drawdowns.ts';
import { type Column, kurtosis, mean, skewness } from './moments.ts';
import {
  commonSenseRatio,
  cpcIndex,
  periodWins,
  recoveryFactor,
  riskOfRuin,
  serenityIndex,
  ulcerIndexOfReturns,
  type PeriodWins,
} from './period-wins.ts';
import { sampleEquity, type CalendarPeriod } from './periods.ts';
import * as ratios from './ratios.ts';
import { exposureOfReturns, outlierLossRatio, outlierWinRatio } from './return-extremes.ts';
import { annualReturn, geometricMean, perPeriodRate, returnsFromEquity, totalReturn } from './returns.ts';
import { probabilisticSharpeRatio, sharpeEstimate } from './sharpe-inference.ts';

export interface QuantstatsInput {
  /** UTC milliseconds and equity at the end of each day, the start included. */
  readonly time: Column;
  readonly equity: Column;
  /** A benchmark's, row by row with it. */
  readonly benchmarkEquity?: Column;
  readonly periodsPerYear?: number;
  readonly riskFreeAnnual?: number;
}

/** Metrics under the names and conventions of quantstats; percent where the name says so, lengths in days. */
export type QuantstatsMetrics = Readonly<Record<string, number>>;

/**
 * The full table of quantstats' report. The probabilistic Sharpe ratio is that of its authors' paper, with Pearson's kurtosis; a stretch of
 * months up to the end (MTD, 3M, 1Y, …) that reaches back before the start is that of the whole.
 */
export function quantstatsMetrics(input: QuantstatsInput): QuantstatsMetrics {
  const { time, equity, periodsPerYear = 252, riskFreeAnnual = 0 } = input;
  const returns = returnsFromEquity(equity);
  const riskFreePerPeriod = perPeriodRate(riskFreeAnnual, periodsPerYear);
  const sharpe = (convention: ratios.SharpeConvention): number =>
    ratios.sharpeRatio(returns, { periodsPerYear, riskFreePerPeriod, convention });
  const sortino = (convention: ratios.SortinoConvention): number =>
    ratios.sortinoRatio(returns, { periodsPerYear, requiredPerPeriod: riskFreePerPeriod, convention });
  const [months, years] = [returnsOf(time, equity, 'month'), returnsOf(time, equity, 'year')];
  const [wins, monthWins, yearWins] = [returns, months, years].map(periodWins) as [PeriodWins, PeriodWins, PeriodWins];
  return {
    'Time in Market %': exposureOfReturns(returns, 'percent') * 100,
    'Cumulative Return %': totalReturn(returns) * 100,
    'CAGR %': annualReturn(returns, { periodsPerYear }) * 100,
    Sharpe: sharpe('arithmetic'),
    'Prob. Sharpe Ratio %': probabilisticSharpeRatio(sharpeEstimate(returns, riskFreePerPeriod)) * 100,
    'Smart Sharpe': sharpe('smart'),
    Sortino: sortino('arithmetic'),
    'Smart Sortino': sortino('smart'),
    'Sortino/√2': sortino('adjusted'),
    'Smart Sortino/√2': sortino('smart') / Math.SQRT2,
    Omega: ratios.omegaRatio(returns, riskFreePerPeriod),
    'Max Drawdown %': maxDrawdown(equity) * 100,
    'Volatility (ann.) %': ratios.annualVolatility(returns, periodsPerYear) * 100,
    Calmar: ratios.calmarRatio(returns, periodsPerYear),
    Skew: skewness(returns, 'sample'),
    Kurtosis: kurtosis(returns, 'sample') - 3,
    'Expected Daily %': geometricMean(returns) * 100,
    'Expected Monthly %': geometricMean(months) * 100,
    'Expected Yearly %': geometricMean(years) * 100,
    'Kelly Criterion %': wins.kelly * 100,
    'Risk of Ruin %': riskOfRuin(returns) * 100,
    'Daily Value-at-Risk %': ratios.valueAtRiskGaussian(returns) * 100,
    'Expected Shortfall (cVaR) %': ratios.conditionalValueAtRisk(returns, 0.05, 'below_gaussian') * 100,
    'Max Consecutive Wins': wins.maxConsecutiveWins,
    'Max Consecutive Losses': wins.maxConsecutiveLosses,
    'Gain/Pain Ratio': ratios.gainToPain(returns),
    'Gain/Pain (1M)': ratios.gainToPain(months),
    'Payoff Ratio': wins.payoffRatio,
    'Profit Factor': wins.profitFactor,
    'Common Sense Ratio': commonSenseRatio(returns),
    'CPC Index': cpcIndex(returns),
    'Tail Ratio': ratios.tailRatio(returns),
    'Outlier Win Ratio': outlierWinRatio(returns),
    'Outlier Loss Ratio': outlierLossRatio(returns),
    ...untilNow(time, returns, periodsPerYear),
    'Best Day %': wins.best * 100,
    'Worst Day %': wins.worst * 100,
    'Best Month %': monthWins.best * 100,
    'Worst Month %': monthWins.worst * 100,
    'Best Year %': yearWins.best * 100,
    'Worst Year %': yearWins.worst * 100,
    ...drawdowns(time, equity),
    'Recovery Factor': recoveryFactor(returns),
    'Ulcer Index': ulcerIndexOfReturns(returns),
    'Serenity Index': serenityIndex(returns),
    'Avg. Up Month %': monthWins.averageWin * 100,
    'Avg. Down Month %': monthWins.averageLoss * 100,
    'Win Days %': wins.winRate * 100,
    'Win Month %': monthWins.winRate * 100,
    'Win Quarter %': periodWins(returnsOf(time, equity, 'quarter')).winRate * 100,
    'Win Year %': yearWins.winRate * 100,
    ...againstMarket(input, returns, riskFreePerPeriod),
  };
}

/** Returns by the calendar, the first from the first equity. */
function returnsOf(time: Column, equity: Column, period: CalendarPeriod): Float64Array {
  return returnsFromEquity([equity[0] ?? Number.NaN, ...sampleEquity(time, equity, period).equity]);
}

/** What the last months and years made: those of three years and more annualised. */
function untilNow(time: Column, returns: Float64Array, periodsPerYear: number) {
  const end = new Date(time[time.length - 1] ?? Number.NaN);
  const since = (from: number): Float64Array => returns.filter((_, row) => time[row + 1]! >= from);
  const last = (count: number): Float64Array => since(monthsBefore(end, count));
  const growth = (part: Float64Array): number => annualReturn(part, { periodsPerYear }) * 100;
  return {
    'MTD %': totalReturn(since(Date.UTC(end.getUTCFullYear(), end.getUTCMonth(), 1))) * 100,
    '3M %': totalReturn(last(3)) * 100,
    '6M %': totalReturn(last(6)) * 100,
    'YTD %': totalReturn(since(Date.UTC(end.getUTCFullYear(), 0, 1))) * 100,
    '1Y %': totalReturn(last(12)) * 100,
    // It takes a month less for three and five years, so that the month of the end counts as one of them.
    '3Y (ann.) %': growth(last(35)),
    '5Y (ann.) %': growth(last(59)),
    '10Y (ann.) %': growth(last(120)),
    'All-time (ann.) %': growth(returns),
  };
}

/** The same day so many months before, or the last of a month that is too short; at midnight. */
function monthsBefore(end: Date, count: number): number {
  const [year, month] = [end.getUTCFullYear(), end.getUTCMonth() - count];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(end.getUTCDate(), lastDay));
}

function drawdowns(time: Column, equity: Column) {
  const list = worstDrawdowns(time, equity, Number.POSITIVE_INFINITY);
  return {
    'Longest DD Days': list.reduce((most, { days }) => Math.max(most, days), 0),
    'Avg. Drawdown %': mean(list.map(({ depth }) => depth)) * 100,
    'Avg. Drawdown Days': mean(list.map(({ days }) => days)),
  };
}

function againstMarket({ benchmarkEquity, periodsPerYear = 252 }: QuantstatsInput, returns: Float64Array, riskFreePerPeriod: number) {
  if (benchmarkEquity === undefined) return {};
  const market = returnsFromEquity(benchmarkEquity);
  const figures = benchmarkStatistics(returns, market, { periodsPerYear, riskFreePerPeriod });
  return {
    'R^2': figures.rSquared,
    'Information Ratio': figures.informationRatio,
    Beta: figures.beta,
    Alpha: figures.alphaArithmetic,
    'Correlation %': figures.correlation * 100,
    'Treynor Ratio %': benchmarkSides(returns, market, { periodsPerYear }).treynorOfTotalReturn * 100,
  };
}

import { drawdownSeries, listDrawdowns, maxDrawdownOfReturns } from './drawdowns.ts';
import { type Column, mean, present, standardDeviation, sum } from './moments.ts';
import { conditionalValueAtRisk, tailRatio } from './ratios.ts';
import { equityFromReturns, totalReturn } from './returns.ts';

/** Win and loss figures of a return column, each period one bet (quantstats). Zero returns are neither. */
export interface PeriodWins {
  readonly winRate: number;
  readonly averageWin: number;
  readonly averageLoss: number;
  readonly payoffRatio: number;
  readonly profitFactor: number;
  readonly kelly: number;
  readonly maxConsecutiveWins: number;
  readonly maxConsecutiveLosses: number;
  readonly best: number;
  readonly worst: number;
}

export function periodWins(returns: Column): PeriodWins {
  const kept = present(returns);
  const wins = kept.filter((value) => value > 0);
  const losses = kept.filter((value) => value < 0);
  const winRate = wins.length + losses.length > 0 ? wins.length / (wins.length + losses.length) : Number.NaN;
  const averageWin = mean(wins);
  const averageLoss = mean(losses);
  const payoffRatio = averageWin / -averageLoss;
  return {
    winRate,
    averageWin,
    averageLoss,
    payoffRatio,
    profitFactor: losses.length > 0 ? sum(wins) / -sum(losses) : Number.NaN,
    kelly: winRate - (1 - winRate) / payoffRatio,
    maxConsecutiveWins: longestRun(kept, (value) => value > 0),
    maxConsecutiveLosses: longestRun(kept, (value) => value < 0),
    best: kept.length > 0 ? kept.reduce((most, value) => Math.max(most, value)) : Number.NaN,
    worst: kept.length > 0 ? kept.reduce((least, value) => Math.min(least, value)) : Number.NaN,
  };
}

/** Length of the longest run of values that satisfy the test. */
export function longestRun(values: Column, test: (value: number) => boolean): number {
  let longest = 0;
  let run = 0;
  for (let i = 0; i < values.length; i += 1) {
    run = test(values[i]!) ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest;
}

/** Recovery factor. `sum` (default, quantstats): |Σ returns| / |max drawdown|; `compounded`: total return over it. */
export function recoveryFactor(returns: Column, convention: 'sum' | 'compounded' = 'sum'): number {
  const depth = -maxDrawdownOfReturns(returns);
  const gain = convention === 'sum' ? Math.abs(sum(present(returns))) : totalReturn(returns);
  return depth > 0 ? gain / depth : Number.NaN;
}

/** Drawdown at the end of each period; the start of the first period counts as a peak. */
function periodDrawdowns(returns: Column): Float64Array {
  return drawdownSeries(equityFromReturns(present(returns))).subarray(1);
}

/** Ulcer index of returns with quantstats' divisor: √(Σ drawdown² / (n − 1)). */
export function ulcerIndexOfReturns(returns: Column): number {
  const series = periodDrawdowns(returns);
  return series.length < 2 ? Number.NaN : Math.sqrt(sum(series.map((value) => value * value)) / (series.length - 1));
}

/** Ulcer performance index (quantstats): total return less the risk-free rate over the ulcer index; NaN for a curve that never falls. */
export function ulcerPerformanceIndex(returns: Column, riskFree = 0): number {
  return (totalReturn(returns) - riskFree) / (ulcerIndexOfReturns(returns) || Number.NaN);
}

/** Serenity index (quantstats): Σ returns over ulcer × pitfall, pitfall = −CVaR(drawdowns)/σ(returns). */
export function serenityIndex(returns: Column, riskFree = 0): number {
  const kept = present(returns);
  const series = periodDrawdowns(returns);
  const pitfall = -conditionalValueAtRisk(series, 0.05, 'below_gaussian') / standardDeviation(kept);
  return (sum(kept) - riskFree) / (ulcerIndexOfReturns(returns) * pitfall);
}

/** ((1 − w)/(1 + w))^n with w the win rate of periods (quantstats): the chance of losing n bets in a row, loosely. */
export function riskOfRuin(returns: Column): number {
  const { winRate } = periodWins(returns);
  if (Number.isNaN(winRate)) return Number.NaN;
  return ((1 - winRate) / (1 + winRate)) ** present(returns).length;
}

/** Profit factor × win rate × payoff (quantstats' CPC index). */
export function cpcIndex(returns: Column): number {
  const { profitFactor, winRate, payoffRatio } = periodWins(returns);
  return profitFactor * winRate * payoffRatio;
}

/** Profit factor × tail ratio (quantstats). */
export function commonSenseRatio(returns: Column): number {
  return periodWins(returns).profitFactor * tailRatio(returns);
}

/** Mean bars from a peak to its recovery (or the end). */
export function averageDrawdownBars(equity: Column): number {
  const list = listDrawdowns(equity);
  return list.length === 0 ? 0 : mean(list.map((drawdown) => drawdown.bars));
}

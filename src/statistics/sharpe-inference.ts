import {
  autocorrelation,
  type Column,
  correlation,
  kurtosis,
  mean,
  present,
  skewness,
  spreadOfReturns,
  standardDeviation,
} from './moments.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** Euler-Mascheroni constant. */
const EULER_GAMMA = 0.5772156649015329;

/** The Sharpe ratio of one period and what its error depends on. `kurtosis` is Pearson's, 3 for normal returns. */
export interface SharpeEstimate {
  readonly sharpe: number;
  readonly observations: number;
  readonly skewness: number;
  readonly kurtosis: number;
}

/** Estimates of a return column: σ with n−1, moments biased (scipy's defaults). NaN where the column is short or flat. */
export function sharpeEstimate(returns: Column, riskFreePerPeriod = 0): SharpeEstimate {
  const kept = present(returns);
  const deviation = spreadOfReturns(kept);
  return {
    sharpe: deviation > 0 ? (mean(kept) - riskFreePerPeriod) / deviation : Number.NaN,
    observations: kept.length,
    skewness: skewness(kept),
    kurtosis: kurtosis(kept),
  };
}

/** Per-observation variance factor 1 − γ₃·SR + (γ₄−1)/4·SR² (Mertens 2002), at least 0. */
function varianceFactor({ sharpe, skewness: skew, kurtosis: kurt }: SharpeEstimate): number {
  const factor = 1 - skew * sharpe + ((kurt - 1) / 4) * sharpe * sharpe;
  return factor > 0 ? factor : Number.NaN;
}

export interface SharpeErrorOptions {
  /** Multiplies the variance of the estimate: `autocorrelationInflation(returns)`. Default 1, independent returns. */
  readonly varianceInflation?: number;
}

/** Standard error of the per-period Sharpe ratio: √(factor/(n−1)). */
export function sharpeStandardError(estimate: SharpeEstimate, options: SharpeErrorOptions = {}): number {
  if (!(estimate.observations > 1)) return Number.NaN;
  return Math.sqrt((varianceFactor(estimate) * (options.varianceInflation ?? 1)) / (estimate.observations - 1));
}

/**
 * By how much autocorrelation inflates the variance of the mean, and so (to first order, Lo 2002) of the Sharpe ratio:
 * 1 + 2 Σ (1 − k/(L+1)) ρ_k, Bartlett weights, L = ⌊4 (n/100)^(2/9)⌋ unless given. At least 0.05.
 */
export function autocorrelationInflation(returns: Column, maxLag?: number): number {
  const kept = present(returns);
  const lags = Math.min(maxLag ?? Math.floor(4 * (kept.length / 100) ** (2 / 9)), kept.length - 2);
  let inflation = 1;
  for (let k = 1; k <= lags; k += 1) inflation += 2 * (1 - k / (lags + 1)) * autocorrelation(kept, k);
  return Math.max(0.05, inflation);
}

/**
 * Probabilistic Sharpe ratio, P(true SR > benchmark): Bailey & López de Prado, "The Sharpe Ratio Efficient Frontier" (2012).
 * Sharpe and benchmark per period. SR 0.458, n 24, normal, benchmark 0 → 0.982.
 */
export function probabilisticSharpeRatio(estimate: SharpeEstimate, benchmarkSharpe = 0, options: SharpeErrorOptions = {}): number {
  return normalCdf((estimate.sharpe - benchmarkSharpe) / sharpeStandardError(estimate, options));
}

/** Observations needed for PSR(benchmark) ≥ probability (same paper); Infinity when the Sharpe does not exceed the benchmark. */
export function minimumTrackRecordLength(
  estimate: Omit<SharpeEstimate, 'observations'>,
  benchmarkSharpe = 0,
  probability = 0.95,
  options: SharpeErrorOptions = {},
): number {
  const gap = estimate.sharpe - benchmarkSharpe;
  if (Number.isNaN(gap)) return Number.NaN;
  if (gap <= 0) return Number.POSITIVE_INFINITY;
  const factor = varianceFactor({ ...estimate, observations: 0 }) * (options.varianceInflation ?? 1);
  return 1 + factor * (normalQuantile(probability) / gap) ** 2;
}

/** Expected maximum of `trials` standard normals: (1−γ)Φ⁻¹(1−1/N) + γΦ⁻¹(1−1/(Ne)); 0 for one trial. N may be fractional. */
export function expectedMaximum(trials: number): number {
  if (!(trials >= 1)) return Number.NaN;
  if (trials === 1) return 0;
  // From the lower tail: 1 − 1/N would lose digits for many trials.
  return -(1 - EULER_GAMMA) * normalQuantile(1 / trials) - EULER_GAMMA * normalQuantile(1 / (trials * Math.E));
}

/** Expected best Sharpe of `trials` skill-less trials whose Sharpe ratios have this standard deviation (same period as it). */
export function expectedMaximumSharpe(trials: number, sharpeDeviation: number): number {
  return expectedMaximum(trials) * sharpeDeviation;
}

export interface DeflatedSharpe {
  /** Benchmark the best of the trials must beat, per period. */
  readonly expectedMaximumSharpe: number;
  readonly deflatedSharpeRatio: number;
}

/** Deflated Sharpe ratio: PSR against the expected best of the trials (Bailey & López de Prado 2014). */
export function deflatedSharpeRatio(
  estimate: SharpeEstimate,
  trials: number,
  sharpeDeviation: number,
  options: SharpeErrorOptions = {},
): DeflatedSharpe {
  const benchmark = expectedMaximumSharpe(trials, sharpeDeviation);
  return { expectedMaximumSharpe: benchmark, deflatedSharpeRatio: probabilisticSharpeRatio(estimate, benchmark, options) };
}

/** Years of backtest below which the best of N skill-less trials is expected to show this annual Sharpe (Bailey et al. 2014). */
export function minimumBacktestLength(trials: number, annualSharpe: number): number {
  return (expectedMaximum(trials) / annualSharpe) ** 2;
}

export interface TrialsSummary {
  readonly sharpes: Float64Array;
  readonly bestIndex: number;
  /** σ (n−1) of the trials' per-period Sharpe ratios. */
  readonly sharpeDeviation: number;
  readonly averageCorrelation: number;
  /** ⌊ρ̄ + (1 − ρ̄)·N⌋ + 1: a cheap proxy for the number of independent trials; prefer the number of all trials. */
  readonly independentTrials: number;
  readonly deflatedAllTrials: DeflatedSharpe;
  readonly deflatedIndependent: DeflatedSharpe;
}

/** The deflated Sharpe ratio of the best of several return columns of equal length. */
export function summariseTrials(trials: readonly Column[]): TrialsSummary {
  const sharpes = Float64Array.from(trials, (column) => sharpeEstimate(column).sharpe);
  let bestIndex = -1;
  for (let i = 0; i < sharpes.length; i += 1)
    if (bestIndex < 0 ? !Number.isNaN(sharpes[i]!) : sharpes[i]! > sharpes[bestIndex]!) bestIndex = i;
  const sharpeDeviation = standardDeviation(present(sharpes));
  const averageCorrelation = meanCorrelation(trials);
  const count = trials.length;
  const rho = Number.isNaN(averageCorrelation) ? 0 : averageCorrelation;
  const independentTrials = count < 2 ? count : Math.floor(rho + (1 - rho) * count) + 1;
  const best = sharpeEstimate(trials[bestIndex] ?? []);
  return {
    sharpes,
    bestIndex,
    sharpeDeviation,
    averageCorrelation,
    independentTrials,
    deflatedAllTrials: deflatedSharpeRatio(best, count, sharpeDeviation),
    deflatedIndependent: deflatedSharpeRatio(best, independentTrials, sharpeDeviation),
  };
}

function meanCorrelation(trials: readonly Column[]): number {
  const values: number[] = [];
  for (let i = 0; i < trials.length; i += 1)
    for (let j = i + 1; j < trials.length; j += 1) values.push(correlation(trials[i]!, trials[j]!));
  return mean(present(values));
}

import { maxDrawdownOfReturns } from './drawdowns.ts';
import {
  autocorrelation,
  type Column,
  correlation,
  linearFit,
  mean,
  present,
  quantile,
  spreadOfReturns,
  standardDeviation,
  sum,
} from './moments.ts';
import { normalQuantile } from './normal.ts';
import { annualReturn, geometricMean, perPeriodRate } from './returns.ts';

/** Settings of a ratio. `riskFreePerPeriod` is a rate of one period: `perPeriodRate(0.02, 252)`. */
export interface RatioOptions {
  readonly periodsPerYear?: number;
  readonly riskFreePerPeriod?: number;
}

function less(returns: Column, rate: number): Float64Array {
  const kept = present(returns);
  return rate === 0 ? kept : kept.map((value) => value - rate);
}

function ratio(numerator: number, denominator: number): number {
  return denominator > 0 ? numerator / denominator : Number.NaN;
}

/** Sample standard deviation times √periods. */
export function annualVolatility(returns: Column, periodsPerYear = 252): number {
  return standardDeviation(present(returns)) * Math.sqrt(periodsPerYear);
}

/** Volatility of the compounded yearly return (backtesting.py): √((σ² + (1+g)²)^p − (1+g)^2p), g the geometric mean. */
export function geometricVolatility(returns: Column, periodsPerYear = 252): number {
  const growth = 1 + geometricMean(returns);
  const deviation = standardDeviation(present(returns));
  return Math.sqrt((deviation ** 2 + growth ** 2) ** periodsPerYear - growth ** (2 * periodsPerYear));
}

/** Conventions of the Sharpe ratio: see `sharpeRatio`. */
export type SharpeConvention = 'arithmetic' | 'geometric' | 'smart' | 'lo';

/**
 * Sharpe ratio of a year. `arithmetic` (default; empyrical, quantstats): mean/σ·√p. `geometric` (backtesting.py):
 * compounded return over compounded volatility. `smart` (quantstats): arithmetic over the autocorrelation penalty.
 * `lo`: annualised with Lo's (2002) factor for autocorrelated returns instead of √p. NaN for fewer than 2 returns or none that differ.
 */
export function sharpeRatio(returns: Column, options: RatioOptions & { readonly convention?: SharpeConvention } = {}): number {
  const { periodsPerYear = 252, riskFreePerPeriod = 0, convention = 'arithmetic' } = options;
  const excess = less(returns, riskFreePerPeriod);
  if (convention === 'geometric') {
    const annual = annualReturn(returns, { periodsPerYear });
    return ratio(annual - ((1 + riskFreePerPeriod) ** periodsPerYear - 1), geometricVolatility(returns, periodsPerYear));
  }
  const perPeriod = ratio(mean(excess), spreadOfReturns(excess));
  if (convention === 'lo') return perPeriod * loAnnualisation(excess, periodsPerYear);
  const plain = perPeriod * Math.sqrt(periodsPerYear);
  return convention === 'smart' ? plain / autocorrelationPenalty(excess) : plain;
}

/** quantstats' penalty: √(1 + 2 Σ ((n−k)/n)·|ρ₁|^k), ρ₁ the correlation of neighbours. At least 1. */
export function autocorrelationPenalty(returns: Column): number {
  const kept = present(returns);
  const n = kept.length;
  const rho = Math.abs(correlation(kept.subarray(0, n - 1), kept.subarray(1)));
  if (Number.isNaN(rho)) return Number.NaN;
  let total = 0;
  let power = 1;
  for (let k = 1; k < n && power > 1e-18; k += 1) {
    power *= rho;
    total += ((n - k) / n) * power;
  }
  return Math.sqrt(1 + 2 * total);
}

/** Lo, "The Statistics of Sharpe Ratios" (2002), η(q) = q / √(q + 2 Σ (q−k)ρ_k), lags up to `maxLag` (default 5); √q when ρ = 0. */
export function loAnnualisation(returns: Column, periodsPerYear: number, maxLag = 5): number {
  const kept = present(returns);
  let inner = periodsPerYear;
  for (let k = 1; k <= Math.min(maxLag, Math.floor(periodsPerYear) - 1, kept.length - 2); k += 1)
    inner += 2 * (periodsPerYear - k) * autocorrelation(kept, k);
  return inner > 0 ? periodsPerYear / Math.sqrt(inner) : Number.NaN;
}

/** Root mean square of the returns below `requiredPerPeriod` (over all returns), times √p. */
export function downsideRisk(returns: Column, periodsPerYear = 252, requiredPerPeriod = 0): number {
  const below = less(returns, requiredPerPeriod).map((value) => Math.min(value, 0) ** 2);
  return Math.sqrt(mean(below)) * Math.sqrt(periodsPerYear);
}

/** Conventions of the Sortino ratio: see `sortinoRatio`. */
export type SortinoConvention = 'arithmetic' | 'geometric' | 'smart' | 'adjusted';

/**
 * Sortino ratio. `arithmetic` (default): mean excess·p / downside risk. `geometric` (backtesting.py): compounded return on top.
 * `smart` (quantstats): arithmetic over the autocorrelation penalty. `adjusted` (Schwager): arithmetic / √2, to stand beside a Sharpe ratio.
 */
export function sortinoRatio(
  returns: Column,
  options: { readonly periodsPerYear?: number; readonly requiredPerPeriod?: number; readonly convention?: SortinoConvention } = {},
): number {
  const { periodsPerYear = 252, requiredPerPeriod = 0, convention = 'arithmetic' } = options;
  const required = (1 + requiredPerPeriod) ** periodsPerYear - 1;
  const top =
    convention === 'geometric'
      ? annualReturn(returns, { periodsPerYear }) - required
      : mean(less(returns, requiredPerPeriod)) * periodsPerYear;
  const plain = ratio(top, downsideRisk(returns, periodsPerYear, requiredPerPeriod));
  if (convention === 'smart') return plain / autocorrelationPenalty(returns);
  return convention === 'adjusted' ? plain / Math.SQRT2 : plain;
}

/** CAGR over the depth of the worst drawdown; NaN when there was none. `length` as in `annualReturn`. */
export function calmarRatio(returns: Column, periodsPerYear = 252, length: 'present' | 'all' = 'present'): number {
  return ratio(annualReturn(returns, { periodsPerYear, length }), -maxDrawdownOfReturns(returns));
}

/** Sum of returns above a threshold of one period over the sum below it (Keating & Shadwick). NaN when nothing lies below. */
export function omegaRatio(returns: Column, thresholdPerPeriod = 0): number {
  let above = 0;
  let below = 0;
  for (const value of less(returns, thresholdPerPeriod)) {
    if (value > 0) above += value;
    else below -= value;
  }
  return ratio(above, below);
}

/** Omega against a yearly required return (empyrical, quantstats): threshold = (1 + required)^(1/p) − 1. */
export function omegaRatioAnnual(returns: Column, requiredAnnual: number, periodsPerYear = 252): number {
  return omegaRatio(returns, perPeriodRate(requiredAnnual, periodsPerYear));
}

/** |upper quantile / lower quantile| of the returns. */
export function tailRatio(returns: Column, cutoff = 0.95): number {
  return ratio(Math.abs(quantile(returns, cutoff)), Math.abs(quantile(returns, 1 - cutoff)));
}

/** Gain over pain: the sum of returns over the absolute sum of negative ones (Schwager). */
export function gainToPain(returns: Column): number {
  const kept = present(returns);
  return ratio(
    sum(kept),
    kept.reduce((pain, value) => pain - Math.min(value, 0), 0),
  );
}

/** Return at which `tail` of the mass lies below: the historical quantile (linear interpolation), negative for a loss. */
export function valueAtRiskHistorical(returns: Column, tail = 0.05): number {
  return quantile(returns, tail);
}

/** The same from a fitted normal distribution: mean + σ·Φ⁻¹(tail). */
export function valueAtRiskGaussian(returns: Column, tail = 0.05): number {
  const kept = present(returns);
  return mean(kept) + standardDeviation(kept) * normalQuantile(tail);
}

/**
 * Expected shortfall. `historical` (default, empyrical): mean of the ⌊(n−1)·tail⌋+1 worst returns. `below_gaussian`
 * (quantstats): mean of the returns below the Gaussian value at risk. `gaussian`: mean − σ·φ(z)/tail. NaN when no return qualifies.
 */
export function conditionalValueAtRisk(
  returns: Column,
  tail = 0.05,
  convention: 'historical' | 'below_gaussian' | 'gaussian' = 'historical',
): number {
  const kept = present(returns);
  if (kept.length === 0) return Number.NaN;
  switch (convention) {
    case 'historical':
      return mean(
        Float64Array.from(kept)
          .sort()
          .subarray(0, Math.floor((kept.length - 1) * tail) + 1),
      );
    case 'below_gaussian': {
      const limit = valueAtRiskGaussian(kept, tail);
      return mean(kept.filter((value) => value < limit));
    }
    case 'gaussian': {
      const z = normalQuantile(tail);
      return mean(kept) - (standardDeviation(kept) * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI) / tail;
    }
  }
}

/** R² of cumulative log returns against time: 1 for steady growth (empyrical). */
export function stability(returns: Column): number {
  const kept = present(returns);
  let total = 0;
  const logs = kept.map((value) => (total += Math.log1p(value)));
  return linearFit(
    Float64Array.from(logs, (_, row) => row),
    logs,
  ).rSquared;
}

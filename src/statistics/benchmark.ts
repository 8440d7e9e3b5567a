import { type Column, linearFit, mean, spread } from './moments.ts';
import { annualReturn, totalReturn } from './returns.ts';

export interface BenchmarkOptions {
  readonly periodsPerYear?: number;
  readonly riskFreePerPeriod?: number;
}

export interface BenchmarkStatistics {
  /** Rows where both are present. */
  readonly rows: number;
  readonly beta: number;
  /** Intercept of the regression on excess returns times the periods of a year (quantstats). */
  readonly alphaArithmetic: number;
  /** (1 + mean of what beta leaves)^p − 1 (empyrical). */
  readonly alphaGeometric: number;
  readonly rSquared: number;
  readonly correlation: number;
  /** σ of the difference times √p. */
  readonly trackingError: number;
  /** Mean difference over its σ, per period (empyrical's excess Sharpe), and times √p. */
  readonly informationRatio: number;
  readonly informationRatioAnnual: number;
  /** (Annual return − risk-free) / beta. */
  readonly treynor: number;
  /** Annual return over the benchmark's in the periods where the benchmark rose, fell (empyrical). */
  readonly upCapture: number;
  readonly downCapture: number;
  readonly totalReturn: number;
  readonly benchmarkTotalReturn: number;
}

/** Figures of a return column against a benchmark's, row by row (equal lengths; rows with a missing side are skipped). */
export function benchmarkStatistics(returns: Column, benchmark: Column, options: BenchmarkOptions = {}): BenchmarkStatistics {
  const { periodsPerYear = 252, riskFreePerPeriod = 0 } = options;
  const { own, other } = pairPresent(returns, benchmark);
  const excess = own.map((value) => value - riskFreePerPeriod);
  const market = other.map((value) => value - riskFreePerPeriod);
  const fit = linearFit(market, excess);
  const left = mean(excess.map((value, row) => value - fit.slope * market[row]!));
  const active = own.map((value, row) => value - other[row]!);
  const deviation = spread(active);
  const information = deviation > 0 ? mean(active) / deviation : Number.NaN;
  const riskFreeAnnual = (1 + riskFreePerPeriod) ** periodsPerYear - 1;
  return {
    rows: own.length,
    beta: fit.slope,
    alphaArithmetic: fit.intercept * periodsPerYear,
    alphaGeometric: (1 + left) ** periodsPerYear - 1,
    rSquared: fit.rSquared,
    correlation: Math.sign(fit.slope) * Math.sqrt(fit.rSquared),
    trackingError: deviation * Math.sqrt(periodsPerYear),
    informationRatio: information,
    informationRatioAnnual: information * Math.sqrt(periodsPerYear),
    treynor: (annualReturn(own, { periodsPerYear }) - riskFreeAnnual) / fit.slope,
    upCapture: capture(own, other, periodsPerYear, (value) => value > 0),
    downCapture: capture(own, other, periodsPerYear, (value) => value < 0),
    totalReturn: totalReturn(own),
    benchmarkTotalReturn: totalReturn(other),
  };
}

/** The rows where both columns have a value, in order. */
export function pairPresent(returns: Column, benchmark: Column): { own: Float64Array; other: Float64Array } {
  const n = Math.min(returns.length, benchmark.length);
  const own = new Float64Array(n);
  const other = new Float64Array(n);
  let count = 0;
  for (let i = 0; i < n; i += 1) {
    if (Number.isNaN(returns[i]!) || Number.isNaN(benchmark[i]!)) continue;
    own[count] = returns[i]!;
    other[count] = benchmark[i]!;
    count += 1;
  }
  return { own: own.subarray(0, count), other: other.subarray(0, count) };
}

function capture(own: Float64Array, other: Float64Array, periodsPerYear: number, test: (value: number) => boolean): number {
  const chosen = own.filter((_, row) => test(other[row]!));
  return annualReturn(chosen, { periodsPerYear }) / annualReturn(other.filter(test), { periodsPerYear });
}

import { UserError } from '#core';
import { bilinear, cholesky, dot, multiplyVector, solveCholesky, type Matrix } from './matrix.ts';
import { solveBoundedQuadratic } from './quadratic.ts';

function requireAssets(covariance: Matrix): void {
  if (covariance.length === 0) throw new UserError('Allocation needs at least one asset.');
  covariance.forEach((row, i) => {
    if (!(row[i]! > 0))
      throw new UserError(`Asset ${i} has no variance, so it cannot be weighed by risk.`, 'Drop assets whose price does not move.');
  });
}

function normalized(weights: Float64Array): Float64Array {
  let total = 0;
  for (const weight of weights) total += weight;
  return weights.map((weight) => weight / total);
}

export function equalWeights(assets: number): Float64Array {
  return new Float64Array(assets).fill(1 / assets);
}

export function inverseVarianceWeights(covariance: Matrix): Float64Array {
  requireAssets(covariance);
  return normalized(Float64Array.from(covariance, (row, i) => 1 / row[i]!));
}

export function inverseVolatilityWeights(covariance: Matrix): Float64Array {
  requireAssets(covariance);
  return normalized(Float64Array.from(covariance, (row, i) => 1 / Math.sqrt(row[i]!)));
}

/** The least variance of all weights that sum to 1, short sales allowed (closed form). */
export function minimumVarianceUnconstrained(covariance: Matrix): Float64Array {
  requireAssets(covariance);
  return normalized(solveCholesky(cholesky(covariance), new Float64Array(covariance.length).fill(1)));
}

/** The least variance of weights between 0 and `maxWeight` that sum to 1. */
export function minimumVariance(covariance: Matrix, maxWeight = 1): Float64Array {
  requireAssets(covariance);
  const size = covariance.length;
  if (!(maxWeight * size >= 1))
    throw new UserError(`${size} assets of at most ${maxWeight} cannot sum to 1.`, 'Raise the cap or add assets.');
  return solveBoundedQuadratic({
    quadratic: covariance,
    coefficients: new Float64Array(size).fill(1),
    total: 1,
    upper: new Float64Array(size).fill(maxWeight),
    start: equalWeights(size),
  });
}

/** The tangency portfolio, short sales allowed: proportional to the inverse covariance times the excess means. */
export function tangencyWeights(covariance: Matrix, means: ArrayLike<number>, riskFree = 0): Float64Array {
  requireAssets(covariance);
  const excess = Float64Array.from(means, (mean) => mean - riskFree);
  const raw = solveCholesky(cholesky(covariance), excess);
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw new UserError('No tangency portfolio exists: the least-variance portfolio earns no more than the riskless rate.');
  return normalized(raw);
}

/** The highest Sharpe ratio of weights of at least 0 that sum to 1. Throws `UserError` when no asset beats the riskless rate. */
export function maximumSharpe(covariance: Matrix, means: ArrayLike<number>, riskFree = 0): Float64Array {
  requireAssets(covariance);
  const excess = Float64Array.from(means, (mean) => mean - riskFree);
  let best = 0;
  for (let i = 1; i < excess.length; i++) if (excess[i]! > excess[best]!) best = i;
  if (!(excess[best]! > 0)) throw new UserError('No asset is expected to beat the riskless rate, so no Sharpe ratio is positive.');
  const start = new Float64Array(excess.length);
  start[best] = 1 / excess[best]!;
  const upper = new Float64Array(excess.length).fill(Number.POSITIVE_INFINITY);
  return normalized(solveBoundedQuadratic({ quadratic: covariance, coefficients: excess, total: 1, upper, start }));
}

export interface RiskParityOptions {
  /** Share of the risk each asset shall bear; equal when left out. */
  readonly budgets?: ArrayLike<number>;
  /** +1 for assets held long, -1 for those held short; all long when left out. Each choice of sides has one solution. */
  readonly sides?: ArrayLike<number>;
}

/**
 * Equal (or budgeted) risk contribution: every asset adds its share to the portfolio's variance. Solved as the minimum of
 * y'Cy / 2 - sum b ln y by cyclic coordinate descent (Griveau-Billion, Richard and Roncalli 2013), weights scaled to sum to 1.
 */
export function riskParityWeights(covariance: Matrix, options: RiskParityOptions = {}): Float64Array {
  requireAssets(covariance);
  const size = covariance.length;
  const side = Float64Array.from({ length: size }, (_, i) => Math.sign(options.sides?.[i] ?? 1));
  const budget = Float64Array.from({ length: size }, (_, i) => options.budgets?.[i] ?? 1 / size);
  const y = Float64Array.from(covariance, (row, i) => Math.sqrt(budget[i]! / row[i]!));
  for (let round = 0; round < 10_000; round++) {
    let moved = 0;
    for (let i = 0; i < size; i++) {
      const row = covariance[i]!;
      let others = 0;
      for (let j = 0; j < size; j++) if (j !== i) others += row[j]! * side[j]! * y[j]!;
      others *= side[i]!;
      const next = (Math.sqrt(others ** 2 + 4 * row[i]! * budget[i]!) - others) / (2 * row[i]!);
      moved = Math.max(moved, Math.abs(next - y[i]!) / next);
      y[i] = next;
    }
    if (moved < 1e-15) break;
  }
  const signed = y.map((value, i) => value * side[i]!);
  const total = signed.reduce((sum, value) => sum + value, 0);
  if (Math.abs(total) < 1e-12) throw new UserError('Long and short sides cancel, so the weights cannot sum to 1.');
  return normalized(signed);
}

/** Each asset's share of the portfolio's variance; sums to 1. */
export function riskContributions(covariance: Matrix, weights: ArrayLike<number>): Float64Array {
  const marginal = multiplyVector(covariance, weights);
  const variance = dot(weights, marginal);
  return marginal.map((value, i) => (value * weights[i]!) / variance);
}

export interface PortfolioRisk {
  readonly volatility: number;
  /** Weighted volatility of the assets over the portfolio's. */
  readonly diversificationRatio: number;
  /** 1 / sum of squared weights. */
  readonly effectiveBets: number;
}

export function portfolioRisk(covariance: Matrix, weights: ArrayLike<number>): PortfolioRisk {
  const volatility = Math.sqrt(bilinear(weights, covariance));
  let weighted = 0;
  let squares = 0;
  covariance.forEach((row, i) => {
    weighted += weights[i]! * Math.sqrt(row[i]!);
    squares += weights[i]! ** 2;
  });
  return { volatility, diversificationRatio: weighted / volatility, effectiveBets: 1 / squares };
}

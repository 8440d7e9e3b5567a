import { UserError } from '#core';

/** One outcome of a bet: `[probability, return per unit staked]`. A return of -1 loses the stake. */
export type Outcome = readonly [probability: number, returnFraction: number];

export interface KellyOptimum {
  /** The maximiser of expected log growth; negative when the other side of the bet has the edge. */
  readonly rawFraction: number;
  /** `rawFraction` floored at 0. Infinity when no outcome loses. */
  readonly fraction: number;
  /** Expected log growth per bet at `fraction`. */
  readonly growth: number;
}

function requireProbability(p: number, name: string): void {
  if (!(p >= 0 && p <= 1)) throw new UserError(`${name} must lie between 0 and 1, got ${p}.`);
}

/**
 * Kelly's fraction of wealth for a bet that wins `odds` per unit with probability `winProbability` and loses the unit otherwise:
 * p - (1 - p) / b (Kelly 1956). Not floored: p = 0.6 at even money gives 0.2, p = 0.45 gives -0.1.
 */
export function kellyBinaryRaw(winProbability: number, odds: number): number {
  requireProbability(winProbability, 'winProbability');
  if (!(odds > 0)) throw new UserError(`odds must be positive, got ${odds}.`);
  return winProbability - (1 - winProbability) / odds;
}

/** `kellyBinaryRaw` floored at 0: without an edge, stake nothing. */
export function kellyBinary(winProbability: number, odds: number): number {
  return Math.max(0, kellyBinaryRaw(winProbability, odds));
}

/** Expected log growth per bet, staking `fraction` on a bet with several outcomes; -Infinity when ruin is possible. */
export function kellyGrowth(outcomes: readonly Outcome[], fraction: number): number {
  let growth = 0;
  for (const [probability, value] of outcomes) {
    if (probability === 0) continue;
    const wealth = 1 + fraction * value;
    if (wealth <= 0) return Number.NEGATIVE_INFINITY;
    growth += probability * Math.log1p(fraction * value);
  }
  return growth;
}

/** Expected log growth per bet of a two-outcome bet. */
export function kellyBinaryGrowth(winProbability: number, odds: number, fraction: number): number {
  return kellyGrowth(
    [
      [winProbability, odds],
      [1 - winProbability, -1],
    ],
    fraction,
  );
}

function growthSlope(outcomes: readonly Outcome[], fraction: number): number {
  let slope = 0;
  for (const [probability, value] of outcomes) if (probability > 0) slope += (probability * value) / (1 + fraction * value);
  return slope;
}

/**
 * The fraction that maximises expected log growth over several outcomes. The derivative falls strictly, so bisection on its sign
 * between the two fractions of ruin finds the one optimum. Probabilities must sum to 1 within 1e-6.
 */
export function kellyDiscrete(outcomes: readonly Outcome[]): KellyOptimum {
  let total = 0;
  let worst = 0;
  let best = 0;
  for (const [probability, value] of outcomes) {
    requireProbability(probability, 'an outcome probability');
    if (!Number.isFinite(value)) throw new UserError(`An outcome's return must be a finite number, got ${value}.`);
    total += probability;
    if (probability > 0) {
      worst = Math.min(worst, value);
      best = Math.max(best, value);
    }
  }
  if (Math.abs(total - 1) > 1e-6) throw new UserError(`Outcome probabilities must sum to 1, got ${total}.`);
  if (worst === 0 && best === 0) return { rawFraction: 0, fraction: 0, growth: 0 };
  if (worst === 0) return { rawFraction: Number.POSITIVE_INFINITY, fraction: Number.POSITIVE_INFINITY, growth: Number.POSITIVE_INFINITY };
  if (best === 0) return { rawFraction: Number.NEGATIVE_INFINITY, fraction: 0, growth: 0 };
  let low = -1 / best;
  let high = -1 / worst;
  if (growthSlope(outcomes, 0) > 0) low = 0;
  else high = 0;
  for (let i = 0; i < 200; i++) {
    const middle = 0.5 * (low + high);
    if (middle === low || middle === high) break;
    if (growthSlope(outcomes, middle) > 0) low = middle;
    else high = middle;
  }
  const rawFraction = 0.5 * (low + high);
  const fraction = Math.max(0, rawFraction);
  return { rawFraction, fraction, growth: kellyGrowth(outcomes, fraction) };
}

/** `kellyDiscrete` on an empirical distribution: every return equally likely. */
export function kellyEmpirical(returns: ArrayLike<number>): KellyOptimum {
  if (returns.length === 0) throw new UserError('Empirical Kelly needs at least one return.');
  const weight = 1 / returns.length;
  return kellyDiscrete(Array.from(returns, (value) => [weight, value] as const));
}

/** The approximation mean / variance of a sample of returns (population variance); 0 for a constant sample. */
export function kellyMeanOverVariance(returns: ArrayLike<number>): number {
  let mean = 0;
  for (let i = 0; i < returns.length; i++) mean += returns[i]! / returns.length;
  let variance = 0;
  for (let i = 0; i < returns.length; i++) variance += (returns[i]! - mean) ** 2 / returns.length;
  return variance > 0 ? mean / variance : 0;
}

/** Drift, volatility and riskless rate in the same period (a year, say). */
export interface ContinuousMarket {
  readonly mean: number;
  readonly volatility: number;
  readonly riskFree: number;
}

/** Thorp 2006, section 7.1: f* = (m - r) / s^2. m 0.11, s 0.15, r 0.06 give 2.22. */
export function kellyContinuous(market: ContinuousMarket): number {
  if (!(market.volatility > 0)) throw new UserError(`volatility must be positive, got ${market.volatility}.`);
  return (market.mean - market.riskFree) / market.volatility ** 2;
}

/** Thorp 2006: growth rate r + f (m - r) - f^2 s^2 / 2 of holding the fraction f. */
export function kellyContinuousGrowth(market: ContinuousMarket, fraction: number): number {
  return market.riskFree + fraction * (market.mean - market.riskFree) - (fraction ** 2 * market.volatility ** 2) / 2;
}

/**
 * The probability that wealth ever falls to `level` (a fraction of today's, between 0 and 1) when betting `kellyMultiple` times Kelly
 * in continuous time: level^(2 / c - 1) (Thorp 2006). At twice Kelly or more it is certain.
 */
export function drawdownProbability(level: number, kellyMultiple: number): number {
  requireProbability(level, 'level');
  if (!(kellyMultiple >= 0)) throw new UserError(`kellyMultiple must not be negative, got ${kellyMultiple}.`);
  if (kellyMultiple === 0) return level >= 1 ? 1 : 0;
  if (kellyMultiple >= 2) return 1;
  return level ** (2 / kellyMultiple - 1);
}

/** The probability of reaching `upper` times today's wealth before `lower` times (Thorp 2006), betting `kellyMultiple` times Kelly. */
export function reachBeforeProbability(upper: number, lower: number, kellyMultiple: number): number {
  if (!(lower > 0 && lower < 1 && upper > 1)) throw new UserError(`Need 0 < lower < 1 < upper, got ${lower} and ${upper}.`);
  const power = 1 - 2 / kellyMultiple;
  if (power === 0) return Math.log(lower) / (Math.log(lower) - Math.log(upper));
  return (1 - lower ** power) / (upper ** power - lower ** power);
}

/** The Kelly multiple whose probability of ever falling to `level` is `probability`: the inverse of `drawdownProbability`. */
export function kellyMultipleForDrawdown(level: number, probability: number): number {
  if (!(level > 0 && level < 1 && probability > 0 && probability < 1))
    throw new UserError('level and probability must lie strictly between 0 and 1.');
  return 2 / (1 + Math.log(probability) / Math.log(level));
}

import { UserError } from '#core';
import { betaCdf, betaQuantile, studentCdf, studentQuantile } from './distributions.ts';
import { kellyBinaryRaw } from './kelly.ts';

/** A beta distribution over a probability: `alpha` wins and `beta` losses, pseudo-counts of the prior included. */
export interface BetaPosterior {
  readonly alpha: number;
  readonly beta: number;
}

export function updateBeta(prior: BetaPosterior, wins: number, losses: number): BetaPosterior {
  if (!(wins >= 0 && losses >= 0)) throw new UserError(`Counts must not be negative, got ${wins} wins and ${losses} losses.`);
  return { alpha: prior.alpha + wins, beta: prior.beta + losses };
}

export function betaMean(posterior: BetaPosterior): number {
  return posterior.alpha / (posterior.alpha + posterior.beta);
}

/** The most likely value; undefined shapes (a count of at most 1) fall back to the nearer edge, a flat one to 0.5. */
export function betaMode({ alpha, beta }: BetaPosterior): number {
  if (alpha > 1 && beta > 1) return (alpha - 1) / (alpha + beta - 2);
  if (alpha === beta) return 0.5;
  return alpha > beta ? 1 : 0;
}

export function betaVariance({ alpha, beta }: BetaPosterior): number {
  const total = alpha + beta;
  return (alpha * beta) / (total * total * (total + 1));
}

/** The central interval that holds `mass` of the probability. */
export function betaInterval({ alpha, beta }: BetaPosterior, mass = 0.9): readonly [number, number] {
  const tail = (1 - mass) / 2;
  return [betaQuantile(tail, alpha, beta), betaQuantile(1 - tail, alpha, beta)];
}

/** The probability that the bet at these net odds has a positive expectation: P(p > 1 / (1 + b)). */
export function edgeProbability({ alpha, beta }: BetaPosterior, odds: number): number {
  return 1 - betaCdf(1 / (1 + odds), alpha, beta);
}

/** Kelly at the posterior mean: optimal under log utility, where only the predictive probability counts (Browne and Whitt 1996). Not floored. */
export function kellyAtMean(posterior: BetaPosterior, odds: number): number {
  return kellyBinaryRaw(betaMean(posterior), odds);
}

/** Kelly at a lower quantile of the win probability. Not floored. */
export function kellyAtQuantile({ alpha, beta }: BetaPosterior, odds: number, quantile = 0.1): number {
  return kellyBinaryRaw(betaQuantile(quantile, alpha, beta), odds);
}

/**
 * Baker and McHale 2013: the factor by which to shrink Kelly at the mean for estimation error, e^2 / (e^2 + (b + 1)^2 var(p)) with
 * e = (b + 1) p - 1. Beta(8, 4) at even money gives 0.619. 0 without an edge.
 */
export function bakerMcHaleShrink(posterior: BetaPosterior, odds: number): number {
  const edge = (odds + 1) * betaMean(posterior) - 1;
  if (edge === 0) return 0;
  return edge ** 2 / (edge ** 2 + (odds + 1) ** 2 * betaVariance(posterior));
}

/** The log loss -ln E[p] that the posterior pays if the next bet wins. */
export function predictiveLogLoss(posterior: BetaPosterior): number {
  return -Math.log(betaMean(posterior));
}

/**
 * A normal-inverse-gamma belief about returns: mean ~ N(m, variance / kappa), variance ~ InverseGamma(alpha, beta).
 * Conjugate update as in Murphy 2007, "Conjugate Bayesian analysis of the Gaussian distribution".
 */
export interface NormalInverseGamma {
  readonly m: number;
  readonly kappa: number;
  readonly alpha: number;
  readonly beta: number;
}

export function updateNormalInverseGamma(prior: NormalInverseGamma, values: ArrayLike<number>): NormalInverseGamma {
  const n = values.length;
  if (n === 0) return prior;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2;
  const kappa = prior.kappa + n;
  return {
    m: (prior.kappa * prior.m + n * mean) / kappa,
    kappa,
    alpha: prior.alpha + n / 2,
    beta: prior.beta + squares / 2 + (prior.kappa * n * (mean - prior.m) ** 2) / (2 * kappa),
  };
}

/** The distribution of the next return: Student t with `degrees`, centred at `location`. */
export interface StudentPredictive {
  readonly degrees: number;
  readonly location: number;
  readonly scale: number;
}

export function predictiveReturn({ m, kappa, alpha, beta }: NormalInverseGamma): StudentPredictive {
  return { degrees: 2 * alpha, location: m, scale: Math.sqrt((beta * (kappa + 1)) / (alpha * kappa)) };
}

/** The variance of the next return; Infinity while the belief has at most two degrees of freedom. */
export function predictiveVariance(belief: NormalInverseGamma): number {
  const { degrees, scale } = predictiveReturn(belief);
  return degrees > 2 ? (scale ** 2 * degrees) / (degrees - 2) : Number.POSITIVE_INFINITY;
}

/** The quantile of the next return: 0.05 gives the 5 % value at risk, as a (usually negative) return. */
export function predictiveQuantile(belief: NormalInverseGamma, probability: number): number {
  const { degrees, location, scale } = predictiveReturn(belief);
  return location + scale * studentQuantile(probability, degrees);
}

/** The probability that the mean return is above 0. */
export function meanPositiveProbability({ m, kappa, alpha, beta }: NormalInverseGamma): number {
  return studentCdf(m / Math.sqrt(beta / (alpha * kappa)), 2 * alpha);
}

/** Continuous Kelly on the predictive distribution: mean over predictive variance. Not floored. */
export function kellyPredictive(belief: NormalInverseGamma): number {
  return belief.m / predictiveVariance(belief);
}

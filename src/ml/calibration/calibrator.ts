import { assertNever, UserError } from '#core';
import { checkBinary, unitWeights } from '../metrics/checks.ts';
import { fitLogistic, logistic } from './logistic.ts';

/**
 * A fitted map from a model's score to a probability: plain data, so that `JSON.stringify` and `JSON.parse` keep it exactly.
 * `sigmoid`: p = 1 / (1 + exp(a f + b)). `isotonic`: straight lines between the points, flat outside. `beta`: log odds =
 * a ln(f) - b ln(1 - f) + c for scores in [0, 1]. `identity`: the score itself, held to [0, 1].
 */
export type Calibrator =
  | { readonly kind: 'identity' }
  | { readonly kind: 'sigmoid'; readonly a: number; readonly b: number }
  | { readonly kind: 'isotonic'; readonly x: readonly number[]; readonly y: readonly number[] }
  | { readonly kind: 'beta'; readonly a: number; readonly b: number; readonly c: number };

export type CalibratorKind = Calibrator['kind'];
export const CALIBRATOR_KINDS: readonly CalibratorKind[] = ['identity', 'sigmoid', 'isotonic', 'beta'];

/** Scores at least this far from 0 and 1 enter a logarithm. */
const EDGE = 1e-12;

/** Probability in [0, 1] for one score; NaN for a missing score. */
export function calibrate(calibrator: Calibrator, score: number): number {
  if (Number.isNaN(score)) return Number.NaN;
  switch (calibrator.kind) {
    case 'identity':
      return Math.min(1, Math.max(0, score));
    case 'sigmoid':
      return logistic(-(calibrator.a * score + calibrator.b));
    case 'isotonic':
      return interpolate(calibrator.x, calibrator.y, score);
    case 'beta': {
      const held = Math.min(1 - EDGE, Math.max(EDGE, score));
      return logistic(calibrator.a * Math.log(held) - calibrator.b * Math.log1p(-held) + calibrator.c);
    }
    default:
      return assertNever(calibrator);
  }
}

export function calibrateAll(calibrator: Calibrator, scores: ArrayLike<number>): Float64Array {
  return Float64Array.from(scores, (score) => calibrate(calibrator, score));
}

function interpolate(x: readonly number[], y: readonly number[], score: number): number {
  const last = x.length - 1;
  if (score <= x[0]!) return y[0]!;
  if (score >= x[last]!) return y[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (x[middle]! <= score) low = middle;
    else high = middle;
  }
  const share = (score - x[low]!) / (x[high]! - x[low]!);
  return y[low]! + share * (y[high]! - y[low]!);
}

/** Fits one kind of calibrator to 0/1 outcomes. Throws `UserError` on labels or lengths that cannot be. */
export function fitCalibrator(
  kind: CalibratorKind,
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Calibrator {
  checkBinary(scores, outcomes, weights);
  switch (kind) {
    case 'identity':
      return { kind: 'identity' };
    case 'sigmoid':
      return fitSigmoid(scores, outcomes, weights);
    case 'isotonic':
      return fitIsotonic(scores, outcomes, weights);
    case 'beta':
      return fitBeta(scores, outcomes, weights);
    default:
      return assertNever(kind);
  }
}

/**
 * Platt's sigmoid with his smoothed targets, (N+ + 1) / (N+ + 2) and 1 / (N- + 2), minimised by Newton's method
 * (Lin, Lin and Weng 2007). Weighted counts where weights are given.
 */
export function fitSigmoid(
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Calibrator & { readonly kind: 'sigmoid' } {
  checkBinary(scores, outcomes, weights);
  const mass = unitWeights(outcomes.length, weights);
  let positives = 0;
  let negatives = 0;
  for (let row = 0; row < outcomes.length; row++) {
    if (outcomes[row] === 1) positives += mass[row]!;
    else negatives += mass[row]!;
  }
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  // Newton works on centred, scaled scores, so that the scale of a margin does not matter.
  const { shift, scale } = spread(scores);
  const problem = {
    columns: [Float64Array.from(scores, (score) => (score - shift) / scale), new Float64Array(outcomes.length).fill(1)],
    targets: Float64Array.from(outcomes, (outcome) => (outcome === 1 ? high : low)),
    weights: mass,
  };
  const [slope, intercept] = fitLogistic(problem, [0, Math.log((positives + 1) / (negatives + 1))]);
  return { kind: 'sigmoid', a: -slope! / scale, b: -(intercept! - (slope! * shift) / scale) };
}

function spread(scores: ArrayLike<number>): { shift: number; scale: number } {
  let mean = 0;
  for (let row = 0; row < scores.length; row++) mean += scores[row]! / scores.length;
  let variance = 0;
  for (let row = 0; row < scores.length; row++) variance += (scores[row]! - mean) ** 2 / scores.length;
  return { shift: mean, scale: variance > 0 ? Math.sqrt(variance) : 1 };
}

/**
 * Isotonic regression by pooling adjacent violators; equal scores are averaged first; points inside a flat stretch are left out of the
 * stored map, whose interpolation is unchanged by that.
 */
export function fitIsotonic(
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Calibrator & { readonly kind: 'isotonic' } {
  const { x, sum, weight } = tiesSummed(scores, outcomes, unitWeights(outcomes.length, weights));
  const fitted = poolSums(sum, weight);
  const keep = (index: number) =>
    index === 0 || index === fitted.length - 1 || fitted[index] !== fitted[index - 1] || fitted[index] !== fitted[index + 1];
  return { kind: 'isotonic', x: x.filter((_, index) => keep(index)), y: Array.from(fitted).filter((_, index) => keep(index)) };
}

function tiesSummed(
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  mass: Float64Array,
): { x: number[]; sum: number[]; weight: number[] } {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const x: number[] = [];
  const sum: number[] = [];
  const weight: number[] = [];
  for (const row of order) {
    if (mass[row] === 0) continue;
    if (x.length === 0 || x.at(-1) !== scores[row]) {
      x.push(scores[row]!);
      sum.push(0);
      weight.push(0);
    }
    sum[sum.length - 1]! += mass[row]! * outcomes[row]!;
    weight[weight.length - 1]! += mass[row]!;
  }
  if (x.length === 0) throw new UserError('isotonic calibration needs at least one sample with weight');
  return { x, sum, weight };
}

/** The nearest rising sequence in weighted squares. O(n); idempotent. */
export function poolAdjacentViolators(values: ArrayLike<number>, weights?: ArrayLike<number>): Float64Array {
  const mass = Float64Array.from(values, (_, index) => (weights === undefined ? 1 : weights[index]!));
  return poolSums(
    mass.map((weight, index) => values[index]! * weight),
    mass,
  );
}

/**
 * The same of weighted sums. Blocks keep their sums and divide once, so that blocks of equal mean get equal bits: means of means would
 * differ in the last digit, and a flat stretch would fall into steps.
 */
function poolSums(sums: ArrayLike<number>, weights: ArrayLike<number>): Float64Array {
  const blockSum: number[] = [];
  const blockWeight: number[] = [];
  const ends: number[] = [];
  for (let index = 0; index < sums.length; index++) {
    let sum = sums[index]!;
    let weight = weights[index]!;
    while (blockSum.length > 0 && blockSum.at(-1)! / blockWeight.at(-1)! > sum / weight) {
      sum += blockSum.pop()!;
      weight += blockWeight.pop()!;
      ends.pop();
    }
    blockSum.push(sum);
    blockWeight.push(weight);
    ends.push(index + 1);
  }
  const fitted = new Float64Array(sums.length);
  let from = 0;
  ends.forEach((end, block) => {
    fitted.fill(blockSum[block]! / blockWeight[block]!, from, end);
    from = end;
  });
  return fitted;
}

/**
 * Beta calibration (Kull, Silva Filho and Flach 2017): logistic regression on ln(f) and -ln(1 - f) with both slopes held at 0 or above,
 * by dropping the one that comes out negative and fitting again. Scores must be probabilities.
 */
export function fitBeta(
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Calibrator & { readonly kind: 'beta' } {
  checkBinary(scores, outcomes, weights);
  for (let row = 0; row < scores.length; row++) {
    if (!(scores[row]! >= 0 && scores[row]! <= 1))
      throw new UserError(`beta calibration needs scores in [0, 1], got ${scores[row]} at sample ${row}`, 'Use sigmoid for margins.');
  }
  const held = Float64Array.from(scores, (score) => Math.min(1 - EDGE, Math.max(EDGE, score)));
  const rising = held.map((score) => Math.log(score));
  const falling = held.map((score) => -Math.log1p(-score));
  const one = new Float64Array(held.length).fill(1);
  const targets = Float64Array.from(outcomes);
  const mass = unitWeights(outcomes.length, weights);
  const fit = (columns: readonly Float64Array[]) => fitLogistic({ columns, targets, weights: mass }, new Float64Array(columns.length));
  const [a, b, c] = fit([rising, falling, one]);
  if (a! >= 0 && b! >= 0) return { kind: 'beta', a: a!, b: b!, c: c! };
  const [slope, intercept] = fit([a! < 0 ? falling : rising, one]);
  if (slope! < 0) return { kind: 'beta', a: 0, b: 0, c: fit([one])[0]! };
  return a! < 0 ? { kind: 'beta', a: 0, b: slope!, c: intercept! } : { kind: 'beta', a: slope!, b: 0, c: intercept! };
}

/** Exact text of a calibrator, and back. `parseCalibrator` throws `UserError` on anything else. */
export function serializeCalibrator(calibrator: Calibrator): string {
  return JSON.stringify(calibrator);
}

export function parseCalibrator(text: string): Calibrator {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError('the calibrator file is not JSON', 'Run the calibrate stage again.', { cause });
  }
  if (isCalibrator(value)) return value;
  throw new UserError(
    'the calibrator file holds no known calibrator',
    `Known kinds: ${CALIBRATOR_KINDS.join(', ')}. Run the calibrate stage again.`,
  );
}

function isCalibrator(value: unknown): value is Calibrator {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const fields = value as Record<string, unknown>;
  const numbers = (...names: string[]) => names.every((name) => Number.isFinite(fields[name]));
  const list = (name: string) =>
    Array.isArray(fields[name]) && fields[name].length > 0 && fields[name].every((entry: unknown) => Number.isFinite(entry));
  const rising = (name: string, least: number) =>
    (fields[name] as number[]).every((entry, index, all) => index === 0 || entry - all[index - 1]! >= least);
  if (value.kind === 'identity') return true;
  if (value.kind === 'sigmoid') return numbers('a', 'b');
  if (value.kind === 'beta') return numbers('a', 'b', 'c');
  if (value.kind !== 'isotonic' || !list('x') || !list('y')) return false;
  const y = fields['y'] as number[];
  return (fields['x'] as number[]).length === y.length && rising('x', Number.MIN_VALUE) && rising('y', 0) && y[0]! >= 0 && y.at(-1)! <= 1;
}

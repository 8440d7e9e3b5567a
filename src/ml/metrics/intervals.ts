import { UserError, type Rng } from '#core';
import { checkBinary } from './checks.ts';

export type Interval = readonly [low: number, high: number];

/** Standard normal quantile by bisection on a series-based distribution function; exact to about 1e-12. */
export function normalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1)) throw new UserError(`a quantile needs a probability inside (0, 1), got ${probability}`);
  let low = -40;
  let high = 40;
  for (let step = 0; step < 100 && high - low > 1e-13; step++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Standard normal distribution function: series near 0, continued fraction in the tail. */
export function normalCdf(z: number): number {
  const size = Math.abs(z);
  const density = Math.exp(-0.5 * size * size) / Math.sqrt(2 * Math.PI);
  let tail: number;
  if (size < 3) {
    let term = size;
    let sum = size;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (size * size) / (2 * n + 1);
      sum += term;
    }
    tail = 0.5 - density * sum;
  } else {
    let fraction = size;
    for (let n = 150; n >= 1; n--) fraction = size + n / fraction;
    tail = density / fraction;
  }
  return z > 0 ? 1 - tail : tail;
}

/** Wilson's score interval for a share of `successes` in `trials`. [0, 1] without trials. */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  if (trials === 0) return [0, 1];
  const z = normalQuantile(0.5 + confidence / 2);
  const share = successes / trials;
  const scale = 1 + (z * z) / trials;
  const centre = (share + (z * z) / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return [Math.max(0, Math.min(share, centre - half)), Math.min(1, Math.max(share, centre + half))];
}

/** DeLong's interval for the area under the ROC curve (DeLong et al. 1988), ties counting half. O(n log n). */
export function aucInterval(
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  confidence = 0.95,
): { readonly auc: number; readonly standardError: number; readonly interval: Interval } {
  checkBinary(scores, outcomes);
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let row = 0; row < outcomes.length; row++) (outcomes[row] === 1 ? positives : negatives).push(scores[row]!);
  if (positives.length < 2 || negatives.length < 2) throw new UserError('an AUC interval needs at least two samples of each class');
  const forPositives = shareBelow(positives, Float64Array.from(negatives).sort());
  const forNegatives = shareBelow(negatives, Float64Array.from(positives).sort()).map((value) => 1 - value);
  const auc = forPositives.reduce((sum, value) => sum + value, 0) / positives.length;
  const spread = (values: Float64Array) => values.reduce((sum, value) => sum + (value - auc) ** 2, 0) / (values.length - 1) / values.length;
  const standardError = Math.sqrt(spread(forPositives) + spread(forNegatives));
  const half = normalQuantile(0.5 + confidence / 2) * standardError;
  return { auc, standardError, interval: [Math.max(0, auc - half), Math.min(1, auc + half)] };
}

/** For each value the share of `sorted` below it, equal ones counting half. */
function shareBelow(values: readonly number[], sorted: Float64Array): Float64Array {
  const bound = (value: number, inclusive: boolean) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < value || (inclusive && sorted[middle] === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return Float64Array.from(values, (value) => (bound(value, false) + bound(value, true)) / 2 / sorted.length);
}

export interface BootstrapOptions {
  readonly rng: Rng;
  /** Default 1000. */
  readonly repeats?: number;
  /** Mean block length of the stationary bootstrap; 1 (default) draws single samples. Use about the label's length when labels overlap. */
  readonly blockLength?: number;
  readonly confidence?: number;
}

/**
 * Percentile interval of any statistic of samples by resampling rows: `statistic` gets row numbers (with repeats) and returns a number;
 * NaN results (e.g. only one class drawn) are left out. Blocks wrap around the end (Politis and Romano 1994).
 */
export function bootstrapInterval(count: number, statistic: (rows: Int32Array) => number, options: BootstrapOptions): Interval {
  const { rng, repeats = 1000, blockLength = 1, confidence = 0.95 } = options;
  if (count < 1 || !(blockLength >= 1))
    throw new UserError(`a bootstrap needs samples and a block length of at least 1, got ${count} and ${blockLength}`);
  const rows = new Int32Array(count);
  const values: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    let row = 0;
    for (let index = 0; index < count; index++) {
      const fresh = index === 0 || blockLength === 1 || rng.uniform() * blockLength < 1;
      row = fresh ? rng.integer(count) : (row + 1) % count;
      rows[index] = row;
    }
    const value = statistic(rows);
    if (!Number.isNaN(value)) values.push(value);
  }
  if (values.length === 0) return [Number.NaN, Number.NaN];
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))]!;
  return [at((1 - confidence) / 2), at((1 + confidence) / 2)];
}

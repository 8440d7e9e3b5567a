import type { Kernel } from '../kernel.ts';
import { missing } from '../kernel.ts';

/** Looks at window rows `from .. from + n - 1` of `rows`, oldest first. */
export type WindowFunction = (rows: Float64Array, from: number, n: number) => number;

/** Any function of the last n rows, O(n) a row. Each value is stored twice, so that the window is always one contiguous stretch. */
export class WindowedKernel implements Kernel {
  readonly n: number;
  readonly rows: Float64Array;
  readonly #apply: WindowFunction;
  position = 0;
  constructor(n: number, apply: WindowFunction) {
    this.n = n;
    this.rows = missing(2 * n);
    this.#apply = apply;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [x, out, n, rows, apply] = [inputs[0]!, outputs[0]!, this.n, this.rows, this.#apply];
    for (let i = 0; i < count; i++) {
      rows[this.position] = x[i]!;
      rows[this.position + n] = x[i]!;
      this.position = this.position + 1 === n ? 0 : this.position + 1;
      out[i] = apply(rows, this.position, n);
    }
  }
}

function mean(rows: Float64Array, from: number, n: number): number {
  let sum = 0;
  for (let k = from; k < from + n; k++) sum += rows[k]!;
  return sum / n;
}

/** Mean absolute deviation from the mean. */
export function meanDeviation(rows: Float64Array, from: number, n: number): number {
  const centre = mean(rows, from, n);
  let sum = 0;
  for (let k = from; k < from + n; k++) sum += Math.abs(rows[k]! - centre);
  return sum / n;
}

/** Σ weights[k]·x[t−k]: weights are given newest first. */
export function weighted(weights: Float64Array): WindowFunction {
  return (rows, from, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += weights[n - 1 - k]! * rows[from + k]!;
    return sum;
  };
}

/** A bell of weights that sum to 1, newest first: exp(−(k − m)²/2s²) of the k-th oldest, m = offset·(n − 1), s = n/sigma. */
export function bellWeights(n: number, offset: number, sigma: number): Float64Array {
  const weights = Float64Array.from({ length: n }, (_, k) => Math.exp(-((n - 1 - k - offset * (n - 1)) ** 2) / (2 * (n / sigma) ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Weights of (1 − B)^d, newest first: w₀ = 1, w_k = −w_{k−1}(d − k + 1)/k (Lopez de Prado 2018, eq. 5.1). */
export function fracdiffWeights(d: number, n: number): Float64Array {
  const weights = new Float64Array(n);
  let weight = 1;
  for (let k = 0; k < n; k++) {
    if (k > 0) weight = (-weight * (d - k + 1)) / k;
    weights[k] = weight;
  }
  return weights;
}

/** How many of those weights are at least `threshold` in size before the first smaller one, at most `limit`. */
export function fracdiffWidth(d: number, threshold: number, limit: number): number {
  let weight = 1;
  let n = 1;
  while (n < limit) {
    weight = (-weight * (d - n + 1)) / n;
    if (Math.abs(weight) < threshold) break;
    n++;
  }
  return n;
}

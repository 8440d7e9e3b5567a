import type { Kernel } from '../kernel.ts';
import { divide, missing } from '../kernel.ts';

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

/** Standardised central moment of the given order (population); kurtosis comes as excess over the normal's 3. */
export function standardMoment(order: 3 | 4): WindowFunction {
  return (rows, from, n) => {
    const centre = mean(rows, from, n);
    let square = 0;
    let high = 0;
    for (let k = from; k < from + n; k++) {
      const deviation = rows[k]! - centre;
      square += deviation * deviation;
      high += order === 3 ? deviation * deviation * deviation : deviation * deviation * (deviation * deviation);
    }
    const variance = square / n;
    return order === 3 ? divide(high / n, variance * Math.sqrt(variance)) : divide(high / n, variance * variance) - 3;
  };
}

/** The q-quantile with linear interpolation between order statistics (numpy's default). */
export function quantileOf(q: number): WindowFunction {
  return (rows, from, n) => {
    const sorted = rows.slice(from, from + n).sort();
    if (Number.isNaN(sorted[n - 1]!)) return Number.NaN;
    const at = q * (n - 1);
    const low = Math.floor(at);
    return sorted[low]! + (at - low) * (sorted[Math.min(n - 1, low + 1)]! - sorted[low]!);
  };
}

/** Median absolute deviation from the median, unscaled. */
export function medianDeviation(rows: Float64Array, from: number, n: number): number {
  const median = quantileOf(0.5);
  const centre = median(rows, from, n);
  const deviations = new Float64Array(n);
  for (let k = 0; k < n; k++) deviations[k] = Math.abs(rows[from + k]! - centre);
  return median(deviations, 0, n);
}

/** Share of the other rows that the newest exceeds, ties half: 0 lowest, 1 highest. */
export function rankOfNewest(rows: Float64Array, from: number, n: number): number {
  const newest = rows[from + n - 1]!;
  let below = 0;
  for (let k = from; k < from + n - 1; k++) {
    const value = rows[k]!;
    if (Number.isNaN(value)) return Number.NaN;
    below += value < newest ? 1 : value === newest ? 0.5 : 0;
  }
  return Number.isNaN(newest) ? newest : divide(below, n - 1);
}

/** Σ weights[k]·x[t−k]: weights are given newest first. */
export function weighted(weights: Float64Array): WindowFunction {
  return (rows, from, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += weights[n - 1 - k]! * rows[from + k]!;
    return sum;
  };
}

/** Co-moments of two columns over n rows, two passes. Outputs: covariance (n−1), correlation, slope of y (first) on x (second). */
export class PairKernel implements Kernel {
  readonly n: number;
  readonly y: Float64Array;
  readonly x: Float64Array;
  position = 0;
  constructor(n: number) {
    this.n = n;
    this.y = missing(2 * n);
    this.x = missing(2 * n);
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const { n, y, x } = this;
    for (let i = 0; i < count; i++) {
      y[this.position] = y[this.position + n] = inputs[0]![i]!;
      x[this.position] = x[this.position + n] = inputs[1]![i]!;
      this.position = this.position + 1 === n ? 0 : this.position + 1;
      const from = this.position;
      const meanY = mean(y, from, n);
      const meanX = mean(x, from, n);
      let [xx, yy, xy] = [0, 0, 0];
      for (let k = from; k < from + n; k++) {
        const dy = y[k]! - meanY;
        const dx = x[k]! - meanX;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
      }
      outputs[0]![i] = divide(xy, n - 1);
      outputs[1]![i] = divide(xy, Math.sqrt(xx) * Math.sqrt(yy));
      outputs[2]![i] = divide(xy, xx);
    }
  }
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

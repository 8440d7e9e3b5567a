import type { Kernel } from '../kernel.ts';
import { divide, missing } from '../kernel.ts';

/**
 * Skewness (`order` 3) or excess kurtosis (4) of the last n rows, population moments, O(1) amortised and without drift: as in
 * VarianceKernel the moments of two blocks are merged (Pébay 2008, pairwise update of third and fourth central moments).
 */
export class StandardMomentKernel implements Kernel {
  readonly n: number;
  readonly order: number;
  readonly ring: Float64Array;
  /** Mean, M2, M3 and M4 of rows j.. of the last block, four numbers a row. */
  readonly suffix: Float64Array;
  /** The same of the current block. */
  readonly head = new Float64Array(4);
  position = 0;
  constructor(n: number, order: 3 | 4) {
    this.n = n;
    this.order = order;
    this.ring = new Float64Array(n);
    this.suffix = missing(4 * (n + 1));
    this.suffix.fill(0, 4 * n);
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    const out = outputs[0]!;
    const { n, ring, suffix, head } = this;
    for (let i = 0; i < count; i++) {
      const value = x[i]!;
      ring[this.position++] = value;
      accumulate(head, value, this.position);
      out[i] = this.#merge(this.position);
      if (this.position < n) continue;
      head.fill(0);
      for (let j = n - 1; j > 0; j--) {
        accumulate(head, ring[j]!, n - j);
        for (let k = 0; k < 4; k++) suffix[4 * j + k] = head[k]!;
      }
      head.fill(0);
      this.position = 0;
    }
  }

  /** Older rows `p..` of the last block with the p rows of the current one. */
  #merge(p: number): number {
    const { n, suffix, head } = this;
    const old = n - p;
    const [mean2, mean3] = [suffix[4 * p + 1]!, suffix[4 * p + 2]!];
    const gap = old === 0 ? 0 : head[0]! - suffix[4 * p]!;
    const step = gap / n;
    const m2 = mean2 + head[1]! + gap * step * old * p;
    const variance = m2 / n;
    if (this.order === 3) {
      const m3 = mean3 + head[2]! + gap * step * step * old * p * (old - p) + 3 * step * (old * head[1]! - p * mean2);
      return divide(m3 / n, variance * Math.sqrt(variance));
    }
    const between = gap * step * step * step * old * p * (old * old - old * p + p * p);
    const second = 6 * step * step * (old * old * head[1]! + p * p * mean2);
    const third = 4 * step * (old * head[2]! - p * mean3);
    return divide((suffix[4 * p + 3]! + head[3]! + between + second + third) / n, variance * variance) - 3;
  }
}

/** Adds the k-th value to [mean, M2, M3, M4]. */
function accumulate(moments: Float64Array, value: number, k: number): void {
  const gap = value - moments[0]!;
  const step = gap / k;
  const term = gap * step * (k - 1);
  const m2 = moments[1]!;
  const m3 = moments[2]!;
  moments[3] = moments[3]! + term * step * step * (k * k - 3 * k + 3) + 6 * step * step * m2 - 4 * step * m3;
  moments[2] = m3 + term * step * (k - 2) - 3 * step * m2;
  moments[1] = m2 + term;
  moments[0] = moments[0]! + step;
}

/**
 * Co-moments of two columns over n rows, merged from two blocks (Chan, Golub and LeVeque 1983). Outputs: covariance (n−1),
 * correlation, slope of y (first) on x (second).
 */
export class PairKernel implements Kernel {
  readonly n: number;
  readonly y: Float64Array;
  readonly x: Float64Array;
  /** Means of y and x, then their sums of squares and of products, of rows j.. of the last block: five numbers a row. */
  readonly suffix: Float64Array;
  readonly head = new Float64Array(5);
  position = 0;
  constructor(n: number) {
    this.n = n;
    this.y = new Float64Array(n);
    this.x = new Float64Array(n);
    this.suffix = missing(5 * (n + 1));
    this.suffix.fill(0, 5 * n);
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [ys, xs, covariance, correlation, slope] = [inputs[0]!, inputs[1]!, outputs[0]!, outputs[1]!, outputs[2]!];
    const { n, y, x, suffix, head } = this;
    for (let i = 0; i < count; i++) {
      const at = this.position++;
      y[at] = ys[i]!;
      x[at] = xs[i]!;
      accumulatePair(head, ys[i]!, xs[i]!, at + 1);
      const p = at + 1;
      const from = 5 * p;
      const share = ((n - p) * p) / n;
      const gapY = p === n ? 0 : head[0]! - suffix[from]!;
      const gapX = p === n ? 0 : head[1]! - suffix[from + 1]!;
      const yy = suffix[from + 2]! + head[2]! + gapY * gapY * share;
      const xx = suffix[from + 3]! + head[3]! + gapX * gapX * share;
      const xy = suffix[from + 4]! + head[4]! + gapY * gapX * share;
      covariance[i] = divide(xy, n - 1);
      correlation[i] = divide(xy, Math.sqrt(xx) * Math.sqrt(yy));
      slope[i] = divide(xy, xx);
      if (p < n) continue;
      head.fill(0);
      for (let j = n - 1; j > 0; j--) {
        accumulatePair(head, y[j]!, x[j]!, n - j);
        for (let k = 0; k < 5; k++) suffix[5 * j + k] = head[k]!;
      }
      head.fill(0);
      this.position = 0;
    }
  }
}

/** Adds the k-th pair to [mean y, mean x, Syy, Sxx, Sxy]. */
function accumulatePair(moments: Float64Array, y: number, x: number, k: number): void {
  const gapY = y - moments[0]!;
  const gapX = x - moments[1]!;
  const weight = (k - 1) / k;
  moments[0] = moments[0]! + gapY / k;
  moments[1] = moments[1]! + gapX / k;
  moments[2] = moments[2]! + gapY * gapY * weight;
  moments[3] = moments[3]! + gapX * gapX * weight;
  moments[4] = moments[4]! + gapY * gapX * weight;
}

import type { Kernel } from '../kernel.ts';
import { divide, missing } from '../kernel.ts';

/**
 * Sliding aggregates by blocks of n rows: a window is the tail of the last block (its suffix aggregates, computed once a block)
 * and the head of the current one (a running aggregate). O(1) amortised, nothing is ever subtracted, so there is no drift,
 * and a missing or absurd value leaves no trace once it left the window. Suffixes start as NaN: the first n-1 rows are missing.
 */
export class SumKernel implements Kernel {
  readonly n: number;
  readonly divisor: number;
  readonly ring: Float64Array;
  readonly suffix: Float64Array;
  position = 0;
  prefix = 0;
  constructor(n: number, mean: boolean) {
    this.n = n;
    this.divisor = mean ? n : 1;
    this.ring = new Float64Array(n);
    this.suffix = missing(n + 1);
    this.suffix[n] = 0;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    const out = outputs[0]!;
    const { n, ring, suffix, divisor } = this;
    let { position, prefix } = this;
    for (let i = 0; i < count; i++) {
      const value = x[i]!;
      ring[position++] = value;
      prefix += value;
      out[i] = (suffix[position]! + prefix) / divisor;
      if (position === n) {
        let tail = 0;
        for (let j = n - 1; j > 0; j--) {
          tail += ring[j]!;
          suffix[j] = tail;
        }
        position = 0;
        prefix = 0;
      }
    }
    this.position = position;
    this.prefix = prefix;
  }
}

/** Sliding maximum; the minimum is the maximum of the negated values. A missing value is the greatest of all to Math.max. */
export class ExtremeKernel implements Kernel {
  readonly n: number;
  readonly sign: number;
  readonly ring: Float64Array;
  readonly suffix: Float64Array;
  position = 0;
  prefix = Number.NEGATIVE_INFINITY;
  constructor(n: number, which: 'min' | 'max') {
    this.n = n;
    this.sign = which === 'max' ? 1 : -1;
    this.ring = new Float64Array(n);
    this.suffix = missing(n + 1);
    this.suffix[n] = Number.NEGATIVE_INFINITY;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    const out = outputs[0]!;
    const { n, ring, suffix, sign } = this;
    let { position, prefix } = this;
    for (let i = 0; i < count; i++) {
      const value = sign * x[i]!;
      ring[position++] = value;
      prefix = Math.max(prefix, value);
      out[i] = sign * Math.max(prefix, suffix[position]!);
      if (position === n) {
        let highest = Number.NEGATIVE_INFINITY;
        for (let j = n - 1; j > 0; j--) {
          highest = Math.max(highest, ring[j]!);
          suffix[j] = highest;
        }
        position = 0;
        prefix = Number.NEGATIVE_INFINITY;
      }
    }
    this.position = position;
    this.prefix = prefix;
  }
}

/** Linearly weighted window: the newest row weighs n, the oldest 1. Outputs Σ w·x and Σ x. */
export class WeightedSumKernel implements Kernel {
  readonly n: number;
  readonly ring: Float64Array;
  readonly suffix: Float64Array;
  readonly suffixWeighted: Float64Array;
  position = 0;
  prefix = 0;
  prefixWeighted = 0;
  constructor(n: number) {
    this.n = n;
    this.ring = new Float64Array(n);
    this.suffix = missing(n + 1);
    this.suffixWeighted = missing(n + 1);
    this.suffix[n] = 0;
    this.suffixWeighted[n] = 0;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    const weighted = outputs[0]!;
    const plain = outputs[1]!;
    const { n, ring, suffix, suffixWeighted } = this;
    let { position, prefix, prefixWeighted } = this;
    for (let i = 0; i < count; i++) {
      const value = x[i]!;
      ring[position++] = value;
      prefix += value;
      prefixWeighted += position * value;
      weighted[i] = suffixWeighted[position]! + (prefixWeighted + (n - position) * prefix);
      plain[i] = suffix[position]! + prefix;
      if (position === n) {
        let tail = 0;
        let tailWeighted = 0;
        for (let j = n - 1; j > 0; j--) {
          tail += ring[j]!;
          tailWeighted += tail;
          suffix[j] = tail;
          suffixWeighted[j] = tailWeighted;
        }
        position = 0;
        prefix = 0;
        prefixWeighted = 0;
      }
    }
    this.position = position;
    this.prefix = prefix;
    this.prefixWeighted = prefixWeighted;
  }
}

/** Bars since the window's extreme (0 = this bar); the most recent one of equals. */
export class ArgExtremeKernel implements Kernel {
  readonly n: number;
  readonly sign: number;
  readonly ring: Float64Array;
  readonly suffix: Float64Array;
  readonly suffixAt: Float64Array;
  position = 0;
  prefix = Number.NEGATIVE_INFINITY;
  prefixAt = 0;
  constructor(n: number, which: 'min' | 'max') {
    this.n = n;
    this.sign = which === 'max' ? 1 : -1;
    this.ring = new Float64Array(n);
    this.suffix = missing(n + 1);
    this.suffixAt = new Float64Array(n + 1);
    this.suffix[n] = Number.NEGATIVE_INFINITY;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [x, out] = [inputs[0]!, outputs[0]!];
    const { n, sign, ring, suffix, suffixAt } = this;
    let { position, prefix, prefixAt } = this;
    for (let i = 0; i < count; i++) {
      const value = sign * x[i]!;
      const at = position++;
      ring[at] = value;
      if (value >= prefix || Number.isNaN(value)) {
        prefix = value;
        prefixAt = at;
      }
      const old = suffix[position]!;
      if (Number.isNaN(old) || Number.isNaN(prefix)) out[i] = Number.NaN;
      else out[i] = prefix >= old ? at - prefixAt : at + n - suffixAt[position]!;
      if (position < n) continue;
      for (let j = n - 1; j > 0; j--) {
        const keep = suffix[j + 1]! >= ring[j]! || Number.isNaN(suffix[j + 1]!);
        suffix[j] = keep ? suffix[j + 1]! : ring[j]!;
        suffixAt[j] = keep ? suffixAt[j + 1]! : j;
      }
      position = 0;
      prefix = Number.NEGATIVE_INFINITY;
    }
    this.position = position;
    this.prefix = prefix;
    this.prefixAt = prefixAt;
  }
}

/**
 * Sliding mean and sum of squared deviations (M2), by merging the two blocks' moments (Chan, Golub and LeVeque 1983):
 * no squares of large prices are ever subtracted. Outputs mean and M2 / (n - ddof).
 */
export class VarianceKernel implements Kernel {
  readonly n: number;
  readonly degrees: number;
  readonly ring: Float64Array;
  readonly suffixMean: Float64Array;
  readonly suffixM2: Float64Array;
  position = 0;
  mean = 0;
  m2 = 0;
  constructor(n: number, ddof: number) {
    this.n = n;
    this.degrees = n - ddof;
    this.ring = new Float64Array(n);
    this.suffixMean = missing(n + 1);
    this.suffixM2 = missing(n + 1);
    this.suffixMean[n] = 0;
    this.suffixM2[n] = 0;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    const meanOut = outputs[0]!;
    const varianceOut = outputs[1]!;
    const { n, ring, suffixMean, suffixM2, degrees } = this;
    let { position, mean, m2 } = this;
    for (let i = 0; i < count; i++) {
      const value = x[i]!;
      ring[position++] = value;
      const delta = value - mean;
      mean += delta / position;
      m2 += delta * (value - mean);
      const old = n - position;
      const gap = old === 0 ? 0 : suffixMean[position]! - mean;
      meanOut[i] = mean + (gap * old) / n;
      varianceOut[i] = divide(suffixM2[position]! + m2 + (gap * gap * old * position) / n, degrees);
      if (position === n) {
        this.#fold(ring, suffixMean, suffixM2, n);
        position = 0;
        mean = 0;
        m2 = 0;
      }
    }
    this.position = position;
    this.mean = mean;
    this.m2 = m2;
  }

  #fold(ring: Float64Array, suffixMean: Float64Array, suffixM2: Float64Array, n: number): void {
    let mean = 0;
    let m2 = 0;
    for (let j = n - 1; j > 0; j--) {
      const delta = ring[j]! - mean;
      mean += delta / (n - j);
      m2 += delta * (ring[j]! - mean);
      suffixMean[j] = mean;
      suffixM2[j] = m2;
    }
  }
}

/** The value n bars ago. */
export class DelayKernel implements Kernel {
  readonly ring: Float64Array;
  position = 0;
  constructor(n: number) {
    this.ring = missing(n);
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    const out = outputs[0]!;
    const { ring } = this;
    const n = ring.length;
    let position = this.position;
    for (let i = 0; i < count; i++) {
      const value = x[i]!;
      out[i] = ring[position]!;
      ring[position] = value;
      if (++position === n) position = 0;
    }
    this.position = position;
  }
}

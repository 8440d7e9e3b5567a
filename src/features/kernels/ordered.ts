import type { Kernel } from '../kernel.ts';
import { divide } from '../kernel.ts';

/** Looks at the n values of a full window in ascending order, and at the newest of them. */
export type OrderStatistic = (sorted: Float64Array, n: number, newest: number) => number;

/** Index of the first of `size` ascending values that is at least `value`. */
function lowerBound(sorted: Float64Array, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Moves `count` values from index `from` to index `to`; a short stretch by hand, for the call costs more. */
function move(sorted: Float64Array, to: number, from: number, count: number): void {
  if (count > 48) sorted.copyWithin(to, from, from + count);
  else if (to < from) for (let k = 0; k < count; k++) sorted[to + k] = sorted[from + k]!;
  else for (let k = count - 1; k >= 0; k--) sorted[to + k] = sorted[from + k]!;
}

/**
 * A function of the last n rows' order. The window stays sorted: the value that leaves is found by bisection, the one that
 * comes takes its place, and only the values between the two move. `unknown` counts the rows until the window is all known.
 */
export class OrderedKernel implements Kernel {
  readonly n: number;
  readonly ring: Float64Array;
  readonly sorted: Float64Array;
  readonly #apply: OrderStatistic;
  position = 0;
  size = 0;
  unknown: number;
  constructor(n: number, apply: OrderStatistic) {
    this.n = n;
    this.ring = new Float64Array(n).fill(Number.NaN);
    this.sorted = new Float64Array(n);
    this.unknown = n - 1;
    this.#apply = apply;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    const out = outputs[0]!;
    for (let i = 0; i < count; i++) {
      const value = x[i]!;
      this.#exchange(this.ring[this.position]!, value);
      this.ring[this.position] = value;
      this.position = this.position + 1 === this.n ? 0 : this.position + 1;
      if (Number.isNaN(value)) this.unknown = this.n;
      out[i] = this.unknown > 0 ? Number.NaN : this.#apply(this.sorted, this.n, value);
      if (this.unknown > 0) this.unknown--;
    }
  }

  #exchange(old: number, value: number): void {
    const { sorted, size } = this;
    const leaves = !Number.isNaN(old);
    const comes = !Number.isNaN(value);
    const gone = leaves ? lowerBound(sorted, size, old) : size;
    const place = comes ? lowerBound(sorted, size, value) : size;
    if (leaves && place > gone) {
      move(sorted, gone, gone + 1, place - gone - 1);
      if (comes) sorted[place - 1] = value;
    } else if (comes) {
      move(sorted, place + 1, place, gone - place);
      sorted[place] = value;
    }
    this.size = size + (comes ? 1 : 0) - (leaves ? 1 : 0);
  }
}

/** The q-quantile with linear interpolation between order statistics (numpy's default). */
export function quantileOf(q: number): OrderStatistic {
  return (sorted, n) => {
    const at = q * (n - 1);
    const low = Math.floor(at);
    return sorted[low]! + (at - low) * (sorted[Math.min(n - 1, low + 1)]! - sorted[low]!);
  };
}

/** Median absolute deviation from the median, unscaled: deviations grow from the centre outwards, so half of them are merged. */
export function medianDeviation(sorted: Float64Array, n: number): number {
  const half = n >>> 1;
  const low = (n - 1) >>> 1;
  const centre = sorted[low]! + (sorted[half]! - sorted[low]!) * 0.5 * (half - low);
  let left = low;
  let right = low + 1;
  let [before, now] = [0, 0];
  for (let k = 0; k <= half; k++) {
    const below = left >= 0 ? Math.abs(sorted[left]! - centre) : Number.POSITIVE_INFINITY;
    const above = right < n ? Math.abs(sorted[right]! - centre) : Number.POSITIVE_INFINITY;
    before = now;
    now = below <= above ? below : above;
    if (below <= above) left--;
    else right++;
  }
  return low === half ? now : before + 0.5 * (now - before);
}

/** Share of the other rows that the newest exceeds, ties half: 0 lowest, 1 highest. */
export function rankOfNewest(sorted: Float64Array, n: number, newest: number): number {
  const below = lowerBound(sorted, n, newest);
  let ties = -1;
  for (let k = below; k < n && sorted[k] === newest; k++) ties++;
  return divide(below + ties / 2, n - 1);
}

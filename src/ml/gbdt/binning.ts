import { sortNumbers } from './sort.ts';

/** How one feature maps to bins: bin = number of cuts ≤ value, so a split after bin b is `x < cuts[b]`. */
export interface FeatureBins {
  readonly cuts: Float64Array;
  /** Exact mode: the distinct values, one a bin, from which a split takes the midpoint of neighbours in the node. */
  readonly values: Float64Array | null;
}

/** A number above `low` and at most `high` that separates them: their midpoint, or `high` where rounding leaves none. */
export function separator(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle > low && middle <= high ? middle : high;
}

/**
 * Cuts of one column: between all distinct values when at most `maxBins` of them exist (or `exact`), else at quantiles, where a
 * value that is more frequent than a bin's share has a bin of its own.
 */
export function binFeature(column: Float64Array, maxBins: number, exact: boolean): FeatureBins {
  const sorted = new Float64Array(column.length);
  let present = 0;
  for (let i = 0; i < column.length; i++) if (column[i]! === column[i]!) sorted[present++] = column[i]! + 0;
  sortNumbers(sorted.subarray(0, present));
  let distinct = present > 0 ? 1 : 0;
  for (let i = 1; i < present; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  const bins = exact ? distinct : Math.min(distinct, maxBins);
  const cuts = new Float64Array(Math.max(bins - 1, 0));
  let made = 0;
  let inBin = 0;
  let left = present;
  for (let i = 0; i < present - 1 && made < cuts.length; i++) {
    inBin++;
    if (sorted[i] === sorted[i + 1]) continue;
    if (bins < distinct && inBin * (bins - made) < left) continue;
    cuts[made++] = separator(sorted[i]!, sorted[i + 1]!);
    left -= inBin;
    inBin = 0;
  }
  return { cuts: cuts.subarray(0, made), values: exact ? distinctValues(sorted, present, distinct) : null };
}

function distinctValues(sorted: Float64Array, present: number, distinct: number): Float64Array {
  const values = new Float64Array(distinct);
  let count = 0;
  for (let i = 0; i < present; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) values[count++] = sorted[i]!;
  return values;
}

const CELLS = 1024;

/**
 * Writes the bin of every row to `target[offset + stride × row]`; NaN gets `missingBin`.
 * A uniform grid of cells narrows the binary search to the few cuts of the value's cell.
 */
export function writeBins(
  column: Float64Array,
  cuts: Float64Array,
  missingBin: number,
  target: Uint8Array | Uint16Array,
  offset: number,
  stride: number,
): void {
  const first = cuts.length > 0 ? cuts[0]! : 0;
  const scale = cuts.length > 1 ? (CELLS - 2) / (cuts[cuts.length - 1]! - first) : 0;
  const cellScale = Number.isFinite(scale) ? scale : 0;
  const ends = new Int32Array(CELLS + 1);
  for (let j = 0; j < cuts.length; j++) ends[1 + cellOf(cuts[j]!, first, cellScale)]!++;
  for (let cell = 1; cell <= CELLS; cell++) ends[cell] = ends[cell]! + ends[cell - 1]!;
  for (let i = 0, at = offset; i < column.length; i++, at += stride) {
    const value = column[i]!;
    if (value !== value) {
      target[at] = missingBin;
      continue;
    }
    const cell = cellOf(value, first, cellScale);
    let low = ends[cell]!;
    let high = ends[cell + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cuts[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    target[at] = low;
  }
}

/** Rises with the value, so cuts in lower cells are below it and cuts in higher cells above. */
function cellOf(value: number, first: number, scale: number): number {
  const cell = (value - first) * scale;
  return cell > 0 ? (cell < CELLS - 1 ? Math.floor(cell) : CELLS - 1) : 0;
}

import type { BarColumns } from '#domain';

/** Beyond these no price or volume of a market lies, and products of two of them could leave what a number can hold. */
export const LARGEST_PRICE = 1e15;
export const SMALLEST_PRICE = 1e-15;
export const LARGEST_VOLUME = 1e30;

/**
 * What one look at all rows tells: a check whose sign is not there has nothing to find. Most data have nothing amiss, and a command that lives
 * for half a second would spend a twentieth of it on a loop of its own for each check.
 */
export interface RowSurvey {
  /** A row is not later than the one before. */
  readonly misplaced: boolean;
  /** A value that is missing or infinite, a price that is not above zero, a price or volume that no market has. */
  readonly unusable: boolean;
  /** An open or close outside of high and low. */
  readonly outsideRange: boolean;
  /** A bar without volume, or with the high, low and close of the one before. */
  readonly still: boolean;
  /** Of the steps from row to row in ms; infinite of a single row. */
  readonly leastStep: number;
  readonly mostStep: number;
}

export function surveyRows({ time, open, high, low, close, volume }: BarColumns): RowSurvey {
  const { length } = time;
  let [unusable, outsideRange, still] = [false, false, false];
  let leastStep = Number.POSITIVE_INFINITY;
  let mostStep = Number.NEGATIVE_INFINITY;
  let [t0, h0, l0, c0] = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  for (let row = 0; row < length; row++) {
    const t = time[row]!;
    const o = open[row]!;
    const h = high[row]!;
    const l = low[row]!;
    const c = close[row]!;
    const v = volume[row]!;
    const step = t - t0;
    if (step < leastStep) leastStep = step;
    if (step > mostStep) mostStep = step;
    // Each comparison is false, too, where a value is missing.
    const inRange = o >= l && o <= h && c >= l && c <= h;
    const usable = l >= SMALLEST_PRICE && h <= LARGEST_PRICE && v >= 0 && v <= LARGEST_VOLUME && t - t === 0;
    const moves = v !== 0 && (c !== c0 || h !== h0 || l !== l0);
    if (!(inRange && usable && moves)) {
      outsideRange ||= !inRange;
      unusable ||= !(usable && Math.min(o, h, l, c) >= SMALLEST_PRICE && Math.max(o, h, l, c) <= LARGEST_PRICE);
      still ||= !moves;
    }
    t0 = t;
    h0 = h;
    l0 = l;
    c0 = c;
  }
  return { misplaced: leastStep <= 0, unusable, outsideRange, still, leastStep, mostStep };
}

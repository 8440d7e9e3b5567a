import { DAY_MS } from '#core';
import { ExactSum } from '#portfolio';

/**
 * One combination of two averages through a whole history: one unit long while the fast column is above the slow one, decided at each
 * close, filled at the next open, a fee in proportion to what is traded. No stops, no sizes, no limits: for any other rule there is the
 * engine.
 */
export interface CrossingPath {
  readonly open: Float64Array;
  readonly close: Float64Array;
  /** The averages as the engine reads them, NaN while they are not known. */
  readonly fast: Float64Array;
  readonly slow: Float64Array;
  /** The last row of each UTC day (`dayEnds`). */
  readonly dayEnds: Int32Array;
  /** Fee of each side as a fraction of what is traded. */
  readonly feeFraction: number;
  readonly cash: number;
  /** A position that is open at the end: marked at the last close, or sold there without a fee. */
  readonly atEnd: 'close' | 'mark';
}

export interface CrossingOutcome {
  /** At the end of each UTC day. */
  readonly equity: Float64Array;
  /** Round trips. */
  readonly trades: number;
}

/** Room that an entry must leave in cash; with less the margin decides, which is the engine's business. */
const SPARE = 1.001;

/**
 * To the last bit what the engine gives for the same rule in the `frictionless` profile: it compares the very columns that the engine
 * would read, and books cash in the same exact sums. Undefined when cash might not cover an entry.
 */
export function crossingPath(path: CrossingPath): CrossingOutcome | undefined {
  const { open, close, fast, slow, dayEnds, feeFraction, atEnd } = path;
  const equity = new Float64Array(dayEnds.length);
  const sum = new ExactSum(path.cash);
  let cash = path.cash;
  let held = false;
  let entries = 0;
  let row = 0;
  for (let day = 0; day < dayEnds.length; day++) {
    const end = dayEnds[day]!;
    // A decision at a row is filled at the next: at a day's end the decisions before its last row count.
    for (; row < end; row++) {
      if (fast[row]! > slow[row]! === held) continue;
      const price = open[row + 1]!;
      const fee = price * feeFraction;
      if (!held && cash < (price + fee) * SPARE) return undefined;
      sum.addProduct(held ? 1 : -1, price);
      sum.add(-fee);
      cash = sum.value;
      held = !held;
      if (held) entries++;
    }
    equity[day] = held ? cash + close[end]! : cash;
  }
  if (held && atEnd === 'close') {
    sum.addProduct(1, close[close.length - 1]!);
    equity[equity.length - 1] = sum.value;
  }
  return { equity, trades: held && atEnd === 'mark' ? entries - 1 : entries };
}

/** The last row of each UTC day. */
export function dayEnds(time: Float64Array): Int32Array {
  const ends: number[] = [];
  for (let row = 0; row < time.length; row++)
    if (row === time.length - 1 || Math.floor(time[row]! / DAY_MS) !== Math.floor(time[row + 1]! / DAY_MS)) ends.push(row);
  return Int32Array.from(ends);
}

import { UserError } from '#core';

/**
 * What each sample's label looks at: the closed interval [t0, t1], in rows or in milliseconds (one unit for both).
 * Samples stand in time order: t0 never falls, t1 >= t0.
 */
export interface LabelSpans {
  readonly t0: ArrayLike<number>;
  readonly t1: ArrayLike<number>;
}

/** Sample numbers to train on and to test on, ascending. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Throws `UserError` unless the spans are in time order and of equal length. Returns the number of samples. */
export function checkSpans(spans: LabelSpans): number {
  const count = spans.t0.length;
  if (spans.t1.length !== count) throw new UserError(`${count} label starts but ${spans.t1.length} label ends`);
  for (let index = 0; index < count; index++) {
    if (!(spans.t1[index]! >= spans.t0[index]!)) throw new UserError(`label ${index} ends before it starts`);
    if (index > 0 && spans.t0[index]! < spans.t0[index - 1]!)
      throw new UserError(`label ${index} starts before the one ahead of it`, 'Sort the labels by t0; they are never shuffled.');
  }
  return count;
}

/** Samples as one block [from, to) and the closed interval of time their labels cover. */
export interface TestBlock {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

export function testBlock(spans: LabelSpans, from: number, to: number): TestBlock {
  let end = Number.NEGATIVE_INFINITY;
  for (let index = from; index < to; index++) end = Math.max(end, spans.t1[index]!);
  return { from, to, start: spans.t0[from]!, end };
}

/**
 * Training samples for given test intervals: a label whose closed interval meets a closed test interval is dropped
 * (starts within, ends within, or envelops: Lopez de Prado 2018, snippet 7.1).
 */
export function purgeTrain(spans: LabelSpans, intervals: readonly (readonly [number, number])[]): Int32Array {
  const kept: number[] = [];
  for (let index = 0; index < spans.t0.length; index++) {
    if (intervals.every(([start, end]) => spans.t1[index]! < start || spans.t0[index]! > end)) kept.push(index);
  }
  return Int32Array.from(kept);
}

/**
 * Samples left to train on beside the test blocks: purged as above against each block's whole interval, then the next `embargo`
 * samples that start after a block's end are dropped as well.
 */
export function trainBeside(spans: LabelSpans, blocks: readonly TestBlock[], embargo: number): Int32Array {
  const count = spans.t0.length;
  const dropped = new Uint8Array(count);
  for (const block of blocks) {
    dropped.fill(1, block.from, block.to);
    let embargoed = 0;
    for (let index = 0; index < count; index++) {
      const after = spans.t0[index]! > block.end;
      if (after && embargoed < embargo) {
        dropped[index] = 1;
        embargoed++;
      } else if (!after && spans.t1[index]! >= block.start) dropped[index] = 1;
    }
  }
  return rowsWhere(dropped, 0);
}

export function rowsWhere(marks: Uint8Array, value: number): Int32Array {
  const rows: number[] = [];
  for (let index = 0; index < marks.length; index++) if (marks[index] === value) rows.push(index);
  return Int32Array.from(rows);
}

export function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

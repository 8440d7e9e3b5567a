import { UserError } from '#core';
import { planWalkForwardByCount } from './ask-tell/index.ts';

/** Rows of a stream of returns to choose on and to judge by, as half-open ranges. */
export interface SearchFold {
  readonly name: string;
  readonly train: readonly (readonly [number, number])[];
  readonly test: readonly [number, number];
}

/** `folds` tests that follow each other, each after training on all earlier days (at least two tests' length), `gap` rows left out between. */
export function walkForwardFolds(rows: number, folds: number, gap: number): readonly SearchFold[] {
  check(rows, folds, folds + 2, gap);
  return planWalkForwardByCount(rows, folds, 2, { purgeRows: gap, anchored: true }).map(({ trainFrom, trainTo, testFrom, testTo }, at) => ({
    name: `window ${at + 1}`,
    train: [[trainFrom, trainTo]],
    test: [testFrom, testTo],
  }));
}

/** Each of `folds` blocks is the test once; training rows within `gap` of it on either side are purged. */
export function purgedFolds(rows: number, folds: number, gap: number): readonly SearchFold[] {
  check(rows, folds, folds, gap);
  const length = Math.floor(rows / folds);
  return Array.from({ length: folds }, (_, at) => {
    const [from, to] = [at * length, at === folds - 1 ? rows : (at + 1) * length];
    const train = [
      [0, from - gap],
      [to + gap, rows],
    ] as const;
    return { name: `fold ${at + 1}`, train: train.filter(([start, end]) => end > start), test: [from, to] };
  });
}

const SHORTEST_TEST = 20;

/** `parts`: of how many lengths of a test the rows are made. */
function check(rows: number, folds: number, parts: number, gap: number): void {
  if (!Number.isInteger(folds) || folds < 2) throw new UserError(`${folds} folds cannot be made`, 'Use at least 2.');
  const least = Math.max(SHORTEST_TEST, gap + 1);
  if (Math.floor(rows / parts) < least)
    throw new UserError(
      `${rows} days are too few for ${folds} folds`,
      `Use fewer folds or a longer history: so many need ${parts * least} days${gap >= SHORTEST_TEST ? ' with that gap' : ''}.`,
    );
}

/** The rows of some ranges, one after the other. */
export function takeRows(column: Float64Array, ranges: readonly (readonly [number, number])[]): Float64Array {
  if (ranges.length === 1) return column.subarray(ranges[0]![0], ranges[0]![1]);
  const out = new Float64Array(ranges.reduce((sum, [from, to]) => sum + to - from, 0));
  let at = 0;
  for (const [from, to] of ranges) {
    out.set(column.subarray(from, to), at);
    at += to - from;
  }
  return out;
}

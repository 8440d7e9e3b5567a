import { UserError } from '#core';
import { embargoSamples, foldBounds } from './purged-k-fold.ts';
import { checkSpans, range, rowsWhere, testBlock, trainBeside, type LabelSpans } from './spans.ts';

export interface CombinatorialSplit {
  /** Folds tested, ascending. */
  readonly testFolds: readonly number[];
  /** For each tested fold the backtest path that its predictions belong to. */
  readonly pathIds: readonly number[];
  readonly train: Int32Array;
  /** One block of sample numbers for each tested fold. */
  readonly tests: readonly Int32Array[];
}

export interface CombinatorialCv {
  readonly folds: number;
  readonly testFolds: number;
  readonly paths: number;
  readonly splits: readonly CombinatorialSplit[];
}

export type CombinatorialPurge =
  /** By label interval: the honest rule. `embargoFraction` of all samples after each test fold. */
  | { readonly kind: 'spans'; readonly spans: LabelSpans; readonly embargoFraction?: number }
  /** By sample count: `purged` on both sides of each test fold, `embargo` more after it. */
  | { readonly kind: 'counts'; readonly count: number; readonly purged?: number; readonly embargo?: number };

/** C(folds, testFolds) splits; each fold is tested in `paths` = C(folds, testFolds) * testFolds / folds of them (section 12.3). */
export function combinatorialCounts(folds: number, testFolds: number): { readonly splits: number; readonly paths: number } {
  if (!Number.isInteger(folds) || !Number.isInteger(testFolds) || testFolds < 1 || testFolds >= folds) {
    throw new UserError(`combinatorial validation needs 1 <= test folds < folds, got ${testFolds} of ${folds}`);
  }
  let splits = 1;
  for (let step = 1; step <= testFolds; step++) splits = Math.round((splits * (folds - testFolds + step)) / step);
  return { splits, paths: Math.round((splits * testFolds) / folds) };
}

/**
 * Combinatorial purged cross-validation (Lopez de Prado 2018, chapter 12): every choice of `testFolds` folds, in lexicographic order;
 * the k-th time that a fold is tested its predictions go to path k, so every path covers every sample once. Folds are of equal size, the
 * last takes the remainder.
 */
export function combinatorialPurgedCv(folds: number, testFolds: number, purge: CombinatorialPurge): CombinatorialCv {
  const counts = combinatorialCounts(folds, testFolds);
  const count = purge.kind === 'spans' ? checkSpans(purge.spans) : purge.count;
  const bounds = foldBounds(count, folds, 'last');
  const tested = new Int32Array(folds);
  const splits = choices(folds, testFolds).map((chosen) => ({
    testFolds: chosen,
    pathIds: chosen.map((fold) => tested[fold]!++),
    train: trainFor(
      chosen.map((fold) => bounds[fold]!),
      purge,
      count,
    ),
    tests: chosen.map((fold) => range(...bounds[fold]!)),
  }));
  return { folds, testFolds, paths: counts.paths, splits };
}

function trainFor(blocks: readonly (readonly [number, number])[], purge: CombinatorialPurge, count: number): Int32Array {
  if (purge.kind === 'spans') {
    const embargo = embargoSamples(count, purge.embargoFraction);
    return trainBeside(
      purge.spans,
      blocks.map(([from, to]) => testBlock(purge.spans, from, to)),
      embargo,
    );
  }
  const { purged = 0, embargo = 0 } = purge;
  const dropped = new Uint8Array(count);
  for (const [from, to] of blocks) dropped.fill(1, Math.max(0, from - purged), Math.min(count, to + purged + embargo));
  return rowsWhere(dropped, 0);
}

function choices(from: number, take: number): number[][] {
  const result: number[][] = [];
  const chosen = Array.from({ length: take }, (_, index) => index);
  for (;;) {
    result.push([...chosen]);
    let place = take - 1;
    while (place >= 0 && chosen[place] === from - take + place) place--;
    if (place < 0) return result;
    chosen[place]!++;
    for (let next = place + 1; next < take; next++) chosen[next] = chosen[next - 1]! + 1;
  }
}

/**
 * Puts out-of-sample predictions together into full paths. `predictions[s][k]` holds split s's values for its k-th tested fold, in sample
 * order. Returns one column a path, one value a sample.
 */
export function combinatorialPaths(cv: CombinatorialCv, predictions: readonly (readonly ArrayLike<number>[])[]): readonly Float64Array[] {
  const count = cv.splits.reduce((most, split) => Math.max(most, ...split.tests.map((rows) => rows.at(-1)! + 1)), 0);
  const paths = Array.from({ length: cv.paths }, () => new Float64Array(count).fill(Number.NaN));
  cv.splits.forEach((split, index) => {
    split.tests.forEach((rows, place) => {
      const values = predictions[index]?.[place];
      if (values === undefined || values.length !== rows.length)
        throw new UserError(`split ${index} needs ${rows.length} predictions for its tested fold ${split.testFolds[place]}`);
      const path = paths[split.pathIds[place]!]!;
      for (let row = 0; row < rows.length; row++) path[rows[row]!] = values[row]!;
    });
  });
  return paths;
}

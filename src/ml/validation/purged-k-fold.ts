import { UserError } from '#core';
import { checkSpans, range, testBlock, trainBeside, type LabelSpans, type Split } from './spans.ts';

export interface PurgedKFoldOptions {
  readonly folds: number;
  /** Share of all samples to leave out after each test fold; whole samples, rounded down. Default 0. */
  readonly embargoFraction?: number;
}

/**
 * K folds of neighbouring samples (the first `count % folds` folds hold one more); training samples whose label interval meets the test
 * fold's, and `floor(count * embargoFraction)` samples after it, are dropped. The rule is the definition (closed intervals), stricter by
 * one sample at each seam than the book's snippet 7.3, and unlike the known library it purges from the first test label's START.
 */
export function purgedKFold(spans: LabelSpans, options: PurgedKFoldOptions): readonly Split[] {
  const count = checkSpans(spans);
  const embargo = embargoSamples(count, options.embargoFraction);
  return foldBounds(count, options.folds, 'first').map(([from, to]) => ({
    train: trainBeside(spans, [testBlock(spans, from, to)], embargo),
    test: range(from, to),
  }));
}

export function embargoSamples(count: number, fraction = 0): number {
  if (!(fraction >= 0 && fraction < 1)) throw new UserError(`the embargo is a share in [0, 1), got ${fraction}`, 'Typical: 0.01.');
  return Math.floor(count * fraction);
}

/** [from, to) of each fold. `first`: early folds take the remainder, one each; `last`: the last fold takes all of it. */
export function foldBounds(count: number, folds: number, remainder: 'first' | 'last'): readonly (readonly [number, number])[] {
  if (!Number.isInteger(folds) || folds < 2) throw new UserError(`folds must be an integer of at least 2, got ${folds}`);
  if (count < folds) throw new UserError(`${count} samples cannot make ${folds} folds`, 'Use more history or fewer folds.');
  const size = Math.floor(count / folds);
  const extra = count % folds;
  return Array.from({ length: folds }, (_, fold) => {
    if (remainder === 'last') return [fold * size, fold === folds - 1 ? count : (fold + 1) * size] as const;
    return [fold * size + Math.min(fold, extra), (fold + 1) * size + Math.min(fold + 1, extra)] as const;
  });
}

export interface TimeSplit {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  /** Training samples dropped because their label reaches into the validation part or its embargo. */
  readonly purged: number;
}

/**
 * One split in time order, never shuffled: the first `trainFraction` of the samples against the rest. Training samples whose label ends at
 * or after `first validation t0 - embargo` are dropped (`embargo` in the spans' own unit: rows or milliseconds).
 */
export function splitInTimeOrder(
  spans: LabelSpans,
  options: { readonly trainFraction?: number; readonly embargo?: number } = {},
): TimeSplit {
  const count = checkSpans(spans);
  const { trainFraction = 0.8, embargo = 0 } = options;
  if (!(trainFraction > 0 && trainFraction < 1))
    throw new UserError(`the training share must lie between 0 and 1, got ${trainFraction}`, 'Usual: 0.8.');
  if (!(embargo >= 0)) throw new UserError(`the embargo must be 0 or more, got ${embargo}`);
  const cut = Math.floor(count * trainFraction);
  if (cut < 1 || cut >= count) throw new UserError(`${count} samples are too few to split at ${trainFraction}`, 'Use more history.');
  const seam = spans.t0[cut]! - embargo;
  const train = range(0, cut).filter((index) => spans.t1[index]! < seam);
  return { train, validation: range(cut, count), purged: cut - train.length };
}

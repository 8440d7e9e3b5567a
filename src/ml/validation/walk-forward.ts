import { UserError } from '#core';
import { checkSpans, range, type LabelSpans, type Split } from './spans.ts';

export interface WalkForwardOptions {
  /** Samples trained on (the first window's when expanding). */
  readonly trainSize: number;
  readonly testSize: number;
  /** Samples left out between training and test. Default 0. */
  readonly purgedSize?: number;
  /** Train on everything so far instead of a rolling window. Default false. */
  readonly expanding?: boolean;
  /** Keep a shorter last test. Default false. */
  readonly reduceLastTest?: boolean;
  /** When given, training samples whose label reaches the first test sample's start are dropped too. */
  readonly spans?: LabelSpans;
}

/** Train, skip `purgedSize`, test, step forward by the test's size; each test follows all of its training. */
export function walkForward(count: number, options: WalkForwardOptions): readonly Split[] {
  const { trainSize, testSize, purgedSize = 0, expanding = false, reduceLastTest = false, spans } = options;
  for (const [name, value, least] of [
    ['trainSize', trainSize, 1],
    ['testSize', testSize, 1],
    ['purgedSize', purgedSize, 0],
  ] as const) {
    if (!Number.isInteger(value) || value < least) throw new UserError(`${name} must be an integer of at least ${least}, got ${value}`);
  }
  if (spans !== undefined && checkSpans(spans) !== count) throw new UserError(`${spans.t0.length} label spans for ${count} samples`);
  const splits: Split[] = [];
  for (let from = trainSize + purgedSize; from < count; from += testSize) {
    const to = from + testSize;
    if (to > count && !reduceLastTest) break;
    const trainEnd = from - purgedSize;
    const train = range(expanding ? 0 : trainEnd - trainSize, trainEnd);
    splits.push({
      train: spans === undefined ? train : train.filter((index) => spans.t1[index]! < spans.t0[from]!),
      test: range(from, Math.min(to, count)),
    });
  }
  if (splits.length === 0)
    throw new UserError(
      `${count} samples are too few for one walk-forward step of ${trainSize} + ${purgedSize} + ${testSize}`,
      'Use more history or smaller windows.',
    );
  return splits;
}

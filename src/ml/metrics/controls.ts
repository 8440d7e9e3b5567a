import { UserError, type Rng } from '#core';
import { checkBinary } from './checks.ts';

/** The probability that always says the training part's (weighted) share of 1s: what a model has to beat in log loss and Brier. */
export function priorBaseline(trainOutcomes: ArrayLike<number>, count: number, weights?: ArrayLike<number>): Float64Array {
  checkBinary(trainOutcomes, trainOutcomes, weights);
  let positives = 0;
  let total = 0;
  for (let row = 0; row < trainOutcomes.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    positives += weight * trainOutcomes[row]!;
    total += weight;
  }
  return new Float64Array(count).fill(positives / total);
}

/** 1 where the last close-to-close return into each row was up, 0 where down, 0.5 where flat or unknown: what a model has to beat in accuracy. */
export function lastReturnSignBaseline(close: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => {
    const change = row > 0 ? close[row]! - close[row - 1]! : 0;
    return change > 0 ? 1 : change < 0 ? 0 : 0.5;
  });
}

/**
 * Positions in a new order: blocks of `blockLength` neighbours stay together, the blocks are shuffled (Fisher-Yates). A model trained on
 * labels so reordered must show no skill; blocks keep overlapping labels' dependence. Use about the mean holding time in samples.
 */
export function blockPermutation(count: number, blockLength: number, rng: Rng): Int32Array {
  if (!Number.isInteger(blockLength) || blockLength < 1)
    throw new UserError(`the block length must be a positive integer, got ${blockLength}`);
  const blocks = Int32Array.from({ length: Math.ceil(count / blockLength) }, (_, block) => block);
  for (let last = blocks.length - 1; last > 0; last--) {
    const other = rng.integer(last + 1);
    const kept = blocks[last]!;
    blocks[last] = blocks[other]!;
    blocks[other] = kept;
  }
  const order = new Int32Array(count);
  let place = 0;
  for (const block of blocks) {
    for (let row = block * blockLength; row < Math.min(count, (block + 1) * blockLength); row++) order[place++] = row;
  }
  return order;
}

/** What a shuffled-label control found: the real score beside those of models trained on shuffled labels. */
export interface ShuffledLabelControl {
  readonly real: number;
  readonly shuffled: readonly number[];
  readonly meanShuffled: number;
  /** (1 + shuffled scores at or above the real one) / (1 + repeats). */
  readonly pValue: number;
}

/** Trains and scores through `score` once with the real labels and `repeats` times with block-shuffled ones. A higher score is better. */
export function shuffledLabelControl<T extends Float64Array | Int8Array>(
  labels: T,
  score: (labels: T) => number,
  options: { readonly rng: Rng; readonly repeats: number; readonly blockLength: number },
): ShuffledLabelControl {
  if (!Number.isInteger(options.repeats) || options.repeats < 1)
    throw new UserError(`the control needs at least one repeat, got ${options.repeats}`);
  const real = score(labels);
  const shuffled: number[] = [];
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    const order = blockPermutation(labels.length, options.blockLength, options.rng.stream(`shuffle-${repeat}`));
    const mixed = labels.slice() as T;
    for (let row = 0; row < order.length; row++) mixed[row] = labels[order[row]!]!;
    shuffled.push(score(mixed));
  }
  const meanShuffled = shuffled.reduce((sum, value) => sum + value, 0) / shuffled.length;
  const pValue = (1 + shuffled.filter((value) => value >= real).length) / (1 + shuffled.length);
  return { real, shuffled, meanShuffled, pValue };
}

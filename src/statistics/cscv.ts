import { invariant, UserError } from '#core';
import { type Column, linearFit, mean, quantile, standardDeviation } from './moments.ts';

export interface CscvOptions {
  /** Blocks S the rows are cut into, even, 2 to 24. Default 16: 12,870 splits. */
  readonly blocks?: number;
}

export interface OverfittingProbability {
  readonly combinations: number;
  readonly rowsDropped: number;
  /** Share of splits whose in-sample best lies at or below the out-of-sample median: logit ≤ 0. */
  readonly probability: number;
  /** Share of splits whose chosen trial loses out of sample. */
  readonly probabilityOfLoss: number;
  /** Out-of-sample on in-sample Sharpe of the chosen trials. */
  readonly degradation: { readonly slope: number; readonly intercept: number; readonly rSquared: number };
  readonly logitMean: number;
  readonly logitDeviation: number;
  readonly logitMedian: number;
  readonly meanInSample: number;
  readonly meanOutOfSample: number;
  /** One value a split, splits in lexicographic order of the in-sample blocks. */
  readonly logits: Float64Array;
  readonly selected: Int32Array;
  readonly inSample: Float64Array;
  readonly outOfSample: Float64Array;
  /** How often each trial was chosen. */
  readonly selectionCounts: Int32Array;
}

/** Sums of deviations and of their squares for every subset of a group of blocks: [subset · trials + trial]. */
interface SubsetSums {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado & Zhu 2017).
 * Score: mean/σ (n−1) of a trial's rows. The first T mod S rows are dropped; rank ties take the mean rank, ties for the best the
 * first trial; ω = rank/(N+1). A trial that does not move scores 0. Trials are columns of equal length without missing values.
 * Speed: subset sums of each half of the blocks are tabulated, so a split costs two additions a trial; a split and its mirror share a pass.
 */
export function overfittingProbability(trials: readonly Column[], options: CscvOptions = {}): OverfittingProbability {
  const blocks = options.blocks ?? 16;
  const count = trials.length;
  const rows = trials[0]?.length ?? 0;
  check(trials, blocks, rows);
  const perBlock = Math.floor(rows / blocks);
  const rowsDropped = rows % blocks;
  const low = Math.floor(blocks / 2);
  const { means, sums, squares } = blockSums(trials, blocks, perBlock, rowsDropped);
  const lowTable = subsetSums(sums, squares, count, 0, low);
  const highTable = subsetSums(sums, squares, count, low, blocks);
  const masks = combinationMasks(blocks);
  const splits = masks.length;
  const out = {
    logits: new Float64Array(splits),
    selected: new Int32Array(splits),
    inSample: new Float64Array(splits),
    outOfSample: new Float64Array(splits),
    selectionCounts: new Int32Array(count),
  };
  const half = (perBlock * blocks) / 2;
  const scoreA = new Float64Array(count);
  const scoreB = new Float64Array(count);
  const all = 2 ** blocks - 1;
  const lowBits = 2 ** low - 1;
  for (let split = 0; split < splits / 2; split += 1) {
    const mask = masks[split]!;
    score(scoreA, means, lowTable, highTable, mask & lowBits, mask >>> low, half);
    score(scoreB, means, lowTable, highTable, (all ^ mask) & lowBits, (all ^ mask) >>> low, half);
    record(out, split, scoreA, scoreB);
    record(out, splits - 1 - split, scoreB, scoreA);
  }
  return { combinations: splits, rowsDropped, ...summarise(out), ...out };
}

function check(trials: readonly Column[], blocks: number, rows: number): void {
  if (trials.length < 2) throw new UserError(`overfitting needs at least 2 trials, got ${trials.length}`, 'pass one return column a trial');
  if (!Number.isInteger(blocks) || blocks % 2 !== 0 || blocks < 2 || blocks > 24)
    throw new UserError(`blocks must be an even number from 2 to 24, got ${blocks}`, 'take 16 unless the history is short');
  if (rows < 2 * blocks) throw new UserError(`${rows} rows are too few for ${blocks} blocks`, 'use at least two rows a block');
  for (const column of trials) {
    if (column.length !== rows) throw new UserError('trials have different lengths', 'align the return columns on one calendar first');
    for (let row = 0; row < rows; row += 1)
      if (!Number.isFinite(column[row]!)) throw new UserError(`a trial has a missing return at row ${row}`, 'fill flat periods with 0');
  }
}

function blockSums(trials: readonly Column[], blocks: number, perBlock: number, dropped: number) {
  const count = trials.length;
  const sums = new Float64Array(blocks * count);
  const squares = new Float64Array(blocks * count);
  // Deviations from the trial's own mean keep the squares small against cancellation.
  const means = Float64Array.from(trials, (column) => mean(Float64Array.from(column).subarray(dropped)));
  for (let trial = 0; trial < count; trial += 1) {
    const column = trials[trial]!;
    for (let block = 0; block < blocks; block += 1) {
      let total = 0;
      let square = 0;
      const start = dropped + block * perBlock;
      for (let row = start; row < start + perBlock; row += 1) {
        const deviation = column[row]! - means[trial]!;
        total += deviation;
        square += deviation * deviation;
      }
      sums[block * count + trial] = total;
      squares[block * count + trial] = square;
    }
  }
  return { means, sums, squares };
}

function subsetSums(sums: Float64Array, squares: Float64Array, count: number, from: number, to: number): SubsetSums {
  const subsets = 2 ** (to - from);
  const table = { sums: new Float64Array(subsets * count), squares: new Float64Array(subsets * count) };
  for (let subset = 1; subset < subsets; subset += 1) {
    const lowest = 31 - Math.clz32(subset & -subset);
    const rest = (subset & (subset - 1)) * count;
    const block = (from + lowest) * count;
    for (let trial = 0; trial < count; trial += 1) {
      table.sums[subset * count + trial] = table.sums[rest + trial]! + sums[block + trial]!;
      table.squares[subset * count + trial] = table.squares[rest + trial]! + squares[block + trial]!;
    }
  }
  return table;
}

function score(
  out: Float64Array,
  means: Float64Array,
  low: SubsetSums,
  high: SubsetSums,
  lowSubset: number,
  highSubset: number,
  n: number,
) {
  const count = out.length;
  const a = lowSubset * count;
  const b = highSubset * count;
  const { sums: lowSums, squares: lowSquares } = low;
  const { sums: highSums, squares: highSquares } = high;
  for (let trial = 0; trial < count; trial += 1) {
    const total = lowSums[a + trial]! + highSums[b + trial]!;
    const square = lowSquares[a + trial]! + highSquares[b + trial]!;
    const spread = (square - (total * total) / n) / (n - 1);
    const average = means[trial]! + total / n;
    out[trial] = spread > 1e-26 * average * average && spread > 0 ? average / Math.sqrt(spread) : 0;
  }
}

type Records = Pick<OverfittingProbability, 'logits' | 'selected' | 'inSample' | 'outOfSample' | 'selectionCounts'>;

function record(out: Records, split: number, inside: Float64Array, outside: Float64Array): void {
  const count = inside.length;
  let best = 0;
  for (let trial = 1; trial < count; trial += 1) if (inside[trial]! > inside[best]!) best = trial;
  const value = outside[best]!;
  let below = 0;
  let equal = 0;
  for (let trial = 0; trial < count; trial += 1) {
    if (outside[trial]! < value) below += 1;
    else if (outside[trial] === value) equal += 1;
  }
  const rank = below + (equal + 1) / 2;
  const relative = rank / (count + 1);
  out.logits[split] = Math.log(relative / (1 - relative));
  out.selected[split] = best;
  out.inSample[split] = inside[best]!;
  out.outOfSample[split] = value;
  out.selectionCounts[best]! += 1;
}

function summarise(out: Records) {
  const { logits, inSample, outOfSample } = out;
  return {
    // A rank exactly in the middle gives log 1 up to rounding.
    probability: mean(logits.map((logit) => (logit <= 1e-12 ? 1 : 0))),
    probabilityOfLoss: mean(outOfSample.map((value) => (value < 0 ? 1 : 0))),
    degradation: linearFit(inSample, outOfSample),
    logitMean: mean(logits),
    logitDeviation: standardDeviation(logits, 0),
    logitMedian: quantile(logits, 0.5),
    meanInSample: mean(inSample),
    meanOutOfSample: mean(outOfSample),
  };
}

/** Every choice of half the blocks as a bit mask (bit b = block b), in lexicographic order; entry i and entry last−i are mirrors. */
function combinationMasks(blocks: number): Int32Array {
  const masks: number[] = [];
  const extend = (from: number, left: number, mask: number): void => {
    if (left === 0) {
      masks.push(mask);
      return;
    }
    for (let block = from; block <= blocks - left; block += 1) extend(block + 1, left - 1, mask | (1 << block));
  };
  extend(0, blocks / 2, 0);
  invariant(masks.length % 2 === 0, 'the choices of half the blocks come in mirrored pairs');
  return Int32Array.from(masks);
}

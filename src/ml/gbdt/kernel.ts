import { SPLIT, TILE, type Workspace } from './workspace.ts';

/** The hot loops of growing a tree. The plain one below and the WebAssembly one give the same bits. */
export interface GbdtKernel {
  /** Fills histogram `slot` from the rows `order[begin … end)`. */
  histogram(slot: number, begin: number, end: number): void;
  /** Histogram `slot` minus histogram `other`, in place. */
  subtract(slot: number, other: number): void;
  /**
   * Best split of `slot` by G²/(H + λ) of both children, written to `answer`; feature −1 when none scores above `floor`.
   * Ties go to the lower feature, then the lower bin, then missing to the right.
   */
  findSplit(slot: number, gradient: number, hessian: number, count: number, floor: number): void;
  /** Moves the rows that go left to the front of [begin, end), both sides in their old order; returns the border. */
  partition(begin: number, end: number, feature: number, bin: number, missingLeft: boolean): number;
}

export interface SplitLimits {
  readonly lambda: number;
  readonly minChildWeight: number;
  readonly minSamplesInLeaf: number;
}

export function createPlainKernel(space: Workspace, limits: SplitLimits): GbdtKernel {
  return {
    histogram: (slot, begin, end) => plainHistogram(space, slot, begin, end),
    subtract: (slot, other) => plainSubtract(space, slot, other),
    findSplit: (slot, gradient, hessian, count, floor) => plainFindSplit(space, limits, slot, gradient, hessian, count, floor),
    partition: (begin, end, feature, bin, missingLeft) => plainPartition(space, begin, end, feature, bin, missingLeft),
  };
}

function plainHistogram(space: Workspace, slot: number, begin: number, end: number): void {
  const { bins, pairs, order, gathered, histograms, counts, stride, tiles, rows, active } = space;
  const slotBins = tiles * TILE * stride;
  const counted = counts.length > 0;
  histograms.fill(0, 2 * slot * slotBins, 2 * (slot + 1) * slotBins);
  if (counted) counts.fill(0, slot * slotBins, (slot + 1) * slotBins);
  for (let i = begin; i < end; i++) {
    const row = order[i]!;
    gathered[2 * (i - begin)] = pairs[2 * row]!;
    gathered[2 * (i - begin) + 1] = pairs[2 * row + 1]!;
  }
  for (let tile = 0; tile < tiles; tile++) {
    for (let lane = 0; lane < TILE; lane++) {
      const feature = tile * TILE + lane;
      if (active[feature] === 0) continue;
      const base = slot * slotBins + feature * stride;
      const tileBins = tile * TILE * rows + lane;
      for (let i = begin, k = 0; i < end; i++, k += 2) {
        const at = base + bins[tileBins + TILE * order[i]!]!;
        histograms[2 * at] = histograms[2 * at]! + gathered[k]!;
        histograms[2 * at + 1] = histograms[2 * at + 1]! + gathered[k + 1]!;
        if (counted) counts[at] = counts[at]! + 1;
      }
    }
  }
}

function plainSubtract(space: Workspace, slot: number, other: number): void {
  const { histograms, counts, stride, tiles } = space;
  const slotBins = tiles * TILE * stride;
  let to = 2 * slot * slotBins;
  let from = 2 * other * slotBins;
  for (const end = to + 2 * slotBins; to < end; to++, from++) histograms[to] = histograms[to]! - histograms[from]!;
  if (counts.length === 0) return;
  to = slot * slotBins;
  from = other * slotBins;
  for (const end = to + slotBins; to < end; to++, from++) counts[to] = counts[to]! - counts[from]!;
}

function plainFindSplit(
  space: Workspace,
  limits: SplitLimits,
  slot: number,
  gradient: number,
  hessian: number,
  count: number,
  floor: number,
): void {
  const { histograms, counts, stride, tiles, features, valueBins, active, answer } = space;
  const { lambda, minChildWeight, minSamplesInLeaf } = limits;
  const counted = counts.length > 0;
  let best = floor;
  answer[SPLIT.feature] = -1;
  for (let feature = 0; feature < features; feature++) {
    if (active[feature] === 0) continue;
    const base = slot * tiles * TILE * stride + feature * stride;
    const missing = base + stride - 1;
    const missingGradient = histograms[2 * missing]!;
    const missingHessian = histograms[2 * missing + 1]!;
    const hasMissing = missingGradient !== 0 || missingHessian !== 0;
    const last = base + valueBins[feature]! - 1;
    for (let side = 0; side < (hasMissing ? 2 : 1); side++) {
      let leftGradient = side === 1 ? missingGradient : 0;
      let leftHessian = side === 1 ? missingHessian : 0;
      let leftCount = side === 1 && counted ? counts[missing]! : 0;
      // With missing rows on the right, "all present rows to the left" is a split too.
      const stop = hasMissing && side === 0 ? last : last - 1;
      for (let at = base; at <= stop; at++) {
        if (counted) leftCount += counts[at]!;
        // An empty bin makes no new split.
        if (histograms[2 * at] === 0 && histograms[2 * at + 1] === 0) continue;
        leftGradient += histograms[2 * at]!;
        leftHessian += histograms[2 * at + 1]!;
        if (leftHessian < minChildWeight) continue;
        const rightHessian = hessian - leftHessian;
        if (rightHessian < minChildWeight) break;
        if (counted && leftCount < minSamplesInLeaf) continue;
        if (counted && count - leftCount < minSamplesInLeaf) break;
        const rightGradient = gradient - leftGradient;
        const score = (leftGradient * leftGradient) / (leftHessian + lambda) + (rightGradient * rightGradient) / (rightHessian + lambda);
        if (score > best) {
          best = score;
          answer[SPLIT.feature] = feature;
          answer[SPLIT.bin] = at - base;
          answer[SPLIT.missingLeft] = side === 1 || !hasMissing ? 1 : 0;
          answer[SPLIT.gradient] = leftGradient;
          answer[SPLIT.hessian] = leftHessian;
          answer[SPLIT.count] = leftCount;
        }
      }
    }
  }
  answer[SPLIT.score] = best;
}

function plainPartition(space: Workspace, begin: number, end: number, feature: number, bin: number, missingLeft: boolean): number {
  const { bins, order, scratch, rows, stride } = space;
  const base = Math.floor(feature / TILE) * TILE * rows + (feature % TILE);
  const missing = stride - 1;
  let left = begin;
  let right = 0;
  for (let i = begin; i < end; i++) {
    const row = order[i]!;
    const own = bins[base + TILE * row]!;
    if (own === missing ? missingLeft : own <= bin) order[left++] = row;
    else scratch[right++] = row;
  }
  for (let i = 0; i < right; i++) order[left + i] = scratch[i]!;
  return left;
}

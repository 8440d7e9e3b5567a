import type { GbdtParams } from './types.ts';
import { SPLIT, TILE, type Workspace } from './workspace.ts';

/** Limits that a monotone ancestor puts on a leaf's value, before the learning rate. */
export interface ValueBounds {
  readonly low: number;
  readonly high: number;
}

export const FREE: ValueBounds = { low: -Infinity, high: Infinity };

/** Best leaf value −T(G)/(H + λ), T the soft threshold by α, within bounds. */
export function leafValue(gradient: number, hessian: number, lambda: number, alpha: number, bounds: ValueBounds): number {
  const shrunk = gradient > alpha ? gradient - alpha : gradient < -alpha ? gradient + alpha : 0;
  const denominator = hessian + lambda;
  const value = denominator > 0 ? -shrunk / denominator : 0;
  return Math.min(Math.max(value, bounds.low), bounds.high) + 0;
}

/** Twice the loss that a leaf of this value saves: −(2Gw + (H + λ)w² + 2α|w|). At the free optimum this is T(G)²/(H + λ). */
export function scoreOfValue(gradient: number, hessian: number, lambda: number, alpha: number, value: number): number {
  return -(2 * gradient * value + (hessian + lambda) * value * value + 2 * alpha * Math.abs(value));
}

/** The split search with α, monotone constraints and bounds; answers like `GbdtKernel.findSplit`. */
export function findConstrainedSplit(
  space: Workspace,
  params: GbdtParams,
  monotone: Int8Array,
  bounds: ValueBounds,
  slot: number,
  gradient: number,
  hessian: number,
  count: number,
  floor: number,
): void {
  const { histograms, counts, stride, tiles, features, valueBins, active, answer } = space;
  const { lambda, alpha, minSamplesInLeaf } = params;
  const minChildWeight = Math.max(params.minChildWeight, Number.MIN_VALUE);
  const counted = counts.length > 0;
  let best = floor;
  answer[SPLIT.feature] = -1;
  for (let feature = 0; feature < features; feature++) {
    if (active[feature] === 0) continue;
    const direction = monotone[feature]!;
    const base = slot * tiles * TILE * stride + feature * stride;
    const missing = base + stride - 1;
    const hasMissing = histograms[2 * missing]! !== 0 || histograms[2 * missing + 1]! !== 0;
    const last = base + valueBins[feature]! - 1;
    for (let side = 0; side < (hasMissing ? 2 : 1); side++) {
      let leftGradient = side === 1 ? histograms[2 * missing]! : 0;
      let leftHessian = side === 1 ? histograms[2 * missing + 1]! : 0;
      let leftCount = side === 1 && counted ? counts[missing]! : 0;
      const stop = hasMissing && side === 0 ? last : last - 1;
      for (let at = base; at <= stop; at++) {
        leftGradient += histograms[2 * at]!;
        leftHessian += histograms[2 * at + 1]!;
        if (counted) leftCount += counts[at]!;
        const rightHessian = hessian - leftHessian;
        if (leftHessian < minChildWeight || rightHessian < minChildWeight) continue;
        if (counted && (leftCount < minSamplesInLeaf || count - leftCount < minSamplesInLeaf)) continue;
        const rightGradient = gradient - leftGradient;
        const left = leafValue(leftGradient, leftHessian, lambda, alpha, bounds);
        const right = leafValue(rightGradient, rightHessian, lambda, alpha, bounds);
        if (direction * (right - left) < 0) continue;
        const score =
          scoreOfValue(leftGradient, leftHessian, lambda, alpha, left) + scoreOfValue(rightGradient, rightHessian, lambda, alpha, right);
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

import { separator } from './binning.ts';
import { findConstrainedSplit, FREE, leafValue, scoreOfValue, type ValueBounds } from './constrained.ts';
import type { GbdtKernel } from './kernel.ts';
import type { GbdtParams, GbdtTree } from './types.ts';
import { leafLimit, SPLIT, TILE, type Workspace } from './workspace.ts';

/** What growing needs beside the rows; one a training. */
export interface Grower {
  readonly space: Workspace;
  readonly kernel: GbdtKernel;
  readonly params: GbdtParams;
  readonly monotone: Int8Array;
  /** True when α or a monotone constraint asks for the slower split search. */
  readonly constrained: boolean;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly threshold: number;
  readonly leftGradient: number;
  readonly leftHessian: number;
}

interface Node {
  readonly begin: number;
  readonly end: number;
  readonly depth: number;
  readonly gradient: number;
  readonly hessian: number;
  readonly bounds: ValueBounds;
  readonly value: number;
  slot: number;
  split: Split | null;
  left: Node | null;
  right: Node | null;
}

export interface GrownTree {
  readonly tree: GbdtTree;
  /** [first, last + 1, leaf value] of each leaf over `space.order`. */
  readonly leaves: readonly (readonly [number, number, number])[];
}

/** Grows one tree on the first `count` rows of `space.order` and prunes it. */
export function growTree(grower: Grower, count: number): GrownTree {
  const { space, kernel, params } = grower;
  const limit = leafLimit(params, count);
  const freeSlots = Array.from({ length: space.slots }, (_, i) => space.slots - 1 - i);
  let gradient = 0;
  let hessian = 0;
  for (let i = 0; i < count; i++) {
    gradient += space.pairs[2 * space.order[i]!]!;
    hessian += space.pairs[2 * space.order[i]! + 1]!;
  }
  const root = createNode(grower, 0, count, 0, gradient, hessian, FREE);
  const open: Node[] = [];
  if (limit > 1 && canSplit(root, params)) {
    root.slot = freeSlots.pop()!;
    kernel.histogram(root.slot, 0, count);
    search(grower, root, open, freeSlots);
  }
  let leaves = 1;
  for (; leaves < limit && open.length > 0; leaves++) {
    const node = open.splice(nextToSplit(open, params.growth), 1)[0]!;
    divide(grower, node);
    if (leaves + 1 < limit) openChildren(grower, node, open, freeSlots);
    if (node.slot >= 0) freeSlots.push(node.slot);
  }
  if (params.gamma > 0) prune(root, params.gamma);
  return flatten(root, params.learningRate);
}

function createNode(
  grower: Grower,
  begin: number,
  end: number,
  depth: number,
  gradient: number,
  hessian: number,
  bounds: ValueBounds,
): Node {
  const value = leafValue(gradient, hessian, grower.params.lambda, grower.params.alpha, bounds);
  return { begin, end, depth, gradient, hessian, bounds, value, slot: -1, split: null, left: null, right: null };
}

function canSplit(node: Node, params: GbdtParams): boolean {
  return (
    (params.maxDepth === 0 || node.depth < params.maxDepth) &&
    node.end - node.begin >= 2 * params.minSamplesInLeaf &&
    node.hessian > 0 &&
    node.hessian >= 2 * params.minChildWeight
  );
}

/** Leaf-wise: the largest gain, the older node on a tie. Depth-wise: the oldest of the lowest level. */
function nextToSplit(open: readonly Node[], growth: 'leafwise' | 'depthwise'): number {
  let best = 0;
  for (let i = 1; i < open.length; i++) {
    const better = growth === 'leafwise' ? open[i]!.split!.gain > open[best]!.split!.gain : open[i]!.depth < open[best]!.depth;
    if (better) best = i;
  }
  return best;
}

/** Finds the node's best split from its histogram and puts it among the open ones; without one the slot is free again. */
function search(grower: Grower, node: Node, open: Node[], freeSlots: number[]): void {
  const { space, kernel, params } = grower;
  const { gradient, hessian, slot } = node;
  const rows = node.end - node.begin;
  const own = grower.constrained
    ? scoreOfValue(gradient, hessian, params.lambda, params.alpha, node.value)
    : (gradient * gradient) / (hessian + params.lambda);
  // A split must beat rounding noise of the score, not only zero.
  const floor = own + Math.max(params.minGain, Math.abs(own) * 1e-12);
  if (grower.constrained) findConstrainedSplit(space, params, grower.monotone, node.bounds, slot, gradient, hessian, rows, floor);
  else kernel.findSplit(slot, gradient, hessian, rows, floor);
  const feature = space.answer[SPLIT.feature]!;
  if (feature < 0) {
    freeSlots.push(slot);
    node.slot = -1;
    return;
  }
  const bin = space.answer[SPLIT.bin]!;
  node.split = {
    gain: space.answer[SPLIT.score]! - own,
    feature,
    bin,
    missingLeft: space.answer[SPLIT.missingLeft] === 1,
    threshold: thresholdOf(space, slot, feature, bin),
    leftGradient: space.answer[SPLIT.gradient]!,
    leftHessian: space.answer[SPLIT.hessian]!,
  };
  open.push(node);
}

/** Histogram mode: the cut after the bin. Exact mode: the midpoint to the next value that the node holds. */
function thresholdOf(space: Workspace, slot: number, feature: number, bin: number): number {
  const { cuts, values } = space.featureBins[feature]!;
  if (bin >= cuts.length) return Number.MAX_VALUE;
  if (values === null) return cuts[bin]!;
  const base = (slot * space.tiles * TILE + feature) * space.stride;
  let next = bin + 1;
  while (next < values.length - 1 && space.histograms[2 * (base + next)] === 0 && space.histograms[2 * (base + next) + 1] === 0) next++;
  return separator(values[bin]!, values[next]!);
}

function divide(grower: Grower, node: Node): void {
  const { kernel, params, monotone } = grower;
  const split = node.split!;
  const border = kernel.partition(node.begin, node.end, split.feature, split.bin, split.missingLeft);
  const rightGradient = node.gradient - split.leftGradient;
  const rightHessian = node.hessian - split.leftHessian;
  let leftBounds = node.bounds;
  let rightBounds = node.bounds;
  const direction = monotone[split.feature]!;
  if (direction !== 0) {
    const left = leafValue(split.leftGradient, split.leftHessian, params.lambda, params.alpha, node.bounds);
    const right = leafValue(rightGradient, rightHessian, params.lambda, params.alpha, node.bounds);
    const middle = (left + right) / 2;
    leftBounds = direction > 0 ? { low: node.bounds.low, high: middle } : { low: middle, high: node.bounds.high };
    rightBounds = direction > 0 ? { low: middle, high: node.bounds.high } : { low: node.bounds.low, high: middle };
  }
  node.left = createNode(grower, node.begin, border, node.depth + 1, split.leftGradient, split.leftHessian, leftBounds);
  node.right = createNode(grower, border, node.end, node.depth + 1, rightGradient, rightHessian, rightBounds);
}

/** Histograms of the children: the smaller is counted, the larger is the parent less the smaller. */
function openChildren(grower: Grower, node: Node, open: Node[], freeSlots: number[]): void {
  const { kernel, params } = grower;
  const left = node.left!;
  const right = node.right!;
  const small = left.end - left.begin <= right.end - right.begin ? left : right;
  const large = small === left ? right : left;
  const smallOpen = canSplit(small, params);
  const largeOpen = canSplit(large, params);
  if (!smallOpen && !largeOpen) return;
  small.slot = freeSlots.pop()!;
  kernel.histogram(small.slot, small.begin, small.end);
  if (largeOpen) {
    large.slot = node.slot;
    node.slot = -1;
    kernel.subtract(large.slot, small.slot);
  }
  if (!smallOpen) {
    freeSlots.push(small.slot);
    small.slot = -1;
  }
  if (left.slot >= 0) search(grower, left, open, freeSlots);
  if (right.slot >= 0) search(grower, right, open, freeSlots);
}

function prune(node: Node, gamma: number): void {
  if (node.left === null || node.right === null) return;
  prune(node.left, gamma);
  prune(node.right, gamma);
  if (node.left.left === null && node.right.left === null && node.split!.gain < gamma) {
    node.left = null;
    node.right = null;
  }
}

/** Level by level, so that node numbers follow the depth. */
function flatten(root: Node, learningRate: number): GrownTree {
  const nodes: Node[] = [root];
  for (let i = 0; i < nodes.length; i++) if (nodes[i]!.left !== null) nodes.push(nodes[i]!.left!, nodes[i]!.right!);
  const tree: GbdtTree = createTree(nodes.length);
  const leaves: [number, number, number][] = [];
  let next = 1;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    tree.value[i] = learningRate * node.value + 0;
    tree.cover[i] = node.hessian;
    if (node.left === null) {
      leaves.push([node.begin, node.end, tree.value[i]!]);
      continue;
    }
    tree.feature[i] = node.split!.feature;
    tree.threshold[i] = node.split!.threshold;
    tree.missingLeft[i] = node.split!.missingLeft ? 1 : 0;
    tree.gain[i] = node.split!.gain;
    tree.left[i] = next;
    tree.right[i] = next + 1;
    next += 2;
  }
  return { tree, leaves };
}

/** A tree of `size` leaves without links. */
export function createTree(size: number): GbdtTree {
  return {
    feature: new Int32Array(size).fill(-1),
    threshold: new Float64Array(size),
    left: new Int32Array(size).fill(-1),
    right: new Int32Array(size).fill(-1),
    missingLeft: new Uint8Array(size),
    value: new Float64Array(size),
    gain: new Float64Array(size),
    cover: new Float64Array(size),
  };
}

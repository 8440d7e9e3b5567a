import { UserError, webAssembly, type WasmMemory } from '#core';
import { binFeature, writeBins, type FeatureBins } from './binning.ts';
import type { GbdtParams } from './types.ts';

/** Features whose bins stand side by side in memory; eight histograms of 256 pairs fit a first-level cache. */
export const TILE = 8;

/**
 * All memory of one training, in one buffer so that the WebAssembly kernel sees the same bytes.
 * Byte offsets are kept beside the views because that kernel takes addresses.
 */
export interface Workspace {
  readonly rows: number;
  readonly features: number;
  readonly tiles: number;
  /** Bins a feature, the last one for missing values. */
  readonly stride: number;
  readonly featureBins: readonly FeatureBins[];
  /** [tile][row][TILE] */
  readonly bins: Uint8Array | Uint16Array;
  /** Gradient and hessian of each row. */
  readonly pairs: Float64Array;
  /** Row numbers, grouped by leaf. */
  readonly order: Int32Array;
  readonly scratch: Int32Array;
  /** Pairs of the rows of one leaf, gathered. */
  readonly gathered: Float64Array;
  /** [slot][feature][bin] gradient and hessian sums. */
  readonly histograms: Float64Array;
  /** [slot][feature][bin] rows; empty when no count is asked for. */
  readonly counts: Int32Array;
  /** Value bins of each feature. */
  readonly valueBins: Int32Array;
  /** 1 when the tree may use the feature. */
  readonly active: Int32Array;
  /** Answer of a split search; see `SPLIT`. */
  readonly answer: Float64Array;
  readonly slots: number;
  readonly memory: WasmMemory | null;
  readonly offsets: Readonly<Record<Region, number>>;
}

/** Parts of the memory. A second thread has a `gathered` and an `answer` of its own; `control` is how the two speak. */
type Region =
  | 'bins'
  | 'pairs'
  | 'order'
  | 'scratch'
  | 'gathered'
  | 'histograms'
  | 'counts'
  | 'valueBins'
  | 'active'
  | 'answer'
  | 'otherGathered'
  | 'otherAnswer'
  | 'control';

/** Places in `answer`. */
export const SPLIT = { score: 0, feature: 1, bin: 2, missingLeft: 3, gradient: 4, hessian: 5, count: 6 } as const;

/** Most leaves a tree can have under the limits. */
export function leafLimit(params: GbdtParams, rows: number): number {
  const byDepth = params.maxDepth > 0 && params.maxDepth < 30 ? 2 ** params.maxDepth : rows;
  return Math.max(1, Math.min(params.maxLeaves > 0 ? params.maxLeaves : rows, byDepth, rows));
}

function sharedMemory(bytes: number): WasmMemory | null {
  const pages = Math.ceil(bytes / 65_536);
  return webAssembly === undefined ? null : new webAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** Bins the columns and lays out the memory, with room for a second thread when `paired`. Throws `UserError` when it would not fit. */
export function createWorkspace(
  columns: readonly Float64Array[],
  rows: number,
  params: GbdtParams,
  wasm: boolean,
  paired = false,
): Workspace {
  const exact = params.treeMethod === 'exact';
  const features = columns.length;
  const tiles = Math.ceil(features / TILE);
  const featureBins = columns.map((column) => binFeature(column, params.maxBins, exact));
  const widest = featureBins.reduce((most, one) => Math.max(most, one.cuts.length + 1), 1);
  if (widest > 65_535)
    throw new UserError(`gbdt exact mode met a feature with ${widest} distinct values (at most 65535)`, 'Use treeMethod: histogram.');
  const stride = widest + 1;
  const wide = stride > 256;
  const slots = leafLimit(params, rows) + 1;
  const slotBins = tiles * TILE * stride;
  const counted = params.minSamplesInLeaf > 1;
  const sizes: Readonly<Record<Region, number>> = {
    pairs: 16 * rows,
    gathered: 16 * rows,
    histograms: 16 * slotBins * slots,
    answer: 64,
    order: 4 * rows,
    scratch: 4 * rows,
    counts: counted ? 4 * slotBins * slots : 0,
    valueBins: 4 * tiles * TILE,
    active: 4 * tiles * TILE,
    bins: tiles * TILE * rows * (wide ? 2 : 1),
    otherGathered: paired ? 16 * rows : 0,
    otherAnswer: 64,
    control: 64,
  };
  const offsets: Record<Region, number> = { ...sizes };
  let bytes = 64;
  for (const name of Object.keys(sizes) as Region[]) {
    offsets[name] = bytes;
    bytes += Math.ceil(sizes[name] / 64) * 64;
  }
  if (bytes > 4_000_000_000) {
    throw new UserError(`gbdt would need ${Math.round(bytes / 1e6)} MB`, 'Lower maxLeaves, maxBins or the number of features or rows.');
  }
  const memory = wasm && !wide ? sharedMemory(bytes) : null;
  const buffer = memory === null ? new ArrayBuffer(bytes) : memory.buffer;
  const space: Workspace = {
    rows,
    features,
    tiles,
    stride,
    featureBins,
    bins: wide ? new Uint16Array(buffer, offsets.bins, tiles * TILE * rows) : new Uint8Array(buffer, offsets.bins, tiles * TILE * rows),
    pairs: new Float64Array(buffer, offsets.pairs, 2 * rows),
    order: new Int32Array(buffer, offsets.order, rows),
    scratch: new Int32Array(buffer, offsets.scratch, rows),
    gathered: new Float64Array(buffer, offsets.gathered, 2 * rows),
    histograms: new Float64Array(buffer, offsets.histograms, 2 * slotBins * slots),
    counts: new Int32Array(buffer, offsets.counts, counted ? slotBins * slots : 0),
    valueBins: new Int32Array(buffer, offsets.valueBins, tiles * TILE),
    active: new Int32Array(buffer, offsets.active, tiles * TILE),
    answer: new Float64Array(buffer, offsets.answer, 8),
    slots,
    memory,
    offsets,
  };
  for (let f = 0; f < features; f++) {
    const offset = Math.floor(f / TILE) * TILE * rows + (f % TILE);
    writeBins(columns[f]!, featureBins[f]!.cuts, stride - 1, space.bins, offset, TILE);
    space.valueBins[f] = featureBins[f]!.cuts.length + 1;
  }
  return space;
}

import { webAssembly } from '#core';
import { KERNEL_BASE64 } from './kernel-bytes.ts';
import type { GbdtKernel, SplitLimits } from './kernel.ts';
import type { KernelSeat } from './types.ts';
import { TILE, type Workspace } from './workspace.ts';

export interface WasmKernel extends Omit<GbdtKernel, 'partition'> {
  shape(rows: number, features: number, stride: number, slotBins: number, counted: number): void;
  place(...offsets: readonly number[]): void;
  limits(lambda: number, minChildWeight: number, minSamplesInLeaf: number): void;
  /** The features, from a multiple of `TILE`, that the calls after this one are about. */
  share(first: number, end: number): void;
  partition(begin: number, end: number, feature: number, bin: number, missingLeft: number): number;
}

let compiled: object | undefined;

/** The kernel at a seat, for all features. Compiled once, loaded synchronously. */
export function openKernel(seat: KernelSeat): WasmKernel {
  compiled ??= new webAssembly!.Module(Buffer.from(KERNEL_BASE64, 'base64'));
  const kernel = new webAssembly!.Instance(compiled, { env: { memory: seat.memory } }).exports as WasmKernel;
  kernel.shape(...seat.shape);
  kernel.place(...seat.places);
  kernel.limits(...seat.limits);
  kernel.share(0, seat.shape[1]);
  return kernel;
}

/** The seat of the training thread, or of the one that helps it; null where the workspace is not for WebAssembly. */
export function seatAt(space: Workspace, limits: SplitLimits, helper = false): KernelSeat | null {
  if (space.memory === null) return null;
  const { offsets: at, rows, features, stride, tiles } = space;
  const [gathered, answer] = helper ? [at.otherGathered, at.otherAnswer] : [at.gathered, at.answer];
  return {
    memory: space.memory,
    shape: [rows, features, stride, tiles * TILE * stride, space.counts.length > 0 ? 1 : 0],
    places: [at.bins, at.pairs, at.order, at.scratch, gathered, at.histograms, at.counts, at.valueBins, at.active, answer],
    limits: [limits.lambda, limits.minChildWeight, limits.minSamplesInLeaf],
  };
}

/** The kernel as WebAssembly over the workspace's memory, or null where the workspace has none. */
export function createWasmKernel(space: Workspace, limits: SplitLimits): GbdtKernel | null {
  const seat = seatAt(space, limits);
  return seat === null ? null : asKernel(openKernel(seat));
}

export function asKernel(kernel: WasmKernel): GbdtKernel {
  return {
    histogram: (slot, begin, end) => kernel.histogram(slot, begin, end),
    subtract: (slot, other) => kernel.subtract(slot, other),
    findSplit: (slot, gradient, hessian, count, floor) => kernel.findSplit(slot, gradient, hessian, count, floor),
    partition: (begin, end, feature, bin, missingLeft) => kernel.partition(begin, end, feature, bin, missingLeft ? 1 : 0),
  };
}

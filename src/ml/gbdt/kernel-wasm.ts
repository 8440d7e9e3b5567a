import { KERNEL_BASE64 } from './kernel-bytes.ts';
import type { GbdtKernel, SplitLimits } from './kernel.ts';
import { webAssembly } from './web-assembly.ts';
import { TILE, type Workspace } from './workspace.ts';

interface KernelExports {
  shape(rows: number, features: number, stride: number, slotBins: number, counted: number): void;
  place(...offsets: number[]): void;
  limits(lambda: number, minChildWeight: number, minSamplesInLeaf: number): void;
  histogram(slot: number, begin: number, end: number): void;
  subtract(slot: number, other: number): void;
  findSplit(slot: number, gradient: number, hessian: number, count: number, floor: number): void;
  partition(begin: number, end: number, feature: number, bin: number, missingLeft: number): number;
}

let compiled: object | undefined;

/** The kernel as WebAssembly over the workspace's memory, or null where the workspace has none. Compiled once, loaded synchronously. */
export function createWasmKernel(space: Workspace, limits: SplitLimits): GbdtKernel | null {
  if (space.memory === null || webAssembly === undefined) return null;
  compiled ??= new webAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64'));
  const kernel = new webAssembly.Instance(compiled, { env: { memory: space.memory } }).exports as KernelExports;
  const { offsets: at } = space;
  kernel.shape(space.rows, space.features, space.stride, space.tiles * TILE * space.stride, space.counts.length > 0 ? 1 : 0);
  kernel.place(at.bins, at.pairs, at.order, at.scratch, at.gathered, at.histograms, at.counts, at.valueBins, at.active, at.answer);
  kernel.limits(limits.lambda, limits.minChildWeight, limits.minSamplesInLeaf);
  return {
    histogram: (slot, begin, end) => kernel.histogram(slot, begin, end),
    subtract: (slot, other) => kernel.subtract(slot, other),
    findSplit: (slot, gradient, hessian, count, floor) => kernel.findSplit(slot, gradient, hessian, count, floor),
    partition: (begin, end, feature, bin, missingLeft) => kernel.partition(begin, end, feature, bin, missingLeft ? 1 : 0),
  };
}

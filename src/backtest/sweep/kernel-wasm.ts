import { webAssembly } from '#core';
import { BLOCK_ROWS, plainKernel, type SweepKernel, type SweepLayout } from './kernel.ts';
import { KERNEL_BASE64 } from './kernel-bytes.ts';

interface KernelExports {
  place(prefix: number, open: number, slots: number, state: number, blockRows: number): void;
  means(slot: number, window: number, from: number, count: number): void;
  scan(fast: number, slow: number, pair: number, from: number, count: number): void;
}

export type SweepEngine = 'wasm' | 'plain';

const PAGE_BYTES = 65_536;
/** The compiler keeps the first bytes of a memory for itself. */
const RESERVED_BYTES = 1024;

let compiled: object | undefined;

/** A zeroed memory for a layout and a kernel over it; in plain TypeScript where WebAssembly is switched off or not wanted. */
export function createSweepKernel(
  layout: SweepLayout,
  engine: SweepEngine,
): { readonly memory: Float64Array; readonly kernel: SweepKernel } {
  if (engine === 'plain' || webAssembly === undefined) {
    const memory = new Float64Array(layout.length);
    return { memory, kernel: plainKernel(memory, layout) };
  }
  compiled ??= new webAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64'));
  const wasm = new webAssembly.Memory({ initial: Math.ceil((RESERVED_BYTES + layout.length * 8) / PAGE_BYTES) });
  const kernel = new webAssembly.Instance(compiled, { env: { memory: wasm } }).exports as KernelExports;
  const byte = (at: number): number => RESERVED_BYTES + at * 8;
  kernel.place(byte(layout.prefix), byte(layout.open), byte(layout.slots), byte(layout.state), BLOCK_ROWS);
  return {
    memory: new Float64Array(wasm.buffer, RESERVED_BYTES, layout.length),
    kernel: {
      means: (slot, window, from, count) => kernel.means(slot, window, from, count),
      scan: (fast, slow, pair, from, count) => kernel.scan(fast, slow, pair, from, count),
    },
  };
}

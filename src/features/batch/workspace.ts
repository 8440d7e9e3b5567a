import { webAssembly, type WasmMemory } from '#core';
import { KERNEL_BASE64 } from './kernel-bytes.ts';

type UnaryLoop = (x: number, out: number, count: number) => void;
type BinaryLoop = (a: number, b: number, out: number, count: number) => void;

/** What kernel.assemblyscript exports; addresses are in bytes. */
export interface FastLoops {
  readonly add: BinaryLoop;
  readonly sub: BinaryLoop;
  readonly mul: BinaryLoop;
  readonly div: BinaryLoop;
  readonly min: BinaryLoop;
  readonly max: BinaryLoop;
  readonly gt: BinaryLoop;
  readonly ge: BinaryLoop;
  readonly neg: UnaryLoop;
  readonly abs: UnaryLoop;
  readonly sqrt: UnaryLoop;
  where(condition: number, then: number, otherwise: number, out: number, count: number): void;
  sum(state: number, n: number, divisor: number, x: number, out: number, count: number): void;
  weightedSum(state: number, n: number, x: number, weighted: number, plain: number, count: number): void;
  moments(state: number, n: number, degrees: number, x: number, means: number, variances: number, count: number): void;
  pair(state: number, n: number, ys: number, xs: number, covariances: number, correlations: number, slopes: number, count: number): void;
  highest(window: number, scratch: number, n: number, x: number, out: number, count: number): void;
  lowest(window: number, scratch: number, n: number, x: number, out: number, count: number): void;
  meanDeviation(window: number, n: number, x: number, out: number, count: number): void;
  weigh(window: number, weights: number, n: number, x: number, out: number, count: number): void;
}

/** Room for the columns of a block and the state of its fast kernels. Its arrays hold whatever the last run left there. */
export interface Workspace {
  /** Null where there is no WebAssembly, or too little room: all kernels are then the plain ones. */
  readonly loops: FastLoops | null;
  readonly carve: (rows: number) => Float64Array;
}

const ROW_BYTES = 8;
const PAGE_BYTES = 65_536;
/** 32 MB: what one run may keep for the next. */
const MOST_ROWS = 4_194_304;

export const plainWorkspace: Workspace = { loops: null, carve: (rows) => new Float64Array(rows) };

let machine: { readonly memory: WasmMemory; readonly loops: FastLoops } | undefined;

/**
 * A workspace of `rows` rows. Runs are synchronous, so they all share one memory, which is made once and grows as needed:
 * a workspace is valid until the next one is asked for.
 */
export function sharedWorkspace(rows: number): Workspace {
  if (webAssembly === undefined || rows > MOST_ROWS) return plainWorkspace;
  if (machine === undefined) {
    const memory = new webAssembly.Memory({ initial: 16 });
    const module = new webAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64'));
    machine = { memory, loops: new webAssembly.Instance(module, { env: { memory } }).exports as FastLoops };
  }
  const { memory, loops } = machine;
  const lacking = rows * ROW_BYTES - memory.buffer.byteLength;
  if (lacking > 0) memory.grow(Math.ceil(lacking / PAGE_BYTES));
  let next = 0;
  return {
    loops,
    carve: (count) => {
      const column = new Float64Array(memory.buffer, next, count);
      next += count * ROW_BYTES;
      return column;
    },
  };
}

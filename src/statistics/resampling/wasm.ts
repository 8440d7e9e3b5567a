import { type Rng, type WasmMemory, webAssembly, xoroshiroState } from '#core';
import { KERNEL_BASE64 } from './kernel-bytes.ts';

/** What accounts came to, one a run. */
export interface Accounts {
  /** The deepest fall from a peak, as a negative fraction. */
  readonly falls: Float64Array;
  readonly ends: Float64Array;
}

interface KernelExports {
  seek(firstHigh: number, firstLow: number, secondHigh: number, secondLow: number): void;
  word(at: number): number;
  accounts(returns: number, count: number, runs: number, equity: number, falls: number, ends: number): void;
  blocks(count: number, samples: number, restart: number, out: number): void;
}

interface Kernel {
  readonly memory: WasmMemory;
  readonly exports: KernelExports;
}

const PAGE_BYTES = 65_536;
/** The compiler keeps the first bytes of a memory for itself. */
const BASE = 1024;
/** Fewer are done before a kernel is there. */
const FEWEST_DRAWS = 20_000;
/** As much memory stays with the process. More of it is for draws so many that plain code has long become fast. */
const MOST_BYTES = 8_388_608;
/** Draws of one call: the runtime puts better code in place of the kernel's first one between calls only. */
const CALL_DRAWS = 10_000;

let only: Kernel | undefined;

/**
 * The accounts of a WebAssembly kernel, which is machine code from its first draw on: a process asks for them once, and plain code would be
 * done before the runtime had compiled it. Undefined where that does not pay, or where the stream is none that the kernel knows.
 */
export function wasmAccounts(returns: Float64Array, rng: Rng, runs: number, startEquity: number): Accounts | undefined {
  const count = returns.length;
  const falls = BASE + 8 * count;
  const ends = falls + 8 * runs;
  return drawn(rng, runs * count, ends + 8 * runs, ({ memory, exports }) => {
    new Float64Array(memory.buffer, BASE, count).set(returns);
    const most = Math.ceil(CALL_DRAWS / count);
    for (let run = 0; run < runs; run += most)
      exports.accounts(BASE, count, Math.min(most, runs - run), startEquity, falls + 8 * run, ends + 8 * run);
    const column = (from: number) => new Float64Array(memory.buffer, from, runs).slice();
    return { falls: column(falls), ends: column(ends) };
  });
}

/** The row numbers of stationary-bootstrap samples, one sample after the other; undefined as above. `restart` is one in the mean block. */
export function wasmBlocks(rng: Rng, rows: number, samples: number, restart: number): Int32Array | undefined {
  return drawn(rng, rows * samples, BASE + 4 * rows * samples, ({ memory, exports }) => {
    const most = Math.ceil(CALL_DRAWS / rows);
    for (let at = 0; at < samples; at += most) exports.blocks(rows, Math.min(most, samples - at), restart, BASE + 4 * rows * at);
    return new Int32Array(memory.buffer, BASE, rows * samples).slice();
  });
}

/** What is drawn where the stream stands; it stands behind that afterwards. */
function drawn<T>(rng: Rng, draws: number, bytes: number, draw: (kernel: Kernel) => T): T | undefined {
  if (webAssembly === undefined || draws < FEWEST_DRAWS || bytes > MOST_BYTES) return undefined;
  const state = xoroshiroState(rng);
  if (state === undefined) return undefined;
  only ??= started(webAssembly);
  const { memory, exports } = only;
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  const [firstHigh, firstLow, secondHigh, secondLow] = state.generator;
  exports.seek(firstHigh!, firstLow!, secondHigh!, secondLow!);
  const out = draw(only);
  rng.restore({ generator: [0, 1, 2, 3].map((at) => exports.word(at)), spare: state.spare });
  return out;
}

function started({ Memory, Module, Instance }: NonNullable<typeof webAssembly>): Kernel {
  const memory = new Memory({ initial: 1 });
  const module = new Module(Buffer.from(KERNEL_BASE64, 'base64'));
  return { memory, exports: new Instance(module, { env: { memory } }).exports as KernelExports };
}

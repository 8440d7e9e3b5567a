import { webAssembly } from '#core';
import type { EquityCurve } from '#domain';
import { KERNEL_BASE64 } from './kernel-bytes.ts';

interface KernelExports {
  place(times: number, equity: number, pairs: number, digits: number, date: number, out: number): void;
  /** Numbers put at `pairs` for the first `count` rows of the columns; carries the highest equity from block to block. */
  numbers(count: number): number;
  /** Bytes of the rows put at `out`; none when a time is out of range. */
  rows(count: number, digits: number): number;
}

const PAGE_BYTES = 65_536;
const BLOCK_ROWS = 1024;
/** A number of JSON and the comma after it. */
const LONGEST_NUMBER = 25;
/** A row is at most a time of 27 characters, two numbers and their commas. */
const LONGEST_ROW = 80;
/** Texts are copied sixteen bytes at a time, so that the last one needs some room behind it. */
const SLACK_BYTES = 32;

const TIMES = 1024; // The compiler keeps the first bytes of a memory for itself.
const EQUITY = TIMES + BLOCK_ROWS * 8;
const PAIRS = EQUITY + BLOCK_ROWS * 8;
const DATE = PAIRS + BLOCK_ROWS * 16;
const DIGITS = DATE + 16;
const DIGITS_BYTES = BLOCK_ROWS * 2 * LONGEST_NUMBER + SLACK_BYTES;
const OUT = DIGITS + DIGITS_BYTES;
const MEMORY_BYTES = OUT + BLOCK_ROWS * LONGEST_ROW + SLACK_BYTES;

let compiled: object | undefined;

/**
 * The rows of a curve out of a WebAssembly kernel, which is machine code from its first row on: a file is written once in a process, and
 * the plain twin would be done before the runtime had compiled it. Only the digits are made outside: JSON's are the shortest ones.
 */
export function* wasmRows({ time, equity }: EquityCurve): Generator<Uint8Array> {
  compiled ??= new webAssembly!.Module(Buffer.from(KERNEL_BASE64, 'base64'));
  const memory = new webAssembly!.Memory({ initial: Math.ceil(MEMORY_BYTES / PAGE_BYTES) });
  const kernel = new webAssembly!.Instance(compiled, { env: { memory } }).exports as KernelExports;
  kernel.place(TIMES, EQUITY, PAIRS, DIGITS, DATE, OUT);
  const times = new Float64Array(memory.buffer, TIMES, BLOCK_ROWS);
  const values = new Float64Array(memory.buffer, EQUITY, BLOCK_ROWS);
  const pairs = new Float64Array(memory.buffer, PAIRS, BLOCK_ROWS * 2);
  const bytes = Buffer.from(memory.buffer);
  const numbers: number[] = [];
  for (let from = 0; from < time.length; from += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, time.length - from);
    times.set(time.subarray(from, from + count));
    values.set(equity.subarray(from, from + count));
    const made = kernel.numbers(count);
    if (made < numbers.length) numbers.length = made;
    for (let at = 0; at < made; at++) numbers[at] = pairs[at]!;
    const length = kernel.rows(count, bytes.write(JSON.stringify(numbers), DIGITS, 'latin1'));
    if (length === 0) throw new RangeError('Invalid time value');
    yield bytes.subarray(OUT, OUT + length);
  }
}

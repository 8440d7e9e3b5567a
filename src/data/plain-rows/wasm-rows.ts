import { webAssembly } from '#core';
import { POWERS } from '../csv-cells.ts';
import { KERNEL_BASE64 } from './kernel-bytes.ts';
import { PlainRowReader, type PlainRows, type RowsOf } from './plain-rows.ts';

interface KernelExports {
  place(powers: number, target: number, fields: number, room: number, delimiter: number, columns: number): void;
  rows(from: number, end: number, most: number): number;
  stopped(): number;
}

export type RowEngine = 'wasm' | 'plain';

const NEWLINE = 10;
const PAGE_BYTES = 65_536;
/** The compiler keeps the first bytes of a memory for itself. */
const RESERVED_BYTES = 1024;
/** So much of the file is in the kernel's memory at a time, and so many rows of columns. */
const WINDOW_BYTES = 65_536;
const WINDOW_ROWS = 2048;

let compiled: object | undefined;

/** A reader of plain rows: by WebAssembly, which a short process need not first find hot, or by its plain twin. */
export function plainRows(of: RowsOf, engine: RowEngine = 'wasm'): PlainRows {
  return engine === 'plain' || webAssembly === undefined ? new PlainRowReader(of) : new WasmRowReader(of, webAssembly);
}

/** Carries the file through the kernel's memory a window at a time: whole rows, but for the last of the file. */
class WasmRowReader implements PlainRows {
  readonly #of: RowsOf;
  readonly #kernel: KernelExports;
  readonly #memory: Uint8Array;
  readonly #columns: readonly Float64Array[];
  readonly #window: number;
  #from = 0;
  #to = 0;
  next = 0;

  constructor(of: RowsOf, { Memory, Module, Instance }: NonNullable<typeof webAssembly>) {
    this.#of = of;
    compiled ??= new Module(Buffer.from(KERNEL_BASE64, 'base64'));
    const columns = RESERVED_BYTES + POWERS.byteLength;
    const target = columns + of.fields.length * WINDOW_ROWS * 8;
    this.#window = target + of.target.length;
    // And a byte behind the window, which no digit may be.
    const memory = new Memory({ initial: Math.ceil((this.#window + WINDOW_BYTES + 1) / PAGE_BYTES) });
    this.#memory = new Uint8Array(memory.buffer);
    this.#memory.set(new Uint8Array(of.target.buffer, of.target.byteOffset, of.target.length), target);
    new Float64Array(memory.buffer, RESERVED_BYTES, POWERS.length).set(POWERS);
    this.#columns = of.fields.map((_, field) => new Float64Array(memory.buffer, columns + field * WINDOW_ROWS * 8, WINDOW_ROWS));
    this.#kernel = new Instance(compiled, { env: { memory } }).exports as KernelExports;
    this.#kernel.place(RESERVED_BYTES, target, columns, WINDOW_ROWS, of.delimiter, of.target.length);
  }

  read(from: number, row: number): number {
    if (from < this.#from || from >= this.#to) this.#load(from);
    const { fields } = this.#of;
    const shift = this.#window - this.#from;
    const count = this.#kernel.rows(from + shift, this.#to + shift, Math.min(WINDOW_ROWS, fields[0]!.length - row));
    this.next = this.#kernel.stopped() - shift;
    for (let field = 0; field < fields.length; field++)
      if (count > 0 && fields[field]!.length > 0) fields[field]!.set(this.#columns[field]!.subarray(0, count), row);
    return count;
  }

  /** A row that is longer than a window is not read here. */
  #load(from: number): void {
    const { bytes } = this.#of;
    const most = Math.min(bytes.length, from + WINDOW_BYTES);
    this.#from = from;
    this.#to = most === bytes.length ? most : Math.max(from, bytes.lastIndexOf(NEWLINE, most - 1) + 1);
    this.#memory.set(bytes.subarray(from, this.#to), this.#window);
    this.#memory[this.#window + this.#to - from] = NEWLINE;
  }
}

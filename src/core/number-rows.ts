/** Rows of a block: blocks are added rather than grown, so that nothing is copied. */
const ROWS = 128;

/**
 * A log of rows of numbers, of one width. A long run writes its past here: the garbage collector neither copies nor scans it, as it would
 * objects, and rows become objects when somebody asks for them.
 */
export class NumberRows {
  readonly #width: number;
  readonly #blocks: Float64Array[] = [];
  #end: number;
  #next: number;
  /** The block of the row that `add` gave last. */
  block = new Float64Array(0);

  constructor(width: number) {
    this.#width = width;
    this.#end = width * ROWS;
    this.#next = this.#end;
  }

  get length(): number {
    return this.#blocks.length === 0 ? 0 : (this.#blocks.length - 1) * ROWS + this.#next / this.#width;
  }

  /** Where a new row begins in `block`; its numbers are 0. */
  add(): number {
    if (this.#next === this.#end) {
      this.block = new Float64Array(this.#end);
      this.#blocks.push(this.block);
      this.#next = 0;
    }
    const at = this.#next;
    this.#next += this.#width;
    return at;
  }

  /** A row as it lies there: what is written to it stays. */
  row(index: number): Float64Array {
    const at = (index % ROWS) * this.#width;
    return this.#blocks[Math.floor(index / ROWS)]!.subarray(at, at + this.#width);
  }

  clear(): void {
    this.#blocks.length = 0;
    this.#next = this.#end;
  }
}

import type { EquityCurve } from '#domain';

const DAY_MS = 86_400_000;
const PART_BYTES = 65_536;
/** A row is at most a date of 27 characters and two numbers of 25. */
const LONGEST_ROW = 96;
const [COMMA, NEWLINE, ZERO, POINT, COLON, T, Z, CLOSE] = [44, 10, 48, 46, 58, 84, 90, 93];

/** Rows whose numbers are turned to digits together. */
const BLOCK_ROWS = 256;

/** The rows of a curve in plain TypeScript: the same bytes as the kernel's, for a runtime without WebAssembly. */
export function* plainRows({ time, equity }: EquityCurve): Generator<Uint8Array> {
  const writer = new RowWriter();
  let peak = Number.NEGATIVE_INFINITY;
  for (let from = 0; from < time.length; from += BLOCK_ROWS) {
    const to = Math.min(time.length, from + BLOCK_ROWS);
    const numbers: number[] = [];
    for (let row = from; row < to; row++) {
      peak = Math.max(peak, equity[row]!);
      if (row > from && equity[row] === equity[row - 1]) continue;
      numbers.push(equity[row]!, equity[row]! / peak - 1);
    }
    const digits = JSON.stringify(numbers);
    let at = 1;
    let pair = 0;
    for (let row = from; row < to; row++) {
      writer.time(time[row]!);
      if (row > from && equity[row] === equity[row - 1]) writer.repeatPair();
      else {
        at = writer.pair(digits, at, numbers[pair]!, numbers[pair + 1]!);
        pair += 2;
      }
      if (writer.full) yield writer.take();
    }
  }
  if (time.length > 0) yield writer.take();
}

class RowWriter {
  readonly #bytes = new Uint8Array(PART_BYTES);
  #at = 0;
  #day = Number.NaN;
  #date = new Uint8Array(0);
  #pairFrom = 0;
  #pairTo = 0;

  get full(): boolean {
    return this.#at > PART_BYTES - LONGEST_ROW;
  }

  take(): Uint8Array {
    const part = this.#bytes.subarray(0, this.#at);
    this.#at = 0;
    return part;
  }

  text(text: string): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.#at = at;
  }

  /** The rest of a row: two numbers that stand in `digits` from a place on, and the end of the line. Gives the place after them. */
  pair(digits: string, from: number, first: number, second: number): number {
    this.#pairFrom = this.#at;
    this.#bytes[this.#at++] = COMMA;
    const next = this.#number(digits, from, first);
    this.#bytes[this.#at++] = COMMA;
    const end = this.#number(digits, next, second);
    this.#bytes[this.#at++] = NEWLINE;
    this.#pairTo = this.#at;
    return end;
  }

  /** The rest of the row before once more. Its bytes are still there in a part begun anew, whose first row is too short to reach them. */
  repeatPair(): void {
    const at = this.#at;
    this.#bytes.copyWithin(at, this.#pairFrom, this.#pairTo);
    this.#at = at + this.#pairTo - this.#pairFrom;
    this.#pairFrom = at;
    this.#pairTo = this.#at;
  }

  /** The number that stands in `digits` from a place on; gives the place after the comma or bracket that ends it. JSON has no NaN. */
  #number(digits: string, from: number, value: number): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let place = from;
    for (let code = digits.charCodeAt(place); code !== COMMA && code !== CLOSE; code = digits.charCodeAt(++place)) bytes[at++] = code;
    if (Number.isFinite(value)) this.#at = at;
    else this.text(String(value));
    return place + 1;
  }

  /** `2024-03-01T09:30:00.000Z`, as a date has it: whole milliseconds towards 1970. The date's digits are made once a day. */
  time(time: number): void {
    const whole = Math.trunc(time);
    const day = Math.floor(whole / DAY_MS);
    if (day !== this.#day) {
      this.#day = day;
      this.#date = Buffer.from(new Date(whole).toISOString().split('T')[0]!, 'latin1');
    }
    const bytes = this.#bytes;
    const date = this.#date;
    const ms = whole - day * DAY_MS;
    const seconds = Math.floor(ms / 1000);
    const minutes = Math.floor(seconds / 60);
    let at = this.#at;
    for (let i = 0; i < date.length; i++) bytes[at++] = date[i]!;
    bytes[at] = T;
    two(bytes, at + 1, Math.floor(minutes / 60));
    bytes[at + 3] = COLON;
    two(bytes, at + 4, minutes % 60);
    bytes[at + 6] = COLON;
    two(bytes, at + 7, seconds % 60);
    bytes[at + 9] = POINT;
    bytes[at + 10] = ZERO + Math.floor((ms % 1000) / 100);
    two(bytes, at + 11, ms % 100);
    bytes[at + 13] = Z;
    this.#at = at + 14;
  }
}

function two(bytes: Uint8Array, at: number, value: number): void {
  const tens = Math.floor(value / 10);
  bytes[at] = ZERO + tens;
  bytes[at + 1] = ZERO + value - 10 * tens;
}

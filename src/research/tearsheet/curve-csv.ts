import type { EquityCurve } from '#domain';

const DAY_MS = 86_400_000;
const PART_BYTES = 65_536;
/** A row is at most a date of 27 characters and two numbers of 25. */
const LONGEST_ROW = 96;
const [COMMA, NEWLINE, ZERO, POINT, COLON, T, Z, CLOSE] = [44, 10, 48, 46, 58, 84, 90, 93];

/** Rows whose numbers are turned to digits together. */
const BLOCK_ROWS = 256;

/**
 * `time,equity,drawdown` with ISO times as bytes, in parts to be written one after the other; a part holds until the next is asked for.
 * Drawdown is the fraction below the highest equity so far, 0 or negative. The digits come out of JSON, a block of numbers at a time: the
 * runtime keeps each text that it makes of a single number for a while, which for a million rows is fifty megabytes.
 */
export function* equityCsvParts({ time, equity }: EquityCurve): Generator<Uint8Array> {
  const writer = new RowWriter();
  writer.text('time,equity,drawdown\n');
  let peak = Number.NEGATIVE_INFINITY;
  for (let from = 0; from < time.length; from += BLOCK_ROWS) {
    const to = Math.min(time.length, from + BLOCK_ROWS);
    const numbers: number[] = [];
    for (let row = from; row < to; row++) {
      peak = Math.max(peak, equity[row]!);
      numbers.push(equity[row]!, equity[row]! / peak - 1);
    }
    const digits = JSON.stringify(numbers);
    let at = 1;
    for (let row = from; row < to; row++) {
      writer.time(time[row]!);
      for (let column = 0; column < 2; column++) {
        writer.byte(COMMA);
        at = writer.number(digits, at, numbers[2 * (row - from) + column]!);
      }
      writer.byte(NEWLINE);
      if (writer.full) yield writer.take();
    }
  }
  yield writer.take();
}

class RowWriter {
  readonly #bytes = new Uint8Array(PART_BYTES);
  #at = 0;
  #day = Number.NaN;
  #date = new Uint8Array(0);

  get full(): boolean {
    return this.#at > PART_BYTES - LONGEST_ROW;
  }

  take(): Uint8Array {
    const part = this.#bytes.subarray(0, this.#at);
    this.#at = 0;
    return part;
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  text(text: string): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.#at = at;
  }

  /** The number that stands in `digits` from a place on; gives the place after the comma or bracket that ends it. JSON has no NaN. */
  number(digits: string, from: number, value: number): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let place = from;
    for (let code = digits.charCodeAt(place); code !== COMMA && code !== CLOSE; code = digits.charCodeAt(++place)) bytes[at++] = code;
    if (Number.isFinite(value)) this.#at = at;
    else this.text(String(value));
    return place + 1;
  }

  /** `2024-03-01T09:30:00.000Z`; the date's digits are made once a day. */
  time(time: number): void {
    const day = Math.floor(time / DAY_MS);
    if (day !== this.#day) {
      this.#day = day;
      this.#date = Buffer.from(new Date(time).toISOString().split('T')[0]!, 'latin1');
    }
    const bytes = this.#bytes;
    const date = this.#date;
    const ms = Math.floor(time - day * DAY_MS);
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

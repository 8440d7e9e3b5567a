import type { EquityCurve } from '#domain';

const DAY_MS = 86_400_000;
const PART_BYTES = 65_536;
/** A row is at most a date of 27 characters and two numbers of 25. */
const LONGEST_ROW = 96;
const [COMMA, NEWLINE, ZERO, POINT, COLON, Z] = [44, 10, 48, 46, 58, 90];

/**
 * `time,equity,drawdown` with ISO times as bytes, in parts to be written one after the other; a part holds until the next is asked for.
 * Drawdown is the fraction below the highest equity so far, 0 or negative. Bytes and not texts: a million rows would leave some hundred
 * megabytes of small strings behind.
 */
export function* equityCsvParts({ time, equity }: EquityCurve): Generator<Uint8Array> {
  const writer = new RowWriter();
  writer.text('time,equity,drawdown\n');
  let peak = Number.NEGATIVE_INFINITY;
  let [before, value, drawdown] = [Number.NaN, '', ''];
  for (let row = 0; row < time.length; row++) {
    const now = equity[row]!;
    // Out of the market equity stands still: its digits are worked out once.
    if (now !== before || row === 0) {
      peak = Math.max(peak, now);
      before = now;
      value = String(now);
      drawdown = String(now / peak - 1);
    }
    writer.time(time[row]!);
    writer.byte(COMMA);
    writer.text(value);
    writer.byte(COMMA);
    writer.text(drawdown);
    writer.byte(NEWLINE);
    if (writer.full) yield writer.take();
  }
  yield writer.take();
}

class RowWriter {
  readonly #bytes = new Uint8Array(PART_BYTES);
  #at = 0;
  #day = Number.NaN;
  #date = '';

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

  /** `2024-03-01T09:30:00.000Z` */
  time(time: number): void {
    const day = Math.floor(time / DAY_MS);
    if (day !== this.#day) {
      this.#day = day;
      this.#date = new Date(time).toISOString().split('T')[0]!;
    }
    const ms = time - day * DAY_MS;
    const seconds = Math.floor(ms / 1000);
    const rest = ms - seconds * 1000;
    this.text(this.#date);
    this.byte(84);
    this.#two(Math.floor(seconds / 3600));
    this.byte(COLON);
    this.#two(Math.floor(seconds / 60) % 60);
    this.byte(COLON);
    this.#two(seconds % 60);
    this.byte(POINT);
    this.byte(ZERO + Math.floor(rest / 100));
    this.#two(Math.floor(rest) % 100);
    this.byte(Z);
  }

  #two(value: number): void {
    this.byte(ZERO + Math.floor(value / 10));
    this.byte(ZERO + (value % 10));
  }
}

import { OperationalError } from '#core';
import type { BarSeries, Timeframe } from '#domain';

/** Rows that a column may reach: four years of one-minute bars. Only address space is reserved for them. */
const MAX_ROWS = 2_097_152;
const CHUNK_ROWS = 1024;

/** A column that grows in place: whoever holds the array sees the new rows, so the engine never has to be told. */
export class GrowingColumn {
  readonly #buffer = new ArrayBuffer(CHUNK_ROWS * 8, { maxByteLength: MAX_ROWS * 8 });
  readonly values = new Float64Array(this.#buffer);

  put(row: number, value: number): void {
    if (row >= this.values.length) {
      if (row >= MAX_ROWS) throw new OperationalError('no_space', `a session holds at most ${MAX_ROWS} bars a symbol; start a new one`);
      this.#buffer.resize(Math.min(MAX_ROWS, row + CHUNK_ROWS) * 8);
    }
    this.values[row] = value;
  }
}

/** Bars of one symbol as they come in. The arrays are longer than `length`; rows from `length` on mean nothing. */
export class GrowingSeries implements BarSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly #columns = Array.from({ length: 6 }, () => new GrowingColumn());
  length = 0;

  constructor(symbol: string, timeframe: Timeframe) {
    this.symbol = symbol;
    this.timeframe = timeframe;
    const [time, open, high, low, close, volume] = this.#columns.map((column) => column.values);
    this.time = time!;
    this.open = open!;
    this.high = high!;
    this.low = low!;
    this.close = close!;
    this.volume = volume!;
  }

  /** Adds one bar given as time, open, high, low, close, volume, and gives its row. */
  append(bar: readonly number[]): number {
    for (let at = 0; at < 6; at++) this.#columns[at]!.put(this.length, bar[at]!);
    return this.length++;
  }
}

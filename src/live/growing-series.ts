import { OperationalError } from '#core';
import type { BarSeries, Timeframe } from '#domain';

/** Rows that a column may reach: four years of one-minute bars. Only address space is reserved for them. */
const MAX_ROWS = 2_097_152;
const FIRST_ROWS = 1024;

/** A column that grows in place: whoever holds the array sees the new rows, so the engine never has to be told. */
export class GrowingColumn {
  readonly #buffer = new ArrayBuffer(FIRST_ROWS * 8, { maxByteLength: MAX_ROWS * 8 });
  readonly values = new Float64Array(this.#buffer);
  #rows = FIRST_ROWS;

  put(row: number, value: number): void {
    if (row >= this.#rows) this.#grow(row);
    this.values[row] = value;
  }

  #grow(row: number): void {
    if (row >= MAX_ROWS) throw new OperationalError('no_space', `a session holds at most ${MAX_ROWS} bars a symbol; start a new one`);
    this.#rows = Math.min(MAX_ROWS, 2 * this.#rows);
    this.#buffer.resize(this.#rows * 8);
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

  /** Adds one bar, `[symbol, open, high, low, close, volume]` as journals have it, and gives its row. */
  append(time: number, bar: readonly number[]): number {
    const columns = this.#columns;
    columns[0]!.put(this.length, time);
    for (let at = 1; at < 6; at++) columns[at]!.put(this.length, bar[at]!);
    return this.length++;
  }
}

import { UserError } from '#core';
import type { BarColumns } from '#domain';
import { isoTime, plainNumber, textOf } from './csv-cells.ts';
import { readLayout, type CsvLayout } from './csv-dialect.ts';
import { epochFactor, parseTimeText, refuseDayFirst } from './csv-time.ts';
import type { PlainRows } from './plain-rows/plain-rows.ts';
import { plainRows, type RowEngine } from './plain-rows/wasm-rows.ts';

export interface ParsedCsv {
  readonly columns: BarColumns;
  readonly adjustedClose?: Float64Array;
  readonly layout: CsvLayout;
  /** Lines that held nothing. */
  readonly blankLines: number;
  /** Prices or volumes that were empty or not numbers, now NaN: the quality gate reports them. */
  readonly missingValues: number;
  /** What had to be assumed: close only, no volume column. */
  readonly notes: readonly string[];
}

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

/**
 * Parses delimited bars from bytes (UTF-8, with or without BOM) to columns, rows in file order.
 * Understands `,` `;` and tab, quotes, CRLF, the usual header names, ISO dates, `MM/DD/YYYY` and epochs in s, ms, µs or ns.
 * A file with only a close gets open = high = low = close and says so. Throws `UserError` naming file and line for what it cannot read.
 */
export function parseCsv(bytes: Uint8Array, name: string, engine: RowEngine = 'wasm'): ParsedCsv {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const firstEnd = lineEnd(bytes, start);
  const firstLine = textOf(bytes, start, firstEnd).trim();
  if (firstLine === '') throw new UserError(`${name} is empty`, 'Give a file with a header line and at least one bar.');
  if (firstLine.includes('\0')) throw new UserError(`${name} is not a text file`, 'Give CSV, CSV.gz or Parquet.');
  const layout = readLayout(firstLine, name);
  const reader = new RowReader(bytes, layout.hasHeader ? firstEnd + 1 : start, layout, name, engine);
  const result = reader.read();
  if (result.columns.time.length === 0) throw new UserError(`${name} has a header but no rows`, 'Give at least one bar.');
  return result;
}

const lineEnd = (bytes: Uint8Array, from: number): number => {
  const found = bytes.indexOf(NEWLINE, from);
  return found < 0 ? bytes.length : found;
};

/** One pass over the bytes: plain rows by the window, the others one by one. Fields 0–6: time, open, high, low, close, adjusted close, volume. */
class RowReader {
  readonly #bytes: Uint8Array;
  readonly #layout: CsvLayout;
  readonly #name: string;
  readonly #target: Int8Array;
  readonly #fields: Float64Array[];
  readonly #plain: PlainRows | undefined;
  #position: number;
  #line: number;
  #rows = 0;
  #blank = 0;
  #missing = 0;
  #dateText = '';

  constructor(bytes: Uint8Array, position: number, layout: CsvLayout, name: string, engine: RowEngine) {
    this.#bytes = bytes;
    this.#position = position;
    this.#layout = layout;
    this.#name = name;
    this.#line = layout.hasHeader ? 2 : 1;
    // By the length of the first row, with some room; a file whose rows get shorter has its columns grown.
    const rowBytes = Math.max(lineEnd(bytes, position) - position + 1, 4 * layout.columnCount);
    const rows = Math.ceil((1.1 * (bytes.length - position)) / rowBytes) + 1;
    const order = [layout.time, layout.open, layout.high, layout.low, layout.close, layout.adjustedClose, layout.volume];
    this.#fields = order.map((column) => new Float64Array(column < 0 ? 0 : rows));
    this.#target = new Int8Array(layout.columnCount).fill(-1);
    for (const [field, column] of order.entries()) if (column >= 0) this.#target[column] = field;
    if (layout.timeOfDay >= 0) this.#target[layout.timeOfDay] = 7;
    // A time of two cells is for the careful reader.
    else this.#plain = plainRows({ bytes, delimiter: layout.delimiter, target: this.#target, fields: this.#fields }, engine);
  }

  read(): ParsedCsv {
    const { length } = this.#bytes;
    while (this.#position < length) {
      if (this.#rows === this.#fields[0]!.length) this.#grow();
      const plain = this.#plain?.read(this.#position, this.#rows) ?? 0;
      if (plain > 0) {
        this.#position = this.#plain!.next;
        this.#rows += plain;
        this.#line += plain;
        continue;
      }
      const end = lineEnd(this.#bytes, this.#position);
      const stop = end > this.#position && this.#bytes[end - 1] === RETURN ? end - 1 : end;
      if (stop === this.#position) this.#blank++;
      else this.#row(this.#position, stop);
      this.#position = end + 1;
      this.#line++;
    }
    return this.#finish();
  }

  #grow(): void {
    for (const [at, column] of this.#fields.entries()) {
      const grown = new Float64Array(Math.ceil(1.5 * column.length));
      grown.set(column);
      this.#fields[at] = grown;
    }
  }

  #row(from: number, stop: number): void {
    const { delimiter, columnCount } = this.#layout;
    let column = 0;
    let cell = from;
    this.#dateText = '';
    while (cell <= stop) {
      let end = cell;
      if (this.#bytes[cell] === QUOTE) {
        end = this.#bytes.indexOf(QUOTE, cell + 1);
        if (end < 0 || end >= stop + 1) this.#refuse('a quote is never closed', 'Close the quote.');
        end++;
      } else while (end < stop && this.#bytes[end] !== delimiter) end++;
      if (column >= columnCount)
        this.#refuse(
          `more than the ${columnCount} columns of the first line`,
          'Thousands separators and decimal commas are not read: write 1234.5.',
        );
      if (this.#target[column]! >= 0) this.#cell(this.#target[column]!, cell, end);
      column++;
      cell = end + 1;
    }
    if (column < columnCount && column <= this.#layout.close)
      this.#refuse(`${column} columns where the first line has ${columnCount}`, 'Complete or remove the line.');
    this.#rows++;
  }

  #cell(field: number, from: number, to: number): void {
    const bytes = this.#bytes;
    let start = from;
    let end = to;
    while (start < end && (bytes[start] === 32 || bytes[start] === QUOTE)) start++;
    while (end > start && (bytes[end - 1] === 32 || bytes[end - 1] === QUOTE)) end--;
    if (field === 0) this.#fields[0]![this.#rows] = this.#time(start, end);
    else if (field === 7) this.#fields[0]![this.#rows] = this.#timeText(`${this.#dateText} ${textOf(bytes, start, end)}`);
    else this.#fields[field]![this.#rows] = this.#number(start, end);
  }

  #time(from: number, to: number): number {
    const bytes = this.#bytes;
    if (this.#layout.timeOfDay >= 0) {
      this.#dateText = textOf(bytes, from, to);
      return Number.NaN;
    }
    const length = to - from;
    const separator = length > 4 ? bytes[from + 4] : 0;
    if (separator === 45 && (length === 10 || (length === 20 && bytes[to - 1] === 90 && bytes[from + 13] === 58))) {
      const time = isoTime(bytes, from, length);
      if (!Number.isNaN(time)) return time;
    }
    if (length >= 9) {
      const value = plainNumber(bytes, from, to);
      if (!Number.isNaN(value)) return Math.floor(value * epochFactor(value));
    }
    return this.#timeText(textOf(bytes, from, to));
  }

  #timeText(text: string): number {
    const time = parseTimeText(text);
    if (Number.isNaN(time)) {
      refuseDayFirst(text, this.#name, this.#line);
      this.#refuse(`"${text.slice(0, 60)}" is not a time`, 'Use ISO-8601 (2024-01-31T09:30:00Z), YYYY-MM-DD, MM/DD/YYYY or an epoch.');
    }
    return time;
  }

  #number(from: number, to: number): number {
    const value = plainNumber(this.#bytes, from, to);
    if (!Number.isNaN(value)) return value;
    const text = textOf(this.#bytes, from, to);
    if (text === '' || /^(nan|null|none|n\/a|na|-|\.)$/i.test(text)) {
      this.#missing++;
      return Number.NaN;
    }
    const slow = /^\$?[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text.replace('$', '')) : Number.NaN;
    if (Number.isNaN(slow))
      this.#refuse(`"${text.slice(0, 60)}" is not a number`, 'Thousands separators and decimal commas are not read: write 1234.5.');
    return slow;
  }

  #refuse(what: string, hint: string): never {
    throw new UserError(`${this.#name}, line ${this.#line}: ${what}`, hint);
  }

  #finish(): ParsedCsv {
    const layout = this.#layout;
    const rows = this.#rows;
    const take = (field: number): Float64Array => this.#fields[field]!.subarray(0, rows);
    const close = take(4);
    const closeOnly = layout.open < 0;
    const columns = {
      time: take(0),
      open: closeOnly ? close : take(1),
      high: closeOnly ? close : take(2),
      low: closeOnly ? close : take(3),
      close,
      volume: layout.volume < 0 ? new Float64Array(rows) : take(6),
    };
    const notes = [
      ...(closeOnly ? ['close only: open, high and low are set to the close'] : []),
      ...(layout.volume < 0 ? ['no volume column: volume is 0'] : []),
    ];
    const base = { columns, layout, blankLines: this.#blank, missingValues: this.#missing, notes };
    return layout.adjustedClose < 0 ? base : { ...base, adjustedClose: take(5) };
  }
}

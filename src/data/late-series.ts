import { DAY_MS, didYouMean, toDate, UserError } from '#core';
import type { BarSeries } from '#domain';
import { asOfJoin, type KnownSeries } from './align.ts';
import { epochFactor, parseTimeText } from './csv-time.ts';
import type { MixedTable } from './text-table.ts';

export interface LateSeriesOptions {
  /** What its features are called; several value columns get `name_column`. */
  readonly name: string;
  /** Columns that hold values. Default: `value`, else every column of numbers. */
  readonly columns?: readonly string[];
  /** From the end of a value's time to when it was published, for rows without a known time. */
  readonly lagMs?: number;
  /** A value known longer than this is missing; default: it holds until the next. */
  readonly maxAgeMs?: number;
}

/** One value a time, of one symbol or of all. */
export interface LateSeries {
  readonly name: string;
  /** What the table calls the values. */
  readonly column: string;
  readonly maxAgeMs: number;
  /** By symbol; a table without symbols has the one key ''. */
  readonly bySymbol: ReadonlyMap<string, KnownSeries>;
}

const TIME = ['time', 'date', 'timestamp', 'datetime', 'eventtime', 'period', 'periodend', 'periodending', 'asof', 'reportdate'];
const KNOWN = [
  'knowntime',
  'known',
  'knownat',
  'published',
  'publishedat',
  'publicationdate',
  'released',
  'releasedate',
  'available',
  'availableat',
  'filed',
  'filingdate',
  'announced',
  'announcementdate',
  'realtimestart',
  'vintage',
];
const SYMBOL = ['symbol', 'ticker', 'tickersymbol'];

/**
 * Reads a table of values with the time they describe and the time they became known. A time without a time of day counts from the END
 * of that day: what was published on a date may have come after the market closed. Without a known time a stated lag is added to the end
 * of the value's own time. Rows without a value are left out. Throws `UserError` when neither is given, and when a value is said to be
 * known before the time it describes, which two exchanged columns look like. Numbers in a time column are UTC milliseconds, or epochs of
 * any unit where `epochColumns` names the column.
 */
export function readLateSeries(
  table: MixedTable,
  file: string,
  options: LateSeriesOptions,
  epochColumns: ReadonlySet<string> = new Set(),
): LateSeries[] {
  const names = Object.keys(table);
  const find = (words: readonly string[]): string | undefined =>
    words.map((word) => names.find((name) => plain(name) === word)).find((name) => name !== undefined);
  const [time, known, symbol] = [find(TIME), find(KNOWN), find(SYMBOL)];
  if (time === undefined && known === undefined)
    throw new UserError(
      `${file}: no time column among: ${names.join(', ').slice(0, 200)}`,
      'It needs time and known_time, or time and a lag.',
    );
  if (known === undefined && options.lagMs === undefined)
    throw new UserError(
      `${file} does not say when its values became known`,
      'Add a known_time column, or state how long after its time a value is published: lag: 45d.',
    );
  const end = time === undefined ? undefined : instants(table[time]!, file, time, epochColumns);
  const published = known === undefined ? undefined : instants(table[known]!, file, known, epochColumns);
  const knownTime = knownTimes(end, published, options.lagMs, file);
  const eventTime = (end ?? published)!.start;
  const symbols = symbol === undefined ? undefined : table[symbol]!;
  const columns = valueColumns(table, [time, known, symbol], file, options);
  return columns.map(({ column, values }) => ({
    name: columns.length === 1 ? options.name : `${options.name}_${snake(column)}`,
    column,
    maxAgeMs: options.maxAgeMs ?? Number.POSITIVE_INFINITY,
    bySymbol: grouped(values, knownTime, eventTime, symbols),
  }));
}

/** Each series as of every bar's close; NaN where nothing was known, and throughout for a symbol that the table does not have. */
export function joinLateSeries(bars: BarSeries, series: readonly LateSeries[]): Record<string, Float64Array> {
  const closes = bars.time.map((start) => start + bars.timeframe.ms);
  return Object.fromEntries(
    series.map(({ name, maxAgeMs, bySymbol }) => {
      const known = bySymbol.get(bars.symbol) ?? bySymbol.get('');
      return [name, known === undefined ? closes.map(() => Number.NaN) : asOfJoin(closes, known, maxAgeMs)];
    }),
  );
}

/** A name as features are called: small letters, digits and `_`. */
export function snake(text: string): string {
  const words = text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  return /^[a-z]/.test(words) ? words : `series_${words}`;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');

interface Instants {
  /** As written; NaN for an empty cell. */
  readonly start: Float64Array;
  /** The end of the day where no time of day was written, else the same. */
  readonly end: Float64Array;
}

function instants(column: Float64Array | readonly string[], file: string, name: string, epochs: ReadonlySet<string>): Instants {
  if (column instanceof Float64Array) {
    const factor = epochs.has(name) ? epochFactor(column.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0)) : 1;
    const start = column.map((value) => Math.floor(value * factor));
    // A table of numbers no longer says whether it held dates: midnight is read as the day.
    return { start, end: start.map((value) => (value % DAY_MS === 0 ? value + DAY_MS : value)) };
  }
  const start = new Float64Array(column.length);
  const end = new Float64Array(column.length);
  for (const [row, text] of column.entries()) {
    start[row] = text === '' ? Number.NaN : parseTimeText(text);
    if (text !== '' && Number.isNaN(start[row]))
      throw new UserError(`${file}, line ${row + 2}: "${text.slice(0, 60)}" in ${name} is not a time`, 'Use YYYY-MM-DD or ISO-8601.');
    end[row] = /:|^-?\d{9,}$/.test(text) ? start[row]! : start[row]! + DAY_MS;
  }
  return { start, end };
}

function knownTimes(end: Instants | undefined, published: Instants | undefined, lagMs: number | undefined, file: string): Float64Array {
  return (end ?? published)!.start.map((_, row) => {
    if (end !== undefined && Number.isNaN(end.start[row]!))
      throw new UserError(`${file}, line ${row + 2}: no time`, 'Write the time that the value describes.');
    const stated = published?.end[row];
    if (stated !== undefined && !Number.isNaN(stated)) {
      const described = end?.start[row];
      if (described !== undefined && stated < described)
        throw new UserError(
          `${file}, line ${row + 2}: known on ${toDate(published!.start[row]!)}, before the time it describes, ${toDate(described)}`,
          'Are the two columns exchanged?',
        );
      return stated;
    }
    if (lagMs === undefined || end === undefined)
      throw new UserError(
        `${file}, line ${row + 2}: no known time`,
        'Write when the value became known, or state a lag for such rows: lag: 45d.',
      );
    return end.end[row]! + lagMs;
  });
}

function valueColumns(
  table: MixedTable,
  others: readonly (string | undefined)[],
  file: string,
  { columns }: LateSeriesOptions,
): readonly { readonly column: string; readonly values: Float64Array }[] {
  const names = Object.keys(table).filter((name) => !others.includes(name) && name !== '');
  if (columns !== undefined)
    return columns.map((wanted) => {
      const column = names.find((name) => name === wanted) ?? names.find((name) => name.toLowerCase() === wanted.toLowerCase());
      if (column === undefined) throw new UserError(`${file}: there is no column ${wanted}`, didYouMean(wanted, names));
      const values = numbers(table[column]!);
      if (values === undefined) throw new UserError(`${file}: column ${column} does not hold numbers`, 'Choose columns of numbers.');
      return { column, values };
    });
  const named = names.filter((name) => plain(name) === 'value');
  const found = (named.length > 0 ? named : names).flatMap((column) => {
    const values = numbers(table[column]!);
    return values === undefined ? [] : [{ column, values }];
  });
  if (found.length === 0) throw new UserError(`${file}: no column of numbers among: ${names.join(', ').slice(0, 200)}`, 'Call it value.');
  return found;
}

/** Undefined when a cell is no number; empty cells are NaN. */
function numbers(column: Float64Array | readonly string[]): Float64Array | undefined {
  if (column instanceof Float64Array) return column;
  const values = new Float64Array(column.length);
  for (const [row, text] of column.entries()) {
    const missing = text === '' || /^(nan|null|none|n\/a|na|-|\.)$/i.test(text);
    values[row] = missing ? Number.NaN : Number(text);
    if (!missing && !Number.isFinite(values[row])) return undefined;
  }
  return values;
}

function grouped(
  values: Float64Array,
  knownTime: Float64Array,
  eventTime: Float64Array,
  symbols: Float64Array | readonly string[] | undefined,
): ReadonlyMap<string, KnownSeries> {
  const rows = new Map<string, number[]>();
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) continue;
    const symbol = symbols === undefined ? '' : String(symbols[row]);
    const own = rows.get(symbol);
    if (own) own.push(row);
    else rows.set(symbol, [row]);
  }
  const pick = (column: Float64Array, at: readonly number[]): Float64Array => Float64Array.from(at, (row) => column[row]!);
  return new Map(
    [...rows].map(([symbol, at]) => [symbol, { knownTime: pick(knownTime, at), eventTime: pick(eventTime, at), value: pick(values, at) }]),
  );
}

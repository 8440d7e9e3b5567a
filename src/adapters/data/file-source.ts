import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { didYouMean, sha256, UserError } from '#core';
import { parseTimeframe, type Timeframe, type VenueHours } from '#domain';
import {
  epochFactor,
  findBarColumns,
  inferTimeframe,
  parseCsv,
  parseTimeText,
  rangeOf,
  transformed,
  type AvailableDataset,
  type DataRequest,
  type DataSource,
  type ParsedCsv,
  type RawDataset,
} from '#data';
import { fileFault, listFolder, readBytes } from './durable-file.ts';
import { readUserTable } from './parquet-table.ts';
import { zlib } from './zlib.ts';

export interface FileSourceOptions {
  /** A file, a folder, or a folder with a pattern in its last part (`bars/*-1d.csv.gz`). */
  readonly path: string;
  readonly venueHours: VenueHours;
}

interface BarFile extends Partial<Pick<AvailableDataset, 'timeframe'>> {
  readonly path: string;
  readonly symbol: string;
}

const EXTENSION = /\.(csv|tsv|txt|csv\.gz|tsv\.gz|parquet)$/i;

/** Bars from CSV, CSV.gz and Parquet files named `SYMBOL-1d.csv`; symbol and timeframe come from the name, the timeframe else from the bars. */
export function fileSource(options: FileSourceOptions): DataSource {
  const read = readOnce();
  return {
    id: 'file',
    describe: () => ({ text: `Files of yours: ${basename(options.path)}`, kind: 'real', venueHours: options.venueHours }),
    list: async () => {
      const files = await findFiles(options.path);
      const isOnly = files.length === 1;
      return Promise.all(
        files.map(async (file) => ({
          symbol: file.symbol,
          timeframe: file.timeframe ?? (await (isOnly ? read.keeping(file) : readRaw(file))).timeframe,
        })),
      );
    },
    load: async (request) => {
      const files = await findFiles(options.path);
      const single = files.length === 1 && !files[0]!.timeframe ? files[0] : undefined;
      const named = files.filter((file) => file.symbol === request.symbol);
      const file =
        named.find((candidate) => candidate.timeframe?.id === request.timeframe.id) ??
        named.find((candidate) => !candidate.timeframe) ??
        single;
      if (!file) throw notThere(request, files, named);
      const raw = await read.kept({ ...file, symbol: request.symbol });
      if (raw.timeframe.ms !== request.timeframe.ms)
        throw new UserError(
          `${basename(file.path)} holds ${raw.timeframe.id} bars, not ${request.timeframe.id}`,
          `Use timeframe ${raw.timeframe.id}.`,
        );
      return cutRange(raw, request);
    },
  };
}

/**
 * To name the timeframe of a file that does not say it the whole file is read: a source of one file keeps that for the `load` that nearly
 * always follows, which takes it, unless the file has changed since.
 */
function readOnce() {
  let kept: { readonly raw: RawDataset; readonly path: string; readonly version: string } | undefined;
  const versionOf = async (path: string): Promise<string> => {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  };
  return {
    async keeping(file: BarFile): Promise<RawDataset> {
      const version = await versionOf(file.path).catch(() => '');
      const raw = await readRaw(file);
      kept = { raw, path: file.path, version };
      return raw;
    },
    async kept(file: BarFile): Promise<RawDataset> {
      const known = kept;
      kept = undefined;
      if (known === undefined || known.path !== file.path || known.version !== (await versionOf(file.path).catch(() => 'gone')))
        return readRaw(file);
      const { raw } = known;
      return { ...raw, symbol: file.symbol, provenance: { ...raw.provenance, symbol: file.symbol } };
    },
  };
}

function notThere(request: DataRequest, files: readonly BarFile[], named: readonly BarFile[]): UserError {
  if (named.length > 0)
    return new UserError(
      `there are no ${request.timeframe.id} bars of ${request.symbol}`,
      `There are: ${named.map((file) => file.timeframe?.id).join(', ')}.`,
    );
  return new UserError(
    `there is no file of ${request.symbol}`,
    didYouMean(
      request.symbol,
      files.map((file) => file.symbol),
    ),
  );
}

async function findFiles(path: string): Promise<BarFile[]> {
  const pattern = basename(path).includes('*') ? basename(path) : undefined;
  const folder = pattern ? dirname(path) : path;
  const info = await stat(folder).catch((error: unknown) => {
    throw fileFault(error, folder);
  });
  if (!info.isDirectory()) return [barFile(path)];
  const matcher = pattern
    ? new RegExp(
        `^${pattern
          .split('*')
          .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`,
      )
    : EXTENSION;
  // In a folder, a text file is one of bars when its name says so: README.txt is not.
  const isBars = (name: string): boolean => EXTENSION.test(name) && (!/\.txt$/i.test(name) || barFile(name).timeframe !== undefined);
  const found = (await listFolder(folder)).filter((name) => matcher.test(name) && isBars(name) && !name.startsWith('.'));
  if (found.length === 0) throw new UserError(`no CSV, CSV.gz or Parquet files in ${path}`, 'Name files like AAPL-1d.csv.');
  return found.map((name) => barFile(join(folder, name)));
}

function barFile(path: string): BarFile {
  const name = basename(path).replace(EXTENSION, '');
  const match = /^(.+?)[-_](\d+[smhdw])$/i.exec(name);
  return match ? { path, symbol: decodeURIComponent(match[1]!), timeframe: parseTimeframe(match[2]!) } : { path, symbol: name };
}

async function readRaw(file: BarFile): Promise<RawDataset> {
  const name = basename(file.path);
  const bytes = await readBytes(file.path);
  if (bytes.length === 0) throw new UserError(`${name} is empty`, 'Give a file with a header line and at least one bar.');
  const parsed = /\.parquet$/i.test(name) ? await parquetBars(file.path) : parseCsv(unzip(bytes, name), name);
  const timeframe: Timeframe = file.timeframe ?? inferTimeframe(parsed.columns.time, name);
  const fingerprint = sha256(bytes);
  release(bytes);
  return {
    symbol: file.symbol,
    timeframe,
    columns: parsed.columns,
    ...(parsed.adjustedClose ? { adjustedClose: parsed.adjustedClose } : {}),
    provenance: {
      what: `Bars from the file ${name}`,
      kind: 'real',
      licence: 'unknown',
      symbol: file.symbol,
      timeframe: timeframe.id,
      retrievedFrom: name,
      sha256: fingerprint,
      ...rangeOf(parsed.columns.time),
      transformations: parsed.notes,
    },
  };
}

/** Gives the memory of a whole file back at once: the collector does not feel its weight, and would come long after the columns. */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** What a gzip file holds, or the bytes as they are. */
export function unzip(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return zlib().gunzipSync(bytes);
  } catch (error) {
    throw new UserError(`${name} is a damaged gzip file`, 'Fetch it again.', { cause: error });
  }
}

/** Columns by the names that CSV headers have too. A file with only a close, or without volume, is read as such and says so. */
async function parquetBars(path: string): Promise<Pick<ParsedCsv, 'columns' | 'notes' | 'adjustedClose'>> {
  const name = basename(path);
  const { table, plainNumbers } = await readUserTable(path);
  const names = Object.keys(table);
  const at = findBarColumns(names, name);
  const numbers = (column: number): Float64Array => {
    const values = table[names[column]!]!;
    if (values instanceof Float64Array) return values;
    throw new UserError(`${name}: column ${names[column]!} holds text, not numbers`, 'Write prices and volume as numbers.');
  };
  const header = names[at.time]!;
  const time = barTimes(table[header]!, header, name, plainNumbers.has(header));
  if (time.length === 0) throw new UserError(`${name} has columns but no rows`, 'Give at least one bar.');
  const close = numbers(at.close);
  const closeOnly = at.open < 0;
  const columns = {
    time,
    open: closeOnly ? close : numbers(at.open),
    high: closeOnly ? close : numbers(at.high),
    low: closeOnly ? close : numbers(at.low),
    close,
    volume: at.volume < 0 ? new Float64Array(time.length) : numbers(at.volume),
  };
  const notes = [...(closeOnly ? [CLOSE_ONLY] : []), ...(at.volume < 0 ? [NO_VOLUME] : [])];
  return { columns, notes, ...(at.adjustedClose < 0 ? {} : { adjustedClose: numbers(at.adjustedClose) }) };
}

const CLOSE_ONLY = 'close only: open, high and low are set to the close';
const NO_VOLUME = 'no volume column: volume is 0';

/** Times as UTC milliseconds: of texts, or of epochs, whose unit the largest tells (all between 1966 and 1973 it cannot). */
function barTimes(column: Float64Array | readonly string[], header: string, name: string, epoch: boolean): Float64Array {
  if (column instanceof Float64Array) {
    if (!epoch) return column;
    const factor = epochFactor(column.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0));
    return factor === 1 ? column : column.map((value) => Math.floor(value * factor));
  }
  return Float64Array.from(column, (text, row) => {
    const time = parseTimeText(text);
    if (Number.isNaN(time))
      throw new UserError(
        `${name}, row ${row + 1}: "${text.slice(0, 60)}" in column ${header} is not a time`,
        'Use timestamps, dates or ISO-8601.',
      );
    return time;
  });
}

/** The rows of [from, to), whatever their order; provenance says so when some were cut. */
export function cutRange(raw: RawDataset, request: Pick<DataRequest, 'from' | 'to'>): RawDataset {
  if (request.from === undefined && request.to === undefined) return raw;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = request;
  const inside = raw.columns.time.map((time) => (time >= from && time < to ? 1 : 0));
  if (inside.every((flag) => flag === 1)) return raw;
  const cut = (column: Float64Array): Float64Array => column.filter((_, i) => inside[i] === 1);
  const { time, open, high, low, close, volume } = raw.columns;
  const columns = { time: cut(time), open: cut(open), high: cut(high), low: cut(low), close: cut(close), volume: cut(volume) };
  if (columns.time.length === 0)
    throw new UserError(
      `${raw.symbol} has no bars in the dates asked for`,
      `There are bars from ${raw.provenance.first.slice(0, 10)} to ${raw.provenance.last.slice(0, 10)}.`,
    );
  return {
    ...raw,
    columns,
    ...(raw.adjustedClose ? { adjustedClose: cut(raw.adjustedClose) } : {}),
    provenance: transformed(raw.provenance, 'cut to the dates asked for', rangeOf(columns.time)),
  };
}

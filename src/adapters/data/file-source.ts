import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { didYouMean, sha256, UserError } from '#core';
import { parseTimeframe, type BarColumns, type Timeframe, type VenueHours } from '#domain';
import {
  inferTimeframe,
  parseCsv,
  rangeOf,
  transformed,
  type AvailableDataset,
  type DataRequest,
  type DataSource,
  type RawDataset,
} from '#data';
import { fileFault, listFolder, readBytes } from './durable-file.ts';
import { readTable } from './parquet-table.ts';

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
  return {
    id: 'file',
    describe: () => ({ text: `Files of yours: ${basename(options.path)}`, kind: 'real', venueHours: options.venueHours }),
    list: async () => {
      const files = await findFiles(options.path);
      return Promise.all(
        files.map(async (file) => ({ symbol: file.symbol, timeframe: file.timeframe ?? (await readRaw(file)).timeframe })),
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
      const raw = await readRaw({ ...file, symbol: request.symbol });
      if (raw.timeframe.ms !== request.timeframe.ms)
        throw new UserError(
          `${basename(file.path)} holds ${raw.timeframe.id} bars, not ${request.timeframe.id}`,
          `Use timeframe ${raw.timeframe.id}.`,
        );
      return cutRange(raw, request);
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
  const found = (await listFolder(folder)).filter((name) => matcher.test(name) && EXTENSION.test(name) && !name.startsWith('.'));
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
  const parsed = /\.parquet$/i.test(name) ? { columns: await parquetColumns(file.path), notes: [] } : parseCsv(unzip(bytes, name), name);
  const timeframe: Timeframe = file.timeframe ?? inferTimeframe(parsed.columns.time, name);
  return {
    symbol: file.symbol,
    timeframe,
    columns: parsed.columns,
    ...('adjustedClose' in parsed && parsed.adjustedClose ? { adjustedClose: parsed.adjustedClose } : {}),
    provenance: {
      what: `Bars from the file ${name}`,
      kind: 'real',
      licence: 'unknown',
      symbol: file.symbol,
      timeframe: timeframe.id,
      retrievedFrom: name,
      sha256: sha256(bytes),
      ...rangeOf(parsed.columns.time),
      transformations: parsed.notes,
    },
  };
}

function unzip(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new UserError(`${name} is a damaged gzip file`, 'Fetch it again.', { cause: error });
  }
}

async function parquetColumns(path: string): Promise<BarColumns> {
  const table = await readTable(path);
  const names = Object.keys(table);
  const find = (wanted: readonly string[]): Float64Array => {
    const name = names.find((candidate) => wanted.includes(candidate.toLowerCase()));
    const column = name === undefined ? undefined : table[name];
    if (column instanceof Float64Array) return column;
    throw new UserError(
      `${basename(path)}: no number column ${wanted[0]} among: ${names.join(', ')}`,
      'It needs time, open, high, low, close, volume.',
    );
  };
  const time = find(['time', 'timestamp', 'date', 'datetime', 'open_time', 'ts']);
  return { time, open: find(['open']), high: find(['high']), low: find(['low']), close: find(['close']), volume: find(['volume']) };
}

/** The rows of [from, to), whatever their order; provenance says so when some were cut. */
export function cutRange(raw: RawDataset, request: Pick<DataRequest, 'from' | 'to'>): RawDataset {
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

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, OperationalError, toIso, UserError } from '#core';
import { barSeries, parseTimeframe, type BarColumns, type BarSeries, type Timeframe } from '#domain';
import { rangeOf, transformed, type AvailableDataset, type Provenance } from '#data';
import { fileFault, listFolder, readBytes, writeText } from './durable-file.ts';
import { readTable, writeTable } from './parquet-table.ts';

export interface StoredDataset {
  readonly bars: BarSeries;
  readonly provenance: Provenance;
}

/** Bars on disk, one Parquet file a symbol and timeframe with its provenance as JSON beside it. */
export interface ParquetStore {
  readonly folder: string;
  list(): Promise<AvailableDataset[]>;
  /** Undefined when it holds no such dataset. */
  read(symbol: string, timeframe: Timeframe): Promise<StoredDataset | undefined>;
  /** Replaces the dataset. */
  write(bars: BarSeries, provenance: Provenance): Promise<void>;
  /** Forgets the dataset, if there is one. */
  remove(symbol: string, timeframe: Timeframe): Promise<void>;
  /**
   * Adds bars to the dataset. Where both have a bar its close must agree within `tolerance` (a fraction, default 1e-6), else
   * `UserError`: the publisher has adjusted its history and the whole must be fetched again. Equal overlaps keep the new bar.
   */
  append(bars: BarSeries, provenance: Provenance, tolerance?: number): Promise<StoredDataset>;
}

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

export function parquetStore(folder: string): ParquetStore {
  const stem = (symbol: string, timeframe: Timeframe): string => join(folder, `${encodeURIComponent(symbol)}-${timeframe.id}`);
  const read = async (symbol: string, timeframe: Timeframe): Promise<StoredDataset | undefined> => {
    const names = await listFolder(folder);
    if (!names.includes(`${encodeURIComponent(symbol)}-${timeframe.id}.parquet`)) return undefined;
    const path = stem(symbol, timeframe);
    return { bars: await readBars(`${path}.parquet`, symbol, timeframe), provenance: await readProvenance(`${path}.json`) };
  };
  const write = async (bars: BarSeries, provenance: Provenance): Promise<void> => {
    const path = stem(bars.symbol, bars.timeframe);
    const { time, open, high, low, close, volume } = bars;
    await writeTable(`${path}.parquet`, { time, open, high, low, close, volume });
    await writeText(`${path}.json`, `${canonicalJson({ ...provenance, ...rangeOf(time) })}\n`);
  };
  return {
    folder,
    read,
    write,
    remove: async (symbol, timeframe) => {
      const path = stem(symbol, timeframe);
      for (const extension of ['.parquet', '.json'])
        await rm(`${path}${extension}`, { force: true }).catch((error: unknown) => {
          throw fileFault(error, path);
        });
    },
    list: async () => {
      const names = await listFolder(folder);
      return names.flatMap((name) => {
        const match = /^(?!\.)(.+)-(\d+[smhdw])\.parquet$/.exec(name);
        return match ? [{ symbol: decodeURIComponent(match[1]!), timeframe: parseTimeframe(match[2]!) }] : [];
      });
    },
    append: async (bars, provenance, tolerance = 1e-6) => {
      const before = await read(bars.symbol, bars.timeframe);
      const merged = before ? mergeBars(before.bars, bars, tolerance) : bars;
      const kept = before ? transformed(before.provenance, `merged ${bars.length} bars`, { sha256: provenance.sha256 }) : provenance;
      const full = { ...kept, ...rangeOf(merged.time) };
      await write(merged, full);
      return { bars: merged, provenance: full };
    },
  };
}

/** Two ascending series of one symbol in one; where both have a bar the newer stays, after its close was found equal. */
export function mergeBars(older: BarSeries, newer: BarSeries, tolerance: number): BarSeries {
  const size = older.length + newer.length;
  const merged = Object.fromEntries(COLUMNS.map((name) => [name, new Float64Array(size)])) as Record<keyof BarColumns, Float64Array>;
  let row = 0;
  for (let i = 0, j = 0; i < older.length || j < newer.length; row++) {
    const a = i < older.length ? older.time[i]! : Number.POSITIVE_INFINITY;
    const b = j < newer.length ? newer.time[j]! : Number.POSITIVE_INFINITY;
    if (a === b && Math.abs(older.close[i]! / newer.close[j]! - 1) > tolerance)
      throw new UserError(
        `${newer.symbol} ${newer.timeframe.id}: the stored close of ${toIso(a)} is ${older.close[i]}, the new one ${newer.close[j]}`,
        'The history was revised or adjusted: fetch the whole range again.',
      );
    const [from, at] = b <= a ? [newer, j] : [older, i];
    for (const name of COLUMNS) merged[name][row] = from[name][at]!;
    if (a <= b) i++;
    if (b <= a) j++;
  }
  for (const name of COLUMNS) merged[name] = merged[name].slice(0, row);
  return barSeries(newer.symbol, newer.timeframe, merged);
}

async function readBars(path: string, symbol: string, timeframe: Timeframe): Promise<BarSeries> {
  const table = await readTable(path, COLUMNS);
  const column = (name: string): Float64Array => {
    const values = table[name];
    if (values instanceof Float64Array) return values;
    throw new OperationalError('corrupt', `${path} has no number column ${name}; delete it and fetch it again`);
  };
  const [time, open, high, low, close, volume] = COLUMNS.map(column) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return barSeries(symbol, timeframe, { time, open, high, low, close, volume });
}

async function readProvenance(path: string): Promise<Provenance> {
  const text = new TextDecoder().decode(await readBytes(path));
  try {
    return JSON.parse(text) as Provenance;
  } catch (error) {
    throw new OperationalError('corrupt', `${path} is not valid JSON; delete it and its Parquet file and fetch them again`, {
      cause: error,
    });
  }
}

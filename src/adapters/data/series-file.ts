import { basename } from 'node:path';
import { UserError } from '#core';
import { parseTextTable, readLateSeries, type LateSeries, type LateSeriesOptions } from '#data';
import { readBytes } from './durable-file.ts';
import { unzip } from './file-source.ts';
import { readUserTable } from './parquet-table.ts';

/** A late-known series from CSV, CSV.gz or Parquet; see `readLateSeries`. Throws `UserError` naming the file. */
export async function readSeriesFile(path: string, options: LateSeriesOptions): Promise<readonly LateSeries[]> {
  const name = basename(path);
  const bytes = await readBytes(path);
  if (bytes.length === 0) throw new UserError(`${name} is empty`, 'Give a table with time, known_time and value.');
  if (/\.parquet$/i.test(name)) {
    const { table, plainNumbers } = await readUserTable(path);
    return readLateSeries(table, name, options, plainNumbers);
  }
  return readLateSeries(parseTextTable(new TextDecoder().decode(unzip(bytes, name)), name), name, options);
}

import { DuckDBDoubleVector, DuckDBInstance, type DuckDBConnection, type DuckDBDataChunk } from '@duckdb/node-api';
import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { invariant, OperationalError, UserError } from '#core';
import { fileFault } from './durable-file.ts';
import type { TableColumn } from './table.ts';

/** The columns of a Parquet file, all or the named ones, in file order. Dates and times come as UTC milliseconds, NULL as NaN or ''. */
export async function readTable(path: string, wanted?: readonly string[]): Promise<Record<string, TableColumn>> {
  try {
    return await readFields(path, (field) => wanted === undefined || wanted.includes(field.name));
  } catch (error) {
    const fault = fileFault(error, path);
    if (fault !== error || error instanceof OperationalError) throw fault;
    throw new OperationalError('corrupt', `${path} is not a readable Parquet file; delete it and fetch it again`, { cause: error });
  }
}

/**
 * The columns of a user's Parquet file that hold numbers, texts or times; others (nested, yes or no) are left out. Throws `UserError`
 * naming the file when it is empty, cut off, or no Parquet at all. Columns that are
 * plain numbers are named apart: as times they are epochs of some unit, while dates and times come as UTC milliseconds.
 */
export async function readUserTable(
  path: string,
): Promise<{ readonly table: Record<string, TableColumn>; readonly plainNumbers: ReadonlySet<string> }> {
  const name = basename(path);
  try {
    if ((await stat(path)).size === 0) throw new UserError(`${name} is empty`, 'Give a Parquet file with at least one row.');
    const plainNumbers = new Set<string>();
    const table = await readFields(path, (field) => {
      if (!/^(TIMESTAMP|DATE)/.test(field.type)) plainNumbers.add(field.name);
      return USABLE.test(field.type);
    });
    return { table, plainNumbers };
  } catch (error) {
    const fault = fileFault(error, path);
    if (fault !== error || error instanceof UserError || error instanceof OperationalError) throw fault;
    throw new UserError(`${name} is damaged or not a Parquet file`, 'Write it again, or give CSV.', { cause: error });
  }
}

const USABLE = /^(VARCHAR|UUID|ENUM|TIMESTAMP|DATE|U?(TINY|SMALL|BIG|HUGE)?INT|FLOAT|DOUBLE|DECIMAL)(?!.*[[(]\])/;

async function readFields(path: string, wanted: (field: Field) => boolean): Promise<Record<string, TableColumn>> {
  await access(path);
  return withDatabase(async (connection) => {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${literal(path)})`);
    const fields = described.getRows().map((row) => ({ name: String(row[0]), type: String(row[1]) }));
    const chosen = fields.filter(wanted);
    if (chosen.length === 0) return {};
    const total = await connection.runAndReadAll(`SELECT count(*) FROM read_parquet(${literal(path)})`);
    const result = await connection.stream(`SELECT ${chosen.map(selected).join(', ')} FROM read_parquet(${literal(path)})`);
    return collect(result, chosen, Number(total.getRows()[0]![0]));
  });
}

interface Field {
  readonly name: string;
  readonly type: string;
}

const isText = (field: Field): boolean => /^(VARCHAR|UUID|ENUM|BLOB)/.test(field.type);

function selected(field: Field): string {
  const name = identifier(field.name);
  if (isText(field)) return `coalesce(CAST(${name} AS VARCHAR), '')`;
  return /^(TIMESTAMP|DATE)/.test(field.type) ? `CAST(epoch_ms(${name}) AS DOUBLE)` : `CAST(${name} AS DOUBLE)`;
}

type ChunkSource = Awaited<ReturnType<DuckDBConnection['stream']>>;

async function collect(result: ChunkSource, fields: readonly Field[], rows: number): Promise<Record<string, TableColumn>> {
  const numbers = fields.map((field) => (isText(field) ? undefined : new Float64Array(rows)));
  const texts: string[][] = fields.map(() => []);
  let at = 0;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (let i = 0; i < fields.length; i++) {
      const target = numbers[i];
      if (target) copyDoubles(chunk, i, target, at);
      else for (const value of chunk.getColumnValues(i)) texts[i]!.push(String(value));
    }
    at += chunk.rowCount;
  }
  return Object.fromEntries(fields.map((field, i) => [field.name, numbers[i] ?? texts[i]!]));
}

/** One bulk copy of a chunk's memory; rows that are NULL become NaN. */
function copyDoubles(chunk: DuckDBDataChunk, column: number, target: Float64Array, at: number): void {
  const vector = chunk.getColumnVector(column);
  invariant(vector instanceof DuckDBDoubleVector, 'a number column is DOUBLE');
  // The items are the memory itself; the class offers them one at a time only, which is fifty times slower.
  const items: unknown = Reflect.get(vector, 'items');
  const validity: unknown = Reflect.get(vector, 'validity');
  if (items instanceof Float64Array) target.set(items, at);
  if (items instanceof Float64Array && validity instanceof Object && Reflect.get(validity, 'data') === null) return;
  for (let i = 0; i < chunk.rowCount; i++) target[at + i] = vector.getItem(i) ?? Number.NaN;
}

async function withDatabase<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const database = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await database.connect();
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    database.closeSync();
  }
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const identifier = (text: string): string => `"${text.replaceAll('"', '""')}"`;

import { open } from 'node:fs/promises';
import { UserError } from '#core';
import { writeDurably } from './durable-file.ts';
import { parquetParts } from './plain-parquet.ts';
import type { Table, TableColumn } from './table.ts';

/**
 * Writes named columns of equal length to a Parquet file, atomically. Numbers as DOUBLE (NaN kept), texts as UTF8. The same columns give
 * the same bytes; a large table is written group by group.
 */
export async function writeTable(path: string, table: Table): Promise<void> {
  await writeDurably(path, async (temporary) => {
    const file = await open(temporary, 'w');
    try {
      for (const part of parquetParts(table)) await file.writeFile(part);
    } finally {
      await file.close();
    }
  });
}

/**
 * The columns of a Parquet file, all or the named ones, in file order. Dates and times come as UTC milliseconds, NULL as NaN or ''. The
 * database that reads is native code of fifty megabytes: it is loaded by the first table, not by the first import.
 */
export async function readTable(path: string, wanted?: readonly string[]): Promise<Record<string, TableColumn>> {
  const duckdb = await import('./duckdb-table.ts').catch(tellMissingPart);
  return duckdb.readTable(path, wanted);
}

/** The columns of a user's Parquet file, its faults told as the user's own; see `duckdb-table.ts`. */
export async function readUserTable(
  path: string,
): Promise<{ readonly table: Record<string, TableColumn>; readonly plainNumbers: ReadonlySet<string> }> {
  const duckdb = await import('./duckdb-table.ts').catch(tellMissingPart);
  return duckdb.readUserTable(path);
}

/** The database's native code comes as one optional package a platform, which npm can be told to leave out. */
export function tellMissingPart(error: unknown): never {
  const missing = /@duckdb\/node-bindings-[\w-]+/.exec(error instanceof Error ? error.message : '')?.[0];
  if (missing === undefined) throw error;
  throw new UserError(
    `what reads Parquet files on this machine is not installed: ${missing}`,
    'npm left it out, as --omit=optional asks. Install with it: npm install --include=optional',
    { cause: error },
  );
}

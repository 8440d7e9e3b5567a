export type TableColumn = Float64Array | readonly string[];
export type Table = Readonly<Record<string, TableColumn>>;

/** As in `duckdb-table.ts`. The database is native code of fifty megabytes: it is loaded by the first table, not by the first import. */
export async function writeTable(path: string, table: Table): Promise<void> {
  const duckdb = await import('./duckdb-table.ts');
  return duckdb.writeTable(path, table);
}

/** The columns of a Parquet file, all or the named ones, in file order. Dates and times come as UTC milliseconds, NULL as NaN or ''. */
export async function readTable(path: string, wanted?: readonly string[]): Promise<Record<string, TableColumn>> {
  const duckdb = await import('./duckdb-table.ts');
  return duckdb.readTable(path, wanted);
}

/** The columns of a user's Parquet file, its faults told as the user's own; see `duckdb-table.ts`. */
export async function readUserTable(
  path: string,
): Promise<{ readonly table: Record<string, TableColumn>; readonly plainNumbers: ReadonlySet<string> }> {
  const duckdb = await import('./duckdb-table.ts');
  return duckdb.readUserTable(path);
}

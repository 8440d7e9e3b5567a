import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readTable } from './parquet-table.ts';
import { parquetBytes } from './plain-parquet.ts';

test('a table written without the database is read by it, value for value', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'edgewright-parquet-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const rows = 5000;
  // More than fifteen columns, since a list of the format is written another way from there on.
  const numbers = Object.fromEntries(
    Array.from({ length: 14 }, (_, at) => [
      `n${at}`,
      Float64Array.from({ length: rows }, (_, row) => (row % 97 === 3 ? Number.NaN : Math.sin(row * (at + 1)) * 1e9)),
    ]),
  );
  const table = {
    ...numbers,
    word: Array.from({ length: rows }, (_, row) => ['', 'AAPL', 'naïve – “x”', 'a,b\n"c"'][row % 4]!),
    last: Array.from({ length: rows }, (_, row) => String(row)),
  };
  const path = join(folder, 'table.parquet');
  writeFileSync(path, parquetBytes(table));
  expect(await readTable(path)).toEqual(table);
  expect(parquetBytes(table).equals(parquetBytes(table))).toBe(true);
  for (const length of [0, 1, 122_880, 300_001]) {
    const small: Record<string, Float64Array | string[]> = {
      x: Float64Array.from({ length }, (_, row) => row / 7),
      y: Array.from({ length }, (_, row) => (row % 2 === 0 ? 'é' : '')),
    };
    writeFileSync(path, parquetBytes(small));
    const read = await readTable(path);
    // Row by row: a deep comparison of columns this long takes a quarter of a minute.
    const differing = Object.entries(small).flatMap(([name, column]) =>
      column.length === read[name]?.length
        ? Array.from<number | string>(column).filter((value, row) => read[name]![row] !== value)
        : [name],
    );
    expect([Object.keys(read), differing]).toEqual([Object.keys(small), []]);
  }
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readTable, tellMissingPart, writeTable } from './parquet-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'edgewright-nan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every bit pattern of a missing value gives the same bytes', async () => {
  const plain = new Float64Array([1, Number.NaN, 3]);
  const odd = plain.slice();
  new BigUint64Array(odd.buffer)[1] = 0xfff8000000000001n;
  await writeTable(join(folder, 'plain.parquet'), { x: plain });
  await writeTable(join(folder, 'odd.parquet'), { x: odd });
  expect(readFileSync(join(folder, 'odd.parquet')).equals(readFileSync(join(folder, 'plain.parquet')))).toBe(true);
  expect((await readTable(join(folder, 'odd.parquet')))['x']).toEqual(plain);
});

test('a database that npm left out is told with how to put it in; any other fault stays what it was', () => {
  const left = new Error("Cannot find module '@duckdb/node-bindings-linux-x64/duckdb.node'\nRequire stack: …");
  expect(() => tellMissingPart(left)).toThrow('not installed: @duckdb/node-bindings-linux-x64');
  expect(() => tellMissingPart(new Error('else'))).toThrow('else');
});

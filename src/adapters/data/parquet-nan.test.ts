import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readTable, writeTable } from './parquet-table.ts';

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

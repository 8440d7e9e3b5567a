import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseTimeframe, sliceBars } from '#domain';
import { checkQuality, type DataSource } from '#data';
import { demoSource, fileSource, parquetStore, readTable, syntheticSource, writeTable } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'edgewright-data-'));
afterAll(() => rmSync(folder, { recursive: true }));
const daily = parseTimeframe('1d');
const synthetic = syntheticSource(
  { symbols: ['A/B'], timeframe: daily, bars: 5000, start: Date.parse('2000-01-01'), venueHours: 'us_equity' },
  1,
);

test('demo data are real, dated and pass the gate', async () => {
  const source = demoSource();
  for (const { symbol, timeframe } of await source.list()) {
    const raw = await source.load({ symbol, timeframe });
    const { report } = checkQuality(raw, { venueHours: 'us_equity' });
    expect([raw.provenance.kind, report.rowsOut]).toEqual(['real', report.rowsIn]);
    expect(report.findings.filter((finding) => finding.severity === 'error')).toEqual([]);
  }
  await expect(source.load({ symbol: 'APPL', timeframe: daily })).rejects.toThrow('no symbol APPL');
});

test('the store gives back what it was given, in the same bytes each time, and merges', async () => {
  const raw = await synthetic.load({ symbol: 'A/B', timeframe: daily });
  const { bars } = checkQuality(raw, { venueHours: 'us_equity' });
  const store = parquetStore(join(folder, 'store'));
  await store.write(sliceBars(bars, 0, 3000), raw.provenance);
  const file = join(folder, 'store', 'A%2FB-1d.parquet');
  const first = readFileSync(file);
  await store.write(sliceBars(bars, 0, 3000), raw.provenance);
  expect(readFileSync(file).equals(first)).toBe(true);
  const merged = await store.append(sliceBars(bars, 2990, 5000), raw.provenance);
  expect(merged.bars).toEqual(bars);
  expect((await store.read('A/B', daily))?.bars).toEqual(bars);
  expect((await store.list()).map((entry) => [entry.symbol, entry.timeframe.id])).toEqual([['A/B', '1d']]);
  const revised = { ...bars, close: bars.close.map((close) => close * 2) };
  await expect(store.append(revised, raw.provenance)).rejects.toThrow('the stored close');
  expect(await store.read('none', daily)).toBeUndefined();
});

test('tables keep numbers, NaN and texts', async () => {
  const path = join(folder, 'table.parquet');
  const table = { x: Float64Array.of(1.5, Number.NaN, -0), name: ['a', "b'", ''] };
  await writeTable(path, table);
  expect(await readTable(path)).toEqual(table);
  writeFileSync(path, readFileSync(path).subarray(0, 60));
  await expect(readTable(path)).rejects.toThrow('not a readable Parquet file');
});

const load = (source: DataSource, symbol: string) => source.load({ symbol, timeframe: daily });

test('a file that was read to name its timeframe is read again when it has changed since', async () => {
  const path = join(folder, 'ONLY.csv');
  const bars = (close: string): string => `date,close\n2020-01-02,1\n2020-01-03,${close}\n`;
  writeFileSync(path, bars('2'));
  const source = fileSource({ path, venueHours: 'us_equity' });
  const loaded = async (symbol: string) => {
    expect(await source.list()).toMatchObject([{ symbol: 'ONLY', timeframe: { id: '1d' } }]);
    return source.load({ symbol, timeframe: daily });
  };
  const other = await loaded('OTHER');
  expect([other.symbol, other.provenance.symbol, ...other.columns.close]).toEqual(['OTHER', 'OTHER', 1, 2]);
  await source.list();
  writeFileSync(path, bars('3.5'));
  expect((await source.load({ symbol: 'ONLY', timeframe: daily })).columns.close).toEqual(Float64Array.of(1, 3.5));
});

test('files: names, folders, and one clear line for each mistake', async () => {
  const rows = 'date,open,high,low,close,volume\n2020-01-02,1,2,0.5,1.5,10\n2020-01-03,1,2,0.5,1.5,10\n';
  const bars = join(folder, 'bars');
  await writeTable(
    join(bars, 'P-1d.parquet'),
    Object.fromEntries(
      ['time', 'open', 'high', 'low', 'close', 'volume'].map((name) => [name, Float64Array.of(name === 'time' ? 1.5e9 : 1)]),
    ),
  );
  for (const [name, text] of [
    ['AAA-1d.csv', rows],
    ['BBB.csv', rows],
    ['EMPTY-1d.csv', ''],
    ['BAD-1d.csv.gz', '\x1f\x8bxx'],
  ] as const)
    writeFileSync(join(bars, name), text, 'latin1');
  const source = fileSource({ path: bars, venueHours: 'us_equity' });
  expect((await load(source, 'AAA')).columns.close).toEqual(Float64Array.of(1.5, 1.5));
  expect((await load(source, 'BBB')).provenance.timeframe).toBe('1d');
  // Epoch seconds, by their size.
  expect((await load(source, 'P')).columns.time).toEqual(Float64Array.of(1.5e12));
  await expect(load(source, 'AAB')).rejects.toThrow('no file of AAB');
  await expect(load(source, 'EMPTY')).rejects.toThrow('EMPTY-1d.csv is empty');
  await expect(load(source, 'BAD')).rejects.toThrow('damaged gzip');
  await expect(load(fileSource({ path: join(folder, 'none.csv'), venueHours: 'always' }), 'X')).rejects.toThrow('does not exist');
});

test('a failed write leaves nothing behind', async () => {
  const path = join(folder, 'blocked');
  writeFileSync(path, '');
  await expect(parquetStore(join(path, 'x')).list()).rejects.toThrow('part of');
  const before = readdirSync(folder);
  await expect(writeTable(join(path, 't.parquet'), { x: Float64Array.of(1) })).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(before);
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createRng, OperationalError, UserError } from '#core';
import { parseTimeframe } from '#domain';
import { checkQuality, syntheticMarket } from '#data';
import { fileSource, parquetStore } from './index.ts';
import { partialDownload } from './partial-download.ts';

const folder = mkdtempSync(join(tmpdir(), 'edgewright-bad-'));
afterAll(() => rmSync(folder, { recursive: true }));
const daily = parseTimeframe('1d');
const header = 'date,open,high,low,close,volume';
const rows = (count: number, row = (day: number): string => `2020-01-${String(day).padStart(2, '0')},1,2,0.5,1.5,10`): string =>
  [header, ...Array.from({ length: count }, (_, i) => row(i + 1))].join('\n');

/** Loads a file of that text as the pipeline does: source, then gate with a least number of bars. */
async function loadText(name: string, text: string | undefined) {
  const path = join(folder, `${name}-1d.csv`);
  if (text !== undefined) writeFileSync(path, text);
  const raw = await fileSource({ path, venueHours: 'always' }).load({ symbol: name, timeframe: daily });
  return checkQuality(raw, { venueHours: 'always', minBars: 10 });
}

test.each([
  ['MISSING', undefined, /MISSING-1d\.csv does not exist/],
  ['EMPTY', '', /EMPTY-1d\.csv is empty/],
  ['HEADER', `${header}\n`, /no rows/],
  ['COLUMNS', 'date,foo,bar\n2020-01-01,1,2\n', /no close column among: date, foo, bar/],
  ['TEXT', 'this is a letter\nand no table\n', /TEXT-1d\.csv/],
  ['BINARY', '\0\0\0\0\u0001\u0002', /BINARY-1d\.csv/],
  ['SHORT', `${rows(20)}\n2020-02-01,1,2`, /line 22/],
  ['FIVE', rows(5), /FIVE 1d: 5 usable bars of 5, at least 10 are needed/],
  ['NAN', rows(15, (day) => `2020-01-${String(day).padStart(2, '0')},,,,,`), /0 usable bars of 15.*/],
  ['NEGATIVE', rows(15, (day) => `2020-01-${String(day).padStart(2, '0')},-1,2,-3,1,1`), /0 usable bars of 15/],
])('%s: one clear line', async (name, text, message) => {
  const error = await loadText(name, text).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  const { message: line, hint } = error as UserError;
  expect(line).toMatch(message);
  expect(`${line}${hint}`).not.toMatch(/\n|undefined|\bat .*\.ts/);
  expect(hint.length + line.length).toBeGreaterThan(20);
});

test('a folder of bars may hold a text that is none', async () => {
  const place = join(folder, 'with-readme');
  mkdirSync(place);
  writeFileSync(join(place, 'README.txt'), 'where these come from\n');
  for (const name of ['ONE-1d.csv', 'TWO-1d.txt']) writeFileSync(join(place, name), rows(20));
  const found = await fileSource({ path: place, venueHours: 'always' }).list();
  expect(found.map(({ symbol }) => symbol)).toEqual(['ONE', 'TWO']);
});

test('unsorted rows and runs of empty values are mended in the open', async () => {
  const unsorted = await loadText(
    'UNSORTED',
    rows(20, (day) => `2020-01-${String(21 - day).padStart(2, '0')},1,2,0.5,${1 + day / 100},10`),
  );
  expect(unsorted.bars.time[0]).toBe(Date.UTC(2020, 0, 1));
  expect(unsorted.report.findings[0]).toMatchObject({ check: 'unsorted', count: 19, action: 'repaired' });
  const holes = await loadText(
    'HOLES',
    rows(25, (day) => `2020-01-${String(day).padStart(2, '0')},${day > 10 && day < 16 ? ',,,,' : `1,2,0.5,${1 + day / 100},10`}`),
  );
  expect(holes.report.findings.slice(0, 2).map(({ check, count, action }) => [check, count, action])).toEqual([
    ['missing_value', 5, 'dropped'],
    ['gap', 5, 'kept'],
  ]);
});

const [bars] = syntheticMarket(
  { symbols: ['A'], timeframe: daily, bars: 50_000, start: Date.UTC(1900, 0, 1), venueHours: 'always' },
  createRng(1),
);
const provenance = {
  what: 'x',
  kind: 'synthetic' as const,
  licence: 'none',
  symbol: 'A',
  timeframe: '1d',
  first: '',
  last: '',
  rows: 0,
  retrievedFrom: 'x',
  sha256: '',
  transformations: [],
};

/** A file system of one megabyte, or why there is none. */
function tinyDisk(): string | undefined {
  const path = join(folder, 'disk');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  afterAll(() => execFileSync('umount', [path]));
  return path;
}
const disk = process.getuid?.() === 0 ? tinyDisk() : undefined;

test.skipIf(disk === undefined)(
  'a full disk: one clear line, the old file whole, nothing half-written (needs root to mount a tiny disk)',
  async () => {
    const store = parquetStore(disk!);
    await store.write({ ...bars!, length: 100, ...sliced(100) }, provenance);
    const before = readFileSync(join(disk!, 'A-1d.parquet'));
    const error = await store.write(bars!, provenance).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OperationalError);
    expect(error).toMatchObject({ code: 'no_space', message: /no space left to write .*A-1d\.parquet; free some/ });
    expect(readFileSync(join(disk!, 'A-1d.parquet')).equals(before)).toBe(true);
    expect(readdirSync(disk!).sort()).toEqual(['A-1d.json', 'A-1d.parquet']);
    const page = Array.from({ length: 30_000 }, (_, i) => [bars!.time[i]!, Math.PI * i, Math.E * i, 1 / 3, 2 / 3, i / 7] as const);
    const part = partialDownload(join(disk!, 'A-1d.part'));
    await expect(part.append(page)).rejects.toMatchObject({ code: 'no_space' });
    // What did reach the disk is whole rows.
    const kept = await part.read();
    expect(kept).toEqual(page.slice(0, kept.length));
  },
);

function sliced(rowsKept: number) {
  const cut = (column: Float64Array): Float64Array => column.slice(0, rowsKept);
  const { time, open, high, low, close, volume } = bars!;
  return { time: cut(time), open: cut(open), high: cut(high), low: cut(low), close: cut(close), volume: cut(volume) };
}

test.skipIf(process.platform === 'win32')('no permission: one clear line and nothing left behind', async () => {
  const locked = join(folder, 'locked');
  mkdirSync(locked, { mode: 0o555 });
  const root = process.getuid!() === 0;
  // Permissions do not hold for root: act as nobody for the moment.
  if (root) process.seteuid!(65_534);
  try {
    await expect(parquetStore(join(locked, 'store')).write({ ...bars!, length: 100, ...sliced(100) }, provenance)).rejects.toThrow(
      /no permission/,
    );
    await expect(partialDownload(join(locked, 'x.part')).append([[0, 1, 1, 1, 1, 1]])).rejects.toThrow(/no permission/);
  } finally {
    if (root) process.seteuid!(0);
  }
  expect(readdirSync(locked)).toEqual([]);
});

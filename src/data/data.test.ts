import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createRng, DAY_MS } from '#core';
import { barSeries, parseTimeframe } from '#domain';
import {
  adjustBars,
  asOfJoin,
  blockBootstrapMarket,
  checkQuality,
  nullMarket,
  parseCorporateActions,
  parseCsv,
  resample,
  syntheticMarket,
} from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const shared = (path: string): URL => new URL(`../../../shared/data/${path}`, import.meta.url);
const daily = parseTimeframe('1d');

describe('CSV', () => {
  test.each([
    ['Date,Open,High,Low,Close,Adj Close,Volume\r\n2020-01-02,1,2,0.5,1.5,1.4,10\r\n', Date.parse('2020-01-02')],
    ['\uFEFFtimestamp;open;high;low;close;volume\n1577923200000;1;2;0.5;1.5;10', Date.parse('2020-01-02')],
    ['1577923200,1,2,0.5,1.5,10\n', Date.parse('2020-01-02')],
    ['date\topen\thigh\tlow\tclose\tvol\n"01/02/2020"\t1\t2\t.5\t"1.5"\t10', Date.parse('2020-01-02')],
    ['open_time,o,h,l,c,v\n2020-01-02T05:30:00+05:30,1,2,0.5,1.5,10', Date.parse('2020-01-02')],
    ['date,time,open,high,low,close,volume\n2020-01-02,00:00,1,2,0.5,1.5,10', Date.parse('2020-01-02')],
    ['ts,open,high,low,close,volume\n1577923200000000000,1,2,0.5,1.5,10', Date.parse('2020-01-02')],
  ])('reads %j', (text, time) => {
    const { columns } = parseCsv(bytes(text), 'x.csv');
    expect(Object.values(columns).map((column) => [...column])).toEqual([[time], [1], [2], [0.5], [1.5], [10]]);
  });

  test.each([
    ['', 'x.csv is empty'],
    ['date,open,high,low,close,volume\n', 'no rows'],
    ['a,b,c\n1,2,3', 'no time column'],
    ['date,open,high,low,close,volume\n2020-01-02,1,234.5,2,1,1,1', 'line 2'],
    ['date,open,high,low,close,volume\n31/01/2020,1,2,1,1,1', 'no month 31'],
    ['date,open,high,low,close,volume\n2020-02-30,1,2,1,1,1', 'not a time'],
    ['date,open,high,low,close,volume\n2020-02-03,1,x,1,1,1', 'not a number'],
  ])('refuses %j', (text, message) => expect(() => parseCsv(bytes(text), 'x.csv')).toThrow(message));

  test('numbers are those of JavaScript, bit for bit', () => {
    const rng = createRng(1);
    const long = [
      '0.1234567890123456789',
      '9007199254740993',
      '9007199254740991.5',
      '0.00000000000000000000000123',
      '123456789012345678',
      '-0.5',
      '.5',
      '5.',
    ];
    const texts = [...long, ...Array.from({ length: 2000 }, () => (rng.uniform() * 10 ** rng.integer(9)).toString())];
    const { columns } = parseCsv(bytes(texts.map((text, i) => `${1_577_923_200 + i},${text},1,1,1,1`).join('\n')), 'x.csv');
    expect([...columns.open]).toEqual(texts.map(Number));
  });
});

const gate = (rows: string, options = {}) =>
  checkQuality(
    { symbol: 'X', timeframe: daily, columns: parseCsv(bytes(`date,open,high,low,close,volume\n${rows}`), 'x').columns },
    { venueHours: 'us_equity', ...options },
  );

test('the gate reports all it does', () => {
  const { bars, report } = gate(
    '2020-01-03,10,11,9,10,5\n2020-01-02,10,11,9,10,5\n2020-01-03,10,11,9,10.5,5\n2020-01-06,,11,9,10,5\n2020-01-07,10,9,9,10,5\n2020-01-08,0,11,9,10,5\n2020-01-09,10,11,9,10,5\n2020-01-10,10,11,9,10,5',
    { now: Date.parse('2020-01-10T12:00Z') },
  );
  expect(report.findings.map(({ check, count, action }) => [check, count, action])).toEqual([
    ['unsorted', 1, 'repaired'],
    ['duplicate', 1, 'dropped'],
    ['missing_value', 1, 'dropped'],
    ['non_positive_price', 1, 'dropped'],
    ['unclosed_bar', 1, 'dropped'],
    ['high_low_violation', 1, 'repaired'],
    ['gap', 2, 'kept'],
  ]);
  expect([...bars.close]).toEqual([10, 10.5, 10, 10]);
  expect(() => gate('2020-01-03,10,11,9,10,5', { minBars: 5 })).toThrow('1 usable bar of 1, at least 5');
});

test('bars that cannot be of the timeframe that was named are refused, and a few far apart are not', () => {
  const every = (minutes: number, count: number): string =>
    Array.from({ length: count }, (_, i) => `${new Date(Date.UTC(2024, 0, 2) + i * minutes * 60_000).toISOString()},10,11,9,10,5`).join(
      '\n',
    );
  expect(() => gate(every(1, 60))).toThrow('X: bars that lie 1m apart are not 1d bars');
  expect(() => gate(every(7 * 1440, 60))).toThrow('X: bars that lie 7d apart are not 1d bars');
  expect(gate(every(1440, 60)).bars.length).toBe(60);
  expect(gate(every(7 * 1440, 5)).bars.length).toBe(5);
});

test('one of a kind is told in the singular', () => {
  const { report } = gate('2020-01-02,10,11,9,10,5\n2020-01-03,10,11,9,10,5\n2020-01-04,10,11,9,10,5');
  expect(report.findings.map(({ text }) => text)).toEqual(['1 bar lies outside the trading hours']);
});

test('resampling keeps only complete buckets and a later bar changes no earlier one', () => {
  const [minutes] = syntheticMarket(
    { symbols: ['A'], timeframe: parseTimeframe('1m'), bars: 1003, start: Date.parse('2024-01-02'), venueHours: 'us_equity' },
    createRng(3),
  );
  const five = resample(minutes!, parseTimeframe('5m'), 'us_equity');
  expect(five.length).toBe(200);
  expect(five.open[1]).toBe(minutes!.open[5]);
  expect(five.high[1]).toBe(Math.max(...minutes!.high.subarray(5, 10)));
  const days = resample(minutes!, daily, 'us_equity');
  expect([...days.time]).toEqual([Date.parse('2024-01-02'), Date.parse('2024-01-03')]);
  expect(days.close[0]).toBe(minutes!.close[389]);
});

test('as-of join shows nothing before it was known', () => {
  const joined = asOfJoin(Float64Array.of(1, 5, 6, 9), {
    knownTime: Float64Array.of(5, 8, 9),
    eventTime: Float64Array.of(2, 4, 2),
    value: Float64Array.of(10, 20, 11),
  });
  expect([...joined]).toEqual([Number.NaN, 10, 10, 20]);
});

test('a split is applied only from its date on', () => {
  const bars = barSeries('A', daily, {
    time: Float64Array.of(0, DAY_MS),
    open: Float64Array.of(40, 10),
    high: Float64Array.of(40, 10),
    low: Float64Array.of(40, 10),
    close: Float64Array.of(40, 10),
    volume: Float64Array.of(1, 4),
  });
  const actions = parseCorporateActions('symbol,ex_date,type,value\nA,1970-01-02,split,4', 'x');
  expect([...adjustBars(bars, actions, { asOf: DAY_MS }).close]).toEqual([10, 10]);
  expect([...adjustBars(bars, actions, { asOf: 0 }).close]).toEqual([40, 10]);
});

test('synthetic markets are seeded, clean, and hold their edge', () => {
  const options = { symbols: ['A', 'B'], timeframe: daily, bars: 6000, start: Date.parse('2000-01-01'), venueHours: 'us_equity' as const };
  const make = (edge: 'reversal' | undefined) =>
    syntheticMarket(edge ? { ...options, edge: { kind: edge, lookbackBars: 1, informationCoefficient: 0.2 } } : options, createRng(7));
  expect(make(undefined)).toEqual(make(undefined));
  const coefficient = (bars: ReturnType<typeof make>[number]): number => {
    const r = bars.close.slice(1).map((close, i) => Math.log(close / bars.close[i]!));
    let [xy, xx] = [0, 0];
    for (let i = 1; i < r.length; i++) [xy, xx] = [xy + r[i]! * r[i - 1]!, xx + r[i]! ** 2];
    return xy / xx;
  };
  expect(Math.abs(coefficient(make(undefined)[0]!))).toBeLessThan(0.06);
  expect(coefficient(make('reversal')[0]!)).toBeLessThan(-0.12);
  const panel = nullMarket('garch_t', options, createRng(1));
  for (const bars of [...panel, ...blockBootstrapMarket(panel, 20, true, createRng(2)), ...make('reversal')]) {
    const { report } = checkQuality({ symbol: bars.symbol, timeframe: daily, columns: bars }, { venueHours: 'us_equity' });
    expect(report.findings.filter((finding) => finding.check !== 'outlier')).toEqual([]);
  }
});

interface ManifestFile {
  readonly file: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly rows: number;
  readonly checks: Readonly<Record<string, number>>;
}

test.skipIf(!existsSync(shared('MANIFEST.json')))('the gate counts the defects the manifest counts (needs shared data)', () => {
  const { files } = JSON.parse(readFileSync(shared('MANIFEST.json'), 'utf8')) as { files: ManifestFile[] };
  const chosen = files.filter((file) => /^(us_daily_2013_2018|lean_us_daily_raw|crypto_1h_2020_2024)\//.test(file.file));
  expect(chosen.length).toBe(20);
  for (const file of chosen) {
    const { columns } = parseCsv(gunzipSync(readFileSync(shared(file.file))), file.file);
    const timeframe = parseTimeframe(file.timeframe);
    const { report } = checkQuality(
      { symbol: file.symbol, timeframe, columns },
      { venueHours: file.timeframe === '1h' ? 'always' : 'us_equity' },
    );
    const expected = columns.time.filter(
      (_, i) =>
        columns.high[i]! < Math.max(columns.open[i]!, columns.close[i]!) || columns.low[i]! > Math.min(columns.open[i]!, columns.close[i]!),
    ).length;
    const count = report.findings.find((finding) => finding.check === 'high_low_violation')?.count ?? 0;
    expect([file.file, report.rowsIn, count]).toEqual([file.file, file.rows, expected]);
    expect(count).toBeLessThanOrEqual(file.checks['high_below_open_or_close']! + file.checks['low_above_open_or_close']!);
    expect(count).toBeGreaterThanOrEqual(Math.max(file.checks['high_below_open_or_close']!, file.checks['low_above_open_or_close']!));
  }
});

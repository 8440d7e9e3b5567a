import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DAY_MS, MINUTE_MS, toDate } from '#core';
import { barSeries, firstRowAtOrAfter, parseTimeframe, venueCalendar, type BarSeries } from '#domain';
import { adjustBars, checkQuality, parseCorporateActions, parseCsv, parseFactorFile, resample } from './index.ts';

const shared = (path: string): URL => new URL(`../../../shared/data/${path}`, import.meta.url);
const present = existsSync(shared('corporate_actions/events.csv'));
const daily = parseTimeframe('1d');
const text = (path: string): string => readFileSync(shared(path), 'utf8');
const barsOf = (set: string, symbol: string): BarSeries =>
  barSeries(symbol, daily, parseCsv(gunzipSync(readFileSync(shared(`${set}/${symbol}-1d.csv.gz`))), symbol).columns);
const actionsOf = () => parseCorporateActions(text('corporate_actions/events.csv'), 'events.csv');
const SYMBOLS = ['AAPL', 'BAC', 'IBM', 'QQQ', 'SPY'];

describe.skipIf(!present)('corporate actions against published figures (needs shared data)', () => {
  test.each(SYMBOLS)('%s: splits and dividends applied to raw closes give the published factors', (symbol) => {
    const raw = barsOf('lean_us_daily_raw', symbol);
    const factors = parseFactorFile(text(`corporate_actions/factor_files/${symbol}.csv`), symbol);
    const adjusted = adjustBars(raw, actionsOf(), { asOf: Date.UTC(2100, 0, 1), dividends: true });
    const worst = Math.max(
      ...raw.time.map((time, row) => {
        const at = factors.date.findIndex((date) => date >= time);
        const published = factors.price[at]! * factors.split[at]!;
        return Math.abs(adjusted.close[row]! / raw.close[row]! / published - 1);
      }),
    );
    // The dividends in the file were rounded to 0.0001 and derived from factors of seven digits; some 80 of them multiply.
    expect(worst).toBeLessThan(1e-4);
  });

  test('each day is seen as it looked then: an action changes nothing before its date is reached', () => {
    const raw = barsOf('lean_us_daily_raw', 'AAPL');
    const actions = actionsOf();
    const eve = Date.UTC(2014, 5, 6);
    const row = firstRowAtOrAfter(raw, eve);
    const before = adjustBars(raw, actions, { asOf: eve });
    const after = adjustBars(raw, actions, { asOf: eve + 3 * DAY_MS });
    expect(before.close[row]).toBe(raw.close[row]);
    expect(after.close[row]! / raw.close[row]!).toBeCloseTo(1 / 7, 6);
    expect(
      before.close[firstRowAtOrAfter(raw, Date.UTC(2001, 0, 2))]! / raw.close[firstRowAtOrAfter(raw, Date.UTC(2001, 0, 2))]!,
    ).toBeCloseTo(0.5, 5);
  });

  test('split-adjusted closes are those that another publisher gives', () => {
    const raw = barsOf('lean_us_daily_raw', 'AAPL');
    const adjusted = adjustBars(raw, actionsOf(), { asOf: Date.UTC(2018, 1, 7) });
    const other = barsOf('us_daily_2013_2018', 'AAPL');
    const far = other.time.filter((time, row) => {
      const mine = adjusted.close[firstRowAtOrAfter(adjusted, time)]!;
      return Math.abs(mine / other.close[row]! - 1) > 0.002;
    });
    // The one known error of that publisher.
    expect(Array.from(far, toDate)).toEqual(['2017-08-01']);
  });

  test.each(SYMBOLS)('%s: raw bars are flagged at their splits and nowhere else, adjusted bars nowhere', (symbol) => {
    const raw = barsOf('lean_us_daily_raw', symbol);
    const actions = actionsOf();
    const found = (bars: BarSeries): string[] =>
      checkQuality({ symbol, timeframe: daily, columns: bars }, { venueHours: 'us_equity' }).report.findings.flatMap((finding) =>
        finding.check === 'unadjusted_split' ? finding.examples.map((time) => time.slice(0, 10)) : [],
      );
    const splits = actions.filter((action) => action.symbol === symbol && action.kind === 'split' && action.exDate > raw.time[0]!);
    expect(found(raw)).toEqual(splits.map(({ exDate }) => toDate(raw.time[firstRowAtOrAfter(raw, exDate)]!)));
    expect(found(adjustBars(raw, actions, { asOf: Date.UTC(2100, 0, 1) }))).toEqual([]);
  });
});

test('a day that closes early has no gap in the afternoon, and bars after the close are outside', () => {
  const calendar = venueCalendar('us_equity');
  const sessions = calendar.sessions(Date.UTC(2023, 10, 22), Date.UTC(2023, 10, 28));
  expect(sessions.map(({ date, early }) => [toDate(date), early])).toEqual([
    ['2023-11-22', false],
    ['2023-11-24', true],
    ['2023-11-27', false],
  ]);
  const minutes = (after: number): Float64Array =>
    Float64Array.from(
      sessions.flatMap(({ open, close, early }) =>
        Array.from({ length: (close - open) / MINUTE_MS + (early ? after : 0) }, (_, i) => open + i * MINUTE_MS),
      ),
    );
  const checked = (after: number) => {
    const time = minutes(after);
    const ones = time.map((_, i) => 100 + Math.sin(i / 5));
    const columns = { time, open: ones, high: ones, low: ones, close: ones, volume: ones };
    return checkQuality({ symbol: 'X', timeframe: parseTimeframe('1m'), columns }, { venueHours: 'us_equity' });
  };
  expect(checked(0).report.findings).toEqual([]);
  expect(checked(30).report.findings.map(({ check, count }) => [check, count])).toEqual([['outside_session', 30]]);
  const days = resample(checked(0).bars, daily, 'us_equity');
  expect(Array.from(days.time, toDate)).toEqual(['2023-11-22', '2023-11-24', '2023-11-27']);
  expect(days.close[1]).toBe(checked(0).bars.close[390 + 209]);
});

test.skipIf(!existsSync(shared('dirty_examples')))(
  'malformed rows of others: refused with the line, or reported by the gate (needs shared data)',
  () => {
    const lines = text('dirty_examples/skender_bad.csv').split('\n');
    const parse = (kept: readonly string[]) => parseCsv(new TextEncoder().encode(kept.join('\n')), 'bad.csv');
    expect(() => parse(lines)).toThrow('bad.csv, line 202: "" is not a time');
    const { columns, notes } = parse(lines.filter((line) => !line.startsWith(',')));
    const { bars, report } = checkQuality({ symbol: 'BAD', timeframe: daily, columns }, { venueHours: 'us_equity' });
    const cells = lines.filter((line) => /^\d/.test(line)).map((line) => line.trim().split(',').slice(1));
    const missing = cells.filter((row) => row.some((cell) => cell === ''));
    const whole = cells.filter((row) => !missing.includes(row)).map((row) => row.map(Number));
    const nonPositive = whole.filter((row) => row.slice(0, 4).some((price) => price <= 0));
    const negative = whole.filter((row) => !nonPositive.includes(row) && row[4]! < 0);
    expect(report.findings.slice(0, 3).map(({ check, count, action }) => [check, count, action])).toEqual([
      ['missing_value', missing.length, 'dropped'],
      ['non_positive_price', nonPositive.length, 'dropped'],
      ['negative_volume', negative.length, 'dropped'],
    ]);
    expect([notes, report.rowsIn, bars.length]).toEqual([
      [],
      cells.length,
      cells.length - missing.length - nonPositive.length - negative.length,
    ]);
  },
);

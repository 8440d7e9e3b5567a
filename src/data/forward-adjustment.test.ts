import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, UserError } from '#core';
import { barSeries, firstRowAtOrAfter, parseTimeframe, type BarSeries } from '#domain';
import {
  adjustBars,
  adjustForward,
  checkQuality,
  factorFileActions,
  parseCorporateActions,
  parseCsv,
  parseFactorFile,
  type CorporateAction,
} from './index.ts';

const shared = (path: string): URL => new URL(`../../../shared/data/${path}`, import.meta.url);
const present = existsSync(shared('corporate_actions/events.csv'));
const daily = parseTimeframe('1d');
const text = (path: string): string => readFileSync(shared(path), 'utf8');
const barsOf = (set: string, symbol: string): BarSeries =>
  barSeries(symbol, daily, parseCsv(gunzipSync(readFileSync(shared(`${set}/${symbol}-1d.csv.gz`))), symbol).columns);

/** Daily bars of the given closes; open, high and low at the close. */
function closes(values: readonly number[], symbol = 'X'): BarSeries {
  const close = Float64Array.from(values);
  return barSeries(symbol, daily, {
    time: close.map((_, row) => row * DAY_MS),
    open: close,
    high: close,
    low: close,
    close,
    volume: close.map(() => 100),
  });
}
const split = (day: number, value: number): CorporateAction => ({ symbol: 'X', exDate: day * DAY_MS, kind: 'split', value });
const dividend = (day: number, value: number): CorporateAction => ({ symbol: 'X', exDate: day * DAY_MS, kind: 'dividend', value });

test('a split goes on in the units of before; a dividend buys more at the close before it', () => {
  const { bars, splits, dividends } = adjustForward(closes([100, 26, 25, 24]), [split(1, 4), dividend(2, 1)], 'all');
  expect(Array.from(bars.close.slice(0, 2))).toEqual([100, 104]);
  // 1 of 26 was paid: 26/25 of a share is held afterwards.
  expect(bars.close[2]).toBeCloseTo((25 * 4 * 26) / 25, 10);
  expect(bars.volume[1]).toBe(25);
  expect([splits, dividends]).toEqual([1, 1]);
});

test('what is not in the prices is left for positions, in units of the bars', () => {
  const raw = closes([100, 26, 25, 24]);
  expect(adjustForward(raw, [split(1, 4), dividend(2, 1)], 'splits').remaining).toEqual([
    { kind: 'dividend', symbol: 'X', time: 2 * DAY_MS, perUnit: 4 },
  ]);
  const none = adjustForward(raw, [split(1, 4), dividend(2, 1)], 'none');
  expect(none.bars.close).toEqual(raw.close);
  expect(none.remaining).toEqual([
    { kind: 'split', symbol: 'X', time: DAY_MS, ratio: 4 },
    { kind: 'dividend', symbol: 'X', time: 2 * DAY_MS, perUnit: 1 },
  ]);
});

test('a later action changes no bit of an earlier bar, and later bars change none either', () => {
  const action = fc.record({ day: fc.integer({ min: 1, max: 40 }), kind: fc.constantFrom('split' as const, 'dividend' as const) });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 8 }), fc.integer({ min: 1, max: 39 }), (drawn, cut) => {
      const actions = drawn.map(({ day, kind }) => (kind === 'split' ? split(day, 1.1) : dividend(day, 0.3)));
      const series = closes(Array.from({ length: 41 }, (_, row) => 50 + ((row * 7) % 11)));
      const whole = adjustForward(series, actions, 'all').bars;
      const known = actions.filter(({ exDate }) => exDate < cut * DAY_MS);
      const short = adjustForward(closes(Array.from(series.close.slice(0, cut))), known, 'all').bars;
      expect(whole.close.slice(0, cut)).toEqual(short.close);
      expect(whole.volume.slice(0, cut)).toEqual(short.volume);
    }),
  );
});

test('bars without a sign of the split are refused, not adjusted twice', () => {
  expect(() => adjustForward(closes([25, 26, 25]), [split(1, 4)], 'all')).toThrow(UserError);
  expect(() => adjustForward(closes([25, 26, 25]), [split(1, 4)], 'all')).toThrow(/no sign of the split of 4 on 1970-01-02/);
});

test('an action on or before the first bar, after the last, or of another symbol is none of this series', () => {
  const actions = [split(0, 4), split(9, 4), { ...split(1, 4), symbol: 'Y' }];
  expect(adjustForward(closes([25, 26, 25]), actions, 'all')).toMatchObject({ splits: 0, remaining: [] });
});

test('ratios as 4:1, reverse splits as 1:10, and a word that is no kind of action', () => {
  const parse = (line: string) => parseCorporateActions(`symbol,ex_date,type,value\n${line}\n\n`, 'a.csv');
  expect(parse('X,2020-01-02,split,4:1')[0]?.value).toBe(4);
  expect(parse('X,2020-01-02,Split,1/10')[0]?.value).toBe(0.1);
  expect(() => parse('X,2020-01-02,dividnd,1')).toThrow('a.csv, line 2: "dividnd" is no kind of action');
  expect(() => parse('X,2020-01-02,split,')).toThrow('a.csv, line 2');
});

describe.skipIf(!present)('on published splits and dividends (needs shared data)', () => {
  const actions = () => parseCorporateActions(text('corporate_actions/events.csv'), 'events.csv');

  test.each(['AAPL', 'BAC', 'IBM', 'QQQ', 'SPY'])('%s: the same returns as adjusted back from the end', (symbol) => {
    const raw = barsOf('lean_us_daily_raw', symbol);
    const forward = adjustForward(raw, actions(), 'all').bars.close;
    const back = adjustBars(raw, actions(), { asOf: Date.UTC(2100, 0, 1), dividends: true }).close;
    const scale = forward[0]! / back[0]!;
    for (let row = 0; row < raw.length; row++) expect(Math.abs(forward[row]! / back[row]! / scale - 1)).toBeLessThan(1e-12);
  });

  test.each(['AAPL', 'BAC', 'IBM', 'QQQ', 'SPY'])('%s: a factor file holds the actions of the list', (symbol) => {
    const raw = barsOf('lean_us_daily_raw', symbol);
    const path = `corporate_actions/factor_files/${symbol}.csv`;
    const own = factorFileActions(text(path), symbol, path);
    const listed = actions().filter((action) => action.symbol === symbol);
    expect(own.filter(({ kind }) => kind === 'split').map(({ value }) => value)).toEqual(
      listed.filter(({ kind }) => kind === 'split').map(({ value }) => value),
    );
    const factors = parseFactorFile(text(path), path);
    const { bars } = adjustForward(raw, own, 'all');
    const published = (row: number): number => {
      const at = factors.date.findIndex((date) => date >= raw.time[row]!);
      return factors.price[at]! * factors.split[at]!;
    };
    const worst = Math.max(
      ...Array.from(raw.time.keys(), (row) => Math.abs(((bars.close[row]! / raw.close[row]!) * published(0)) / published(row) - 1)),
    );
    expect(worst).toBeLessThan(1e-5);
  });

  test('the gate finds no split left over, and bars adjusted before are refused', () => {
    const options = { venueHours: 'us_equity', corporateActions: { actions: actions(), adjust: 'all' } } as const;
    const raw = barsOf('lean_us_daily_raw', 'AAPL');
    const { bars, report } = checkQuality({ symbol: 'AAPL', timeframe: daily, columns: raw }, options);
    expect(report.findings.map(({ check }) => check)).not.toContain('unadjusted_split');
    const eve = firstRowAtOrAfter(bars, Date.UTC(2014, 5, 6));
    expect(Math.abs(bars.close[eve + 1]! / bars.close[eve]! - 1)).toBeLessThan(0.05);
    const other = barsOf('us_daily_2013_2018', 'AAPL');
    expect(() => checkQuality({ symbol: 'AAPL', timeframe: daily, columns: other }, options)).toThrow(/AAPL: no sign of the split of 7/);
  });

  test('a second source shows the one error of a publisher and confirms what is real', () => {
    const raw = barsOf('lean_us_daily_raw', 'AAPL');
    const columns = adjustBars(raw, actions(), { asOf: Date.UTC(2018, 1, 7) });
    const other = barsOf('us_daily_2013_2018', 'AAPL');
    const { report } = checkQuality(
      { symbol: 'AAPL', timeframe: daily, columns: other },
      { venueHours: 'us_equity', secondSource: { name: 'lean', time: columns.time, close: columns.close }, disagreement: 0.002 },
    );
    expect(report.secondSource).toMatchObject({
      source: 'lean',
      compared: 1259,
      differing: 1,
      worst: { time: '2017-08-01T00:00:00.000Z' },
    });
    expect(report.findings.find(({ check }) => check === 'source_disagreement')).toMatchObject({ count: 1, severity: 'warning' });
    // The other way round: unadjusted bars against a publisher who adjusts for splits are read so before they are compared.
    const { report: turned } = checkQuality(
      { symbol: 'AAPL', timeframe: daily, columns: raw },
      {
        venueHours: 'us_equity',
        corporateActions: { actions: actions(), adjust: 'all' },
        secondSource: { name: 'us_daily', time: other.time, close: other.close },
        disagreement: 0.002,
      },
    );
    expect(turned.secondSource).toMatchObject({ basis: 'adjusted for splits', compared: 1259, differing: 1 });
  });
});

test('absurd prices are dropped in the open; when nothing is left one line says why', () => {
  const series = closes([1, 2, 1e300, 1e-300, 3, 4]);
  const { report, bars } = checkQuality({ symbol: 'X', timeframe: daily, columns: series }, { venueHours: 'always' });
  expect(bars.length).toBe(4);
  expect(report.findings[0]).toMatchObject({ check: 'absurd_value', count: 2, severity: 'error', action: 'dropped' });
  const error = (() => {
    try {
      return checkQuality({ symbol: 'X', timeframe: daily, columns: closes([1e300, 1e301, 1e302]) }, { venueHours: 'always' });
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toMatchObject({
    message: 'X 1d: 0 usable bars of 3, at least 2 are needed',
    hint: expect.stringContaining('1e15') as string,
  });
});

import { barSeries, parseTimeframe, type BarSeries } from '#domain';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  atr,
  bop,
  close,
  compile,
  ema,
  indicator,
  instantaneousTrend,
  mama,
  medianPrice,
  sma,
  superTrend,
  type Expression,
  type IndicatorOptions,
} from './index.ts';

/*
 * Values that Skender's Stock.Indicators publishes in its own tests (github.com/DaveSkender/Stock.Indicators, tests/indicators) for
 * its default quotes, 502 days of SPY; row from 0. As they are printed.
 */
const QUOTES = new URL('../../../shared/data/skender_quotes/default.csv.gz', import.meta.url);
const present = existsSync(QUOTES);

/** By output: `row:value row:value …`. */
type Published = Readonly<Record<string, string>>;
type Case = readonly [name: string, options: IndicatorOptions, published: Published, digits: number];

const SAME: readonly Case[] = [
  [
    'ALMA',
    { timePeriod: 10 },
    {
      output: '9:214.1839 24:216.0619 149:235.8609 249:257.5787 501:242.1871',
    },
    4,
  ],
  [
    'HMA',
    { timePeriod: 20 },
    {
      output: '149:236.0835 501:235.6972',
    },
    4,
  ],
  [
    'LINEARREG',
    { timePeriod: 20 },
    {
      output: '19:215.6189 149:236.706 249:258.5179 501:235.8131',
    },
    4,
  ],
  [
    'LINEARREG_SLOPE',
    { timePeriod: 20 },
    {
      output: '249:0.312406 482:-0.337015 501:-1.689143',
    },
    6,
  ],
  [
    'RSQ',
    { timePeriod: 20 },
    {
      output: '249:0.8056 482:0.173 501:0.7955',
    },
    4,
  ],
  [
    'CHOP',
    {},
    {
      output: '14:69.9967 249:41.8499 501:38.6526',
    },
    4,
  ],
  [
    'ELDER_RAY',
    {},
    {
      bull: '12:0.75 24:1.4274 149:0.943 249:1.5194 501:-0.4729',
      bear: '12:-0.51 24:0.5474 149:0.473 249:1.0694 501:-3.1429',
    },
    4,
  ],
  [
    'VORTEX',
    {},
    {
      plus: '14:1.046 29:1.13 249:1.1558 501:0.8712',
      minus: '14:0.8119 29:0.7393 249:0.6634 501:1.1163',
    },
    4,
  ],
  [
    'FORCE',
    {},
    {
      output: '13:10668240.778 24:15883211.364 149:7598218.196 249:23612118.994 501:-16824018.428',
    },
    3,
  ],
  [
    'TSI',
    {},
    {
      output: '37:53.1204 43:46.096 44:42.5121 149:29.0936 249:41.9232 501:-28.3513',
    },
    4,
  ],
  [
    'T3',
    {},
    {
      output: '24:215.9343 44:224.9412 149:235.8851 249:257.8735 501:238.9308',
    },
    4,
  ],
  [
    'PVO',
    {},
    {
      pvo: '33:1.5795 149:-7.191 249:-6.3667 501:10.4395',
      signal: '33:-3.553 149:-5.1159 249:1.7333 501:12.2681',
      hist: '33:5.1325 149:-2.0751 249:-8.1 501:-1.8286',
    },
    4,
  ],
  ['ADOSC', {}, { output: '501:-19135200.72' }, 2],
  ['AD', {}, { output: '501:3439986548.42' }, 2],
  ['CONNORS_RSI', {}, { output: '501:74.7662' }, 4],
  ['CONNORS_RSI', { timePeriod: 14, streak: 20, rank: 10 }, { output: '501:61.6053' }, 4],
  [
    'FISHER',
    { timePeriod: 10 },
    {
      fisher: '149:1.0349 249:1.3496 501:-1.2876',
    },
    4,
  ],
  ['HEIKIN_ASHI', {}, { open: '501:241.3018', high: '501:245.54', low: '501:241.3018', close: '501:244.6525' }, 4],
  [
    'ICHIMOKU',
    {},
    {
      conversion: '51:224.465 249:257.15 475:265.575 501:241.26',
      base: '51:221.94 249:253.085 475:263.965 501:251.505',
      spanA: '51:214.8325 249:246.3125 475:274.9475 501:264.77',
      spanB: '249:241.685 475:274.95 501:269.82',
    },
    4,
  ],
  [
    'CHANDELIER',
    {},
    {
      long: '492:259.048 501:256.586',
      short: '501:246.424',
    },
    4,
  ],
];

type ByRule = readonly [name: string, rule: string, ours: Readonly<Record<string, Expression>>, published: Published, digits: number];
const width = atr(10).mul(2);
const BY_RULE: readonly ByRule[] = [
  [
    'HT_TRENDLINE',
    'of the middle of the bar',
    { trend: instantaneousTrend(medianPrice) },
    {
      trend: '149:233.941 249:253.8788 501:252.2172',
    },
    4,
  ],
  [
    'MAMA',
    'of the middle of the bar',
    mama(medianPrice),
    {
      mama: '149:235.6593 249:256.8026 501:244.1092',
      fama: '149:234.366 249:254.0605 501:252.6139',
    },
    4,
  ],
  [
    'BOP',
    'a mean of 14',
    { bop: sma(bop, 14) },
    {
      bop: '13:0.081822 149:-0.016203 249:-0.058682 501:-0.292788',
    },
    6,
  ],
  [
    'KELTNER',
    'about the EMA of closes, with an ATR of its own length',
    { up: ema(close, 20).add(width), mid: ema(close, 20), dn: ema(close, 20).sub(width) },
    {
      up: '485:275.426 501:262.1873',
      mid: '485:265.4599 501:249.3519',
      dn: '485:255.4938 501:236.5165',
    },
    4,
  ],
  [
    'SUPERTREND',
    "the first bar's range counts as a true range, which has faded after 200 rows",
    { level: superTrend(14, 3).level },
    {
      level: '249:253.8008 501:250.7954',
    },
    4,
  ],
];

/** Ulcer index below the highest close since its own window began, where ours looks back n bars from each of them. */
function ulcerOfWindow(closes: Float64Array, row: number, n: number): number {
  const window = closes.slice(row - n + 1, row + 1);
  const below = window.map((value, k) => (100 * value) / Math.max(...window.slice(0, k + 1)) - 100);
  return Math.sqrt(below.reduce((sum, value) => sum + value ** 2, 0) / n);
}

function quotes(): BarSeries {
  const rows = gunzipSync(readFileSync(QUOTES))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  const column = (at: number): Float64Array => Float64Array.from(rows, (row) => Number(row[at]));
  const time = Float64Array.from(rows, (row) => Date.parse(row[0]!));
  return barSeries('SPY', parseTimeframe('1d'), {
    time,
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  });
}

describe.skipIf(!present)('Stock.Indicators over its quotes (shared/data/skender_quotes; skipped when absent)', () => {
  const bars = present ? quotes() : (undefined as never);
  const compare = (columns: Readonly<Record<string, Float64Array>>, published: Published, digits: number): void => {
    for (const [output, points] of Object.entries(published))
      for (const [row, value] of points.split(' ').map((point) => point.split(':').map(Number) as [number, number]))
        if (!(Math.abs(columns[output]![row]! - value) <= 0.5000001 * 10 ** -digits))
          expect.fail(`${output}[${row}]: ${columns[output]![row]} against ${value}`);
  };
  test.each(SAME)('%s %o', (name, options, published, digits) => compare(indicator(name, bars, options), published, digits));
  test.each(BY_RULE)('%s: %s', (_name, _rule, ours, published, digits) => compare(compile(ours).batch(bars), published, digits));
  test('ULCER: below the highest close of its own window', () => expect(ulcerOfWindow(bars.close, 501, 14)).toBeCloseTo(5.7255, 4));
});

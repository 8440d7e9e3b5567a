import { barSeries, parseTimeframe, type BarSeries } from '#domain';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  atr,
  close,
  compile,
  delay,
  delta,
  dema,
  ema,
  indicator,
  indicatorExpressions,
  max2,
  medianPrice,
  percentB,
  ret,
  sma,
  stoch,
  sum,
  tema,
  trange,
  trix,
  tsmax,
  tsmin,
  tsrank,
  typicalPrice,
  wilder,
  wma,
  type Expression,
} from './index.ts';

/*
 * Columns that other programs computed on public bars. `ours` must be theirs as it is; `rule` names what they do otherwise, and
 * with that one rule in its place the formula must be theirs too.
 */
const DATA = new URL('../../../shared/data/', import.meta.url);
const present = existsSync(new URL('indicator_reference/', DATA));
const counts = { ours: 0, byRule: new Map<string, number>() };
/** Columns over SPY that are ours as they are. */
const COLUMNS_OURS = 13;
const passed = (rule?: string): void => {
  if (rule === undefined) counts.ours++;
  else counts.byRule.set(rule, (counts.byRule.get(rule) ?? 0) + 1);
};

interface Table {
  readonly bars: BarSeries;
  readonly column: (name: string) => Float64Array;
}

function tableOf(text: string): Table {
  const [header, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const column = (name: string): Float64Array => {
    const at = header!.findIndex((title) => title.toLowerCase() === name.toLowerCase());
    expect(at, name).toBeGreaterThanOrEqual(0);
    return Float64Array.from(rows, (row) => (row[at] === undefined || row[at] === '' ? Number.NaN : Number(row[at])));
  };
  const known = new Set(header!.map((title) => title.toLowerCase()));
  const price = (name: string): Float64Array => column(known.has(name) ? name : 'close');
  const bars = barSeries('X', parseTimeframe('1d'), {
    time: Float64Array.from(rows, (_, row) => row * 86_400_000),
    open: price('open'),
    high: price('high'),
    low: price('low'),
    close: column('close'),
    volume: known.has('volume') ? column('volume') : new Float64Array(rows.length),
  });
  return { bars, column };
}
const spy = (file: string): Table => tableOf(readFileSync(new URL(`indicator_reference/${file}`, DATA), 'utf8'));
const run = (x: Expression, bars: BarSeries): Float64Array => compile({ x }).batch(bars).x;

/** All published rows, to `tolerance`: one unit of the last digit that is printed. */
function agree(ours: Float64Array, theirs: Float64Array, tolerance: number, rule?: string): void {
  let compared = 0;
  theirs.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    compared++;
    if (!(Math.abs(ours[row]! - value) <= tolerance)) expect.fail(`row ${row}: ${ours[row]} against ${value}`);
  });
  expect(compared).toBeGreaterThan(150);
  passed(rule);
}

describe.skipIf(!present)('columns over SPY (shared/data/indicator_reference; skipped when absent)', () => {
  test('Bollinger bands, their width and place', () => {
    const { bars, column } = spy('spy_bollinger_bands.txt');
    const { upper, middle, lower } = indicator('BBANDS', bars);
    agree(middle!, column('Moving Average 20'), 1e-4);
    agree(upper!, column('Bollinger Bands® 20 2 Top'), 1e-4);
    agree(lower!, column('Bollinger Bands® 20 2 Bottom'), 1e-4);
    agree(
      upper!.map((top, row) => (100 * (top - lower![row]!)) / middle![row]!),
      column('BandWidth'),
      2e-4,
    );
    agree(run(percentB(close, 20), bars), column('%B'), 1e-4);
  });

  test('averages, RSI, MACD, on-balance volume', () => {
    const { bars, column } = spy('spy_with_indicators.txt');
    agree(indicator('SMA', bars, { timePeriod: 14 })['output']!, column('SMA14'), 0.01);
    agree(indicator('EMA', bars, { timePeriod: 14 })['output']!, column('EMA14'), 0.01);
    agree(indicator('RSI', bars)['output']!, column('RSI 14 Wilder'), 1e-5);
    agree(run(ema(close, 12).sub(ema(close, 26)), bars), column('MACD 12 26'), 2e-3, 'MACD: each average starts in its own window');
    const monthly = spy('spy_with_macd.txt');
    const { macd, signal, hist } = indicator('MACD', monthly.bars);
    agree(macd!, monthly.column('MACD'), 1e-5);
    agree(signal!, monthly.column('Signal'), 1e-5);
    agree(hist!, monthly.column('Histogram'), 1e-5);
    const flow = spy('spy_with_obv.txt');
    const obv = indicator('OBV', flow.bars)['output']!;
    flow.column('OBV').forEach((value, row) => {
      if (!Number.isNaN(value) && !(Math.abs(obv[row]! - value) <= 2e-6 * 2e9)) expect.fail(`OBV row ${row}: ${obv[row]} against ${value}`);
    });
    passed();
  });

  test('RSI without smoothing is the RSI of plain sums', () => {
    const { bars, column } = spy('spy_with_indicators.txt');
    const change = delta(close, 1);
    const [up, down] = [max2(change, change.mul(0)), max2(change.neg(), change.mul(0))].map((part) => sum(part, 14));
    const ours = run(up!.div(up!.add(down!)).mul(100), bars);
    // Theirs drifts from the plain sums by 3e-4 towards the end, as sums do that are kept by subtraction.
    agree(ours, column('RSI 14'), 5e-4, "RSI: Cutler's plain sums");
  });

  test('ATR over a first bar that counts', () => {
    const { bars, column } = spy('spy_atr_wilder.txt');
    const ranges = indicator('TRANGE', bars)['output']!.slice();
    ranges[0] = bars.high[0]! - bars.low[0]!;
    const ours = run(wilder(close, 14), { ...bars, close: ranges });
    agree(ours, column('Average True Range 14'), 1e-5, "ATR: the first bar's range counts as a true range");
  });

  test('directional movement', () => {
    const { bars, column } = spy('spy_with_adx.txt');
    agree(indicator('TRANGE', bars)['output']!, column('TR'), 0.0051);
    const rule = 'DM, DI, ADX: the sums start with n bars, not n − 1';
    // Wilder's sum of n terms from its n-th on is n times his average.
    const totals = [trange, close, close].map((x, k) => {
      if (k === 0) return run(wilder(x, 14), bars).map((value) => 14 * value);
      const moves = indicator(k === 1 ? 'PLUS_DM' : 'MINUS_DM', bars, { timePeriod: 1 })['output']!;
      return run(wilder(x, 14), { ...bars, close: moves }).map((value) => 14 * value);
    });
    const [range, plus, minus] = totals as [Float64Array, Float64Array, Float64Array];
    const ratio = (move: Float64Array): Float64Array => move.map((value, row) => (100 * value) / range[row]!);
    const index = plus.map((up, row) => (100 * Math.abs(up - minus[row]!)) / (up + minus[row]!));
    const adx = run(wilder(close, 14), { ...bars, close: index });
    agree(range, column('TR14'), 0.0051, rule);
    agree(plus, column('+DM14'), 0.0051, rule);
    agree(minus, column('-DM14'), 0.0051, rule);
    agree(ratio(plus), column('+DI14'), 1e-4, rule);
    agree(ratio(minus), column('-DI14'), 1e-4, rule);
    agree(index, column('DX'), 0.0051, rule);
    agree(adx, column('ADX 14'), 1e-4, rule);
    agree(
      adx.map((value, row) => (value + adx[row - 13]!) / 2),
      column('ADXR 14'),
      1e-4,
      rule,
    );
  });
});

interface Published {
  readonly min_period: number;
  readonly [lines: string]: unknown;
}

/** Backtrader's values at the last bar, the first valid one and the one in the middle, by line. */
function published(name: string, length: number): { readonly rows: readonly number[]; readonly lines: readonly (readonly number[])[] } {
  const { indicators } = JSON.parse(readFileSync(new URL('indicator_reference/backtrader_2006_expected_A.json', DATA), 'utf8')) as {
    indicators: Record<string, Published>;
  };
  const entry = indicators[name]!;
  const lines = entry['lines [last bar, first valid bar, middle]'] as string[][];
  const first = entry.min_period;
  return { rows: [length - 1, first - 1, length - 1 + Math.floor((first - length) / 2)], lines: lines.map((line) => line.map(Number)) };
}

const bands = (x: Expression): Expression[] => [x, x.mul(1.025), x.mul(0.975)];
const linesOf = (name: string): Expression[] => Object.values(indicatorExpressions(name));
/** MACD or PPO whose averages each start in their own window, by the average in the divisor. */
function ownWindows(divisor?: Expression): Expression[] {
  const gap = ema(close, 12).sub(ema(close, 26));
  const line = divisor === undefined ? gap : gap.div(divisor).mul(100);
  return [line, ema(line, 9), line.sub(ema(line, 9))];
}
const deviation = typicalPrice.sub(sma(typicalPrice, 20));

/** Theirs as our own expressions. */
const OURS: Readonly<Record<string, readonly Expression[]>> = {
  accdecosc: linesOf('AC'),
  aroonupdown: linesOf('AROON').toReversed(),
  awesomeoscillator: linesOf('AO'),
  demaenvelope: bands(dema(close, 30)),
  downmove: [delta(close, 1).neg()],
  emaenvelope: bands(ema(close, 30)),
  envelope: bands(sma(close, 30)),
  highest: [tsmax(close, 14)],
  lowest: [tsmin(close, 14)],
  momentumoscillator: [close.div(delay(close, 12)).mul(100)],
  pctchange: [ret(close, 30)],
  pgo: [close.sub(sma(close, 14)).div(atr(14))],
  rmi: linesOf('RMI'),
  rsi: linesOf('RSI'),
  sma: linesOf('SMA'),
  smaosc: [close.sub(sma(close, 30))],
  smmaenvelope: bands(wilder(close, 30)),
  stochastic: Object.values(stoch(14, 3, 3)),
  sumn: [sum(close, 14)],
  temaenvelope: bands(tema(close, 30)),
  trix: [trix(close, 15)],
  ultosc: linesOf('ULTOSC'),
  vortex: linesOf('VORTEX'),
  williamsr: linesOf('WILLR'),
  wmaenvelope: bands(wma(close, 30)),
  zlema: linesOf('ZLEMA'),
};

/** What they do otherwise, written with that rule. */
const BY_RULE: Readonly<Record<string, readonly [rule: string, lines: readonly Expression[]]>> = {
  cci: ['CCI: the mean of deviations, each from the mean of its own time', [deviation.div(sma(deviation.abs(), 20).mul(0.015))]],
  dv2: ['DV2: a rank of n that counts itself', [tsrank(sma(close.div(medianPrice), 2), 252).mul((100 * 251) / 252)]],
  macdhisto: ['MACD: each average starts in its own window', ownWindows()],
  pposhort: ['MACD: each average starts in its own window', ownWindows(ema(close, 12))],
};

/** Kaufman's average of 30 that starts as the mean of the 30 latest, where ours starts as the price before. */
function kamaFromMean(x: Float64Array): Float64Array {
  const out = new Float64Array(x.length).fill(Number.NaN);
  for (let row = 30; row < x.length; row++) {
    let [path, total] = [0, 0];
    for (let k = row - 29; k <= row; k++) {
      path += Math.abs(x[k]! - x[k - 1]!);
      total += x[k]!;
    }
    const factor = ((Math.abs(x[row]! - x[row - 30]!) / path) * (2 / 3 - 2 / 31) + 2 / 31) ** 2;
    out[row] = row === 30 ? total / 30 : out[row - 1]! + factor * (x[row]! - out[row - 1]!);
  }
  return out;
}

/** ADX, ADXR, +DI, −DI of 14 with every Wilder average started as a mean of 14, and an ADXR that looks back 14 bars, not 13. */
function directionalFromMeans(bars: BarSeries): Float64Array[] {
  const range = run(wilder(trange, 14), bars);
  const [plus, minus] = (['PLUS_DM', 'MINUS_DM'] as const).map((name) => {
    const moves = run(wilder(close, 14), { ...bars, close: indicator(name, bars, { timePeriod: 1 })['output']! });
    return moves.map((value, row) => (100 * value) / range[row]!);
  }) as [Float64Array, Float64Array];
  const index = plus.map((up, row) => (100 * Math.abs(up - minus[row]!)) / (up + minus[row]!));
  const adx = run(wilder(close, 14), { ...bars, close: index });
  return [adx, adx.map((value, row) => (value + adx[row - 14]!) / 2), plus, minus];
}

describe.skipIf(!present)('backtrader over ESTX50 (shared/data/indicator_reference; skipped when absent)', () => {
  const { bars } = present
    ? tableOf(gunzipSync(readFileSync(new URL('backtrader_2006/ESTX50-1d.csv.gz', DATA))).toString())
    : { bars: undefined as never };
  const compare = (name: string, lines: readonly Float64Array[], rule?: string): void => {
    const expected = published(name, bars.length);
    expect(lines.length).toBe(expected.lines.length);
    expected.lines.forEach((values, line) =>
      values.forEach((value, k) => {
        const ours = lines[line]![expected.rows[k]!]!;
        if (!(Math.abs(ours - value) <= 2e-6)) expect.fail(`${name} line ${line} row ${expected.rows[k]}: ${ours} against ${value}`);
      }),
    );
    passed(rule);
  };
  test.each(Object.entries(OURS))('%s', (name, lines) =>
    compare(
      name,
      lines.map((line) => run(line, bars)),
    ),
  );
  test.each(Object.entries(BY_RULE))('%s, by its own rule', (name, [rule, lines]) =>
    compare(
      name,
      lines.map((line) => run(line, bars)),
      rule,
    ),
  );
  test('kama, kamaosc: started as a mean', () => {
    const ours = kamaFromMean(bars.close);
    compare('kama', [ours], 'KAMA: starts as the mean of n');
    compare('kamaosc', [bars.close.map((value, row) => value - ours[row]!)], 'KAMA: starts as the mean of n');
  });
  test('dm: started as means', () =>
    compare('dm', directionalFromMeans(bars), 'DM, DI, ADX: every average starts as the mean of n; ADXR looks back n'));
  test('all 33 were compared', () => expect(Object.keys(OURS).length + Object.keys(BY_RULE).length + 3).toBe(33));
});

test.skipIf(!present)('the count: what passes as it is, and what by which rule', () => {
  expect(counts.ours).toBe(COLUMNS_OURS + Object.keys(OURS).length);
  expect(Object.fromEntries(counts.byRule)).toEqual({
    'MACD: each average starts in its own window': 3,
    "RSI: Cutler's plain sums": 1,
    "ATR: the first bar's range counts as a true range": 1,
    'DM, DI, ADX: the sums start with n bars, not n − 1': 8,
    'CCI: the mean of deviations, each from the mean of its own time': 1,
    'DV2: a rank of n that counts itself': 1,
    'KAMA: starts as the mean of n': 2,
    'DM, DI, ADX: every average starts as the mean of n; ADXR looks back n': 1,
  });
});

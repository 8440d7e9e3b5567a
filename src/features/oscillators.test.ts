import { createRng } from '#core';
import { barSeries, parseTimeframe } from '#domain';
import { expect, test } from 'vitest';
import { indicator, type IndicatorOptions } from './index.ts';

/* The textbook formulas written out over plain arrays, to hold the expressions against. */

const ROWS = 400;
const rng = createRng(3);
const column = (): Float64Array => new Float64Array(ROWS);
const [open, high, low, close, volume] = [column(), column(), column(), column(), column()];
for (let t = 0, price = 100; t < ROWS; t++) {
  open[t] = price * (1 + 0.004 * rng.normal());
  close[t] = Math.round(100 * price * Math.exp(0.02 * rng.normal())) / 100;
  high[t] = Math.max(open[t]!, close[t]!) * (1 + 0.01 * rng.uniform());
  low[t] = Math.min(open[t]!, close[t]!) * (1 - 0.01 * rng.uniform());
  volume[t] = Math.floor(1000 + 500 * rng.uniform());
  price = close[t]!;
}
const bars = barSeries('X', parseTimeframe('1d'), { time: column().map((_, t) => t * 86_400_000), open, high, low, close, volume });

type Series = ArrayLike<number>;
const each = (value: (t: number) => number): number[] => Array.from({ length: ROWS }, (_, t) => value(t));
/** Over the n rows up to t; NaN where they do not all exist. */
const rolling = (x: Series, n: number, value: (rows: number[], t: number) => number): number[] =>
  each((t) => {
    const rows = Array.from({ length: n }, (_, k) => x[t - n + 1 + k] ?? Number.NaN);
    return rows.some(Number.isNaN) ? Number.NaN : value(rows, t);
  });
/** Kept by column and window, since the formulas below ask for them row by row. */
function kept(make: (x: Series, n: number) => number[]): typeof make {
  const known = new WeakMap<Series, Map<number, number[]>>();
  return (x, n) => {
    const windows = known.get(x) ?? new Map<number, number[]>();
    const values = windows.get(n) ?? make(x, n);
    known.set(x, windows.set(n, values));
    return values;
  };
}
const total = (rows: readonly number[]): number => rows.reduce((sum, value) => sum + value, 0);
const sma = kept((x, n) => rolling(x, n, (rows) => total(rows) / n));
/** Exponential average with factor k, from the mean of the first n known values on. */
function smooth(x: Series, n: number, k = 2 / (n + 1)): number[] {
  const first = Array.from(x).findIndex((value) => !Number.isNaN(value));
  let now = total(Array.from(x).slice(first, first + n)) / n;
  return each((t) => (t < first + n - 1 ? Number.NaN : t === first + n - 1 ? now : (now += k * (x[t]! - now))));
}
const ago = kept((x, n) => each((t) => x[t - n] ?? Number.NaN));
const change = (x: Series): number[] => each((t) => (x[t - 1] === undefined ? Number.NaN : x[t]! - x[t - 1]!));
const rsi = (x: Series, n: number): number[] => {
  const [up, down] = [1, -1].map((side) =>
    smooth(
      change(x).map((d) => (Number.isNaN(d) ? d : Math.max(side * d, 0))),
      n,
      1 / n,
    ),
  );
  return each((t) => (100 * up![t]!) / (up![t]! + down![t]!));
};
const roc = (n: number): number[] => each((t) => 100 * (close[t]! / ago(close, n)[t]! - 1));
const top = kept((x, n) => rolling(x, n, (rows) => Math.max(...rows)));
const bottom = kept((x, n) => rolling(x, n, (rows) => Math.min(...rows)));
const range = each((t) => (t === 0 ? Number.NaN : Math.max(high[t]!, close[t - 1]!) - Math.min(low[t]!, close[t - 1]!)));

/** The values are those of the textbook from `from` on, and there are some. */
function same(name: string, options: IndicatorOptions, textbook: Readonly<Record<string, Series>>, from = 0): void {
  const columns = indicator(name, bars, options);
  expect(Object.keys(columns).sort()).toEqual(Object.keys(textbook).sort());
  for (const [output, values] of Object.entries(textbook)) {
    let compared = 0;
    for (let t = from; t < ROWS; t++) {
      const [ours, theirs] = [columns[output]![t]!, values[t]!];
      if (Number.isNaN(theirs) && Number.isNaN(ours)) continue;
      if (!(Math.abs(ours - theirs) <= 1e-9 * (1 + Math.abs(theirs)))) expect.fail(`${name}.${output} row ${t}: ${ours} against ${theirs}`);
      compared++;
    }
    expect(compared).toBeGreaterThan(ROWS / 2);
  }
}
const one = (output: Series): { output: Series } => ({ output });

test('momentum: TSI, KST, Coppock, DPO, ROCR, STOCHF, IMI, volume oscillator', () => {
  const twice = (x: Series): number[] => smooth(smooth(x, 25), 13);
  const [moved, size] = [twice(change(close)), twice(change(close).map(Math.abs))];
  same('TSI', {}, one(each((t) => (100 * moved[t]!) / size[t]!)));
  const parts = [sma(roc(10), 10), sma(roc(15), 10), sma(roc(20), 10), sma(roc(30), 15)];
  const kst = each((t) => total(parts.map((part, k) => (k + 1) * part[t]!)));
  same('KST', {}, { kst, signal: sma(kst, 9) });
  const weighted = rolling(
    each((t) => roc(14)[t]! + roc(11)[t]!),
    10,
    (rows) => total(rows.map((value, k) => (k + 1) * value)) / 55,
  );
  same('COPPOCK', {}, one(weighted));
  same('DPO', { timePeriod: 20 }, one(each((t) => ago(close, 11)[t]! - sma(close, 20)[t]!)));
  same('ROCR', {}, one(each((t) => close[t]! / ago(close, 10)[t]!)));
  same('ROCR100', {}, one(each((t) => (100 * close[t]!) / ago(close, 10)[t]!)));
  const fastK = each((t) => (100 * (close[t]! - bottom(low, 5)[t]!)) / (top(high, 5)[t]! - bottom(low, 5)[t]!));
  same('STOCHF', {}, { fastK, fastD: sma(fastK, 3) }, 6);
  const body = (side: number): number[] =>
    rolling(
      each((t) => Math.max(side * (close[t]! - open[t]!), 0)),
      14,
      total,
    );
  same('IMI', {}, one(each((t) => (100 * body(1)[t]!) / (body(1)[t]! + body(-1)[t]!))));
  const pvo = each((t) => 100 * (smooth(volume, 12)[t]! / smooth(volume, 26)[t]! - 1));
  same('PVO', {}, { pvo, signal: smooth(pvo, 9), hist: each((t) => pvo[t]! - smooth(pvo, 9)[t]!) });
});

test('Connors RSI: the price, the run of rises or falls, the rank of the last change', () => {
  let run = 0;
  const streak = each((t) => {
    const moved = t === 0 ? 0 : Math.sign(close[t]! - close[t - 1]!);
    run = moved === 0 ? 0 : Math.sign(run) === moved ? run + moved : moved;
    return t === 0 ? Number.NaN : run;
  });
  const rank = rolling(roc(1), 101, (rows) =>
    total(rows.slice(0, -1).map((value) => (value < rows.at(-1)! ? 1 : value === rows.at(-1) ? 0.5 : 0))),
  );
  const [price, runs] = [rsi(close, 3), rsi(streak, 2)];
  same('CONNORS_RSI', {}, one(each((t) => (price[t]! + runs[t]! + rank[t]!) / 3)));
});

test('Fisher transform', () => {
  const middle = each((t) => (high[t]! + low[t]!) / 2);
  let [value, fisher] = [0, 0];
  const line = each((t) => {
    const [ceiling, floor] = [top(middle, 9)[t]!, bottom(middle, 9)[t]!];
    if (Number.isNaN(ceiling)) return Number.NaN;
    value = 0.33 * 2 * ((middle[t]! - floor) / (ceiling - floor) - 0.5) + 0.67 * value;
    value = value > 0.99 ? 0.999 : value < -0.99 ? -0.999 : value;
    return (fisher = Math.atanh(value) + 0.5 * fisher);
  });
  same('FISHER', {}, { fisher: line, trigger: ago(line, 1) });
});

test('ranges and bands: choppiness, ulcer, Elder rays, chandelier, acceleration bands, envelope, Heikin-Ashi', () => {
  const span = each((t) => top(high, 14)[t]! - bottom(low, 14)[t]!);
  same('CHOP', {}, one(each((t) => (100 * Math.log10(total([...range].slice(t - 13, t + 1)) / span[t]!)) / Math.log10(14))), 14);
  const below = each((t) => (100 * (close[t]! - top(close, 14)[t]!)) / top(close, 14)[t]!);
  same('ULCER', {}, one(rolling(below, 14, (rows) => Math.sqrt(total(rows.map((value) => value ** 2)) / 14))));
  const middle = smooth(close, 13);
  same('ELDER_RAY', {}, { bull: each((t) => high[t]! - middle[t]!), bear: each((t) => low[t]! - middle[t]!) });
  const atr = smooth(range, 22, 1 / 22);
  same('CHANDELIER', {}, { long: each((t) => top(high, 22)[t]! - 3 * atr[t]!), short: each((t) => bottom(low, 22)[t]! + 3 * atr[t]!) });
  const width = each((t) => (4 * (high[t]! - low[t]!)) / (high[t]! + low[t]!));
  same(
    'ACCBANDS',
    {},
    {
      upper: sma(
        each((t) => high[t]! * (1 + width[t]!)),
        20,
      ),
      middle: sma(close, 20),
      lower: sma(
        each((t) => low[t]! * (1 - width[t]!)),
        20,
      ),
    },
  );
  const [mean] = [sma(close, 20)];
  same('ENVELOPE', {}, { upper: mean.map((x) => 1.025 * x), middle: mean, lower: mean.map((x) => 0.975 * x) });
  const body = each((t) => (open[t]! + high[t]! + low[t]! + close[t]!) / 4);
  let start = (open[0]! + close[0]!) / 2;
  const opens = each((t) => (t === 0 ? start : (start = (start + body[t - 1]!) / 2)));
  same(
    'HEIKIN_ASHI',
    {},
    {
      open: opens,
      close: body,
      high: each((t) => Math.max(high[t]!, opens[t]!, body[t]!)),
      low: each((t) => Math.min(low[t]!, opens[t]!, body[t]!)),
    },
  );
});

test('volume: VWMA, price-volume trend, negative and positive volume index', () => {
  const traded = each((t) => close[t]! * volume[t]!);
  same('VWMA', {}, one(each((t) => sma(traded, 20)[t]! / sma(volume, 20)[t]!)));
  let trend = 0;
  same('PVT', {}, one(each((t) => (t === 0 ? Number.NaN : (trend += (close[t]! / close[t - 1]! - 1) * volume[t]!)))));
  const index = (side: number): number[] => {
    let level = 1000;
    return each((t) => {
      if (t === 0) return Number.NaN;
      if (Math.sign(volume[t]! - volume[t - 1]!) === side) level *= close[t]! / close[t - 1]!;
      return level;
    });
  };
  same('NVI', {}, one(index(-1)));
  same('PVI', {}, one(index(1)));
});

test('the least-squares line, ALMA, mean deviation, extremes', () => {
  const line = (at: (slope: number, centre: number) => number): { output: Series } =>
    one(
      rolling(close, 14, (rows) => {
        const centre = total(rows) / 14;
        const slope = total(rows.map((value, k) => (k - 6.5) * (value - centre))) / total(rows.map((_, k) => (k - 6.5) ** 2));
        return at(slope, centre);
      }),
    );
  same(
    'LINEARREG_INTERCEPT',
    {},
    line((slope, centre) => centre - 6.5 * slope),
  );
  same(
    'TSF',
    {},
    line((slope, centre) => centre + 7.5 * slope),
  );
  same(
    'LINEARREG_ANGLE',
    {},
    line((slope) => (Math.atan(slope) * 180) / Math.PI),
  );
  const bell = Array.from({ length: 9 }, (_, k) => Math.exp(-((k - 0.85 * 8) ** 2) / (2 * (9 / 6) ** 2)));
  same('ALMA', {}, one(rolling(close, 9, (rows) => total(rows.map((value, k) => value * bell[k]!)) / total(bell))));
  same('AVGDEV', {}, one(rolling(close, 14, (rows) => total(rows.map((value) => Math.abs(value - total(rows) / 14))) / 14)));
  same('MINMAX', {}, { min: bottom(close, 30), max: top(close, 30) });
  expect(() => indicator('ALMA', bars, { offset: 2 })).toThrow(/offset/);
});

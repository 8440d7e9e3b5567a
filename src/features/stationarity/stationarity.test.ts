import { createRng } from '#core';
import { parseTimeframe } from '#domain';
import { expect, test } from 'vitest';
import { close } from '../expression.ts';
import { fracdiff, fractionalDifference, log } from '../functions.ts';
import { compile } from '../graph.ts';
import { barsFromColumn } from '../indicator.ts';
import { institutionalFeatures } from '../institutional.ts';
import { fracdiffWeights } from '../kernels/windowed.ts';
import { adfTest } from './adf.ts';
import { chooseFracdiffOrder } from './fracdiff-order.ts';

const rng = createRng(5);
let level = 0;
const walk = Float64Array.from({ length: 3000 }, () => (level += 0.01 * rng.normal()));
let state = 0;
const fading = Float64Array.from({ length: 400 }, () => (state = 0.9 * state + rng.normal()));

/** Made once with statsmodels' adfuller(x, maxlag=lags, autolag=None, regression='c') over these same series. */
test.each([
  ['random walk, 9 lags by the rule', walk, {}, 9, -0.920169960538961],
  ['random walk, no lags', walk, { lags: 0 }, 0, -0.9533498328622839],
  ['AR(1) of 0.9, 5 lags by the rule', fading, {}, 5, -4.561178435946141],
  ['AR(1) of 0.9, one lag', fading, { lags: 1 }, 1, -4.980938247592581],
] as const)('augmented Dickey-Fuller: %s', (_, values, options, lags, statistic) => {
  const result = adfTest(values, options);
  expect(result.lags).toBe(lags);
  expect(result.observations).toBe(values.length - 1 - lags);
  expect(Math.abs(result.statistic - statistic)).toBeLessThan(1e-10);
});

test('critical values by MacKinnon, and no statistic for a constant', () => {
  const { onePercent, fivePercent, tenPercent } = adfTest(fading).criticalValues;
  for (const [ours, published] of [
    [onePercent, -3.4470566389664703],
    [fivePercent, -2.8689037160476016],
    [tenPercent, -2.570692663557422],
  ] as const)
    expect(Math.abs(ours - published)).toBeLessThan(1e-12);
  expect(adfTest(new Float64Array(100).fill(3)).statistic).toBeNaN();
  expect(() => adfTest(Float64Array.of(1, 2, 3))).toThrow(/3 rows/);
});

const price = walk.slice(0, 1000).map((value) => 100 * Math.exp(value));

test('the chosen order is the smallest of the grid that passes, and a log price that is stationary needs none', () => {
  const choice = chooseFracdiffOrder(price);
  expect(choice.order).toBeGreaterThan(0.1);
  expect(choice.order).toBeLessThan(0.8);
  expect(choice.stationary).toBe(true);
  expect(choice.table.slice(0, -1).every((trial) => trial.statistic >= trial.criticalValue)).toBe(true);
  expect(choice.table.at(-1)).toMatchObject({ order: choice.order, statistic: choice.statistic });
  let calm = 0;
  const stationary = Float64Array.from({ length: 2000 }, () => Math.exp((calm = 0.9 * calm + 0.01 * rng.normal())));
  expect(chooseFracdiffOrder(stationary).order).toBe(0);
  expect(() => chooseFracdiffOrder(price.slice(0, 260), { orders: [0.4] })).toThrow(/too few/);
});

test("what is tested is what is used: the statistic is that of the default set's own column", () => {
  const bars = barsFromColumn(price, parseTimeframe('1d'));
  const choice = chooseFracdiffOrder(price);
  for (const { order, rows, statistic } of choice.table.slice(-3)) {
    const features = institutionalFeatures({ fracdiffOrder: order });
    const column = compile(features).batch(bars)['fractional_difference']!;
    const known = column.subarray(features['fractional_difference']!.lookback);
    expect(known.length).toBe(rows);
    expect(known.every((value) => !Number.isNaN(value))).toBe(true);
    expect(adfTest(known).statistic).toBe(statistic);
  }
});

test('fractional difference: a log return at d = 1, free of the level, and the textbook sum while the window holds all rows', () => {
  const bars = barsFromColumn(price.slice(0, 240), parseTimeframe('1d'));
  const { one, half } = compile({
    one: fractionalDifference(close, 1),
    half: fracdiff(log(close.div(close.delay(1))), -0.5, 1e-3, 200),
  }).batch(bars);
  for (let row = 1; row < 240; row++) expect(Math.abs(one[row]! - Math.log(price[row]! / price[row - 1]!))).toBeLessThan(1e-15);
  // Of the first row on, Σ w_k(d)·p[t−k] is Σ w_k(d−1)·Δp[t−k] plus the first price's share.
  const weights = fracdiffWeights(0.5, 201);
  const early = fracdiffWeights(-0.5, 201);
  let sum = 0;
  for (let k = 0; k < 201; k++) sum += weights[k]! * Math.log(price[200 - k]!);
  expect(Math.abs(half[200]! - (sum - early[200]! * Math.log(price[0]!)))).toBeLessThan(1e-12);
});

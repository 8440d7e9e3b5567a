import { createRng } from '#core';
import { expect, test } from 'vitest';
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

test('the chosen order is the smallest of the grid that passes, and stationary series need none', () => {
  const choice = chooseFracdiffOrder(walk);
  expect(choice.order).toBeGreaterThan(0.1);
  expect(choice.order).toBeLessThan(0.8);
  expect(choice.stationary).toBe(true);
  expect(choice.table.slice(0, -1).every((trial) => trial.statistic >= trial.criticalValue)).toBe(true);
  expect(choice.table.at(-1)).toMatchObject({ order: choice.order, statistic: choice.statistic });
  expect(chooseFracdiffOrder(fading).order).toBe(0);
  expect(() => chooseFracdiffOrder(walk.slice(0, 60), { orders: [0.4] })).toThrow(/too few/);
});

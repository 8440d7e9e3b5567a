import { expect, test } from 'vitest';
import { createRng } from '#core';
import { barSeries, parseTimeframe } from '#domain';
import { compile, institutionalFeatures } from '#features';

test('calendar features are the calendar and no clock: one value an hour of the day, one a day of the week', () => {
  const rng = createRng(1);
  const length = 24 * 7 * 60;
  const price = Float64Array.from({ length }, () => 100 + rng.uniform());
  const time = Float64Array.from({ length }, (_, row) => Date.UTC(2001, 0, 1) + row * 3_600_000);
  const bars = barSeries('X', parseTimeframe('1h'), {
    time,
    open: price,
    high: price.map((p) => p + 1),
    low: price.map((p) => p - 1),
    close: price,
    volume: price,
  });
  const columns = compile(institutionalFeatures()).batch(bars);
  expect(new Set(columns['hour_sin']).size).toBeLessThanOrEqual(24);
  expect(new Set(columns['hour_cos']).size).toBeLessThanOrEqual(24);
  expect(new Set(columns['weekday_sin']).size).toBeLessThanOrEqual(7);
  expect(new Set(columns['weekday_cos']).size).toBeLessThanOrEqual(7);
});

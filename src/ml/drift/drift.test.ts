import { createRng } from '#core';
import { expect, test } from 'vitest';
import { driftReference, kolmogorovSmirnov, populationStability } from './distribution.ts';
import { PageHinkley, RollingBrier } from './streams.ts';

const normals = (seed: number, count: number, shift = 0) => {
  const rng = createRng(seed);
  return Float64Array.from({ length: count }, () => rng.normal() + shift);
};

test('PSI and KS are quiet on the same distribution and loud on a shifted one', () => {
  const reference = driftReference(normals(1, 2000));
  expect(populationStability(reference, normals(2, 2000))).toBeLessThan(0.03);
  expect(populationStability(reference, normals(2, 2000, 1))).toBeGreaterThan(0.25);
  expect(kolmogorovSmirnov(normals(1, 500), normals(2, 500)).pValue).toBeGreaterThan(0.01);
  expect(kolmogorovSmirnov(normals(1, 500), normals(2, 500, 0.5)).pValue).toBeLessThan(1e-6);
  expect(kolmogorovSmirnov([1, 2, 3], [1, 2, 3])).toEqual({ statistic: 0, pValue: 1 });
});

test('a constant feature makes one bin and no drift', () => {
  const reference = driftReference(new Float64Array(50).fill(3));
  expect(reference.edges).toEqual([]);
  expect(populationStability(reference, [3, 3, 3])).toBeCloseTo(0, 5);
});

test('Page-Hinkley alarms after a rise in errors, and its state resumes exactly', () => {
  const rng = createRng(5);
  const errors = Array.from({ length: 600 }, (_, index) => 0.25 + 0.05 * rng.normal() + (index >= 300 ? 0.2 : 0));
  const whole = new PageHinkley({ threshold: 2 });
  const first = errors.findIndex((error) => whole.update(error));
  expect(first).toBeGreaterThan(300);
  expect(first).toBeLessThan(340);
  const head = new PageHinkley({ threshold: 2 });
  errors.slice(0, 303).forEach((error) => head.update(error));
  const tail = new PageHinkley({ threshold: 2 }, JSON.parse(JSON.stringify(head.state())));
  expect(303 + errors.slice(303).findIndex((error) => tail.update(error))).toBe(first);
});

test('the rolling Brier score compares with validation once its window is full', () => {
  const rolling = new RollingBrier({ window: 2, reference: 0.25 });
  rolling.update(0.9, 0);
  expect(rolling.reading().ratio).toBeNaN();
  const again = new RollingBrier({ window: 2, reference: 0.25 }, JSON.parse(JSON.stringify(rolling.state())));
  again.update(0.5, 1);
  again.update(0.5, 1);
  expect(again.reading()).toEqual({ samples: 2, brier: 0.25, ratio: 1 });
});

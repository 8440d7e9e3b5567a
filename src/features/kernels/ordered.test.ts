import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OPERATORS } from '../operators.ts';

const value = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: -4, max: 4 }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) });

const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};
const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const PLAIN: Record<string, (window: readonly number[]) => number> = {
  quantile: medianOf,
  mad: (window) => medianOf(window.map((x) => Math.abs(x - medianOf(window)))),
  tsrank: (window) =>
    (window.reduce((sum, x) => sum + (x < window.at(-1)! ? 1 : x === window.at(-1)! ? 0.5 : 0), 0) - 0.5) / (window.length - 1),
  tsmax: (window) => Math.max(...window),
  skew: (window) => {
    const deviations = window.map((x) => x - meanOf(window));
    return new Set(window).size === 1 ? Number.NaN : meanOf(deviations.map((d) => d ** 3)) / meanOf(deviations.map((d) => d * d)) ** 1.5;
  },
};

test('windows kept in order, and merged moments, are their plain definitions, gaps and ties included', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.integer({ min: 3, max: 9 }), (values, n) => {
      for (const [name, plain] of Object.entries(PLAIN)) {
        const out = new Float64Array(values.length);
        OPERATORS.get(name)!
          .create([n, 0.5])
          .run([Float64Array.from(values)], [out], values.length);
        values.forEach((_, row) => {
          const window = values.slice(Math.max(0, row - n + 1), row + 1);
          const want = window.length < n || window.some(Number.isNaN) ? Number.NaN : plain(window);
          if (Number.isNaN(want)) expect(out[row], `${name}[${row}]`).toBeNaN();
          else expect(Math.abs(out[row]! - want), `${name}[${row}]`).toBeLessThan(1e-9);
        });
      }
    }),
    { numRuns: 60 },
  );
});

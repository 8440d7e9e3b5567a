import { describe, expect, test } from 'vitest';
import { createRng } from '#core';
import { estimatedCapacity } from './capacity.ts';
import { regimePerformance } from './regimes.ts';

describe('returns by the state of the market', () => {
  const rng = createRng('regimes');
  // Four stretches: up and calm, up and wild, down and calm, down and wild.
  const market = Float64Array.from({ length: 800 }, (_, row) => {
    const stretch = Math.floor(row / 200);
    return (stretch < 2 ? 0.002 : -0.002) + (stretch % 2 === 0 ? 0.001 : 0.008) * rng.normal();
  });

  test('a strategy that holds only while the market rises earns in those rows alone', () => {
    const own = market.map((value, row) => (row < 400 ? value : 0));
    const rows = regimePerformance(own, market, { periodsPerYear: 252 });
    expect(rows.map((row) => row.market)).toEqual(['rising, calm', 'rising, wild', 'falling, calm', 'falling, wild']);
    expect(rows.reduce((sum, row) => sum + row.share, 0)).toBeCloseTo(1, 12);
    expect(rows.reduce((sum, row) => sum + row.periods, 0)).toBe(800 - 63);
    expect(rows[0]!.annualReturn).toBeGreaterThan(0.2);
    expect(Math.abs(rows[3]!.annualReturn)).toBeLessThan(0.1);
    expect(rows[3]!.marketAnnualReturn).toBeLessThan(-0.2);
  });

  test('a row is judged by the rows before it: its own return changes the figures, not the state', () => {
    const states = (last: number) => {
      const changed = market.slice();
      changed[799] = last;
      return regimePerformance(market, changed, { periodsPerYear: 252 }).map(({ market: name, periods }) => [name, periods]);
    };
    expect(states(0.5)).toEqual(states(-0.5));
  });

  test('too few rows give no table', () => expect(regimePerformance(market, market.subarray(0, 100), { periodsPerYear: 252 })).toEqual([]));
});

test('capacity: the worked number, the tightest fills, and none without volume', () => {
  expect(estimatedCapacity({ quantity: [100], volume: [10_000], equity: [50_000] })).toBeCloseTo(500_000, 6);
  const volume = Array.from({ length: 101 }, (_, fill) => 1000 + fill * 100);
  const many = { quantity: volume.map(() => 10), volume, equity: volume.map(() => 1000) };
  expect(estimatedCapacity(many)).toBeCloseTo(1000 * 0.1 * 150, 6);
  expect(estimatedCapacity({ quantity: [1], volume: [0], equity: [100] })).toBeNaN();
});

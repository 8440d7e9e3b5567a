import { expect, test } from 'vitest';
import { createRng } from '#core';
import { FillCosts } from './fill-costs.ts';
import { squareRootImpactBps } from './impact.ts';
import { executionProfile } from './profile.ts';
import { WorkingOrder } from './working-order.ts';

function order(direction: number): WorkingOrder {
  return new WorkingOrder(1, 0, 's', 0, 'X', direction, 'market', { kind: 'units', units: 1 }, 0, 0, 1);
}

test('impact is the square-root law with the volume and volatility of the bars before the fill, for any bar length', () => {
  const rows = 50;
  // Returns of +2 % and −2 % in turn and 1000 units a bar: σ is known.
  const close = Float64Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? 100 : 102));
  const volume = new Float64Array(rows).fill(1000);
  const columns = { time: new Float64Array(rows), open: close, high: close, low: close, close, volume, length: rows };
  const profile = executionProfile('frictionless', { impactY: 0.8, impactWindow: 20 });
  const costs = new FillCosts([columns], profile, createRng(1));
  const changes = Array.from({ length: 20 }, (_, at) => close[at + 20]! / close[at + 19]! - 1);
  const mean = changes.reduce((sum, value) => sum + value, 0) / 20;
  const sigma = Math.sqrt(changes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19);
  const bps = squareRootImpactBps(0.25, sigma, 0.8);
  expect(costs.price(order(1), 100, 250, 40, false, true)).toBeCloseTo(100 * (1 + bps / 10_000), 10);
  expect(costs.price(order(-1), 100, 250, 40, false, true)).toBeCloseTo(100 * (1 - bps / 10_000), 10);
  // Twice the size costs √2 as much, whatever was asked before.
  const double = costs.price(order(1), 100, 500, 40, false, true) - 100;
  expect(double / (costs.price(order(1), 100, 250, 40, false, true) - 100)).toBeCloseTo(Math.SQRT2, 10);
});

test('a spread on entries leaves the other costs of takers as they are', () => {
  const flat = new Float64Array(3).fill(100);
  const columns = { time: Float64Array.of(0, 1, 2), open: flat, high: flat, low: flat, close: flat, volume: flat, length: 3 };
  const price = (differing: Parameters<typeof executionProfile>[1], direction: number, maker: boolean, opens: boolean): number =>
    new FillCosts([columns], executionProfile('frictionless', { spreadOn: 'entry', halfSpreadBps: 5, ...differing }), createRng(1)).price(
      order(direction),
      100,
      10,
      1,
      maker,
      opens,
    );
  const slipping = { slippageBps: 10 };
  expect(price(slipping, 1, false, true)).toBeCloseTo(100.15, 10);
  expect(price(slipping, -1, false, false)).toBeCloseTo(99.9, 10);
  expect(price(slipping, -1, true, false)).toBe(100);
  // One bar of history: σ is 2 %, the volume the bar's: 0.02 · √(10/100).
  expect(price({ impactY: 1 }, -1, false, false)).toBeCloseTo(100 * (1 - 0.02 * Math.sqrt(0.1)), 10);
  expect(price({}, 1, true, true)).toBeCloseTo(100.05, 10);
});

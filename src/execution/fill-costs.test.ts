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

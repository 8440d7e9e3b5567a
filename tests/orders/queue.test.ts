import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { instrument, type OrderRequest } from '#domain';
import { executionProfile } from '#execution';
import { walk } from '../property/walk.ts';
import { play, QUIET, scripted, tape, type Act, type Row } from './scenario.ts';

const queue = { limitFill: 'queue', queueAhead: 0.5, queueTouchShare: 0.2, volumeCap: 1 } as const;
const limit: OrderRequest = { side: 'buy', type: 'limit', size: 100, limitPrice: 99 };
const STILL: Row = [100, 101, 99.5, 100];
/** Touches 99 with so much volume, of which a fifth is taken to trade there. */
const touch = (volume: number): Row => [100, 101, 99, 100, volume];
const fill = (rows: readonly Row[], script: Readonly<Record<number, Act | OrderRequest>> = { 0: limit }): string[] =>
  tape(play({ rows, script, profile: queue }));

test('touches work off half of the volume before us, what exceeds it is ours', () => {
  // 500 ahead: 400 of the first touch, 140 of the second, 100 of the third.
  expect(fill([QUIET, touch(2000), touch(700), touch(500)])).toEqual(['2 buy 40 @ 99', '3 buy 60 @ 99']);
  expect(fill([QUIET, touch(2000), STILL, STILL])).toEqual([]);
});

test('a price beyond the limit has taken all that was ahead', () => {
  expect(fill([QUIET, [100, 101, 98.9, 100]])).toEqual(['1 buy 100 @ 99']);
});

test('a bar of one price trades all of its volume there', () => {
  expect(fill([QUIET, STILL, [99, 99, 99, 99, 530]])).toEqual(['2 buy 30 @ 99']);
});

test('a new price or more units go to the end of the queue, fewer units keep the place', () => {
  const change = (what: Parameters<Parameters<Act>[0]['replace']>[1]): Readonly<Record<number, Act | OrderRequest>> => ({
    0: limit,
    1: (at) => at.replace(at.orders()[0]!.id, what),
  });
  const rows = [QUIET, touch(2000), touch(700), touch(700)];
  expect(fill(rows, change({ quantity: 50 }))).toEqual(['2 buy 40 @ 99', '3 buy 10 @ 99']);
  // 1,000 ahead, after a bar of 2,000; less 140 and 140.
  expect(fill(rows, change({ quantity: 120 }))).toEqual([]);
});

test('fills of the queue model lie between those that need trade-through and those at a touch', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
      const bars = walk(60, seed, 0.002);
      const send = Object.fromEntries(Array.from({ length: 60 }, (_, row) => [row, resting(row)]));
      const filled = (limitFill: 'through' | 'queue' | 'touch'): number[] => {
        const profile = executionProfile('frictionless', { ...queue, limitFill, volumeCap: Number.POSITIVE_INFINITY });
        const instruments = [instrument('WALK', 'synthetic', { tickSize: 0.1 })];
        const account = { cash: 1e9, leverage: 100 };
        return runBacktest({ bars: [bars], strategy: scripted(send), account, profile, instruments }).orders.map(
          (order) => order.filledQuantity,
        );
      };
      const [least, ours, most] = [filled('through'), filled('queue'), filled('touch')];
      ours.forEach((units, at) => {
        expect(units).toBeGreaterThanOrEqual(least[at]!);
        expect(units).toBeLessThanOrEqual(most[at]!);
      });
    }),
    { numRuns: 40 },
  );
});

function resting(row: number): Act {
  return (at) => {
    const away = 0.1 * (1 + (row % 4));
    if (row % 2 === 0) at.submit({ side: 'buy', type: 'limit', size: 30, limitPrice: at.close - away, timeInForce: 'day' });
    else at.submit({ side: 'sell', type: 'limit', size: 30, limitPrice: at.close + away, timeInForce: 'day' });
  };
}

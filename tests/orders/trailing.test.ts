import { describe, expect, test } from 'vitest';
import type { OrderRequest } from '#domain';
import { play, QUIET, tape, type Act, type Row } from './scenario.ts';

function run(rows: readonly Row[], trailing: 'over' | 'within', ...orders: readonly OrderRequest[]): string[] {
  const send: Act = (at) => orders.forEach((order) => at.submit(order));
  return tape(play({ rows, script: { 0: send }, profile: { trailing, limitFill: 'touch' } }));
}

const within = (rows: readonly Row[], ...orders: readonly OrderRequest[]): string[] => run(rows, 'within', ...orders);

const buy: OrderRequest = { side: 'buy', type: 'market', size: 10 };
const trail: OrderRequest = { side: 'sell', type: 'trailing_stop', size: 10, trailAmount: 2, reduceOnly: true };
const target: OrderRequest = { side: 'sell', type: 'limit', size: 10, limitPrice: 106, reduceOnly: true };
const RISING: Row = [100, 100.5, 99.5, 100];

describe('trailing within the bar', () => {
  test('a bar takes the stop to its better extreme and falls back on it; over bars it would have held', () => {
    const rows: Row[] = [QUIET, RISING, [100, 105, 99, 104]];
    expect(within(rows, buy, trail)).toEqual(['1 buy 10 @ 100', '2 sell 10 @ 103']);
    expect(run(rows, 'over', buy, trail)).toEqual(['1 buy 10 @ 100']);
  });

  test('a short is the same upside down', () => {
    const rows: Row[] = [QUIET, RISING, [100, 101, 95, 96]];
    expect(within(rows, { ...buy, side: 'sell' }, { ...trail, side: 'buy' })).toEqual(['1 sell 10 @ 100', '2 buy 10 @ 97']);
  });

  test('targets that the bar reaches go first', () => {
    expect(within([QUIET, RISING, [100, 106, 99, 101]], buy, trail, target)).toEqual(['1 buy 10 @ 100', '2 sell 10 @ 106']);
  });

  test('one that the bar has passed already does not move: it fills there, or at the open that gapped past it', () => {
    expect(within([QUIET, RISING, [100, 105, 98.5, 104]], buy, trail)).toEqual(['1 buy 10 @ 100', '2 sell 10 @ 98.5']);
    expect(within([QUIET, RISING, [97, 105, 96, 104]], buy, trail)).toEqual(['1 buy 10 @ 100', '2 sell 10 @ 97']);
  });

  test('in its first bar it is hit at the first price it had, or at the worst of the bar', () => {
    expect(within([QUIET, [100, 105, 97.5, 104]], buy, trail)).toEqual(['1 buy 10 @ 100', '1 sell 10 @ 98']);
    expect(within([QUIET, [100, 105, 99, 104]], buy, trail)).toEqual(['1 buy 10 @ 100', '1 sell 10 @ 99']);
    const asleep: OrderRequest = { ...trail, activationPrice: 103 };
    expect(within([QUIET, [100, 105, 99.5, 104]], buy, asleep)).toEqual(['1 buy 10 @ 100', '1 sell 10 @ 101']);
  });
});

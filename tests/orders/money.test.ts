import { describe, expect, test } from 'vitest';
import { executionProfile } from '#execution';
import type { BarContext, Strategy } from '#strategy';
import { book, play, QUIET, scripted, tape, type Row } from './scenario.ts';

const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);

describe('a bracket whose entry fills in parts', () => {
  test('protects what fills after an exit has closed the first part', () => {
    const rows: Row[] = [QUIET, [100, 100, 97, 98, 100], [99, 106, 99, 105, 100], [97, 98, 96, 97, 100], [97, 98, 90, 91, 100], QUIET];
    const result = play({
      rows,
      profile: { volumeCap: 0.1 },
      script: { 0: { side: 'buy', type: 'limit', limitPrice: 98, size: 20, stopLoss: 95, takeProfit: 105 } },
    });
    expect(tape(result)).toEqual(['1 buy 10 @ 98', '2 sell 10 @ 105', '3 buy 10 @ 97', '4 sell 10 @ 95']);
  });

  test('has the volume of a fall before its stop, which waits for the next bar', () => {
    const rows: Row[] = [QUIET, [100, 100, 97, 98, 100], [98, 98, 94, 97, 100], [97, 98, 96, 97, 200]];
    const result = play({
      rows,
      profile: { volumeCap: 0.1 },
      script: { 0: { side: 'buy', type: 'limit', limitPrice: 98, size: 20, stopLoss: 95 } },
    });
    expect(tape(result)).toEqual(['1 buy 10 @ 98', '2 buy 10 @ 98', '3 sell 20 @ 97']);
  });

  test('protects what fills after the strategy closed the first part', () => {
    const result = play({
      rows: [QUIET, [100, 101, 99, 100, 100], [100, 101, 99, 100, 250], [100, 101, 99, 100, 100], [100, 101, 80, 90, 1000], QUIET],
      profile: { volumeCap: 0.1 },
      script: { 0: { side: 'buy', type: 'limit', limitPrice: 99.5, size: 30, stopLoss: 95 }, 1: (context) => context.closePosition() },
    });
    expect(tape(result).slice(2)).toEqual(['2 buy 15 @ 99.5', '3 buy 5 @ 99.5', '4 sell 20 @ 95']);
  });

  test('protects parts that fill while an exit is itself filling in parts', () => {
    const result = play({
      rows: [QUIET, [100, 100, 97, 98, 100], [98, 98, 94, 94, 40], [94, 97, 94, 95, 100], [95, 95, 94, 94, 1000], [94, 95, 93, 94, 9000]],
      profile: { volumeCap: 0.1 },
      script: { 0: { side: 'buy', type: 'limit', limitPrice: 98, size: 30, stopLoss: 95 } },
    });
    expect(result.positions).toEqual([]);
    expect(result.orders.filter(({ type }) => type === 'stop').every(({ status }) => status === 'filled')).toBe(true);
  });
});

test('a stop that the market has passed when its entry fills gets no better price than the entry', () => {
  const sell = { side: 'sell', type: 'limit', limitPrice: 85, size: 10, stopLoss: 87 } as const;
  const result = play({ rows: [[80, 81, 79, 80], [80, 81, 79, 80], [92, 93, 91, 92], QUIET], script: { 0: sell } });
  expect(tape(result)).toEqual(['2 sell 10 @ 92', '2 buy 10 @ 92']);
});

test('an order that closes another takes the size it was given, in money too', () => {
  const half = { side: 'sell', type: 'market', size: { kind: 'notional', notional: 500 }, closesOrder: 1 } as const;
  const result = play({ rows: [QUIET, QUIET, QUIET, QUIET], script: { 0: { side: 'buy', type: 'market', size: 10 }, 1: half } });
  expect(tape(result)).toEqual(['1 buy 10 @ 100', '2 sell 5 @ 100']);
});

test('a post-only order replaced to where it would take is rejected', () => {
  const post = { side: 'buy', type: 'limit', limitPrice: 90, size: 10, postOnly: true } as const;
  const result = play({ rows: [QUIET, QUIET, QUIET, QUIET], script: { 0: post, 1: (at) => void at.replace(1, { limitPrice: 110 }) } });
  expect(book(result)).toEqual(['limit rejected 0/10 post-only order would take liquidity']);
});

test('a whole fill or none also where a profile would reduce to the margin', () => {
  const fok = { side: 'buy', type: 'market', size: 5000, timeInForce: 'fok' } as const;
  const result = play({ rows: [QUIET, QUIET], account: { leverage: 1 }, profile: { beyondMargin: 'reduced' }, script: { 0: fok } });
  expect(tape(result)).toEqual([]);
});

test('closing lots whose sum is rounded opens no dust on the other side', () => {
  const at = (side: 'buy' | 'sell', size: number) => ({ side, type: 'market', size }) as const;
  const result = play({
    rows: Array.from({ length: 8 }, () => QUIET),
    instrument: { lotSize: 0.1, minQuantity: 0.1 },
    profile: { feesPerLot: true },
    script: { 0: at('buy', 0.7), 1: at('buy', 0.1), 2: at('sell', 0.8) },
  });
  expect(result.positions).toEqual([]);
  expect(result.fills).toHaveLength(4);
});

test('a fixed fee for each lot is paid for no dust', () => {
  const at = (size: number) => ({ side: 'buy', type: 'market', size }) as const;
  const fees = { kind: 'fixed_plus', fixed: 5, fraction: 0 } as const;
  const result = play({
    rows: Array.from({ length: 8 }, () => QUIET),
    instrument: { lotSize: 0.1, minQuantity: 0.1 },
    profile: { feesPerLot: true, fees },
    script: { 0: at(0.1), 1: at(0.2), 2: at(0.7), 3: { side: 'sell', type: 'market', size: 1, reduceOnly: true } },
  });
  expect(result.feesPaid).toBe(30);
});

test('of two market orders of a group that meet one open, the first fills', () => {
  const request = { side: 'buy', type: 'market', size: 10, ocoGroup: 'a' } as const;
  const result = play({ rows: [QUIET, QUIET, QUIET], script: { 0: (c) => (c.submit(request), c.submit(request)) } });
  expect(tape(result)).toEqual(['1 buy 10 @ 100']);
});

test('a strategy that takes the filling order down when it is told of the trade loses no other order', () => {
  let kept: BarContext | undefined;
  const strategy: Strategy = {
    name: 's',
    features: {},
    onBar(context) {
      kept = context;
      if (context.row === 0) context.submit({ side: 'buy', type: 'market', size: 10 });
      if (context.row === 1) {
        context.submit({ side: 'sell', type: 'limit', limitPrice: 101, size: 10, reduceOnly: true });
        context.submit({ side: 'buy', type: 'limit', limitPrice: 95, size: 5, timeInForce: 'gtc' });
      }
      return undefined;
    },
    onTrade() {
      for (const order of kept!.orders()) if (order.side === 'sell') kept!.cancel(order.id);
    },
  };
  const result = play({ rows: [QUIET, QUIET, [100, 102, 99, 100], QUIET, [96, 97, 90, 95], QUIET], strategies: [strategy] });
  expect(tape(result)).toEqual(['1 buy 10 @ 100', '2 sell 10 @ 101', '4 buy 5 @ 95']);
});

test('a strategy cannot touch the orders of another', () => {
  const result = play({
    rows: [QUIET, QUIET, [100, 101, 80, 90], QUIET],
    strategies: [
      scripted({ 0: { side: 'buy', type: 'limit', limitPrice: 90, size: 10 } }, 'owner'),
      scripted({ 0: (c) => c.cancel(1), 1: (c) => void c.replace(1, { limitPrice: 120 }) }, 'thief'),
    ],
  });
  expect(tape(result)).toEqual(['2 buy 10 @ 90']);
});

test.each([0.3, 0.4, 0.75, 0.15, 3])('lots of %d are whole lots, never beyond the cap', (lotSize) => {
  const result = play({
    rows: [QUIET, [100, 101, 99, 100, 100], [100, 101, 99, 100, 100], QUIET, QUIET],
    instrument: { lotSize, minQuantity: lotSize },
    profile: { volumeCap: 0.1 },
    script: {
      0: { side: 'buy', type: 'market', size: 50 },
      2: { side: 'sell', type: 'market', size: { kind: 'notional', notional: 1234 } },
    },
  });
  for (const { quantity } of result.fills) expect(Math.abs(quantity / lotSize - Math.round(quantity / lotSize))).toBeLessThan(1e-9);
  expect(result.fills[0]!.quantity).toBeLessThanOrEqual(10);
});

test('impact never makes a price negative', () => {
  const rows: Row[] = Array.from({ length: 30 }, (_, row): Row => (row % 2 ? [100, 121, 99, 120, 1] : [120, 121, 99, 100, 1]));
  const result = play({
    rows: [...rows, [100, 121, 99, 120, 1e6], QUIET],
    profile: { ...executionProfile('base') },
    account: { cash: 1e9 },
    script: { 29: { side: 'sell', type: 'market', size: 1e5 } },
  });
  expect(result.fills[0]!.price).toBeGreaterThan(0);
});

test('a replacement on its way follows its order over a split', () => {
  const result = play({
    rows: [QUIET, QUIET, QUIET, [25, 26, 24, 25], [25, 26, 24, 25], [25, 26, 24, 25]],
    profile: { latencyMs: 1 },
    script: {
      0: { side: 'buy', type: 'market', size: 10 },
      1: { side: 'sell', type: 'stop', stopPrice: 90, size: 10 },
      2: (c) => void c.replace(2, { stopPrice: 92 }),
    },
    events: [{ kind: 'split', symbol: 'X', time: START + 3 * DAY, ratio: 4 }],
  });
  expect(book(result)[1]).toBe('stop accepted 0/40');
  expect(result.orders[1]!.stopPrice).toBe(23);
});

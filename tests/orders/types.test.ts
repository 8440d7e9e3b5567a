import { describe, expect, test } from 'vitest';
import type { OrderRequest } from '#domain';
import { book, play, QUIET, tape, type Act, type Row } from './scenario.ts';

const buy = { side: 'buy', size: 10 } as const;
const sell = { side: 'sell', size: 10 } as const;

describe('if touched', () => {
  const market = { ...buy, type: 'market_if_touched', triggerPrice: 95 } as const;
  const limit = { ...buy, type: 'limit_if_touched', triggerPrice: 95, limitPrice: 96 } as const;

  test('a market order goes out where the price comes to the trigger, and at the open where it gaps past it', () => {
    expect(tape(play({ rows: [QUIET, QUIET, [100, 105, 90, 92]], script: { 0: market } }))).toEqual(['2 buy 10 @ 95']);
    expect(tape(play({ rows: [QUIET, [93, 94, 92, 93]], script: { 0: market } }))).toEqual(['1 buy 10 @ 93']);
    const short = { ...sell, type: 'market_if_touched', triggerPrice: 110 } as const;
    expect(tape(play({ rows: [QUIET, QUIET, [100, 110, 99, 100]], script: { 0: short } }))).toEqual(['2 sell 10 @ 110']);
  });

  test('a limit order goes out there: marketable at once, or it rests where the price has yet to come', () => {
    expect(tape(play({ rows: [QUIET, QUIET, [100, 101, 94, 100]], script: { 0: limit } }))).toEqual(['2 buy 10 @ 95']);
    const deeper = { ...limit, limitPrice: 93 };
    expect(tape(play({ rows: [QUIET, [100, 101, 92, 100]], script: { 0: deeper } }))).toEqual(['1 buy 10 @ 93']);
    const later = play({ rows: [QUIET, [100, 101, 94, 100], QUIET, [96, 97, 92, 95]], script: { 0: deeper } });
    expect(tape(later)).toEqual(['3 buy 10 @ 93']);
    expect(later.fills[0]!.liquidity).toBe('maker');
  });

  test('without its trigger it is denied, and so are the prices of another type', () => {
    const deny = (request: OrderRequest): string => book(play({ rows: [QUIET, QUIET], script: { 0: request } }))[0]!;
    expect(deny({ ...buy, type: 'market_if_touched' })).toMatch(/needs triggerPrice/);
    expect(deny({ ...market, stopPrice: 3 } as OrderRequest)).toMatch(/takes no stopPrice/);
    expect(deny({ ...limit, takeProfit: 90 })).toMatch(/wrong side/);
  });
});

describe('post-only behind a stop or a trigger', () => {
  const stop = { ...buy, type: 'stop_limit', stopPrice: 105, postOnly: true } as const;
  const touch = { ...buy, type: 'limit_if_touched', triggerPrice: 95, postOnly: true } as const;
  const run = (order: OrderRequest, ...rows: Row[]) => play({ rows: [QUIET, QUIET, ...rows], script: { 0: order } });

  test('is not in the book until that is met: it rests where the market then is beyond it, and fills as a maker', () => {
    const beyond = run({ ...stop, limitPrice: 104 }, [104, 106, 103.5, 105.5], [105, 105, 103, 104]);
    expect(tape(beyond)).toEqual(['3 buy 10 @ 104']);
    expect(beyond.fills[0]!.liquidity).toBe('maker');
    const deeper = run({ ...touch, limitPrice: 94 }, [97, 98, 94.5, 96], [93, 95, 92, 94]);
    expect(tape(deeper)).toEqual(['3 buy 10 @ 94']);
    expect(deeper.fills[0]!.liquidity).toBe('maker');
  });

  test('is rejected there where it would take', () => {
    const refused = [run({ ...stop, limitPrice: 106 }, [104, 106, 103.5, 105.5]), run({ ...touch, limitPrice: 96 }, [97, 98, 94, 96])];
    expect(refused.flatMap(book)).toEqual([
      'stop_limit rejected 0/10 post-only order would take liquidity',
      'limit_if_touched rejected 0/10 post-only order would take liquidity',
    ]);
    expect(book(run({ ...stop, limitPrice: 106 }, QUIET))).toEqual(['stop_limit accepted 0/10']);
  });
});

describe('a stop-limit in the bar that meets its stop', () => {
  const stop = { ...buy, type: 'stop_limit', stopPrice: 103 } as const;
  const run = (limitPrice: number, bar: Row, ...others: OrderRequest[]) =>
    play({ rows: [QUIET, bar], script: { 0: (at) => [{ ...stop, limitPrice }, ...others].forEach((order) => at.submit(order)) } });

  test('rests where it is not marketable, and meets what surely came after', () => {
    expect(tape(run(104, [106, 107, 103, 105]))).toEqual(['1 buy 10 @ 104']);
    expect(run(104, [106, 107, 103, 105]).fills[0]!.liquidity).toBe('maker');
    expect(tape(run(104, [106, 107, 104, 105]))).toEqual([]);
    expect(tape(run(102, [100, 104, 99, 101.5]))).toEqual(['1 buy 10 @ 102']);
    expect(tape(run(102, [100, 104, 99, 103]))).toEqual([]);
  });

  test('gets no price from before its stop when a bracket entry has the bar matched again', () => {
    const entry: OrderRequest = { ...buy, type: 'limit', limitPrice: 98.5, stopLoss: 90 };
    expect(tape(run(102, [100, 104, 98, 103], entry))).toEqual(['1 buy 10 @ 98.5']);
  });
});

describe('market to limit', () => {
  test('what the open does not give rests at the price that it gave, never worse', () => {
    const request: OrderRequest = { ...buy, type: 'market_to_limit' };
    const rows: Row[] = [QUIET, [100, 101, 99, 100, 40], [102, 103, 101, 102], [101, 101, 99.5, 100]];
    const result = play({ rows, script: { 0: request }, profile: { volumeCap: 0.1 } });
    expect(tape(result)).toEqual(['1 buy 4 @ 100', '3 buy 6 @ 100']);
    expect(result.orders[0]).toMatchObject({ limitPrice: 100, status: 'filled' });
    expect(result.fills.map(({ liquidity }) => liquidity)).toEqual(['taker', 'maker']);
    expect(tape(play({ rows, script: { 0: request }, profile: { volumeCap: 0.1, sequence: 'queue' } }))).toEqual(tape(result));
  });

  test('its exits are alive in the bar that opened it', () => {
    const request: OrderRequest = { ...buy, type: 'market_to_limit', stopLoss: 95, takeProfit: 110 };
    expect(tape(play({ rows: [QUIET, [100, 101, 94, 95]], script: { 0: request } }))).toEqual(['1 buy 10 @ 100', '1 sell 10 @ 95']);
  });
});

describe('trailing from an activation price', () => {
  const trail = { ...sell, type: 'trailing_stop', trailAmount: 2, reduceOnly: true, activationPrice: 105 } as const;
  const enter: Act = (at) => {
    at.submit({ ...buy, type: 'market' });
    at.submit(trail);
  };

  test('sleeps until the price gets there, then follows', () => {
    const rows: Row[] = [QUIET, QUIET, [100, 104, 90, 100], [100, 106, 100, 105.5], [105, 105.5, 103, 104]];
    const result = play({ rows, script: { 0: enter } });
    expect(tape(result)).toEqual(['1 buy 10 @ 100', '4 sell 10 @ 104']);
    expect(play({ rows: rows.slice(0, 3), script: { 0: enter } }).orders[1]).toMatchObject({ status: 'accepted', stopPrice: Number.NaN });
  });

  test('already there, it trails at once; a stop price beside it is refused', () => {
    const now = play({ rows: [QUIET], script: { 0: { ...trail, activationPrice: 99 } } });
    expect(now.orders[0]!.stopPrice).toBe(98);
    expect(book(play({ rows: [QUIET, QUIET], script: { 0: { ...trail, stopPrice: 90 } } }))[0]).toMatch(/denied .*not at both/);
  });
});

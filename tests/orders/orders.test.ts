import { describe, expect, test } from 'vitest';
import { timestamp } from '#core';
import type { OrderRequest } from '#domain';
import { bars, book, play, QUIET, scripted, tape, type Act, type Row } from './scenario.ts';

const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);
const buy = { side: 'buy', type: 'market', size: 10 } as const;
const sell = { side: 'sell', type: 'market', size: 10 } as const;

describe('trailing stops', () => {
  test('by an amount: follows the high of bars already seen, never back, fills at the stop', () => {
    const trail: OrderRequest = { side: 'sell', type: 'trailing_stop', size: 10, trailAmount: 5, reduceOnly: true };
    const rows: Row[] = [QUIET, QUIET, [100, 110, 100, 109], [109, 109, 106, 106], [106, 107, 104, 104], QUIET];
    const result = play({ rows, script: { 0: (at) => (at.submit(buy), at.submit(trail)) } });
    expect(tape(result)).toEqual(['1 buy 10 @ 100', '4 sell 10 @ 105']);
  });

  test('by a percentage, for a short, and a gap fills at the open', () => {
    const trail: OrderRequest = { side: 'buy', type: 'trailing_stop', size: 10, trailPercent: 0.1, reduceOnly: true };
    const rows: Row[] = [QUIET, QUIET, [90, 91, 80, 82], [82, 87, 82, 86], [95, 96, 94, 95]];
    const result = play({ rows, script: { 0: (at) => (at.submit(sell), at.submit(trail)) } });
    expect(tape(result)).toEqual(['1 sell 10 @ 100', '4 buy 10 @ 95']);
  });

  test('needs one distance', () => {
    expect(book(play({ rows: [QUIET, QUIET], script: { 0: { side: 'sell', type: 'trailing_stop', size: 1 } } }))[0]).toMatch(
      /denied .*trailAmount or trailPercent/,
    );
  });
});

describe('time in force', () => {
  const limit = { side: 'buy', type: 'limit', size: 10, limitPrice: 90 } as const;
  const dip: Row = [100, 101, 80, 100];

  test('good till a time: dead for bars that start at or after it', () => {
    const at = (days: number): OrderRequest => ({ ...limit, timeInForce: 'gtd', goodTill: timestamp(START + days * DAY) });
    expect(tape(play({ rows: [QUIET, QUIET, dip], script: { 0: at(3) } }))).toEqual(['2 buy 10 @ 90']);
    expect(book(play({ rows: [QUIET, QUIET, dip], script: { 0: at(2) } }))).toEqual(['limit expired 0/10 good-till time passed']);
  });

  test('day: lives in the session of the first bar that could fill it', () => {
    const hours = (rows: Row[]): ReturnType<typeof bars> => bars(rows, '4h');
    const rows: Row[] = [QUIET, QUIET, QUIET, QUIET, QUIET, QUIET, dip];
    expect(book(play({ series: [hours(rows)], script: { 0: { ...limit, timeInForce: 'day' } } }))).toEqual([
      'limit expired 0/10 day order, session over',
    ]);
    expect(tape(play({ series: [hours(rows)], script: { 5: { ...limit, timeInForce: 'day' } } }))).toEqual(['6 buy 10 @ 90']);
  });

  test('immediate or cancel, fill or kill: limit and market, against the volume cap', () => {
    const profile = { volumeCap: 0.1 };
    const thin: Row = [100, 101, 80, 100, 40];
    const run = (request: OrderRequest): string[] => book(play({ rows: [QUIET, thin, QUIET], script: { 0: request }, profile }));
    expect(run({ ...limit, limitPrice: 100, timeInForce: 'ioc' })).toEqual(['limit canceled 4/10 not filled whole at once']);
    expect(run({ ...limit, limitPrice: 100, timeInForce: 'fok' })).toEqual(['limit canceled 0/10 not filled whole at once']);
    // The bar reaches these later, at 80: that is not at once.
    expect(run({ ...limit, timeInForce: 'ioc' })).toEqual(['limit canceled 0/10 not marketable']);
    expect(run({ ...limit, timeInForce: 'fok' })).toEqual(['limit canceled 0/10 not marketable']);
    expect(run({ ...buy, timeInForce: 'ioc' })).toEqual(['market canceled 4/10 not filled whole at once']);
    expect(run({ ...buy, timeInForce: 'fok' })).toEqual(['market canceled 0/10 not filled whole at once']);
    expect(run(buy)).toEqual(['market filled 10/10']);
  });

  test('what takes at once is a taker at the open, at the limit at worst; a stop waits to be triggered', () => {
    const run = (request: OrderRequest, profile = {}): unknown =>
      play({ rows: [QUIET, QUIET, [100, 106, 80, 100]], script: { 0: request }, profile }).fills.map(({ price, liquidity }) => [
        price,
        liquidity,
      ]);
    expect(run({ ...limit, limitPrice: 101, timeInForce: 'ioc' })).toEqual([[100, 'taker']]);
    expect(run({ ...limit, limitPrice: 100, timeInForce: 'fok' })).toEqual([[100, 'taker']]);
    expect(run({ ...limit, limitPrice: 100.5, timeInForce: 'ioc' }, { limitImproves: false })).toEqual([[100.5, 'taker']]);
    expect(run({ ...buy, type: 'stop', stopPrice: 105, timeInForce: 'ioc' })).toEqual([[105, 'taker']]);
  });

  test('a bar without volume fills nothing', () => {
    const result = play({ rows: [QUIET, [100, 101, 99, 100, 0], [102, 103, 101, 102]], script: { 0: buy }, profile: { volumeCap: 0.1 } });
    expect(tape(result)).toEqual(['2 buy 10 @ 102']);
    expect(book(result)).toEqual(['market filled 10/10']);
  });

  test('an order that waits for volume says so, and no more once it is filled or taken down', () => {
    const dry: Row[] = [QUIET, [100, 101, 99, 100, 0], [100, 101, 99, 100, 0]];
    const waiting = play({ rows: dry, script: { 0: buy }, profile: { volumeCap: 0.1 } });
    expect(book(waiting)).toEqual(['market accepted 0/10 waits for volume: its last bar had none to spare for it']);
    const script = { 0: buy, 1: (at: Parameters<Act>[0]) => at.cancel(1) };
    expect(book(play({ rows: dry, script, profile: { volumeCap: 0.1 } }))).toEqual(['market canceled 0/10 canceled by the strategy']);
  });
});

describe('post-only', () => {
  const limit = { side: 'buy', type: 'limit', size: 10, limitPrice: 95, postOnly: true } as const;
  test('is rejected when it would take at its first open, rests otherwise and gets its limit as a maker', () => {
    expect(book(play({ rows: [QUIET, [94, 96, 93, 95]], script: { 0: limit } }))).toEqual([
      'limit rejected 0/10 post-only order would take liquidity',
    ]);
    const gap = play({ rows: [QUIET, QUIET, [90, 91, 89, 90]], script: { 0: limit } });
    expect(tape(gap)).toEqual(['2 buy 10 @ 95']);
    expect(gap.fills[0]!.liquidity).toBe('maker');
  });
});

describe('on open and on close', () => {
  const fourHours: Row[] = Array.from({ length: 12 }, (_, row) => [100 + row, 100.5 + row, 99.5 + row, 100.2 + row]);
  const run = (type: OrderRequest['type'], extra: Partial<OrderRequest> = {}): string[] =>
    tape(play({ series: [bars(fourHours, '4h')], script: { 1: { side: 'buy', type, size: 1, ...extra } } }));

  test('market and limit meet the first or last bar of a day', () => {
    expect(run('market_on_open')).toEqual(['6 buy 1 @ 106']);
    expect(run('market_on_close')).toEqual(['5 buy 1 @ 105.2']);
    expect(run('limit_on_open', { limitPrice: 110 })).toEqual(['6 buy 1 @ 106']);
    expect(run('limit_on_open', { limitPrice: 90 })).toEqual([]);
    expect(run('limit_on_close', { limitPrice: 110 })).toEqual(['5 buy 1 @ 105.2']);
  });

  test('the close is told without the next bar: data that ends there fill too', () => {
    const cut = bars(fourHours.slice(0, 6), '4h');
    const request = { side: 'buy', type: 'market_on_close', size: 1 } as const;
    expect(tape(play({ series: [cut], script: { 1: request } }))).toEqual(['5 buy 1 @ 105.2']);
  });
});

describe('groups and brackets', () => {
  const exit = (type: 'limit' | 'stop', price: number, size: number): OrderRequest =>
    type === 'limit' ? { side: 'sell', type, size, limitPrice: price } : { side: 'sell', type, size, stopPrice: price };
  const group = (type: 'limit' | 'stop', price: number, size: number): OrderRequest => ({ ...exit(type, price, size), ocoGroup: 'g' });

  test('one cancels the other; in a bar that holds both, the stop alone fills', () => {
    const both = play({
      rows: [QUIET, QUIET, [100, 120, 80, 100], QUIET],
      script: { 0: buy, 1: (at) => (at.submit(group('limit', 110, 10)), at.submit(group('stop', 90, 10))) },
    });
    expect(tape(both)).toEqual(['1 buy 10 @ 100', '2 sell 10 @ 90']);
    expect(book(both)[1]).toBe('limit canceled 0/10 the other order of its group filled');
  });

  test('of the two sides of a breakout, the one that the bar gapped to was first', () => {
    const sides = [
      { side: 'buy', type: 'stop', size: 10, stopPrice: 105, ocoGroup: 'breakout' },
      { side: 'sell', type: 'stop', size: 10, stopPrice: 95, ocoGroup: 'breakout' },
    ] as const;
    const gaps: readonly (readonly [Row, string])[] = [
      [[106, 107, 94, 96], '1 buy 10 @ 106'],
      [[94, 107, 93, 106], '1 sell 10 @ 94'],
    ];
    for (const [gap, first] of gaps) {
      for (const order of [sides, sides.toReversed()])
        expect(tape(play({ rows: [QUIET, gap], script: { 0: (at) => order.forEach((side) => at.submit(side)) } }))).toEqual([first]);
    }
  });

  test("one updates the other: a partial fill takes its units off it, a changed size is the other's too", () => {
    const rows: Row[] = [QUIET, QUIET, [100, 120, 99, 100, 40], [100, 101, 80, 81]];
    const send: Act = (at) => {
      at.submit({ ...exit('limit', 110, 10), ouoGroup: 'g' });
      at.submit({ ...exit('stop', 90, 10), ouoGroup: 'g' });
    };
    const result = play({ rows, script: { 0: buy, 1: send }, profile: { volumeCap: 0.1 } });
    expect(tape(result)).toEqual(['1 buy 10 @ 100', '2 sell 4 @ 110', '3 sell 6 @ 90']);
    expect(result.positions).toEqual([]);
    const resize: Act = (at) => at.replace(at.orders()[0]!.id, { quantity: 7 });
    const resized = play({ rows: [QUIET, QUIET, QUIET, [100, 101, 80, 81]], script: { 0: buy, 1: send, 2: resize } });
    expect(tape(resized)).toEqual(['1 buy 10 @ 100', '3 sell 7 @ 90']);
  });

  test('one cancels the other at its first part; a group is of one kind', () => {
    const rows: Row[] = [QUIET, QUIET, [100, 120, 99, 100, 40], [100, 101, 80, 81]];
    const result = play({
      rows,
      script: { 0: buy, 1: (at) => (at.submit(group('limit', 110, 10)), at.submit(group('stop', 90, 10))) },
      profile: { volumeCap: 0.1 },
    });
    expect(tape(result)).toEqual(['1 buy 10 @ 100', '2 sell 4 @ 110']);
    expect(book(result)[2]).toBe('stop canceled 0/10 the other order of its group filled');
    const both = play({ rows, script: { 0: { ...buy, ocoGroup: 'g', ouoGroup: 'g' } } });
    expect(book(both)[0]).toMatch(/denied .* not in both/);
  });

  test('exits come alive with what filled, and die with the position', () => {
    const result = play({
      rows: [QUIET, [100, 101, 99, 100, 40], [100, 101, 99, 100, 1000], [100, 112, 99, 110, 1000], QUIET],
      script: { 0: { ...buy, stopLoss: 90, takeProfit: 110 } },
      profile: { volumeCap: 0.1 },
    });
    expect(tape(result)).toEqual(['1 buy 4 @ 100', '2 buy 6 @ 100', '3 sell 10 @ 110']);
    expect(result.orders.every((order) => order.status === 'filled' || order.status === 'canceled')).toBe(true);
  });

  test('the stop of one strategy does not touch what another holds', () => {
    const result = play({
      rows: [QUIET, QUIET, [100, 101, 85, 90], QUIET],
      strategies: [scripted({ 0: { ...buy, stopLoss: 95 } }, 'one'), scripted({ 0: { ...buy, size: 7 } }, 'two')],
    });
    expect(result.trades).toMatchObject([{ strategy: 'one', quantity: 10, exitPrice: 95 }]);
    expect(result.positions).toMatchObject([{ strategy: 'two', quantity: 7 }]);
  });
});

describe('cancel and replace', () => {
  const limit = { side: 'buy', type: 'limit', size: 10, limitPrice: 90 } as const;
  test('a replaced order fills at its new price, a filled one cannot be replaced or canceled', () => {
    let id = 0;
    const answers: boolean[] = [];
    const result = play({
      rows: [QUIET, QUIET, [100, 101, 94, 100], QUIET, QUIET],
      script: {
        0: (at) => (id = at.submit(limit)),
        1: (at) =>
          answers.push(at.replace(id, { limitPrice: Number.NaN }), at.replace(id, { stopPrice: 95 }), at.replace(id, { limitPrice: 95 })),
        2: (at) => (answers.push(at.replace(id, { limitPrice: 99 })), at.cancel(id)),
      },
    });
    expect(answers).toEqual([false, false, true, false]);
    expect(tape(result)).toEqual(['2 buy 10 @ 95']);
    expect(book(result)).toEqual(['limit filled 10/10']);
  });

  test('a quantity below what has filled is refused; down to it ends the order', () => {
    let id = 0;
    const answers: boolean[] = [];
    const result = play({
      rows: [QUIET, [100, 101, 80, 100, 40], [100, 101, 99, 100], [100, 101, 80, 100]],
      script: {
        0: (at) => (id = at.submit(limit)),
        1: (at) => answers.push(at.replace(id, { quantity: 3 }), at.replace(id, { quantity: 4 })),
      },
      profile: { volumeCap: 0.1 },
    });
    expect(answers).toEqual([false, true]);
    expect(book(result)).toEqual(['limit filled 4/4']);
  });
});

describe('what an instrument allows', () => {
  const deny = (request: OrderRequest, instrument = {}): string =>
    book(play({ rows: [QUIET, QUIET], script: { 0: request }, instrument }))[0]!;
  test('too small, off the lot, below the notional', () => {
    expect(deny({ ...buy, size: 0.4 })).toBe('market denied 0/0.4 size 0.4 of X is less than one lot of 1');
    expect(deny({ ...buy, size: 3 }, { minQuantity: 5 })).toBe('market denied 0/3 size 3 of X is below the minimum of 5');
    expect(deny({ ...buy, size: 3 }, { minNotional: 500 })).toBe('market denied 0/3 notional 300 of X is below the minimum of 500');
    expect(deny({ ...buy, size: { kind: 'notional', notional: 300 } }, { minNotional: 500 })).toMatch(
      /rejected .* below the minimum of 500/,
    );
    expect(deny({ ...buy, size: 3.7 })).toBe('market filled 3/3');
  });

  test('what is open may be closed, however small', () => {
    const result = play({
      rows: [QUIET, QUIET, QUIET, QUIET],
      script: { 0: buy, 1: { ...sell, size: 2, reduceOnly: true } },
      instrument: { minQuantity: 5 },
    });
    expect(tape(result)).toEqual(['1 buy 10 @ 100', '2 sell 2 @ 100']);
  });

  test('prices go to the tick that is not better for us', () => {
    const order = (request: OrderRequest): unknown =>
      play({ rows: [QUIET, QUIET], script: { 0: request }, instrument: { tickSize: 0.05 } }).orders[0];
    expect(order({ side: 'buy', type: 'limit', size: 1, limitPrice: 90.04 })).toMatchObject({ limitPrice: 90 });
    expect(order({ side: 'sell', type: 'limit', size: 1, limitPrice: 110.01 })).toMatchObject({ limitPrice: 110.05 });
    expect(order({ side: 'buy', type: 'stop', size: 1, stopPrice: 110.01 })).toMatchObject({ stopPrice: 110.05 });
  });

  test('exits of a market entry on the wrong side of the last price', () => {
    expect(deny({ ...buy, stopLoss: 100 })).toBe('market denied 0/10 stop 100 is on the wrong side of the last price 100');
    expect(deny({ ...sell, stopLoss: 99 })).toBe('market denied 0/10 stop 99 is on the wrong side of the last price 100');
    expect(deny({ ...buy, stopLoss: 95, takeProfit: 99 })).toBe('market denied 0/10 target 99 is on the wrong side of the last price 100');
    expect(deny({ ...buy, size: 0 })).toMatch(/size must be positive/);
    expect(deny({ ...buy, stopLoss: Number.NaN })).toMatch(/exit price must be positive/);
  });

  test('a share of a fractional position stays on the lot', () => {
    const result = play({
      rows: [QUIET, QUIET, QUIET],
      script: { 0: { ...buy, size: 0.5 }, 1: (at) => at.closePosition(0.5) },
      instrument: { lotSize: 0.01, minQuantity: 0.01 },
    });
    expect(tape(result)).toEqual(['1 buy 0.5 @ 100', '2 sell 0.25 @ 100']);
  });
});

describe('fees and symbols', () => {
  test('tiers fall with the notional already traded; regulatory fees are paid on sales', () => {
    const tiers = [
      { from: 0, makerBps: 10, takerBps: 20 },
      { from: 1000, makerBps: 5, takerBps: 10 },
    ];
    const tiered = play({ rows: [QUIET, QUIET, QUIET, QUIET], script: { 0: buy, 1: sell }, profile: { fees: { kind: 'tiers', tiers } } });
    expect(tiered.fills.map((fill) => fill.fee)).toEqual([2, 1]);
    const fees = { kind: 'regulatory', saleFraction: 0.00003, perShareSold: 0.0002, perShareCap: 8 } as const;
    const paid = play({ rows: [QUIET, QUIET, QUIET, QUIET], script: { 0: buy, 1: sell }, profile: { fees } });
    expect(paid.fills.map((fill) => Number(fill.fee.toFixed(9)))).toEqual([0, 0.032]);
  });

  test('symbols without common bars: each fills on its own next bar', () => {
    const one = bars([QUIET, QUIET, QUIET], '1d', 'A');
    const other = bars([QUIET, [50, 51, 49, 50], QUIET], '1d', 'B', START + 1.5 * DAY);
    const result = play({ series: [one, other], script: { 0: buy } });
    expect(result.fills.map(({ symbol, price, time }) => [symbol, price, (time - START) / DAY])).toEqual([
      ['A', 100, 1],
      ['B', 50, 2.5],
    ]);
  });
});

describe('inside one bar, as docs/orders.md has it', () => {
  const exits = { size: 1, stopLoss: 90, takeProfit: 110 } as const;
  const market: OrderRequest = { side: 'buy', type: 'market', ...exits };
  const limit: OrderRequest = { side: 'buy', type: 'limit', limitPrice: 95, ...exits };

  test.each<[string, OrderRequest, Row[], string[]]>([
    ['stop and target in one bar: the stop', market, [QUIET, [100, 112, 88, 100]], ['2 sell 1 @ 90']],
    ['also where it opened beyond the target', market, [QUIET, [111, 112, 88, 100]], ['2 sell 1 @ 90']],
    ['an entry at the open may reach its target', market, [[100, 112, 99, 100]], ['1 sell 1 @ 110']],
    ['an entry inside the bar never does', limit, [[100, 112, 94, 100]], []],
    ['but it may be stopped out', limit, [[100, 112, 88, 100]], ['1 sell 1 @ 90']],
  ])('%s', (_, request, rows, exit) => {
    expect(tape(play({ rows: [QUIET, ...rows], script: { 0: request } })).slice(1)).toEqual(exit);
  });
});

test('what filled for less than it asked says why', () => {
  const buy: OrderRequest = { side: 'buy', type: 'market', size: 11 };
  const reduced = { rows: [QUIET, QUIET], profile: { beyondMargin: 'reduced' } as const, account: { cash: 1000, leverage: 1 } };
  expect(book(play({ ...reduced, script: { 0: buy } }))).toEqual(['market filled 10/10 as much as the margin allows']);
  const closing: OrderRequest = { side: 'sell', type: 'market', size: 20, reduceOnly: true };
  expect(book(play({ rows: [QUIET, QUIET, QUIET], script: { 0: buy, 1: closing } }))[1]).toBe('market filled 11/11 only what was open');
});

test.each([0, -0.5, Number.NaN])('closing a share of %d closes nothing and is denied', (portion) => {
  const enter = { ...buy, size: 5 };
  for (const close of [(at) => at.closePosition(portion), (at) => at.closeLot(1, portion)] satisfies Act[]) {
    const result = play({ rows: [QUIET, QUIET, QUIET], script: { 0: enter, 1: close } });
    expect(tape(result)).toEqual(['1 buy 5 @ 100']);
    expect(result.orders[1]).toMatchObject({ status: 'denied', filledQuantity: 0 });
  }
});

import { describe, expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import type { OrderRequest } from '#domain';
import { executionProfile } from '#execution';
import type { Strategy } from '#strategy';
import { bars, book, play, QUIET, scripted, tape, type Act, type Row } from './scenario.ts';

/*
 * Sizes and moments at the edge: orders that name nothing, must fill whole, are too small, or whose units are not known yet.
 */

const BUY: OrderRequest = { side: 'buy', type: 'market', size: 10 };
const QUIET_ROWS: readonly Row[] = Array.from({ length: 6 }, () => QUIET);
const thin = (volume: number): Row => [100, 101, 99, 100, volume];

describe('an order that closes what another opened', () => {
  test('is denied where the other was denied itself: its id is 0, and would have sold what nobody held', () => {
    const result = play({
      rows: QUIET_ROWS,
      script: {
        0: (context) => {
          const denied = context.submit({ ...BUY, size: -1 });
          context.submit({ side: 'sell', type: 'market', size: 10, closesOrder: denied });
          context.submit({ side: 'sell', type: 'market', size: Number.NaN, closesOrder: denied });
        },
      },
    });
    expect(tape(result)).toEqual([]);
    expect(book(result).slice(1)).toEqual([
      'market denied 0/10 closesOrder must be the id of an order, got 0',
      'market denied 0/NaN closesOrder must be the id of an order, got 0',
    ]);
  });

  test('needs a size above 0, or NaN units for all of it: a NaN fraction sold a tenth of the volume', () => {
    const sizes = [-5, { kind: 'margin_fraction', fraction: Number.NaN }, Number.NaN] as const;
    const result = play({
      rows: QUIET_ROWS,
      script: {
        0: BUY,
        1: (context) => sizes.forEach((size) => context.submit({ side: 'sell', type: 'market', size, closesOrder: 1 })),
      },
      profile: { volumeCap: 0.1 },
    });
    expect(tape(result)).toEqual(['1 buy 10 @ 100', '2 sell 10 @ 100']);
    expect(book(result).map((line) => line.split(' ')[1])).toEqual(['filled', 'denied', 'denied', 'filled']);
  });
});

test('what must fill whole closes nothing where the margin does not let the rest open', () => {
  const script = { 0: { ...BUY, size: 500 }, 1: { side: 'sell', type: 'market', size: 5000, timeInForce: 'fok' } } as const;
  for (const profile of [{}, { spreadOn: 'entry' }] as const) {
    const result = play({ rows: QUIET_ROWS, script, profile, account: { leverage: 1 } });
    expect(tape(result)).toEqual(['1 buy 500 @ 100']);
    expect(book(result)[1]).toBe('market rejected 0/5000 insufficient margin');
  }
});

test('nor where a limit of the account does not', () => {
  const result = play({
    // Admitted at 100, where 105 short units are within the limit; at an open of 110 they are not.
    rows: [QUIET, QUIET, [110, 111, 109, 110], QUIET],
    script: { 0: { ...BUY, size: 100 }, 1: { side: 'sell', type: 'market', size: 205, timeInForce: 'fok' } },
    limits: { maxGrossExposure: 0.11 },
  });
  expect(tape(result)).toEqual(['1 buy 100 @ 100']);
  expect(book(result)[1]).toMatch(/^market rejected 0\/205 gross_exposure: /);
});

test("an order for a weight meets the venue's minimum as others do, unless it leaves nothing", () => {
  const weight = (of: number): OrderRequest => ({ ...BUY, size: { kind: 'target_weight', weight: of } });
  const result = play({
    rows: QUIET_ROWS,
    script: { 0: weight(0.001), 1: weight(0.1), 2: weight(0.1), 3: weight(0.0005), 4: weight(0) },
    instrument: { lotSize: 1, minQuantity: 1, minNotional: 9_960 },
  });
  expect(tape(result)).toEqual(['2 buy 100 @ 100', '5 sell 100 @ 100']);
  expect(book(result)).toEqual([
    'market rejected 0/1 notional 100 of X is below the minimum of 9960',
    'market filled 100/100',
    'market canceled 0/0 less than one lot from its target',
    'market rejected 0/99 notional 9900 of X is below the minimum of 9960',
    'market filled 100/100',
  ]);
});

test('one that was cancelled before its open is not refused there as well, and leaves the other orders at work', () => {
  const send: Act = (context) => {
    context.submit({ side: 'buy', type: 'limit', size: 10, limitPrice: 98 });
    context.cancel(context.submit({ ...BUY, size: { kind: 'target_weight', weight: 0.001 } }));
  };
  const rows: Row[] = [QUIET, QUIET, [100, 101, 97, 100]];
  const result = play({ rows, script: { 0: send }, instrument: { lotSize: 1, minQuantity: 1, minNotional: 900 } });
  expect(book(result)).toEqual(['limit filled 10/10', 'market canceled 0/NaN canceled by the strategy']);
});

test('an order worth less than one lot says so', () => {
  const script = { 0: { ...BUY, size: { kind: 'notional', notional: 50 } } } as const;
  expect(book(play({ rows: QUIET_ROWS, script, instrument: { lotSize: 1 } }))).toEqual([
    'market canceled 0/0 its size is less than one lot',
  ]);
});

test('a last bar run again closes what is open also where orders travel for some bars', () => {
  for (const latencyBars of [1, 2, 3]) {
    const profile = executionProfile('frictionless', { latencyBars });
    const strategy = scripted({ 0: BUY });
    const result = runBacktest({ bars: [bars(QUIET_ROWS)], strategy, account: { cash: 10_000 }, profile, atEnd: 'rerun' });
    expect(tape(result)).toEqual([`${latencyBars} buy 10 @ 100`, '5 sell 10 @ 100']);
    expect(result.positions).toEqual([]);
  }
});

describe('what the limits reckon with', () => {
  test('an order that fills in parts counts with all that is still to come', () => {
    const rest = (limitPrice: number, size = 1): OrderRequest => ({ side: 'buy', type: 'limit', size, limitPrice });
    // 10 of 100 units a bar; each asking brings the books up to date.
    const result = play({
      rows: Array.from({ length: 9 }, () => thin(100)),
      script: { 0: { ...BUY, size: 100 }, 1: rest(50), 2: rest(51), 3: rest(52), 4: rest(53, 20) },
      profile: { volumeCap: 0.1 },
      limits: { maxConcentration: 0.11 },
    });
    // 100 units and three, and 20 more of a limit of 110.
    expect(result.orders[4]).toMatchObject({
      status: 'denied',
      reason: expect.stringContaining('X would be 0.123 times equity') as string,
    });
  });

  test('also once it was made smaller in between', () => {
    const result = play({
      rows: Array.from({ length: 9 }, () => thin(100)),
      script: {
        0: { ...BUY, size: 100 },
        3: (context) => context.replace(1, { quantity: 60 }),
        4: { side: 'buy', type: 'limit', size: 55, limitPrice: 50 },
        5: { side: 'buy', type: 'limit', size: 45, limitPrice: 51 },
      },
      profile: { volumeCap: 0.1 },
      limits: { maxConcentration: 0.11 },
    });
    expect(result.orders.map(({ status }) => status)).toEqual(['filled', 'denied', 'accepted']);
  });

  test('a change of an order whose cancel is on its way is no message', () => {
    const rest: OrderRequest = { side: 'buy', type: 'limit', size: 10, limitPrice: 90 };
    const changed: boolean[] = [];
    const result = play({
      rows: QUIET_ROWS,
      script: {
        0: rest,
        1: (context) => {
          context.cancel(1);
          changed.push(context.replace(1, { limitPrice: 91 }));
          context.submit({ ...rest, limitPrice: 80 });
        },
      },
      profile: { latencyMs: 1000 },
      limits: { messageWindowMs: 1e12, maxMessages: 2 },
    });
    expect(changed).toEqual([false]);
    expect(book(result)).toEqual(['limit canceled 0/10 canceled by the strategy', 'limit accepted 0/10']);
  });
});

test('targetWeights reckons with what a unit is worth, not with its price alone', () => {
  const weights = [0.2, 0.2, 0.5];
  const strategy: Strategy = {
    name: 'weights',
    features: {},
    onInstant: (market) => market.targetWeights(new Map([['X', weights[market.row] ?? 0.5]]), 0.2),
  };
  const result = play({ rows: QUIET_ROWS, strategies: [strategy], account: { leverage: 1 }, instrument: { multiplier: 0.1 } });
  // A unit is worth a tenth of its price: 2,000 units of 10 are 20 % of 100,000.
  expect(tape(result)).toEqual(['1 buy 2000 @ 100', '3 buy 3000 @ 100']);
});

test('an order for a weight that waits for the open of a session has its units from that open', () => {
  const twice: Row = [200, 202, 198, 200];
  const result = play({
    series: [bars([QUIET, QUIET, QUIET, QUIET, twice, twice], '6h')],
    script: { 0: { side: 'buy', type: 'market_on_open', size: { kind: 'target_weight', weight: 0.5 } } },
  });
  expect(tape(result)).toEqual(['4 buy 250 @ 200']);
});

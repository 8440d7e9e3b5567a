import { expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { instrument, type OrderRequest } from '#domain';
import { bars, book, play, QUIET, scripted, tape, type Row } from './scenario.ts';

const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);
const market = (side: 'buy' | 'sell', size: number, extra: Partial<OrderRequest> = {}): OrderRequest => ({
  side,
  type: 'market',
  size,
  ...extra,
});

test('closing against another strategy of the account frees no margin', () => {
  const result = play({
    rows: Array.from({ length: 6 }, (): Row => [100, 100, 100, 100]),
    account: { cash: 10_000, leverage: 2 },
    strategies: [scripted({ 0: market('buy', 100) }, 'long'), scripted({ 1: market('sell', 100), 3: market('buy', 250) }, 'short')],
  });
  // 100 back to flat and 150 long would bring the account to 250 units, of which its margin carries 200.
  expect(tape(result)).toEqual(['1 buy 100 @ 100', '2 sell 100 @ 100', '4 buy 100 @ 100']);
  expect(result.orders.at(-1)!.reason).toBe('insufficient margin');
});

test('all of a position with an odd lot is closed by one order', () => {
  const result = play({
    rows: [QUIET, QUIET, [1000, 1010, 990, 1000], [1000, 1010, 990, 1000], [1000, 1010, 990, 1000]],
    events: [{ kind: 'split', symbol: 'X', time: START + 2 * DAY, ratio: 0.1 }],
    script: { 0: market('buy', 75), 2: (at) => at.closePosition() },
  });
  expect(tape(result)).toEqual(['1 buy 75 @ 100', '3 sell 7.5 @ 1000']);
  expect(result.positions).toEqual([]);
});

test('part of a position below one lot is no order, as it would leave an odd lot', () => {
  const result = play({
    rows: [QUIET, QUIET, QUIET, QUIET],
    instrument: { lotSize: 3, minQuantity: 3 },
    script: { 0: market('buy', 9), 1: market('sell', 2, { reduceOnly: true }) },
  });
  expect(book(result)[1]).toBe('market denied 0/2 size 2 of X is less than one lot of 3');
});

test('a split is no volatility: what a fill after it moves the price is what it would have moved it', () => {
  const wave =
    (scale: number) =>
    (row: number): Row => [100 / scale, 102 / scale, 98 / scale, (100 + (row % 2)) / scale, 1000 * scale];
  const buy = (ratio: number, size: number): number => {
    const rows = Array.from({ length: 40 }, (_, row) => wave(row < 20 ? 1 : ratio)(row));
    const events = ratio === 1 ? [] : [{ kind: 'split', symbol: 'X', time: START + 20 * DAY, ratio } as const];
    const [fill] = play({ rows, events, profile: { impactY: 1, impactWindow: 100 }, script: { 25: market('buy', size) } }).fills;
    return fill!.price * ratio;
  };
  expect(buy(4, 400)).toBeCloseTo(buy(1, 100), 9);
  expect(buy(0.1, 10)).toBeCloseTo(buy(1, 100), 9);
});

test('the open profit of a contract counts its multiplier', () => {
  let shown = 0;
  play({
    rows: [QUIET, [100, 106, 99, 105], QUIET],
    instrument: { multiplier: 50 },
    script: { 0: market('buy', 2), 1: (at) => (shown = at.position.openProfit) },
  });
  expect(shown).toBe(500);
});

test.each([
  { kind: 'dividend', symbol: 'X', time: START, perUnit: Number.NaN },
  { kind: 'funding', symbol: 'X', time: START, rate: Number.NaN },
  { kind: 'delisting', symbol: 'X', time: START, price: Number.NaN },
  { kind: 'delisting', symbol: 'X', time: START, price: -1 },
] as const)('an event without a number is refused: %j', (event) => {
  expect(() => play({ rows: [QUIET], script: {}, events: [event] })).toThrow(event.kind);
});

test.each([
  { cash: Number.NaN },
  { leverage: Number.NaN },
  { leverage: -1 },
  { maintenanceMargin: Number.NaN },
  { maintenanceMargin: -0.1 },
  { financing: { borrow: { default: Number.NaN } } },
  { financing: { debitInterest: Number.NaN } },
])('an account without a number is refused: %j', (account) => {
  expect(() => play({ rows: [QUIET], script: {}, account })).toThrow();
});

test('a hedged account is called for margin though its sides cancel out', () => {
  const result = play({
    rows: Array.from({ length: 4 }, (): Row => [100, 100, 100, 100]),
    account: { cash: 1000, leverage: 100, hedging: true, maintenanceMargin: 0.05 },
    profile: { fees: { kind: 'fixed_plus', fixed: 300, fraction: 0 } },
    script: { 0: (at) => (at.submit(market('buy', 50)), at.submit(market('sell', 50))) },
  });
  expect(tape(result)).toEqual(['1 buy 50 @ 100', '1 sell 50 @ 100', '2 buy 50 @ 100', '2 sell 50 @ 100']);
  expect(result.exposed.join('')).toBe('0100');
});

test('a squeezed short ends at no equity, and its debt is told in cash', () => {
  const result = play({
    rows: [QUIET, QUIET, [400, 410, 390, 400], QUIET],
    account: { cash: 10_000, leverage: 2 },
    script: { 0: market('sell', 150) },
  });
  expect([...result.equity.equity]).toEqual([10_000, 10_000, 0, 0]);
  expect({ ruined: result.ruined, owed: result.endCash, lost: result.trades[0]!.pnl }).toEqual({
    ruined: true,
    owed: -35_000,
    lost: -45_000,
  });
});

test('the parts of an order pay its minimum fee together', () => {
  const result = play({
    rows: [QUIET, ...Array.from({ length: 12 }, (): Row => [100, 101, 99, 100, 100])],
    profile: { volumeCap: 0.1, fees: { kind: 'per_share', perShare: 0.005, minimum: 1, maximumFraction: 0.01 } },
    script: { 0: market('buy', 100) },
  });
  expect(result.fills).toHaveLength(10);
  expect(result.feesPaid).toBeCloseTo(1, 12);
});

test('a delisting ends the orders of its symbol, and none is taken after it', () => {
  const result = play({
    rows: [QUIET, QUIET, QUIET, QUIET, QUIET],
    events: [{ kind: 'delisting', symbol: 'X', time: START + 2 * DAY, price: 50 }],
    script: {
      0: (at) => (at.submit(market('buy', 10, { stopLoss: 90 })), at.submit({ side: 'buy', type: 'limit', limitPrice: 95, size: 5 })),
      2: (at) => (at.submit(market('buy', 10)), at.closePosition()),
    },
  });
  expect(tape(result)).toEqual(['1 buy 10 @ 100', '2 sell 10 @ 50']);
  expect(book(result)).toEqual([
    'market filled 10/10',
    'limit canceled 0/5 X is delisted',
    'stop canceled 0/NaN X is delisted',
    'market denied 0/10 X is delisted',
  ]);
  expect(result.why('script', 'X', START + 2 * DAY)).toBe('denied: X is delisted');
  expect(result.endEquity).toBe(99_500);
});

test('an early close ends day orders and takes orders on close', () => {
  const series = bars(
    Array.from({ length: 26 }, () => QUIET),
    '30m',
    'X',
    Date.UTC(2024, 10, 29, 14, 30),
  );
  const result = runBacktest({
    bars: [series],
    strategy: scripted({
      1: { side: 'buy', type: 'market_on_close', size: 1 },
      2: { side: 'buy', type: 'limit', limitPrice: 90, size: 1, timeInForce: 'day' },
    }),
    account: { cash: 1000 },
    profile: 'frictionless',
    instruments: [instrument('X', 'us_equity')],
  });
  // The session of the day after Thanksgiving closes at 13:00 New York, the end of the bar of 12:30.
  expect(tape(result)).toEqual(['6 buy 1 @ 100']);
  expect(book(result)).toEqual(['market_on_close filled 1/1', 'limit expired 0/1 day order, session over']);
});

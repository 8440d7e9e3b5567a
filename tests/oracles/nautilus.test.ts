import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { BacktestResult } from '#backtest';
import type { OrderRequest } from '#domain';
import type { ExecutionProfile, FeeSchedule } from '#execution';
import { bars, play, type Act, type Row } from '../orders/scenario.ts';

/**
 * Matching-engine scenarios of NautilusTrader (oracle 12) whose rule we share. Our venue knows bars, not quotes: a quote stands as a flat bar
 * at the side the order trades against, with the size on offer as its volume, and an order meets it on the bar after its decision.
 */
const DIFFER: Readonly<Record<string, string>> = {
  'market-after-bar-exhausts': 'a synthetic book of a quarter of the volume and one-tick slippage; ours has a volume cap and a spread',
  'limit-inside-bar': 'fills a quarter of the volume a step of O-H-L-C; ours fills the cap once a bar (price and first size agree)',
  'limit-slip-one-tick': 'one-tick slippage beyond the top of the book',
  'reduce-only-flat': 'canceled at the fill ("nothing to close"), since the position may come first; theirs is rejected at once',
  'stoplimit-passive': 'a gap through the trigger fills at the gap, not at the trigger',
  'bracket-limit-pending': 'exits are made when the entry fills, so none waits',
};

const file = new URL('../../../shared/oracles/12_execution_semantics.json', import.meta.url);
const present = existsSync(file);

const flat = (price: number, size = 1e6): Row => [price, price, price, price, size];
const market = (side: 'buy' | 'sell', size: number, extra: Partial<OrderRequest> = {}): OrderRequest => ({
  side,
  type: 'market',
  size,
  ...extra,
});
const limit = (side: 'buy' | 'sell', size: number, limitPrice: number, extra: Partial<OrderRequest> = {}): OrderRequest => ({
  side,
  type: 'limit',
  size,
  limitPrice,
  ...extra,
});
const stop = (side: 'buy' | 'sell', size: number, stopPrice: number, extra: Partial<OrderRequest> = {}): OrderRequest => ({
  side,
  type: 'stop',
  size,
  stopPrice,
  ...extra,
});

function run(
  rows: readonly Row[],
  script: Readonly<Record<number, Act | OrderRequest>>,
  profile: Partial<ExecutionProfile> = {},
): BacktestResult {
  return play({
    series: [bars(rows)],
    script,
    profile: { volumeCap: 1, ...profile },
    account: { cash: 1e6, leverage: 1e4 },
    instrument: { tickSize: 1e-5 },
  });
}

const fills = (result: BacktestResult): unknown => result.fills.map(({ price, quantity }) => [price, quantity]);
const statuses = (result: BacktestResult): unknown => result.orders.map(({ type, status }) => `${type} ${status}`);
const touch = { limitFill: 'touch' } as const;
const billedIn = (step: number): FeeSchedule => ({ kind: 'rounded', step, of: { kind: 'proportional', makerBps: 0.2, takerBps: 0.2 } });

const SHARED: Readonly<Record<string, () => void>> = {
  'market-quote': () => expect(fills(run([flat(90.005), flat(90.005)], { 0: market('buy', 1e5) }))).toEqual([[90.005, 1e5]]),
  'bar-path-ohlc': () => {
    const send: Act = (at) => (at.submit(limit('sell', 5000, 90.03)), at.submit(limit('buy', 5000, 90.01)));
    const result = run([flat(90.012), [90.012, 90.03, 90.01, 90.015, 20_000]], { 0: send }, touch);
    expect(result.fills.map(({ price }) => price)).toEqual([90.03, 90.01]);
  },
  'stop-buy-inside-bar': () =>
    expect(
      fills(
        run(
          [
            [90, 90.01, 89.99, 90.005, 1e6],
            [90.005, 90.02, 90, 90.018, 1e6],
          ],
          { 0: stop('buy', 1e5, 90.015) },
        ),
      ),
    ).toEqual([[90.015, 1e5]]),
  'stop-buy-gap': () =>
    expect(
      fills(
        run(
          [
            [90, 90.01, 89.99, 90.005, 1e6],
            [90.025, 90.03, 90.02, 90.028, 1e6],
          ],
          { 0: stop('buy', 1e5, 90.015) },
        ),
      ),
    ).toEqual([[90.025, 1e5]]),
  'stop-sell-quote-gap': () => expect(fills(run([flat(90.002), flat(89.997)], { 0: stop('sell', 1e5, 90) }))).toEqual([[89.997, 1e5]]),
  'fok-market': () =>
    expect(statuses(run([flat(90.005, 5e5), flat(90.005, 5e5)], { 0: market('buy', 1e6, { timeInForce: 'fok' }) }))).toEqual([
      'market canceled',
    ]),
  'ioc-limit-not-marketable': () =>
    expect(statuses(run([flat(90.005, 5e5), flat(90.005, 5e5)], { 0: limit('buy', 1e6, 1, { timeInForce: 'ioc' }) }))).toEqual([
      'limit canceled',
    ]),
  'post-only-crossing': () =>
    expect(statuses(run([flat(90.005), flat(90.005)], { 0: limit('buy', 1e5, 90.005, { postOnly: true }) }))).toEqual(['limit rejected']),
  'limit-marketable': () => {
    const result = run([flat(90.005), flat(90.005)], { 0: limit('buy', 1e5, 90.01) });
    expect(fills(result)).toEqual([[90.005, 1e5]]);
    expect(result.fills[0]!.liquidity).toBe('taker');
  },
  'limit-touch': () =>
    expect(fills(run([flat(90.005), flat(90.005), flat(90.001)], { 0: limit('buy', 1e5, 90.001, { postOnly: true }) }, touch))).toEqual([
      [90.001, 1e5],
    ]),
  'flip-position': () => {
    const result = run([flat(90.003), flat(90.003), flat(100.003)], { 0: market('buy', 1e5), 1: market('sell', 1.5e5) });
    expect(result.positions).toMatchObject([{ quantity: -5e4 }]);
  },
  'reversal-pnl': () => {
    const rows = [flat(1.00001), flat(1.00001), flat(1.00011)];
    const result = run(rows, { 0: market('buy', 1e5), 1: market('sell', 1.5e5) }, { fees: billedIn(0.01) });
    expect(result.positions).toMatchObject([{ quantity: -5e4 }]);
    // Their balance counts the fee of the part that opens too.
    expect(1e6 + result.trades[0]!.pnl + result.trades[0]!.fees - result.feesPaid).toBeCloseTo(1_000_005, 6);
  },
  'commission-fx': () => {
    const result = run(
      [flat(90.005), flat(90.005)],
      { 0: (at) => [1e5, 5e4].forEach((size) => at.submit(market('buy', size))) },
      { fees: billedIn(1) },
    );
    expect(result.fills.map(({ fee }) => fee)).toEqual([180, 90]);
  },
  'stop-in-market-rejected': () => {
    const status = (side: 'buy' | 'sell', price: number): unknown =>
      statuses(run([flat(price), flat(price)], { 0: stop(side, 1e5, price) }, { stopInMarket: 'rejected' }));
    expect([status('buy', 90.005), status('sell', 90.002)]).toEqual([['stop rejected'], ['stop rejected']]);
  },
  'modify-stop-into-market': () => {
    const answers: boolean[] = [];
    const move: Act = (at) => answers.push(at.replace(at.orders()[0]!.id, { stopPrice: 90.005 }));
    const result = run([flat(90.005), flat(90.005), flat(90.005)], { 0: stop('buy', 1e5, 90.01), 1: move }, { stopInMarket: 'rejected' });
    expect(answers).toEqual([false]);
    expect(result.orders).toMatchObject([{ status: 'accepted', stopPrice: 90.01 }]);
  },
  'limit-filled-by-trade': () =>
    expect(fills(run([flat(90.005), flat(90.005), flat(91)], { 0: limit('sell', 1e5, 90.1, { postOnly: true }) }))).toEqual([[90.1, 1e5]]),
  'stoplimit-triggered-then-limit': () => {
    const request: OrderRequest = { side: 'buy', type: 'stop_limit', size: 1e5, stopPrice: 90.006, limitPrice: 90.001 };
    const result = run([flat(90.005), flat(90.007), flat(90.001)], { 0: request }, touch);
    expect(result.fills.map(({ time }) => result.equity.time.indexOf(time))).toEqual([2]);
  },
  'bracket-market-entry': () =>
    expect(statuses(run([flat(3090.5), flat(3090.5)], { 0: market('buy', 10, { stopLoss: 3050, takeProfit: 3150 }) }))).toEqual([
      'market filled',
      'limit accepted',
      'stop accepted',
    ]),
  'bracket-entry-rejected': () => {
    const entry = limit('sell', 10, 3050, { postOnly: true, stopLoss: 3150, takeProfit: 3000 });
    expect(statuses(run([flat(3090.2), flat(3090.2)], { 0: entry }))).toEqual(['limit rejected']);
  },
  'bracket-tp-fills': () => {
    const result = run(
      [flat(3090.5), flat(3090.5), flat(3150)],
      { 0: limit('buy', 10, 3100, { stopLoss: 3050, takeProfit: 3150 }) },
      touch,
    );
    expect(statuses(result)).toEqual(['limit filled', 'limit filled', 'stop canceled']);
    expect(result.positions).toEqual([]);
  },
  'bracket-partial-close': () => {
    const script = { 0: market('buy', 10, { stopLoss: 3050, takeProfit: 3150 }), 1: market('sell', 5) };
    const result = run([flat(3090.5), flat(3090.5), flat(3090.5), flat(3150)], script, touch);
    expect(fills(result)).toEqual([
      [3090.5, 10],
      [3090.5, 5],
      [3150, 5],
    ]);
  },
  'bracket-cancel-children': () => {
    const cancel: Act = (at) => at.orders().forEach((order) => at.cancel(order.id));
    const result = run([flat(3090.2), flat(3090.2), flat(3090.2)], {
      0: market('sell', 10, { stopLoss: 3150, takeProfit: 3050 }),
      1: cancel,
    });
    expect(statuses(result)).toEqual(['market filled', 'limit canceled', 'stop canceled']);
  },
  'reduce-only-standalone': () => {
    const exits: Act = (at) => (
      at.submit(limit('sell', 5e4, 1.101, { reduceOnly: true })), at.submit(stop('sell', 5e4, 1.099, { reduceOnly: true }))
    );
    const result = run([flat(1.10001), flat(1.10001), flat(1.101, 3e4), flat(1.0989)], { 0: market('buy', 1e5), 1: exits }, touch);
    expect(fills(result)).toEqual([
      [1.10001, 1e5],
      [1.101, 3e4],
      [1.0989, 5e4],
    ]);
  },
  'trail-default': () => {
    const trail = (side: 'buy' | 'sell'): OrderRequest => ({ side, type: 'trailing_stop', size: 1, trailAmount: 1 });
    expect(run([flat(14)], { 0: trail('buy') }).orders[0]!.stopPrice).toBe(15);
    expect(run([flat(13)], { 0: trail('sell') }).orders[0]!.stopPrice).toBe(12);
  },
  'trail-buy-gap': () => {
    const trail: OrderRequest = { side: 'buy', type: 'trailing_stop', size: 1e5, stopPrice: 15, trailAmount: 1 };
    expect(fills(run([flat(14), flat(16.5)], { 0: trail }))).toEqual([[16.5, 1e5]]);
  },
  'trade-size-cap': () => expect(fills(run([flat(110), flat(100, 30)], { 0: limit('buy', 100, 100) }, touch))).toEqual([[100, 30]]),
  'reduce-only-multi-level': () => {
    const exits = stop('sell', 5000, 900, { reduceOnly: true });
    const result = run([flat(1000), flat(1000), flat(900, 1000), flat(899.9, 1000), flat(899.8, 1000)], {
      0: market('buy', 2382),
      1: exits,
    });
    expect(result.fills.slice(1).map(({ quantity }) => quantity)).toEqual([1000, 1000, 382]);
    expect(result.orders[1]).toMatchObject({ quantity: 2382, status: 'filled' });
  },
  'two-brackets-partial': () => {
    const entry = (size: number): OrderRequest => limit('buy', size, 1.1, { stopLoss: 1.099, takeProfit: 1.101 });
    const send: Act = (at) => (at.submit(entry(1e5)), at.submit(entry(2e5)));
    const result = run([flat(1.2), flat(1.1, 1e5), flat(1.1, 5e5), flat(1.0989)], { 0: send }, touch);
    const exits = result.fills.filter(({ reason }) => reason === 'stop').map(({ quantity }) => quantity);
    expect(exits.toSorted((one, other) => one - other)).toEqual([1e5, 2e5]);
  },
  'modify-below-filled': () => {
    let id = 0;
    const answers: boolean[] = [];
    const script = {
      0: (at: Parameters<Act>[0]) => (id = at.submit(limit('buy', 100, 1500))),
      1: (at: Parameters<Act>[0]) => answers.push(at.replace(id, { quantity: 40 })),
    };
    const result = run([flat(1500, 50), flat(1500, 50)], script as Readonly<Record<number, Act>>, touch);
    expect(answers).toEqual([false]);
    expect(result.orders[0]!.filledQuantity).toBe(50);
  },
  'market-to-limit': () => {
    const request: OrderRequest = { side: 'buy', type: 'market_to_limit', size: 2e6 };
    const [order] = run([flat(90.005), flat(90.005, 1e6)], { 0: request }).orders;
    expect(order).toMatchObject({ status: 'partially_filled', limitPrice: 90.005, filledQuantity: 1e6, quantity: 2e6 });
  },
  latency: () => {
    // Bars of a day: a second is over at the open of the second one.
    const status = (bars: number): unknown =>
      run(Array(bars).fill(flat(110)) as Row[], { 0: limit('buy', 2e5, 100) }, { latencyMs: 1000 }).orders[0]!.status;
    expect([status(2), status(3)]).toEqual(['submitted', 'accepted']);
  },
  'mit-bar': () => {
    const request: OrderRequest = { side: 'buy', type: 'market_if_touched', size: 1, triggerPrice: 95 };
    expect(fills(run([flat(100), [100, 105, 90, 92, 100]], { 0: request }))).toEqual([[95, 1]]);
  },
  'trail-sell-activation': () => {
    const request: OrderRequest = { side: 'sell', type: 'trailing_stop', size: 2e5, activationPrice: 15, trailAmount: 1 };
    const bids = [13, 15.5, 16.5, 16, 15];
    const triggers = bids.map(
      (_, at) =>
        run(
          bids.slice(0, at + 1).map((bid) => flat(bid)),
          { 0: request },
        ).orders[0]!.stopPrice,
    );
    expect(triggers).toEqual([Number.NaN, 14.5, 15.5, 15.5, 15.5]);
    expect(
      statuses(
        run(
          bids.map((bid) => flat(bid)),
          { 0: request },
        ),
      ),
    ).toEqual(['trailing_stop filled']);
  },
  'queue-position': () => {
    // The bar before is what we know of a book: half of its 100 is the 50 ahead of us.
    const profile = { limitFill: 'queue', queueAhead: 0.5 } as const;
    expect(fills(run([flat(101, 100), flat(100, 80)], { 0: limit('buy', 100, 100) }, profile))).toEqual([[100, 30]]);
  },
  'stoplimit-partial': () => {
    const request: OrderRequest = { side: 'buy', type: 'stop_limit', size: 2e5, stopPrice: 12, limitPrice: 12 };
    const result = run([flat(11), flat(12, 1e5), flat(12, 2e5)], { 0: request }, touch);
    expect(result.fills.map(({ quantity, liquidity }) => [quantity, liquidity])).toEqual([
      [1e5, 'taker'],
      [1e5, 'maker'],
    ]);
  },
  'bracket-modify-sl-qty': () => {
    const exits: Act = (at) => {
      at.submit(stop('sell', 10, 3050, { ouoGroup: 'exits', reduceOnly: true }));
      at.submit(limit('sell', 10, 3150, { ouoGroup: 'exits', reduceOnly: true }));
    };
    const resize: Act = (at) => at.replace(at.orders().find(({ type }) => type === 'stop')!.id, { quantity: 5 });
    const result = run([flat(3090.5), flat(3090.5), flat(3090.5)], { 0: market('buy', 10), 1: exits, 2: resize });
    expect(result.orders.slice(1).map(({ quantity }) => quantity)).toEqual([5, 5]);
  },
  'trade-seller-fills-buy-limit': () =>
    expect(fills(run([flat(211.4), flat(211.4), flat(211.32)], { 0: limit('buy', 1, 211.32) }, touch))).toEqual([[211.32, 1]]),
  'crossed-below-limit': () => {
    const result = run([flat(110), flat(110), flat(99, 200)], { 0: limit('buy', 500, 100, { postOnly: true }) });
    expect(fills(result)).toEqual([[100, 200]]);
    expect(result.fills[0]!.liquidity).toBe('maker');
  },
};

describe.skipIf(!present)('oracle 12: NautilusTrader (skipped when ../shared/oracles is absent)', () => {
  const ids = present ? (JSON.parse(readFileSync(file, 'utf8')) as { vectors: { id: string }[] }).vectors.map(({ id }) => id) : [];
  const known = ids.filter((id) => id.startsWith('nautilus-')).map((id) => id.slice('nautilus-'.length));

  test('every scenario is either run here or named as different', () => {
    expect([...Object.keys(SHARED), ...Object.keys(DIFFER)].sort()).toEqual(known.sort());
  });
  test.each(Object.entries(SHARED))('%s', (_, check) => check());
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runBacktest, type BacktestResult } from '#backtest';
import { createRng } from '#core';
import { instrument, type BarSeries, type OrderRequest, type OrderSide } from '#domain';
import { executionProfile, type ExecutionProfile } from '#execution';
import type { BarContext, Strategy } from '#strategy';
import { fineWalk, TYPES, walk } from './walk.ts';

/** Prices are multiples of 1/64, so that every price of either glass is exact. */
const TICKS = 64;
const ROWS = 120;

/** A market seen otherwise. Both changes of a price undo themselves when asked `back`. */
interface Glass {
  readonly price: (price: number, back?: boolean) => number;
  readonly scale: number;
  readonly flips: boolean;
}

const PLAIN: Glass = { price: (price) => price, scale: 1, flips: false };
/** Upside down: highs become lows, buys become sales. */
const MIRROR: Glass = { price: (price) => 200 - price, scale: 1, flips: true };
/** In halves of its currency. */
const HALVES: Glass = { price: (price, back = false) => (back ? price / 2 : price * 2), scale: 2, flips: false };

function through(glass: Glass, bars: BarSeries): BarSeries {
  const seen = (column: Float64Array): Float64Array => column.map((price) => glass.price(price));
  const [high, low] = glass.flips ? [bars.low, bars.high] : [bars.high, bars.low];
  return { ...bars, open: seen(bars.open), high: seen(high), low: seen(low), close: seen(bars.close) };
}

const PRICES = ['limitPrice', 'stopPrice', 'triggerPrice', 'activationPrice', 'stopLoss', 'takeProfit'] as const;
const sideIn = ({ flips }: Glass, side: OrderSide): OrderSide => (flips ? (side === 'buy' ? 'sell' : 'buy') : side);

function requestIn(glass: Glass, request: OrderRequest): OrderRequest {
  const seen: Record<string, unknown> = { ...request, side: sideIn(glass, request.side) };
  for (const name of PRICES) if (request[name] !== undefined) seen[name] = glass.price(request[name]);
  if (request.trailAmount !== undefined) seen['trailAmount'] = request.trailAmount * glass.scale;
  return seen as unknown as OrderRequest;
}

/** Every type of order, exits, groups, cancels and replacements at random, the same ones in each glass. */
function trader(seed: number, glass: Glass, closes: boolean): Strategy {
  return {
    name: 'any',
    features: {},
    onBar(context) {
      const rng = createRng(`${seed}/${context.time}`);
      const draw = (): number => rng.uniform();
      const close = glass.price(context.close, true);
      const held = context.position.quantity * (glass.flips ? -1 : 1);
      const send = (request: OrderRequest): number => context.submit(requestIn(glass, request));
      if (draw() < 0.04) context.cancelAll();
      if (closes && draw() < 0.08) context.closePosition(draw() < 0.5 ? 0.5 : 1);
      meddle(context, draw, glass);
      if (draw() < 0.15 && held !== 0) protect(send, draw, close, held, `${context.time}`);
      if (draw() < 0.4) send(anyRequest(draw, close));
      return undefined;
    },
  };
}

function meddle(context: BarContext, draw: () => number, { flips, scale }: Glass): void {
  for (const order of context.orders()) {
    const chance = draw();
    const move = ((Math.floor(draw() * 40) - 20) / TICKS) * (flips ? -1 : 1) * scale;
    if (chance < 0.02) context.cancel(order.id);
    else if (chance < 0.04) context.replace(order.id, { limitPrice: order.limitPrice + move });
    else if (chance < 0.06) context.replace(order.id, { stopPrice: order.stopPrice + move });
    else if (chance < 0.08) context.replace(order.id, { quantity: order.quantity + 3 });
  }
}

const ticks = (draw: () => number, most: number): number => Math.floor(draw() * most) / TICKS;

function protect(send: (request: OrderRequest) => number, draw: () => number, close: number, held: number, name: string): void {
  const sign = Math.sign(held);
  const group = draw() < 0.5 ? { ocoGroup: name } : { ouoGroup: name };
  const shared = { side: held > 0 ? 'sell' : 'buy', size: Math.abs(held), reduceOnly: draw() < 0.7, ...group } as const;
  send({ ...shared, type: 'limit', limitPrice: close + sign * ticks(draw, 100) });
  send({ ...shared, type: 'stop', stopPrice: close - sign * ticks(draw, 100) });
}

function anyRequest(draw: () => number, close: number): OrderRequest {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(draw() * items.length)]!;
  const [side, sign] = draw() < 0.5 ? (['buy', 1] as const) : (['sell', -1] as const);
  const type = pick(TYPES);
  const near = (): number => close + (draw() < 0.5 ? 1 : -1) * ticks(draw, 90);
  const touches = type === 'market_if_touched' || type === 'limit_if_touched';
  const limits = type.startsWith('limit') || type === 'stop_limit';
  const [stopPrice, limitPrice] = [near(), near()];
  const entry = limits ? limitPrice : type === 'stop' ? stopPrice : close;
  const exits =
    type === 'market' || type === 'limit' || type === 'stop'
      ? { stopLoss: entry - sign * (1 / TICKS + ticks(draw, 200)), takeProfit: entry + sign * (1 / TICKS + ticks(draw, 200)), maxBars: 12 }
      : {};
  return {
    side,
    type,
    size: 1 + Math.floor(draw() * 20),
    timeInForce: pick(['gtc', 'gtc', 'gtc', 'day', 'ioc', 'fok'] as const),
    reduceOnly: draw() < 0.2,
    postOnly: (type === 'limit' || type === 'stop_limit' || type === 'limit_if_touched') && draw() < 0.3,
    ...(type === 'stop' || type === 'stop_limit' ? { stopPrice } : {}),
    ...(touches ? { triggerPrice: stopPrice } : {}),
    ...(limits ? { limitPrice } : {}),
    ...(type === 'trailing_stop'
      ? { trailAmount: 1 / TICKS + ticks(draw, 100), ...(draw() < 0.5 ? { activationPrice: near() } : {}) }
      : {}),
    ...(draw() < 0.6 ? exits : {}),
  };
}

const rules = fc.record({
  marketFill: fc.constantFrom('next_open', 'previous_close'),
  limitFill: fc.constantFrom('through', 'touch', 'queue'),
  limitImproves: fc.boolean(),
  stopLimitFill: fc.constantFrom('reference', 'pessimistic', 'close'),
  entryBarExits: fc.constantFrom('pessimistic', 'next_bar'),
  trailing: fc.constantFrom('over', 'within'),
  stopInMarket: fc.constantFrom('triggers', 'rejected'),
  sequence: fc.constantFrom('open_first', 'queue'),
  feesPerLot: fc.boolean(),
  latencyMs: fc.constantFrom(0, 0, 20_000_000),
  volumeCap: fc.constantFrom(0.1, 1, Number.POSITIVE_INFINITY),
  queueAhead: fc.constant(0.1),
}) as fc.Arbitrary<Partial<ExecutionProfile>>;

interface Setting {
  readonly seed: number;
  readonly profile: ExecutionProfile;
  readonly hedging: boolean;
  readonly finer: boolean;
  readonly leverage: number;
}

function run({ seed, profile, hedging, finer, leverage }: Setting, glass: Glass): BacktestResult {
  return runBacktest({
    bars: [through(glass, walk(ROWS, seed, 0.01, '4h', TICKS))],
    ...(finer ? { finer: [through(glass, fineWalk(ROWS, seed, TICKS))] } : {}),
    // Where both sides live side by side, closing at the market takes the long one first.
    strategy: trader(seed, glass, !hedging),
    account: { cash: 20_000 * glass.scale, leverage, hedging },
    profile,
    instruments: [instrument('WALK', 'synthetic', { tickSize: glass.scale / TICKS })],
  });
}

/** Fills and orders of a run, as they would be without the glass. */
function told({ fills, orders }: BacktestResult, glass: Glass): unknown {
  const price = (seen: number): number => glass.price(seen, true);
  return [
    fills.map((fill) => [fill.orderId, fill.time, sideIn(glass, fill.side), fill.quantity, price(fill.price), fill.fee / glass.scale]),
    orders.map(({ id, type, status, side, quantity, filledQuantity, limitPrice, stopPrice }) => {
      return [id, type, status, sideIn(glass, side), quantity, filledQuantity, price(limitPrice), price(stopPrice)];
    }),
  ];
}

const seeds = fc.integer({ min: 1, max: 1e6 });

test('the venue has no side: a market turned upside down, with every order reflected, gives the reflected orders and fills', () => {
  fc.assert(
    fc.property(seeds, rules, fc.boolean(), fc.boolean(), (seed, differing, hedging, finer) => {
      const setting = { seed, profile: executionProfile('frictionless', differing), hedging, finer, leverage: Number.POSITIVE_INFINITY };
      expect(told(run(setting, MIRROR), MIRROR)).toEqual(told(run(setting, PLAIN), PLAIN));
    }),
    { numRuns: 40 },
  );
});

test('the venue has no unit: a market, an account and a grid in halves of their currency give the same orders and fills, at twice the figures', () => {
  const names = fc.constantFrom('base', 'harsh', 'optimistic', 'lean', 'backtesting_py');
  fc.assert(
    fc.property(seeds, names, rules, fc.boolean(), fc.boolean(), (seed, name, { volumeCap: _cap, ...differing }, hedging, finer) => {
      // Dollars a share and a minimum are amounts of money, not shares of one.
      const fees = { kind: 'proportional', makerBps: 1, takerBps: 3 } as const;
      const setting = { seed, profile: executionProfile(name, { ...differing, fees }), hedging, finer, leverage: 2 };
      const [whole, halves] = [run(setting, PLAIN), run(setting, HALVES)];
      expect(told(halves, HALVES)).toEqual(told(whole, PLAIN));
      expect(halves.equity.equity.map((value) => value / 2)).toEqual(whole.equity.equity);
    }),
    { numRuns: 40 },
  );
});

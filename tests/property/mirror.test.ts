import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runBacktest, type BacktestResult } from '#backtest';
import { createRng } from '#core';
import { instrument, type BarSeries, type OrderRequest, type OrderSide } from '#domain';
import { executionProfile, type ExecutionProfile } from '#execution';
import type { BarContext, Strategy } from '#strategy';
import { fineWalk, TYPES, walk } from './walk.ts';

/** Prices are multiples of 1/64 and this is their mirror, so that every reflected price is exact. */
const MIRROR = 200;
const TICKS = 64;
const ROWS = 120;
const stock = instrument('WALK', 'synthetic', { tickSize: 1 / TICKS });

/** Prices `p` become `MIRROR − p`, so that highs become lows. */
function reflectedBars(bars: BarSeries): BarSeries {
  const flip = (column: Float64Array): Float64Array => column.map((price) => MIRROR - price);
  return { ...bars, open: flip(bars.open), high: flip(bars.low), low: flip(bars.high), close: flip(bars.close) };
}

const PRICES = ['limitPrice', 'stopPrice', 'triggerPrice', 'activationPrice', 'stopLoss', 'takeProfit'] as const;
const opposite = (side: OrderSide): OrderSide => (side === 'buy' ? 'sell' : 'buy');

function reflected(request: OrderRequest): OrderRequest {
  const flipped: Record<string, unknown> = { ...request, side: opposite(request.side) };
  for (const name of PRICES) if (request[name] !== undefined) flipped[name] = MIRROR - request[name];
  return flipped as unknown as OrderRequest;
}

/** Every type of order, exits, groups, cancels and replacements at random; `mirrored` makes of every buy the sale on the other side of the mirror. Where both sides live side by side nothing `closes` at the market: the long side would go first. */
function trader(seed: number, mirrored: boolean, closes: boolean): Strategy {
  return {
    name: 'any',
    features: {},
    onBar(context) {
      const rng = createRng(`${seed}/${context.time}`);
      const draw = (): number => rng.uniform();
      const close = mirrored ? MIRROR - context.close : context.close;
      const held = mirrored ? -context.position.quantity : context.position.quantity;
      const send = (request: OrderRequest): number => context.submit(mirrored ? reflected(request) : request);
      if (draw() < 0.04) context.cancelAll();
      if (closes && draw() < 0.08) context.closePosition(draw() < 0.5 ? 0.5 : 1);
      meddle(context, draw, mirrored);
      if (draw() < 0.15 && held !== 0) protect(send, draw, close, held, `${context.time}`);
      if (draw() < 0.4) send(anyRequest(draw, close));
      return undefined;
    },
  };
}

function meddle(context: BarContext, draw: () => number, mirrored: boolean): void {
  for (const order of context.orders()) {
    const chance = draw();
    const move = ((mirrored ? -1 : 1) * (Math.floor(draw() * 40) - 20)) / TICKS;
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

const profiles = fc
  .record({
    marketFill: fc.constantFrom('next_open', 'previous_close'),
    limitFill: fc.constantFrom('through', 'touch', 'queue'),
    limitImproves: fc.boolean(),
    stopLimitFill: fc.constantFrom('reference', 'pessimistic', 'close'),
    entryBarExits: fc.constantFrom('pessimistic', 'next_bar'),
    trailing: fc.constantFrom('over', 'within'),
    sequence: fc.constantFrom('open_first', 'queue'),
    feesPerLot: fc.boolean(),
    latencyMs: fc.constantFrom(0, 0, 20_000_000),
    volumeCap: fc.constantFrom(0.1, 1, Number.POSITIVE_INFINITY),
    queueAhead: fc.constant(0.1),
  })
  .map((differing) => executionProfile('frictionless', differing as Partial<ExecutionProfile>));

test('the venue has no side: a market turned upside down, with every order reflected, gives the reflected orders and fills', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), profiles, fc.boolean(), fc.boolean(), (seed, profile, hedging, finer) => {
      const run = (mirrored: boolean): BacktestResult => {
        const [bars, fine] = [walk(ROWS, seed, 0.01, '4h', TICKS), fineWalk(ROWS, seed, TICKS)];
        return runBacktest({
          bars: [mirrored ? reflectedBars(bars) : bars],
          ...(finer ? { finer: [mirrored ? reflectedBars(fine) : fine] } : {}),
          strategy: trader(seed, mirrored, !hedging),
          account: { cash: 1e9, leverage: Number.POSITIVE_INFINITY, hedging },
          profile,
          instruments: [stock],
        });
      };
      const [up, down] = [run(false), run(true)];
      const flip = (price: number): number => MIRROR - price;
      expect(
        down.fills.map(({ side, price, quantity, time, orderId }) => ({
          side: opposite(side),
          price: flip(price),
          quantity,
          time,
          orderId,
        })),
      ).toEqual(up.fills.map(({ side, price, quantity, time, orderId }) => ({ side, price, quantity, time, orderId })));
      const told = ({ orders }: BacktestResult, mirrored: boolean): unknown =>
        orders.map(({ side, limitPrice, stopPrice, status, quantity, filledQuantity }) => {
          const prices = mirrored ? [flip(limitPrice), flip(stopPrice)] : [limitPrice, stopPrice];
          return [mirrored ? opposite(side) : side, ...prices, status, quantity, filledQuantity];
        });
      expect(told(down, true)).toEqual(told(up, false));
    }),
    { numRuns: 40 },
  );
});

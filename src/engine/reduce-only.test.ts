import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng, DAY_MS } from '#core';
import { barSeries, instrument, parseTimeframe, type BarSeries, type OrderRequest } from '#domain';
import { executionProfile, type WorkingOrder } from '#execution';
import type { BarContext, Strategy } from '#strategy';
import { Engine, featureTable, type EngineSetup } from './index.ts';

const ROWS = 40;

/** Units held long and short by the one strategy in the one symbol. */
function sides(engine: Engine): readonly [long: number, short: number] {
  let long = 0;
  let short = 0;
  for (const { quantity } of engine.ledger.lots(0, 0)) {
    if (quantity > 0) long += quantity;
    else short -= quantity;
  }
  return [long, short];
}

/** Looks at the books around every execution of an order that may only reduce. */
class Watched extends Engine {
  reducing = 0;

  override filled(order: WorkingOrder, signed: number, price: number, fee: number, maker: boolean, row: number, time: number): void {
    const before = sides(this);
    super.filled(order, signed, price, fee, maker, row, time);
    if (!order.reduceOnly && order.closes === 0) return;
    this.reducing++;
    const after = sides(this);
    const mine = signed > 0 ? 1 : 0;
    expect(after[1 - mine]).toBe(before[1 - mine]);
    expect(after[mine]).toBeCloseTo(before[mine] - Math.abs(signed), 9);
  }
}

function walk(seed: number): BarSeries {
  const rng = createRng(seed).stream('prices');
  const closes = Float64Array.from({ length: ROWS }, () => 100 + 6 * (rng.uniform() - 0.5));
  return barSeries('X', parseTimeframe('1d'), {
    time: closes.map((_, row) => row * DAY_MS),
    open: closes.map((_, row) => closes[Math.max(0, row - 1)]!),
    high: closes.map((value, row) => Math.max(value, closes[Math.max(0, row - 1)]!) + 1),
    low: closes.map((value, row) => Math.min(value, closes[Math.max(0, row - 1)]!) - 1),
    close: closes,
    volume: closes.map(() => (rng.uniform() < 0.2 ? 0 : 400)),
  });
}

function run(bars: BarSeries, onBar: (context: BarContext) => void, hedging: boolean, profile: string): Watched {
  const strategy: Strategy = {
    name: 'script',
    features: {},
    onBar: (context) => {
      onBar(context);
      return undefined;
    },
  };
  const setup: EngineSetup = {
    columns: [bars],
    instruments: [instrument('X', 'synthetic')],
    strategies: [strategy],
    features: [featureTable(strategy, [bars])],
    account: { cash: 100_000, leverage: 4, hedging, exclusiveOrders: false },
    profile: executionProfile(profile),
    rng: createRng(1),
    rows: bars.length,
  };
  const engine = new Watched(setup);
  for (let row = 0; row < bars.length; row++) engine.step(row, bars.time[row]!, Int32Array.of(row));
  return engine;
}

function randomRequest(draw: () => number): OrderRequest {
  const side = draw() < 0.5 ? 'buy' : 'sell';
  const sign = side === 'buy' ? 1 : -1;
  const size = 1 + Math.floor(draw() * 60);
  const reduceOnly = draw() < 0.5;
  const exits = draw() < 0.3 ? { stopLoss: 100 - sign * 6, takeProfit: 100 + sign * 6 } : {};
  const kind = Math.floor(draw() * 4);
  if (kind === 0) return { side, type: 'limit', size, limitPrice: 100 - sign * 2, reduceOnly };
  if (kind === 1) return { side, type: 'stop', size, stopPrice: 100 + sign * 2, reduceOnly };
  if (kind === 2 && !reduceOnly) return { side, type: 'market', size, ...exits };
  return { side, type: 'market', size, reduceOnly };
}

test('an order that may only reduce closes the other side, never opens and never flips, netting or hedging', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.boolean(),
      fc.constantFrom('frictionless', 'base', 'harsh', 'backtesting_py'),
      (seed, hedging, profile) => {
        const rng = createRng(seed).stream('orders');
        run(
          walk(seed),
          (context) => {
            for (let count = Math.floor(rng.uniform() * 3); count > 0; count--) context.submit(randomRequest(() => rng.uniform()));
            if (rng.uniform() < 0.1) context.closePosition(rng.uniform());
          },
          hedging,
          profile,
        );
      },
    ),
    { numRuns: 150 },
  );
});

test('hedging: a reduce-only sale closes the oldest long lots, and closing the position closes both sides', () => {
  const bars = walk(3);
  const engine = run(
    bars,
    (context) => {
      if (context.row === 0) {
        context.submit({ side: 'buy', type: 'market', size: 10 });
        context.submit({ side: 'buy', type: 'market', size: 5 });
        context.submit({ side: 'sell', type: 'market', size: 4 });
      }
      if (context.row === 2) context.submit({ side: 'sell', type: 'market', size: 12, reduceOnly: true });
      if (context.row === 4) {
        expect(context.lots().map(({ orderId, quantity }) => [orderId, quantity])).toEqual([
          [2, 3],
          [3, -4],
        ]);
        context.closePosition();
      }
    },
    true,
    'frictionless',
  );
  expect(sides(engine)).toEqual([0, 0]);
  expect(engine.reducing).toBe(3);
  expect(engine.ledger.trades.map(({ side, quantity }) => [side, quantity])).toEqual([
    ['long', 10],
    ['long', 2],
    ['long', 3],
    ['short', 4],
  ]);
});

test('hedging: a target weight closes the other side before it opens, and weight 0 leaves nothing', () => {
  const weight = (size: number): OrderRequest => ({ side: 'buy', type: 'market', size: { kind: 'target_weight', weight: size } });
  const seen: (readonly [number, number])[] = [];
  const script: Readonly<Record<number, OrderRequest>> = { 0: weight(0.5), 2: weight(0.2), 4: weight(-0.3), 6: weight(0) };
  const engine = run(
    walk(5),
    (context) => {
      const lots = context.lots();
      if (context.row % 2 === 0 && context.row > 0 && context.row < 10)
        seen.push([lots.filter(({ quantity }) => quantity > 0).length, lots.filter(({ quantity }) => quantity < 0).length]);
      if (script[context.row] !== undefined) context.submit(script[context.row]!);
    },
    true,
    'frictionless',
  );
  expect(seen).toEqual([
    [1, 0],
    [1, 0],
    [0, 1],
    [0, 0],
  ]);
  expect(engine.records().map(({ status }) => status)).toEqual(['filled', 'filled', 'filled', 'filled']);
});

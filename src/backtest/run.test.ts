import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '#core';
import { barSeries, instrument, parseTimeframe, sliceBars, type BarSeries, type OrderRequest } from '#domain';
import { executionProfile } from '#execution';
import { close, ema, external } from '#features';
import { defineStrategy, hold, long, type Strategy } from '#strategy';
import { runBacktest, type BacktestResult } from './run.ts';

function walk(rows: number, seed: number, sigma = 0.01): BarSeries {
  const rng = createRng(seed);
  const columns = {
    time: new Float64Array(rows),
    open: new Float64Array(rows),
    high: new Float64Array(rows),
    low: new Float64Array(rows),
    close: new Float64Array(rows),
    volume: new Float64Array(rows),
  };
  let last = 100;
  for (let row = 0; row < rows; row++) {
    columns.time[row] = 1_577_836_800_000 + row * 60_000;
    columns.open[row] = last * Math.exp(rng.normal() * sigma * 0.2);
    last *= Math.exp(rng.normal() * sigma);
    columns.close[row] = last;
    columns.high[row] = Math.max(columns.open[row]!, last) * Math.exp(Math.abs(rng.normal()) * sigma * 0.5);
    columns.low[row] = Math.min(columns.open[row]!, last) * Math.exp(-Math.abs(rng.normal()) * sigma * 0.5);
    columns.volume[row] = rng.integer(5) === 0 ? 0 : Math.round(100 * rng.uniform());
  }
  return barSeries('WALK', parseTimeframe('1m'), columns);
}

/** Orders of every kind at random, the same for the same seed whatever lies ahead. */
function randomTrader(seed: number): Strategy {
  return {
    name: 'random',
    features: {},
    onBar(context) {
      const rng = createRng(`${seed}/${context.row}`);
      if (rng.uniform() < 0.05) context.cancelAll();
      if (rng.uniform() < 0.05) context.closePosition(0.5);
      if (rng.uniform() < 0.3) context.submit(randomRequest(rng.uniform.bind(rng), context.close));
      return undefined;
    },
  };
}

function randomRequest(draw: () => number, close: number): OrderRequest {
  const side = draw() < 0.5 ? 'buy' : 'sell';
  const sign = side === 'buy' ? 1 : -1;
  const size = 1 + Math.floor(draw() * 20);
  const kind = Math.floor(draw() * 5);
  const reduceOnly = draw() < 0.2;
  const exits = draw() < 0.5 ? { stopLoss: close * (1 - sign * 0.03), takeProfit: close * (1 + sign * 0.04), maxBars: 15 } : {};
  if (kind === 0) return { side, type: 'market', size, reduceOnly, ...exits };
  if (kind === 1) return { side, type: 'limit', size, limitPrice: close * (1 - sign * 0.01), reduceOnly, ...exits };
  if (kind === 2) return { side, type: 'stop', size, stopPrice: close * (1 + sign * 0.01), reduceOnly, ...exits };
  if (kind === 3)
    return { side, type: 'stop_limit', size, stopPrice: close * (1 + sign * 0.005), limitPrice: close * (1 + sign * 0.01), reduceOnly };
  return { side, type: 'trailing_stop', size, trailPercent: 0.01, reduceOnly };
}

function trade(bars: BarSeries, seed: number, profile = 'harsh'): BacktestResult {
  return runBacktest({
    bars: [bars],
    strategy: randomTrader(seed),
    account: { cash: 100_000, leverage: 2 },
    profile,
    instruments: [instrument('WALK', 'us_equity')],
    seed,
  });
}

const seeds = fc.integer({ min: 1, max: 1e6 });

describe('properties of a run', () => {
  test('cash is the exact sum of the fills, and equity is cash plus positions at the close', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const bars = walk(150, seed);
        const result = trade(bars, seed);
        let cash = 100_000n * 2n ** 200n;
        for (const fill of result.fills) {
          const signed = fill.side === 'buy' ? -1n : 1n;
          cash += signed * exact(fill.quantity) * exact(fill.price) - exact(fill.fee) * 2n ** 100n;
        }
        expect(Math.abs(result.endCash - Number(cash / 2n ** 150n) / 2 ** 50)).toBeLessThan(1e-10);
        const held = result.positions.reduce((sum, position) => sum + position.quantity, 0);
        expect(result.endEquity).toBeCloseTo(result.endCash + held * bars.close.at(-1)!, 8);
      }),
      { numRuns: 30 },
    );
  });

  test('no fill before its order, beyond its limit, outside the bar for makers, or beyond the volume cap', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const bars = walk(150, seed);
        const result = trade(bars, seed);
        const orders = new Map(result.orders.map((order) => [order.id, order]));
        const rowOf = new Map(Array.from(bars.time, (time, row) => [time, row]));
        const taken = new Map<number, number>();
        for (const fill of result.fills) {
          const order = orders.get(fill.orderId)!;
          const sign = fill.side === 'buy' ? 1 : -1;
          if (order.parentId === 0) expect(fill.time).toBeGreaterThan(order.createdTime);
          if (Number.isFinite(order.limitPrice)) expect((order.limitPrice - fill.price) * sign).toBeGreaterThanOrEqual(-1e-9);
          const row = rowOf.get(fill.time)!;
          taken.set(row, (taken.get(row) ?? 0) + fill.quantity);
        }
        for (const [row, units] of taken) expect(units).toBeLessThanOrEqual(bars.volume[row]! * 0.025 + 1e-9);
        for (const order of result.orders)
          expect(order.filledQuantity).toBeLessThanOrEqual((Number.isNaN(order.quantity) ? 0 : order.quantity) + 1e-9);
      }),
      { numRuns: 30 },
    );
  });

  test('reduce-only orders and exits never flip a position', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const result = trade(walk(200, seed), seed, 'base');
        const reduces = new Set(result.orders.filter((order) => order.reduceOnly).map((order) => order.id));
        let held = 0;
        for (const fill of result.fills) {
          const next = held + (fill.side === 'buy' ? fill.quantity : -fill.quantity);
          if (reduces.has(fill.orderId)) expect(Math.abs(next)).toBeLessThan(Math.abs(held) + 1e-9);
          if (reduces.has(fill.orderId) && Math.abs(next) > 1e-9) expect(Math.sign(next)).toBe(Math.sign(held));
          held = next;
        }
      }),
      { numRuns: 30 },
    );
  });

  test('what happened on the first bars does not depend on the bars that follow', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 20, max: 140 }), (seed, cut) => {
        const bars = walk(150, seed);
        const whole = trade(bars, seed);
        const part = trade(sliceBars(bars, 0, cut), seed);
        expect(part.equity.equity).toEqual(whole.equity.equity.slice(0, cut));
        expect(part.fills).toEqual(whole.fills.slice(0, part.fills.length));
      }),
      { numRuns: 20 },
    );
  });

  test('one seed, one hash', () => {
    const bars = walk(200, 3);
    expect(trade(bars, 3).orderHash).toBe(trade(bars, 3).orderHash);
    expect(trade(bars, 3).orderHash).not.toBe(trade(bars, 4).orderHash);
  });
});

/** A double as an integer number of 2^-100 (fills hold nothing finer). */
function exact(value: number): bigint {
  let scaled = value;
  let shift = 0;
  while (!Number.isInteger(scaled) && shift < 100) {
    scaled *= 2;
    shift++;
  }
  return BigInt(scaled) * 2n ** BigInt(100 - shift);
}

describe('semantics', () => {
  const rows = (prices: readonly (readonly number[])[]): BarSeries =>
    barSeries('X', parseTimeframe('1d'), {
      time: Float64Array.from(prices, (_, row) => row * 86_400_000),
      open: Float64Array.from(prices, (bar) => bar[0]!),
      high: Float64Array.from(prices, (bar) => bar[1]!),
      low: Float64Array.from(prices, (bar) => bar[2]!),
      close: Float64Array.from(prices, (bar) => bar[3]!),
      volume: Float64Array.from(prices, () => 1000),
    });
  const once = (request: OrderRequest): Strategy => ({
    name: 'once',
    features: {},
    onBar(context) {
      if (context.row === 0) context.submit(request);
      return undefined;
    },
  });
  const run = (prices: readonly (readonly number[])[], request: OrderRequest): BacktestResult =>
    runBacktest({ bars: [rows(prices)], strategy: once(request), account: { cash: 10_000 }, profile: executionProfile('frictionless') });

  test('stop and target in one bar: the stop; a gap fills at the open', () => {
    const bracket = { side: 'buy', type: 'market', size: 1, stopLoss: 95, takeProfit: 105 } as const;
    expect(
      run(
        [
          [100, 101, 99, 100],
          [100, 106, 94, 100],
        ],
        bracket,
      ).trades[0],
    ).toMatchObject({ exitPrice: 95, exitReason: 'stop', barsHeld: 0 });
    expect(
      run(
        [
          [100, 101, 99, 100],
          [100, 101, 99, 100],
          [90, 106, 89, 100],
        ],
        bracket,
      ).trades[0],
    ).toMatchObject({ exitPrice: 90 });
    expect(
      run(
        [
          [100, 101, 99, 100],
          [100, 101, 99, 100],
          [110, 112, 100, 111],
        ],
        bracket,
      ).trades[0],
    ).toMatchObject({ exitPrice: 110, exitReason: 'target' });
  });

  test('a limit needs trade-through, and an entry inside a bar may be stopped in it but never takes its target', () => {
    const limit = { side: 'buy', type: 'limit', size: 1, limitPrice: 98, stopLoss: 96, takeProfit: 101 } as const;
    expect(
      run(
        [
          [100, 101, 99, 100],
          [100, 101, 98, 100],
        ],
        limit,
      ).fills,
    ).toHaveLength(0);
    expect(
      run(
        [
          [100, 101, 99, 100],
          [100, 102, 97, 100],
        ],
        limit,
      ).trades,
    ).toHaveLength(0);
    expect(
      run(
        [
          [100, 101, 99, 100],
          [100, 102, 95, 100],
        ],
        limit,
      ).trades[0],
    ).toMatchObject({ entryPrice: 98, exitPrice: 96 });
  });

  test('denied orders say why', () => {
    const denied = run(
      [
        [100, 101, 99, 100],
        [100, 101, 99, 100],
      ],
      { side: 'buy', type: 'limit', size: 1, limitPrice: 100, stopLoss: 105 },
    );
    expect(denied.orders[0]).toMatchObject({ status: 'denied', reason: 'stop 105 is on the wrong side of the entry price 100' });
    expect(denied.why('once', 'X', 1000)).toMatch(/^denied/);
  });

  test('the changes of the reasons are what why says at each time, and no more than needed', () => {
    const strategy: Strategy = { name: 'moody', features: {}, onBar: ({ row }) => hold(row % 5 < 2 ? 'low' : row % 5 === 2 ? '' : 'high') };
    const bars = rows(Array.from({ length: 12 }, () => [100, 101, 99, 100]));
    const result = runBacktest({ bars: [bars], strategy, account: { cash: 1000 } });
    // Also before the first bar, between two, and after the last.
    const times = Float64Array.from({ length: 40 }, (_, at) => (at - 4) * 33_000_000);
    const changes = result.whyChanges('moody', 'X', times);
    expect(changes.map(({ reason }) => reason).slice(0, 4)).toEqual(['', 'low', '', 'high']);
    for (const time of times) expect(changes.findLast((change) => change.time <= time)!.reason).toBe(result.why('moody', 'X', time));
    for (const [at, { reason }] of changes.entries()) expect(reason).not.toBe(changes[at - 1]?.reason);
  });

  test('bad input is one clear line', () => {
    const bars = rows([[100, 101, 99, 100]]);
    const strategy = once({ side: 'buy', type: 'market', size: 1 });
    expect(() => runBacktest({ bars: [bars], strategy, account: { cash: 0 } })).toThrow(/cannot start with 0/);
    expect(() => runBacktest({ bars: [], strategy, account: { cash: 1 } })).toThrow(/no bars/);
    expect(() => runBacktest({ bars: [rows([[100, 101, 99, Number.NaN]])], strategy, account: { cash: 1 } })).toThrow(
      /no valid bar at row 0/,
    );
    expect(() => runBacktest({ bars: [bars], strategy, account: { cash: 1 }, profile: 'bsae' })).toThrow(/unknown execution profile/);
  });
});

test('features may be expressions, external series and columns, side by side', () => {
  const bars = walk(60, 5);
  let seen = 0;
  const strategy = defineStrategy({
    name: 'mixed',
    features: { fast: ema(close, 3), mood: external('mood'), row: Float64Array.from({ length: 60 }, (_, row) => row) },
    decide: ({ f, row }) => {
      expect(f.row).toBe(row);
      expect(f.mood).toBe(row * 2);
      expect(f.fast).toBeGreaterThan(0);
      seen++;
      return hold('looking');
    },
  });
  const externals = { WALK: { mood: Float64Array.from({ length: 60 }, (_, row) => row * 2) } };
  runBacktest({ bars: [bars], strategy, account: { cash: 1000 }, externals });
  expect(seen).toBeGreaterThan(50);
});

test('golden: brackets on a seeded walk', () => {
  const bars = walk(5_000, 11, 0.002);
  const strategy = defineStrategy({
    name: 'golden',
    features: {
      change: ({ close, length }) => Float64Array.from({ length }, (_, row) => (row < 5 ? Number.NaN : close[row]! / close[row - 5]! - 1)),
    },
    decide: ({ f, position, close }) =>
      position.flat && f.change > 0.004 ? long({ stop: close * 0.997, target: close * 1.006, units: 1 }) : hold('quiet'),
  });
  const fees = { kind: 'proportional', makerBps: 10, takerBps: 10 } as const;
  const result = runBacktest({ bars: [bars], strategy, account: { cash: 100_000 }, profile: executionProfile('frictionless', { fees }) });
  expect({ trades: result.trades.length, equity: result.endEquity.toFixed(6), hash: result.orderHash.slice(0, 16) }).toMatchInlineSnapshot(`
    {
      "equity": "99905.946189",
      "hash": "aa993ca062f50e91",
      "trades": 381,
    }
  `);
});

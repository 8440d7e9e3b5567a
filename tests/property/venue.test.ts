import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runBacktest, type BacktestResult } from '#backtest';
import { createRng } from '#core';
import { instrument, type BarSeries } from '#domain';
import { Engine } from '#engine';
import { executionProfile, type ExecutionProfile } from '#execution';
import { anyTrader, fineWalk, walk } from './walk.ts';

const seeds = fc.integer({ min: 1, max: 1e6 });
const stock = instrument('WALK', 'synthetic', { tickSize: 0.01 });
const LATENCY_MS = 20_000_000;
const profiles = fc
  .record({
    name: fc.constantFrom('base', 'harsh', 'optimistic', 'frictionless'),
    limitFill: fc.constantFrom('through' as const, 'touch' as const, 'queue' as const),
    latencyMs: fc.constantFrom(0, 0, LATENCY_MS),
    trailing: fc.constantFrom('over' as const, 'over' as const, 'within' as const),
  })
  .map(({ name, ...differing }) => executionProfile(name, differing));

function run(bars: BarSeries, seed: number, profile: ExecutionProfile, replaces = true): BacktestResult {
  const strategy = [anyTrader(seed, 'one', replaces), anyTrader(seed, 'two', replaces)];
  return runBacktest({ bars: [bars], strategy, account: { cash: 100_000, leverage: 3 }, profile, instruments: [stock], seed });
}

test('bars handed over one at a time, with nothing but rubbish behind them, give the fills and equity of one run', () => {
  fc.assert(
    fc.property(seeds, profiles, (seed, profile) => {
      const bars = walk(120, seed);
      const whole = run(bars, seed, profile);
      const shown: BarSeries = {
        ...bars,
        time: bars.time.map(() => Number.NaN),
        open: bars.open.map(() => 1e300),
        high: bars.high.map(() => 1e300),
        low: bars.low.map(() => Number.NaN),
        close: bars.close.map(() => -1),
        volume: bars.volume.map(() => 1e300),
      };
      const none = { names: [], columns: [[]] };
      const engine = new Engine({
        columns: [shown],
        instruments: [stock],
        strategies: [anyTrader(seed, 'one'), anyTrader(seed, 'two')],
        features: [none, none],
        account: { cash: 100_000, leverage: 3, hedging: false, exclusiveOrders: false },
        profile,
        rng: createRng(seed),
        rows: bars.length,
      });
      const equity = Array.from(bars.time, (time, row) => {
        for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) shown[name][row] = bars[name][row]!;
        engine.step(row, time, Int32Array.of(row));
        return engine.equityNow;
      });
      expect(equity).toEqual([...whole.equity.equity]);
      expect(engine.fills).toEqual(whole.fills);
      expect(engine.records()).toEqual(whole.orders);
    }),
    { numRuns: 40 },
  );
});

test('no fill before its order was sent, twice, beyond the asked size, its limit or the volume of its bar', () => {
  fc.assert(
    fc.property(seeds, profiles, (seed, profile) => {
      const bars = walk(120, seed);
      const result = run(bars, seed, profile, false);
      const cap = profile.volumeCap;
      const sent = bars.timeframe.ms + profile.latencyMs;
      const orders = new Map(result.orders.map((order) => [order.id, order]));
      const taken = new Map<number, number>();
      const filled = new Map<number, number>();
      for (const fill of result.fills) {
        const order = orders.get(fill.orderId)!;
        const sign = fill.side === 'buy' ? 1 : -1;
        if (order.parentId === 0 || order.type === 'market') expect(fill.time).toBeGreaterThanOrEqual(order.createdTime + sent);
        else expect(fill.time).toBeGreaterThanOrEqual(order.createdTime);
        // A market-to-limit order takes its limit from its first part.
        const bound = order.type !== 'market_to_limit' || filled.has(order.id);
        if (bound && !Number.isNaN(order.limitPrice)) expect((order.limitPrice - fill.price) * sign).toBeGreaterThanOrEqual(-1e-9);
        taken.set(fill.time, (taken.get(fill.time) ?? 0) + fill.quantity);
        filled.set(fill.orderId, (filled.get(fill.orderId) ?? 0) + fill.quantity);
      }
      for (const [time, units] of cap < 1 ? taken : [])
        expect(units).toBeLessThanOrEqual(bars.volume[bars.time.indexOf(time)]! * cap + 1e-9);
      for (const [id, units] of filled) expect(units).toBe(orders.get(id)!.filledQuantity);
      for (const order of result.orders)
        if (!Number.isNaN(order.quantity)) expect(order.filledQuantity).toBeLessThanOrEqual(order.quantity + 1e-9);
    }),
    { numRuns: 40 },
  );
});

test('reduce-only orders never open or flip, and a group never closes more than was held', () => {
  fc.assert(
    fc.property(seeds, profiles, (seed, profile) => {
      const result = run(walk(150, seed), seed, profile);
      const reduces = new Set(result.orders.filter((order) => order.reduceOnly).map((order) => order.id));
      const held: Record<string, number> = { one: 0, two: 0 };
      for (const fill of result.fills) {
        const before = held[fill.strategy]!;
        const after = before + (fill.side === 'buy' ? fill.quantity : -fill.quantity);
        if (reduces.has(fill.orderId)) {
          expect(Math.abs(after)).toBeLessThan(Math.abs(before));
          if (after !== 0) expect(Math.sign(after)).toBe(Math.sign(before));
        }
        held[fill.strategy] = after;
      }
      for (const { strategy, quantity } of result.positions) expect(held[strategy]).toBe(quantity);
    }),
    { numRuns: 40 },
  );
});

test('every strategy on one account is accounted for: profits of trades and open positions add up to the change of equity', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const bars = walk(150, seed);
      const result = run(bars, seed, executionProfile('base'));
      if (result.ruined) return;
      const realised = result.trades.reduce((sum, trade) => sum + trade.pnl, 0);
      const last = bars.close.at(-1)!;
      const open = result.positions.reduce((sum, { quantity, averagePrice }) => sum + quantity * (last - averagePrice), 0);
      const feesOfOpen = result.feesPaid - result.trades.reduce((sum, trade) => sum + trade.fees, 0);
      expect(realised + open - feesOfOpen).toBeCloseTo(result.endEquity - 100_000, 6);
    }),
    { numRuns: 30 },
  );
});

test('a group never fills more than its size: of orders that cancel each other one alone, of orders that update each other all together', () => {
  fc.assert(
    fc.property(seeds, profiles, fc.boolean(), (seed, profile, finer) => {
      const bars = walk(150, seed);
      const strategy = anyTrader(seed, 'one', false);
      const instruments = [stock];
      const inside = finer ? { finer: [fineWalk(150, seed)] } : {};
      const { orders } = runBacktest({
        bars: [bars],
        strategy,
        account: { cash: 100_000, leverage: 3 },
        profile,
        instruments,
        seed,
        ...inside,
      });
      const groups = Map.groupBy(
        orders.filter(({ tag }) => tag.includes(':')),
        ({ tag }) => tag,
      );
      for (const [name, members] of groups) {
        const [kind, units] = name.split(':');
        if (kind === 'oco') expect(members.filter(({ filledQuantity }) => filledQuantity > 0).length).toBeLessThanOrEqual(1);
        const filled = members.reduce((sum, { filledQuantity }) => sum + filledQuantity, 0);
        expect(filled).toBeLessThanOrEqual(Number(units) + 1e-9);
      }
    }),
    { numRuns: 40 },
  );
});

test('without costs every fill lies in its bar, also where finer bars lead through it', () => {
  fc.assert(
    fc.property(seeds, profiles, fc.boolean(), fc.boolean(), (seed, { limitFill, latencyMs, trailing }, finer, limitImproves) => {
      const bars = walk(150, seed);
      const profile = executionProfile('frictionless', { limitFill, latencyMs, trailing, limitImproves, volumeCap: 0.5 });
      const inside = finer ? { finer: [fineWalk(150, seed)] } : {};
      const strategy = anyTrader(seed);
      const { fills, orders } = runBacktest({
        bars: [bars],
        strategy,
        account: { cash: 100_000, leverage: 3 },
        profile,
        instruments: [stock],
        seed,
        ...inside,
      });
      // A post-only order gets its limit, never better, even from a bar that opens beyond it.
      const rested = new Set(orders.filter(({ tag }) => tag === 'post').map(({ id }) => id));
      for (const { price, time, orderId } of fills) {
        if (rested.has(orderId)) continue;
        const row = bars.time.indexOf(time);
        expect(bars.volume[row]).toBeGreaterThan(0);
        expect(price).toBeGreaterThanOrEqual(bars.low[row]! - 1e-9);
        expect(price).toBeLessThanOrEqual(bars.high[row]! + 1e-9);
      }
    }),
    { numRuns: 40 },
  );
});

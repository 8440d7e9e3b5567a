import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runBacktest, type BacktestResult } from '#backtest';
import { createRng } from '#core';
import { instrument, type BarSeries } from '#domain';
import { Engine } from '#engine';
import { executionProfile } from '#execution';
import { anyTrader, walk } from './walk.ts';

const seeds = fc.integer({ min: 1, max: 1e6 });
const stock = instrument('WALK', 'synthetic', { tickSize: 0.01 });
const profiles = fc.constantFrom('base', 'harsh', 'optimistic', 'frictionless');

function run(bars: BarSeries, seed: number, profile: string, replaces = true): BacktestResult {
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
        profile: executionProfile(profile),
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
      const cap = executionProfile(profile).volumeCap;
      const orders = new Map(result.orders.map((order) => [order.id, order]));
      const taken = new Map<number, number>();
      const filled = new Map<number, number>();
      for (const fill of result.fills) {
        const order = orders.get(fill.orderId)!;
        const sign = fill.side === 'buy' ? 1 : -1;
        if (order.parentId === 0) expect(fill.time).toBeGreaterThan(order.createdTime);
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
      const result = run(bars, seed, 'base');
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

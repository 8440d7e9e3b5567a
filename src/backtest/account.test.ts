import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS } from '#core';
import { barSeries, instrument, parseTimeframe, type BarSeries, type OrderRequest } from '#domain';
import type { AccountEvent } from '#engine';
import { executionProfile } from '#execution';
import type { Strategy } from '#strategy';
import { runBacktest, type BacktestAccount, type BacktestResult } from './run.ts';

const START = Date.UTC(2024, 0, 1);

/** Days that open and close at the given prices, a hundredth around them. */
function days(prices: readonly number[]): BarSeries {
  return barSeries('X', parseTimeframe('1d'), {
    time: Float64Array.from(prices, (_, row) => START + row * DAY_MS),
    open: Float64Array.from(prices),
    high: Float64Array.from(prices, (price) => price * 1.01),
    low: Float64Array.from(prices, (price) => price * 0.99),
    close: Float64Array.from(prices),
    volume: Float64Array.from(prices, () => 1e6),
  });
}

function run(
  prices: readonly number[],
  script: Readonly<Record<number, OrderRequest>>,
  account: Partial<BacktestAccount> = {},
  events: readonly AccountEvent[] = [],
): BacktestResult {
  const strategy: Strategy = {
    name: 'script',
    features: {},
    onBar(context) {
      const request = script[context.row];
      if (request !== undefined) context.submit(request);
      return undefined;
    },
  };
  return runBacktest({
    bars: [days(prices)],
    strategy,
    account: { cash: 10_000, leverage: 4, ...account },
    profile: executionProfile('frictionless'),
    instruments: [instrument('X', 'us_equity')],
    events,
  });
}

const buy = { side: 'buy', type: 'market', size: 100 } as const;
const sell = { side: 'sell', type: 'market', size: 100 } as const;
const at = (day: number): { readonly symbol: string; readonly time: number } => ({ symbol: 'X', time: START + day * DAY_MS });

describe('splits', () => {
  test('four for one: quantity, cost, stop and target follow, and equity does not notice', () => {
    const request = { ...buy, stopLoss: 88, takeProfit: 140 };
    const result = run([100, 100, 100, 25, 25, 20], { 0: request }, {}, [{ kind: 'split', ...at(3), ratio: 4 }]);
    expect(Array.from(result.equity.equity.subarray(0, 5))).toEqual([10_000, 10_000, 10_000, 10_000, 10_000]);
    expect(result.trades).toMatchObject([{ quantity: 400, entryPrice: 25, exitPrice: 20, exitReason: 'stop', pnl: -2000 }]);
  });

  test('a resting limit keeps its value', () => {
    const result = run([100, 100, 50, 45], { 0: { side: 'buy', type: 'limit', size: 10, limitPrice: 91 } }, {}, [
      { kind: 'split', ...at(2), ratio: 2 },
    ]);
    expect(result.fills).toMatchObject([{ quantity: 20, price: 45 }]);
  });

  test('any ratio, long or short: equity is the same with the split and on adjusted bars', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 3, 4, 10, 0.1, 0.5), fc.boolean(), fc.integer({ min: 2, max: 6 }), (ratio, short, day) => {
        const adjusted = [100, 101, 103, 99, 104, 107, 102, 108];
        const raw = adjusted.map((price, row) => (row < day ? price : price / ratio));
        const order = short ? sell : buy;
        const plain = run(adjusted, { 0: order, 6: short ? buy : sell });
        const split = run(raw, { 0: order }, {}, [{ kind: 'split', ...at(day), ratio }]);
        for (let row = 0; row < 7; row++) expect(split.equity.equity[row]).toBeCloseTo(plain.equity.equity[row]!, 8);
      }),
    );
  });
});

describe('what is paid without a fill', () => {
  test('dividends: a long receives, a short pays, who bought on the day itself gets nothing', () => {
    const dividend: AccountEvent = { kind: 'dividend', ...at(2), perUnit: 1.5 };
    expect(run([100, 100, 100], { 0: buy }, {}, [dividend]).endEquity).toBe(10_150);
    expect(run([100, 100, 100], { 0: sell }, {}, [dividend]).endEquity).toBe(9850);
    expect(run([100, 100, 100], { 1: buy }, {}, [dividend]).endEquity).toBe(10_000);
  });

  test('funding: longs pay shorts a fraction of notional', () => {
    const funding: AccountEvent = { kind: 'funding', ...at(2), rate: 0.0001 };
    expect(run([100, 100, 100], { 0: buy }, {}, [funding]).endEquity).toBeCloseTo(9999, 10);
    expect(run([100, 100, 100], { 0: sell }, {}, [funding]).credits).toEqual([
      { kind: 'funding', time: at(2).time, strategy: 'script', symbol: 'X', amount: 1 },
    ]);
  });

  test('borrow and interest by the night', () => {
    const short = run([100, 100, 100, 100], { 0: sell }, { financing: { borrow: { default: 0.0365 } } });
    expect(short.credits.map(({ kind, amount }) => [kind, Number(amount.toFixed(10))])).toEqual([
      ['borrow', -1],
      ['borrow', -1],
    ]);
    const financing = { creditInterest: 0.0365, debitInterest: 0.073 };
    expect(run([100, 100], {}, { financing }).endEquity).toBeCloseTo(10_001, 10);
    // 200 units at 100 leave 9,999 of debt for the night from day 1 to day 2.
    expect(run([100, 100, 100], { 0: { ...buy, size: 200 } }, { financing }).endEquity).toBeCloseTo(10_001 - 9999 * 0.0002, 10);
  });
});

describe('the end of a position that nobody ordered', () => {
  test('delisting closes at its price, cancels orders and refuses new ones', () => {
    const script = { 0: { ...buy, stopLoss: 50 }, 2: buy };
    const result = run([100, 100, 100, 100], script, {}, [{ kind: 'delisting', ...at(2), price: 0.5 }]);
    expect(result.trades).toMatchObject([{ exitPrice: 0.5, exitReason: 'delisting' }]);
    expect(result.orders.map(({ status, reason }) => [status, reason])).toEqual([
      ['filled', ''],
      ['canceled', 'X is delisted'],
      ['denied', 'X is delisted'],
    ]);
    expect(result.endEquity).toBe(50);
  });

  test('a margin call closes at the next open, once, and the decision log says so', () => {
    const account = { maintenanceMargin: 0.25 };
    const result = run([100, 100, 90, 82, 81, 80], { 0: { ...buy, size: 300, stopLoss: 10 } }, account);
    // Equity 10,000 − 300·18 = 4,600 is under a quarter of 300·82 = 24,600.
    expect(result.trades).toMatchObject([{ exitPrice: 81, exitReason: 'liquidation', quantity: 300 }]);
    expect(result.fills).toHaveLength(2);
    expect(result.why('script', 'X', at(3).time)).toMatch(/margin call/);
    expect(run([100, 100, 90, 89, 89], { 0: { ...buy, size: 300 } }, account).trades).toEqual([]);
  });

  test('events of unknown symbols and impossible splits are user mistakes', () => {
    expect(() => run([100], {}, {}, [{ kind: 'dividend', symbol: 'Y', time: START, perUnit: 1 }])).toThrow(/not in this run/);
    expect(() => run([100], {}, {}, [{ kind: 'split', ...at(0), ratio: 0 }])).toThrow(/positive ratio/);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng, DAY_MS, HOUR_MS } from '#core';
import { barSeries, instrument, parseTimeframe, type BarSeries, type OrderRequest } from '#domain';
import { executionProfile } from '#execution';
import type { Strategy } from '#strategy';
import { runBacktest, type BacktestRequest, type BacktestResult } from './run.ts';

const START = Date.UTC(2024, 0, 1);
const ROWS = 40;

/** Bars that open where they are told and close where the next one opens. */
function bars(symbol: string, opens: readonly number[], frame = '1d', start = START): BarSeries {
  const timeframe = parseTimeframe(frame);
  const closes = opens.map((price, row) => opens[row + 1] ?? price);
  const column = (value: (row: number) => number): Float64Array => Float64Array.from(opens, (_, row) => value(row));
  return barSeries(symbol, timeframe, {
    time: column((row) => start + row * timeframe.ms),
    open: column((row) => opens[row]!),
    high: column((row) => Math.max(opens[row]!, closes[row]!) * 1.01),
    low: column((row) => Math.min(opens[row]!, closes[row]!) * 0.99),
    close: column((row) => closes[row]!),
    volume: column(() => 1e6),
  });
}

function walk(symbol: string, seed: number, start: number): BarSeries {
  const rng = createRng(seed).stream(symbol);
  let price = start;
  return bars(
    symbol,
    Array.from({ length: ROWS }, () => (price *= 1 + 0.02 * (rng.uniform() - 0.5))),
  );
}

/** Orders of every size in every symbol but the rates, `unit` times as large in money. */
function trader(seed: number, unit: number): Strategy {
  return {
    name: 'random',
    features: {},
    onBar(context) {
      if (context.symbol.length === 6) return undefined;
      const rng = createRng(`${seed}/${context.symbol}/${context.row}`);
      const sizes: readonly OrderRequest['size'][] = [
        3,
        { kind: 'notional', notional: 700 * unit },
        { kind: 'target_weight', weight: rng.uniform() - 0.5 },
        { kind: 'margin_fraction', fraction: 0.2 },
      ];
      const side = rng.uniform() < 0.5 ? 'buy' : 'sell';
      if (rng.uniform() < 0.4) context.submit({ side, type: 'market', size: sizes[rng.integer(4)]! });
      if (rng.uniform() < 0.1) context.closePosition();
      return undefined;
    },
  };
}

const quoted = (symbol: string, currency: string) =>
  instrument(symbol, 'synthetic', { currency, lotSize: 1e-6, minQuantity: 1e-6, tickSize: 0 });
const profile = executionProfile('base', { fees: { kind: 'proportional', makerBps: 1, takerBps: 3 } });

function run(request: Omit<BacktestRequest, 'profile'>): BacktestResult {
  return runBacktest({ ...request, profile });
}

const seeds = fc.integer({ min: 1, max: 1e6 });

describe('several currencies', () => {
  test('each balance is the sum of the fills in its currency, and equity is the balances and positions at the last rates', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const all = [
          walk('US', seed, 50),
          walk('EU', seed, 80),
          walk('JP', seed, 900),
          walk('EURUSD', seed, 1.1),
          walk('USDJPY', seed, 140),
        ];
        const instruments = [
          quoted('US', 'USD'),
          quoted('EU', 'EUR'),
          quoted('JP', 'JPY'),
          quoted('EURUSD', 'USD'),
          quoted('USDJPY', 'JPY'),
        ];
        const account = { cash: 10_000, leverage: 3, conversion: { EUR: 'EURUSD', JPY: 'USDJPY' } };
        const result = run({ bars: all, instruments, account, strategy: trader(seed, 1) });
        if (result.ruined) return;
        const currency = new Map(instruments.map((one) => [one.symbol, one.currency]));
        const sums: Record<string, number> = { USD: 10_000, EUR: 0, JPY: 0 };
        for (const { symbol, side, quantity, price, fee } of result.fills)
          sums[currency.get(symbol)!]! += (side === 'buy' ? -1 : 1) * quantity * price - fee;
        for (const [name, sum] of Object.entries(sums)) expect(result.balances![name]).toBeCloseTo(sum, 6);
        const close = (symbol: string): number => all.find((series) => series.symbol === symbol)!.close.at(-1)!;
        const rates: Record<string, number> = { USD: 1, EUR: close('EURUSD'), JPY: 1 / close('USDJPY') };
        let value = 0;
        for (const [name, balance] of Object.entries(result.balances!)) value += balance * rates[name]!;
        for (const { symbol, quantity } of result.positions) value += quantity * close(symbol) * rates[currency.get(symbol)!]!;
        expect(result.endEquity).toBeCloseTo(value, 6);
      }),
      { numRuns: 40 },
    );
  });

  test('at a rate that stands still, the run of an account in the foreign currency, told in the own one', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(0.25, 0.5, 1, 2, 4), fc.boolean(), (seed, rate, inverse) => {
        const shares = walk('EU', seed, 80);
        const pair = inverse
          ? bars(
              'USDEUR',
              Array.from({ length: ROWS }, () => 1 / rate),
            )
          : bars(
              'EURUSD',
              Array.from({ length: ROWS }, () => rate),
            );
        const own = run({
          bars: [shares],
          instruments: [quoted('EU', 'USD')],
          account: { cash: 10_000 / rate, leverage: 3 },
          strategy: trader(seed, 1 / rate),
        });
        const foreign = run({
          bars: [shares],
          instruments: [quoted('EU', 'EUR')],
          account: { cash: 10_000, leverage: 3, conversion: { EUR: pair } },
          strategy: trader(seed, 1),
        });
        expect(foreign.orderHash).toBe(own.orderHash);
        foreign.equity.equity.forEach((value, row) => expect(value / rate).toBeCloseTo(own.equity.equity[row]!, 7));
        foreign.trades.forEach((trade, at) => {
          expect(trade.pnl / rate).toBeCloseTo(own.trades[at]!.pnl, 8);
          expect(trade.returnFraction).toBeCloseTo(own.trades[at]!.returnFraction, 10);
        });
      }),
      { numRuns: 40 },
    );
  });

  test('an account told its currency trades to the same bytes when everything is quoted in it', () => {
    const request = { bars: [walk('US', 5, 50)], instruments: [quoted('US', 'USD')], strategy: trader(5, 1) };
    const plain = run({ ...request, account: { cash: 10_000 } });
    const told = run({ ...request, account: { cash: 10_000, currency: 'USD' } });
    expect(told.equity.equity).toEqual(plain.equity.equity);
    expect(told.trades).toEqual(plain.trades);
  });

  test('a rate is used when it is known: the open of its bar at an open, what has ended at a close, no day before it is over', () => {
    const buy = (row: number): Strategy => ({
      name: 's',
      features: {},
      onBar(context) {
        if (context.row === row) context.submit({ side: 'buy', type: 'market', size: { kind: 'notional', notional: 1000 } });
        return undefined;
      },
    });
    const instruments = [quoted('EU', 'EUR')];
    const flat = bars(
      'EU',
      Array.from({ length: 30 }, () => 10),
      '1h',
    );
    const units = (pair: BarSeries, row: number): number =>
      runBacktest({
        bars: [flat],
        instruments,
        account: { cash: 10_000, conversion: { EUR: pair } },
        strategy: buy(row),
        profile: 'frictionless',
      }).fills[0]?.quantity ?? 0;
    const hourly = bars(
      'EURUSD',
      Array.from({ length: 30 }, (_, row) => 1 + row / 8),
      '1h',
    );
    expect(units(hourly, 7)).toBe(1000 / (10 * 2));
    const daily = bars('EURUSD', [1, 2, 4, 8], '1d', START - 2 * DAY_MS);
    // Before midnight two days have ended, and the second closed at 4; the fill at midnight itself meets the open of a new day.
    expect(units(daily, 10)).toBe(1000 / (10 * 4));
    expect(units(daily, 23)).toBe(1000 / (10 * 8));
    const late = bars('EURUSD', [1, 1], '1d', START + 2 * HOUR_MS);
    expect(units(late, 0)).toBe(0);
  });

  test('what is missing is told in one line', () => {
    const request = { bars: [walk('EU', 1, 80)], instruments: [quoted('EU', 'EUR')], strategy: trader(1, 1) };
    expect(() => run({ ...request, account: { cash: 1000, currency: 'USD' } })).toThrow('EU is quoted in EUR, the account is in USD');
    expect(() => run({ ...request, account: { cash: 1000, conversion: { EUR: 'EURUSD' } } })).toThrow('which is not in this run');
    expect(() => run({ ...request, account: { cash: 1000, conversion: { USD: 'EU' } } })).toThrow('needs no rate of it');
  });
});

describe('who received and paid what', () => {
  test('dividends, funding and borrow by strategy and symbol, interest by the cash each took, and all of it adds up', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const series = walk('US', seed, 50);
        const one = { ...trader(seed, 1), name: 'one' };
        const two = { ...trader(seed + 1, 1), name: 'two' };
        const at = (row: number): { readonly symbol: string; readonly time: number } => ({ symbol: 'US', time: series.time[row]! });
        const result = run({
          bars: [series],
          instruments: [quoted('US', 'USD')],
          account: { cash: 10_000, leverage: 3, financing: { borrow: { default: 0.1 }, creditInterest: 0.05, debitInterest: 0.05 } },
          strategy: [one, two],
          events: [
            { kind: 'dividend', ...at(15), perUnit: 0.4 },
            { kind: 'funding', ...at(25), rate: 0.001 },
          ],
        });
        for (const kind of ['dividend', 'funding', 'borrow', 'interest'] as const) {
          const booked = result.credits.filter((credit) => credit.kind === kind).reduce((sum, { amount }) => sum + amount, 0);
          expect(result.creditShares.reduce((sum, share) => sum + share[kind], 0)).toBeCloseTo(booked, 8);
        }
        for (const strategy of ['one', 'two']) {
          const mine = result.credits.filter((credit) => credit.strategy === strategy && credit.kind !== 'interest');
          const share = result.creditShares.find((found) => found.strategy === strategy);
          const total = (share?.dividend ?? 0) + (share?.funding ?? 0) + (share?.borrow ?? 0);
          expect(total).toBeCloseTo(
            mine.reduce((sum, { amount }) => sum + amount, 0),
            8,
          );
        }
        // At one rate for debt and credit, the starting cash earns what it would alone, compounded with the rest's interest.
        const nobody = result.creditShares.find(({ strategy }) => strategy === '')!;
        expect(nobody.interest).toBeCloseTo(10_000 * 0.05 * ((ROWS - 1) / 365), -1);
      }),
      { numRuns: 30 },
    );
  });
});

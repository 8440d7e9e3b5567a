import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { barSeries, instrument, parseTimeframe, type BarSeries } from '#domain';
import { executionProfile } from '#execution';
import { leanStatistics } from '#statistics';
import type { BarContext, Strategy } from '#strategy';
import { runBacktest, type BacktestResult } from './run.ts';

/**
 * End Equity and fees that LEAN publishes for its regression algorithms, under the profile `lean`.
 * The two minute algorithms fill at the quote of the bar they were decided on. Our bars carry no quotes and no shipped profile grants a fill
 * inside the decision's own bar, so they run with `marketFill: previous_close` and that minute's half spread given.
 */
const folder = new URL('../../../shared/oracles/', import.meta.url);
const present = existsSync(new URL('11_lean_regression.json', folder));

interface Vector {
  readonly id: string;
  readonly expected: {
    readonly endEquity: number;
    readonly totalFeesRecomputed: number;
    readonly fills: readonly { readonly qty: number; readonly price: number }[];
    readonly statistics: Readonly<Record<string, string>>;
  };
}

function series(name: string, symbol: string, from: string, to: string): BarSeries {
  const lines = readFileSync(new URL(`data/${name}`, folder), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  const rows = lines.map((line) => line.split(',')).filter((row) => row[0]! >= from && row[0]! < to);
  // Days are labelled by their date, hours by New York's winter clock.
  const zone = name.includes('hour') ? '-05:00' : 'Z';
  const time = (text: string): number =>
    Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}T${text.slice(9) || '00:00'}${zone}`);
  const column = (at: number): Float64Array => Float64Array.from(rows, (row) => Number(row[at]));
  return barSeries(symbol, parseTimeframe(name.includes('hour') ? '1h' : '1d'), {
    time: Float64Array.from(rows, (row) => time(row[0]!)),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  });
}

/** SetHoldings(100 %) once: whole shares of 99.75 % of equity at the last close, less while price and fee do not fit. */
const allIn: Strategy = {
  name: 'all_in',
  features: {},
  onBar(context) {
    if (context.row > 0) return undefined;
    const budget = 0.9975 * context.account.equity;
    let units = Math.floor(budget / context.close);
    while (units * context.close + Math.max(1, 0.005 * units) > budget) units--;
    context.submit({ side: 'buy', type: 'market_on_open', size: units });
    return undefined;
  },
};

const allInAtOnce: Strategy = {
  name: 'all_in_at_once',
  features: {},
  onBar(context) {
    if (context.row > 0) return undefined;
    const budget = 0.9975 * context.account.equity;
    let units = Math.floor(budget / context.close);
    while (units * context.close + Math.max(1, 0.005 * units) > budget) units--;
    context.submit({ side: 'buy', type: 'market', size: units });
    return undefined;
  },
};

/** A stop for a short that lies below the market acts at once, at the next open. */
const shortWithStopBelow: Strategy = {
  name: 'short',
  features: {},
  onBar(context) {
    if (context.row > 0) return undefined;
    const entry = context.submit({ side: 'sell', type: 'market', size: 100 });
    context.submit({ side: 'buy', type: 'stop', size: 100, closesOrder: entry, stopPrice: context.close - 2 });
    return undefined;
  },
};

function average(window: number): (bars: BarSeries) => Float64Array {
  return ({ close, length }) => {
    const out = new Float64Array(length).fill(Number.NaN);
    let [sum, value] = [0, 0];
    for (let row = 0; row < length; row++) {
      if (row < window) sum += close[row]!;
      value = row < window ? sum / (row + 1) : value + (2 / (window + 1)) * (close[row]! - value);
      if (row >= window - 1) out[row] = value;
    }
    return out;
  };
}

function stopLimit(): Strategy {
  let sent = 0;
  return {
    name: 'stop_limit',
    features: { fast: average(30), slow: average(60) },
    onBar(context: BarContext) {
      const up = context.f.fast! > context.f.slow! * 1.001;
      if (sent === 0 && up)
        context.submit({ side: 'buy', type: 'stop_limit', size: 100, stopPrice: context.high * 1.1, limitPrice: context.high * 1.11 });
      else if (sent === 1 && context.position.long && !up && context.f.fast! < context.f.slow! * 1.001)
        context.submit({ side: 'sell', type: 'stop_limit', size: 100, stopPrice: context.low * 0.99, limitPrice: context.low * 0.98 });
      else return undefined;
      sent++;
      return undefined;
    },
  };
}

const atMidnight: Strategy = {
  name: 'open',
  features: {},
  onBar(context) {
    const next = context.row === 6;
    if (next) context.submit({ side: 'buy', type: 'market_on_open', size: 1 });
    if (next) context.submit({ side: 'buy', type: 'market', size: 1 });
    return undefined;
  },
};

/**
 * What LEAN prints of a run of some days of October 2013, to its last digit. Its risk-free rate was the Federal Reserve's primary credit
 * rate, 0.75 % then. What it cannot know it prints as 0, we as NaN.
 */
function checkStatistics({ expected }: Vector, result: BacktestResult, bars: BarSeries): void {
  const { time, equity } = result.equity;
  const day = 86_400_000;
  const got = leanStatistics({
    startEquity: result.startCash,
    time,
    equity,
    benchmark: bars.close,
    trades: result.trades,
    fills: result.fills.map(({ time: at, quantity, price }) => ({ time: at, notional: quantity * price })),
    orders: result.orders.length,
    fees: result.feesPaid,
    elapsedMs: (Math.floor(time.at(-1)! / day) - Math.floor(time[0]! / day)) * day + (16 / 24) * day,
    riskFreeAnnual: 0.0075,
  });
  for (const [name, value] of Object.entries(got)) {
    const printed = expected.statistics[name.replace(/ \[.\]$/, '')]!.replace(/[%$]/g, '');
    // It rounds a drawdown to a tenth of a percent before it prints three digits.
    const decimals = name === 'Drawdown [%]' ? 1 : (printed.split('.')[1]?.length ?? 0);
    const wanted = Number(printed);
    if (Number.isNaN(value)) expect(wanted, name).toBe(0);
    // Two performances that nearly are one, over an error that nearly is none: the last digits of its benchmark's prices tell in it.
    else if (name === 'Information Ratio') expect(Math.abs(value / wanted - 1), name).toBeLessThan(0.005);
    else expect(Math.abs(value - wanted), `${name}: ${value} for ${printed}`).toBeLessThanOrEqual(0.50001 * 10 ** -decimals);
  }
}

function check({ expected }: Vector, result: BacktestResult): void {
  expect(Math.abs(result.endEquity - expected.endEquity)).toBeLessThan(0.00501);
  expect(result.feesPaid).toBeCloseTo(expected.totalFeesRecomputed, 4);
  const units = result.fills.map((fill) => (fill.side === 'buy' ? fill.quantity : -fill.quantity));
  expect(units.reduce((one, other) => one + other, 0)).toBe(expected.fills.reduce((sum, fill) => sum + fill.qty, 0));
}

describe.skipIf(!present)('oracle 11: LEAN (skipped when ../shared/oracles is absent)', () => {
  const vectors = present
    ? (JSON.parse(readFileSync(new URL('11_lean_regression.json', folder), 'utf8')) as { vectors: Vector[] }).vectors
    : [];
  const vector = (name: string): Vector => vectors.find(({ id }) => id === `lean-${name}Algorithm`)!;
  const run = (bars: BarSeries, strategy: Strategy): BacktestResult =>
    runBacktest({
      bars: [bars],
      strategy,
      account: { cash: 100_000, leverage: 2 },
      profile: 'lean',
      instruments: [instrument(bars.symbol, 'us_equity', { tickSize: 0 })],
    });

  test('BasicTemplateDaily, with every statistic that LEAN prints of it', () => {
    const bars = series('lean_spy_daily.csv', 'SPY', '20131008', '20131018');
    const result = run(bars, allIn);
    check(vector('BasicTemplateDaily'), result);
    checkStatistics(vector('BasicTemplateDaily'), result, bars);
  });
  test('SetHoldingsMarketOnOpenRegression, with every statistic that LEAN prints of it', () => {
    const result = run(series('lean_aapl_daily_201310.csv', 'AAPL', '20131007', '20131012'), allIn);
    check(vector('SetHoldingsMarketOnOpenRegression'), result);
    checkStatistics(vector('SetHoldingsMarketOnOpenRegression'), result, series('lean_spy_daily.csv', 'SPY', '20131007', '20131012'));
  });
  test('StopLimitOrderRegression', () =>
    check(vector('StopLimitOrderRegression'), run(series('lean_spy_daily.csv', 'SPY', '20130101', '20170102'), stopLimit())));
  test('MarketOnOpenOrderRegression', () =>
    check(vector('MarketOnOpenOrderRegression'), run(series('lean_spy_hour_202103.csv', 'SPY', '20210301', '20210304'), atMidnight)));

  const minutes = present ? minuteBars() : undefined;
  const atQuote = (halfSpreadBps: number, strategy: Strategy): BacktestResult =>
    runBacktest({
      bars: [minutes!.bars],
      strategy,
      account: { cash: 100_000, leverage: 2 },
      profile: executionProfile('lean', { marketFill: 'previous_close', halfSpreadBps }),
      instruments: [instrument('SPY', 'us_equity', { tickSize: 0 })],
    });

  test('BasicTemplate', () => {
    const result = atQuote((minutes!.askClose / minutes!.bars.close[0]! - 1) * 10_000, allInAtOnce);
    check(vector('BasicTemplate'), result);
    checkStatistics(vector('BasicTemplate'), result, minutes!.bars);
    expect(result.fills[0]!.price).toBeCloseTo(vector('BasicTemplate').expected.fills[0]!.price, 9);
  });

  test('StopLossOnOrderEventRegression', () => {
    const result = atQuote(0, shortWithStopBelow);
    const { fills } = vector('StopLossOnOrderEventRegression').expected;
    check(vector('StopLossOnOrderEventRegression'), result);
    result.fills.forEach(({ price }, at) => expect(price).toBeCloseTo(fills[at]!.price, 9));
  });
});

function minuteBars(): { readonly bars: BarSeries; readonly askClose: number } {
  const rows = readFileSync(new URL('data/lean_spy_minute_201310.csv', folder), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  const column = (at: number): Float64Array => Float64Array.from(rows, (row) => Number(row[at]));
  const time = Float64Array.from(
    rows,
    ([day, minute]) => Date.parse(`${day!.slice(0, 4)}-${day!.slice(4, 6)}-${day!.slice(6)}`) + Number(minute) * 60_000,
  );
  const bars = barSeries('SPY', parseTimeframe('1m'), {
    time,
    open: column(2),
    high: column(3),
    low: column(4),
    close: column(5),
    volume: column(6),
  });
  return { bars, askClose: Number(rows[0]![14]) };
}

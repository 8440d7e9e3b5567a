import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runBacktest, type BacktestRequest, type BacktestResult } from '#backtest';
import { createRng } from '#core';
import { barSeries, instrument, sliceBars, type BarSeries, type Fill, type Order, type Trade } from '#domain';
import { Engine, type EngineSnapshot } from '#engine';
import { executionProfile, type ExecutionProfile } from '#execution';
import type { FeatureInput, Strategy } from '#strategy';
import { anyTrader, fineWalk, walk } from './walk.ts';

const ROWS = 140;
const SYMBOLS = ['ONE', 'TWO', 'THREE'];

/** Three symbols on one clock, each with holes of its own; `rows[symbol][instant]` is the symbol's row there, −1 for none. */
function market(seed: number): { readonly bars: BarSeries[]; readonly rows: Int32Array[]; readonly finer: BarSeries[] } {
  const made = SYMBOLS.map((symbol, at) => {
    // Coarse ticks: prices meet limits exactly.
    const ticksAUnit = at === 2 ? 2 : 100;
    const finer = { ...fineWalk(ROWS, `${seed}/${symbol}`, ticksAUnit), symbol };
    const whole = walk(ROWS, `${seed}/${symbol}`, 0.01, '4h', ticksAUnit);
    const rng = createRng(`${seed}/${symbol}/holes`);
    const kept = Array.from({ length: ROWS }, (_, row) => row).filter((row) => row === 0 || rng.integer(8) > 0);
    const rows = new Int32Array(ROWS).fill(-1);
    kept.forEach((row, local) => (rows[row] = local));
    const pick = (column: Float64Array): Float64Array => Float64Array.from(kept, (row) => column[row]!);
    const { time, open, high, low, close, volume, timeframe } = whole;
    const columns = { time: pick(time), open: pick(open), high: pick(high), low: pick(low), close: pick(close), volume: pick(volume) };
    return { bars: barSeries(symbol, timeframe, columns), rows, finer };
  });
  return { bars: made.map(({ bars }) => bars), rows: made.map(({ rows }) => rows), finer: made.map(({ finer }) => finer) };
}

interface Setting {
  readonly seed: number;
  readonly profile: ExecutionProfile;
  readonly hedging: boolean;
  readonly finer: boolean;
}

interface Part {
  readonly equity: number[];
  readonly fills: readonly Fill[];
  readonly trades: readonly Trade[];
  readonly orders: readonly Order[];
  readonly state: EngineSnapshot;
}

/** Runs instants [from, to) on data that begin at instant `begin`, from a state or from the start. */
function play({ seed, profile, hedging, finer }: Setting, begin: number, from: number, to: number, state?: EngineSnapshot): Part {
  const all = market(seed);
  const starts = all.rows.map((rows) => rows.find((local, instant) => instant >= begin && local >= 0) ?? 0);
  const none = { names: [], columns: SYMBOLS.map(() => []) };
  const strategies = [anyTrader(seed, 'one'), anyTrader(seed, 'two')];
  const engine = new Engine({
    columns: all.bars.map((bars, symbol) => sliceBars(bars, starts[symbol]!, bars.length)),
    instruments: SYMBOLS.map((symbol, at) =>
      instrument(symbol, 'synthetic', { tickSize: at === 2 ? 0.5 : 0.01, ...(at === 1 ? { lotSize: 0.1, minQuantity: 0.1 } : {}) }),
    ),
    strategies,
    features: strategies.map(() => none),
    account: { cash: 20_000, leverage: 3, hedging, exclusiveOrders: false, financing: { debitInterest: 0.05, borrow: { default: 0.03 } } },
    profile,
    rng: createRng(seed),
    rows: ROWS,
    limits: { maxGrossExposure: 5, messageWindowMs: 3 * 14_400_000, maxMessages: 40 },
    events: [
      { kind: 'dividend', symbol: 'ONE', time: all.bars[0]!.time[40]!, perUnit: 0.5 },
      { kind: 'split', symbol: 'TWO', time: all.bars[1]!.time[70]!, ratio: 2 },
    ],
    ...(finer ? { finer: all.finer } : {}),
  });
  if (state !== undefined) engine.restore(JSON.parse(JSON.stringify(state)) as EngineSnapshot, begin);
  const { time } = walk(ROWS, seed);
  const equity: number[] = [];
  for (let instant = from; instant < to; instant++) {
    const locals = Int32Array.from(all.rows, (rows, symbol) => (rows[instant]! < 0 ? -1 : rows[instant]! - starts[symbol]!));
    engine.step(instant - begin, time[instant]!, locals);
    equity.push(engine.equityNow);
  }
  return { equity, fills: engine.fills, trades: engine.ledger.trades, orders: engine.records(), state: engine.snapshot() };
}

/** Orders of both parts, the later word on each. */
function lastWords(first: readonly Order[], second: readonly Order[]): Order[] {
  const byId = new Map([...first, ...second].map((order) => [order.id, order]));
  return [...byId.values()].sort((one, other) => one.id - other.id);
}

const settings = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  profile: fc
    .record({
      name: fc.constantFrom('base', 'harsh', 'optimistic', 'backtesting_py'),
      latencyBars: fc.constantFrom(1, 1, 2),
      latencyMs: fc.constantFrom(0, 0, 1_800_000, 20_000_000),
      limitFill: fc.constantFrom('through' as const, 'touch' as const, 'queue' as const),
      sequence: fc.constantFrom('open_first' as const, 'queue' as const),
    })
    .map(({ name, ...differing }) => executionProfile(name, { impactWindow: 15, queueAhead: 0.05, queueTouchShare: 0.3, ...differing })),
  hedging: fc.boolean(),
  finer: fc.boolean(),
});

test('a data set split anywhere and carried over gives orders, fills, trades and equity of one run, bit for bit', () => {
  fc.assert(
    fc.property(settings, fc.integer({ min: 1, max: ROWS - 1 }), fc.boolean(), (setting, cut, shorten) => {
      const whole = play(setting, 0, 0, ROWS);
      const first = play(setting, 0, 0, cut);
      const begin = shorten ? Math.max(0, cut - 60) : 0;
      const second = play(setting, begin, cut, ROWS, first.state);
      expect([...first.equity, ...second.equity]).toEqual(whole.equity);
      expect([...first.fills, ...second.fills]).toEqual(whole.fills);
      expect([...first.trades, ...second.trades]).toEqual(whole.trades);
      expect(lastWords(first.orders, second.orders)).toEqual(whole.orders);
      if (begin === 0) expect(JSON.stringify(second.state)).toBe(JSON.stringify(whole.state));
    }),
    { numRuns: 25 },
  );
});

test('the scripts of that property really trade: brackets, trailing, groups, partial fills, both sides', () => {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 6; seed++) {
    const { orders, trades, fills } = play({ seed, profile: executionProfile('base'), hedging: seed % 2 === 0, finer: false }, 0, 0, ROWS);
    for (const order of orders) kinds.add(order.type).add(order.status);
    for (const trade of trades) kinds.add(trade.exitReason).add(trade.side);
    if (new Set(fills.map(({ orderId }) => orderId)).size < fills.length) kinds.add('in parts');
  }
  for (const kind of [
    'trailing_stop',
    'stop_limit',
    'filled',
    'canceled',
    'expired',
    'denied',
    'stop',
    'target',
    'long',
    'short',
    'in parts',
  ])
    expect(kinds).toContain(kind);
});

describe('a backtest that goes on', () => {
  const strategy: Strategy = {
    name: 'cross',
    features: { fast: average(5), slow: average(20) },
    onBar(context) {
      const up = context.f.fast! > context.f.slow!;
      if (up && context.position.flat)
        context.submit({
          side: 'buy',
          type: 'limit',
          limitPrice: context.close,
          size: 50,
          stopLoss: context.close * 0.97,
          timeInForce: 'day',
        });
      else if (!up && !context.position.flat) context.closePosition();
      return undefined;
    },
  };
  const bars = walk(400, 11);
  const run = (from: number, to: number, more: Partial<BacktestRequest> = {}): BacktestResult =>
    runBacktest({ bars: [sliceBars(bars, from, to)], strategy, account: { cash: 100_000 }, profile: 'harsh', ...more });

  test('on data that begin later, with features warmed up again, is one run', () => {
    const whole = run(0, 400);
    const first = run(0, 250, { keepState: true });
    const second = run(120, 400, { continueFrom: JSON.parse(JSON.stringify(first.state)) as EngineSnapshot });
    expect([...first.fills, ...second.fills]).toEqual(whole.fills);
    expect([...first.trades, ...second.trades]).toEqual(whole.trades);
    expect([...first.equity.equity, ...second.equity.equity]).toEqual([...whole.equity.equity]);
    expect([...first.equity.time, ...second.equity.time]).toEqual([...bars.time]);
    expect(whole.trades.length).toBeGreaterThan(5);
    expect({ startCash: second.startCash, barsRun: second.barsRun }).toEqual({ startCash: first.endEquity, barsRun: 150 });
  });

  test('needs the bar where the other stopped, and later ones', () => {
    const state = run(0, 250, { keepState: true }).state!;
    expect(() => run(260, 400, { continueFrom: state })).toThrow(/stopped at 2020-.*do not hold/);
    expect(() => run(0, 250, { continueFrom: state })).toThrow(/bars end at/);
  });
});

function average(window: number): FeatureInput {
  return ({ close, length }) =>
    Float64Array.from({ length }, (_, row) =>
      row < window - 1 ? Number.NaN : close.slice(row - window + 1, row + 1).reduce((sum, value) => sum + value, 0) / window,
    );
}

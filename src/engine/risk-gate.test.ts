import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng, DAY_MS, timestamp } from '#core';
import { barSeries, instrument, parseTimeframe, type BarSeries, type OrderRequest } from '#domain';
import { executionProfile, type OrderChange, type WorkingOrder } from '#execution';
import { createRiskState, kill, releaseKill, type RefusalCode, type RiskLimits, type RiskState } from '#risk';
import type { BarContext, Strategy } from '#strategy';
import { Engine, featureTable } from './index.ts';

const START = Date.UTC(2024, 0, 1);
const CASH = 10_000;

interface Account {
  readonly leverage?: number;
  readonly hedging?: boolean;
  readonly exclusiveOrders?: boolean;
  readonly riskState?: RiskState;
  readonly profile?: string;
  readonly watched?: AfterFill;
  readonly volume?: number;
  /** Orders pass without being asked about, so that the fill alone holds the limits. */
  readonly unasked?: boolean;
}

/** Runs of each exposure property. */
const RUNS = 100;

type AfterFill = (engine: Engine, order: WorkingOrder, signed: number, price: number) => void;

class Watched extends Engine {
  watch: AfterFill | undefined;

  override filled(order: WorkingOrder, signed: number, price: number, fee: number, maker: boolean, row: number, time: number): void {
    const before = onSide(this, order.symbol, signed);
    super.filled(order, signed, price, fee, maker, row, time);
    if (this.hedging && onSide(this, order.symbol, signed) === before) return;
    if (order.closes === 0 && !order.reduceOnly) this.watch?.(this, order, signed, price);
  }
}

/** Units in lots of one direction. */
function onSide({ ledger }: Engine, symbol: number, direction: number): number {
  return ledger.lots(0, symbol).reduce((sum, { quantity }) => sum + (quantity * direction > 0 ? Math.abs(quantity) : 0), 0);
}

/** Whether the limits hold with the symbol just filled worth its price, unless the fill brought its position closer to zero. */
function holdsAt(engine: Engine, symbol: number, signed: number, price: number, limits: RiskLimits): void {
  const { ledger, hedging } = engine;
  const marks = engine.marks.slice();
  marks[symbol] = price;
  const net = ledger.net[symbol]!;
  if (!hedging && Math.abs(net) <= Math.abs(net - signed)) return;
  const equity = ledger.equity(marks) * (1 + 1e-9);
  const held = ledger.net.reduce((sum, units, at) => sum + units * marks[at]!, 0);
  expect(ledger.gross(marks)).toBeLessThanOrEqual(limits.maxGrossExposure! * equity);
  // Where both sides live side by side, each is a position of its own.
  const units = hedging ? onSide(engine, symbol, signed) : Math.abs(net);
  expect(units * price).toBeLessThanOrEqual(limits.maxConcentration! * equity);
  expect(Math.sign(signed) * held).toBeLessThanOrEqual(limits.maxNetExposure! * equity);
}

function bars(symbol: string, prices: readonly number[], barMs: number, width: number, volume = 1e9): BarSeries {
  return barSeries(symbol, parseTimeframe(barMs === DAY_MS ? '1d' : '1m'), {
    time: Float64Array.from(prices, (_, row) => START + row * barMs),
    open: Float64Array.from(prices),
    high: Float64Array.from(prices, (price) => price * (1 + width)),
    low: Float64Array.from(prices, (price) => price * (1 - width)),
    close: Float64Array.from(prices),
    volume: Float64Array.from(prices, () => volume),
  });
}

/** Runs one strategy on symbols A, B, … with the given closes; `after` is called when each bar is done. */
function run(
  closes: readonly (readonly number[])[],
  onBar: (context: BarContext) => void,
  limits: RiskLimits | undefined,
  account: Account = {},
  after: (engine: Engine) => void = () => undefined,
  barMs: number = DAY_MS,
): Engine {
  const series = closes.map((prices, at) => bars('ABC'[at]!, prices, barMs, 0.02, account.volume));
  const strategy: Strategy = {
    name: 'script',
    features: {},
    onBar: (context) => {
      onBar(context);
      return undefined;
    },
  };
  const { leverage = 4, hedging = false, exclusiveOrders = false, riskState, profile = 'frictionless', watched } = account;
  const engine = new Watched({
    columns: series,
    instruments: series.map(({ symbol }) => instrument(symbol, 'synthetic', { lotSize: 1e-6, minQuantity: 1e-6, tickSize: 0 })),
    strategies: [strategy],
    features: [featureTable(strategy, series)],
    account: { cash: CASH, leverage, hedging, exclusiveOrders },
    profile: executionProfile(profile),
    rng: createRng(1),
    rows: closes[0]!.length,
    ...(limits === undefined ? {} : { limits }),
    ...(riskState === undefined ? {} : { riskState }),
  });
  engine.watch = watched;
  if (account.unasked === true) Object.assign(engine.gate!, { admit: () => undefined });
  const locals = new Int32Array(series.length);
  for (let row = 0; row < closes[0]!.length; row++) {
    locals.fill(row);
    engine.step(row, START + row * barMs, locals);
    after(engine);
  }
  return engine;
}

const buy = (size: number, more: Partial<OrderRequest> = {}): OrderRequest => ({ side: 'buy', type: 'market', size, ...more });
const sell = (size: number, more: Partial<OrderRequest> = {}): OrderRequest => ({ side: 'sell', type: 'market', size, ...more });
const flat = (rows: number, price = 100): number[] => Array.from({ length: rows }, () => price);

describe('every refusal occurs in the engine, with its code and in the decision log', () => {
  type Script = Readonly<Record<number, readonly OrderRequest[]>>;
  const rows: readonly (readonly [RefusalCode, RiskLimits, Script, (readonly number[])?])[] = [
    ['order_quantity', { maxOrderQuantity: 10 }, { 0: [buy(11)] }],
    ['order_notional', { maxOrderNotional: 1000 }, { 0: [buy(11)] }],
    ['order_notional', { maxOrderNotional: 1000 }, { 0: [{ ...buy(1), size: { kind: 'target_weight', weight: 0.2 } }] }],
    ['window_quantity', { maxWindowQuantity: 10, sizeWindowMs: DAY_MS }, { 0: [buy(6), buy(6)] }],
    ['window_notional', { maxWindowNotional: 1000, sizeWindowMs: DAY_MS }, { 0: [buy(6), buy(6)] }],
    ['price_collar', { priceCollarFraction: 0.1 }, { 0: [buy(1, { type: 'limit', limitPrice: 80 })] }],
    ['gross_exposure', { maxGrossExposure: 1 }, { 0: [buy(60), buy(60)] }],
    ['gross_exposure', { maxGrossExposure: 1 }, { 0: [{ ...buy(1), size: { kind: 'margin_fraction', fraction: 0.5 } }] }],
    ['net_exposure', { maxNetExposure: 0.5 }, { 0: [sell(60)] }],
    ['concentration', { maxConcentration: 0.5 }, { 0: [buy(60)] }],
    ['drawdown_halt', { maxDrawdownFraction: 0.2 }, { 0: [buy(50)], 3: [buy(1)] }, [100, 100, 100, 50, 50]],
    ['daily_loss', { maxDailyLossFraction: 0.2 }, { 0: [buy(50)], 2: [buy(1)] }, [100, 100, 50, 50]],
    ['duplicate', { duplicateWindowMs: 1000 }, { 0: [buy(1), buy(1)] }],
    ['message_rate', { maxMessages: 2, messageWindowMs: 1000 }, { 0: [buy(1), buy(2), buy(3)] }],
    ['open_orders', { maxOpenOrders: 1 }, { 0: [buy(1, { type: 'limit', limitPrice: 90 }), buy(1, { type: 'limit', limitPrice: 89 })] }],
    ['self_cross', {}, { 0: [sell(1, { type: 'limit', limitPrice: 110 }), buy(1, { type: 'limit', limitPrice: 111 })] }],
    ['reduce_only_flip', {}, { 0: [sell(1, { reduceOnly: true })] }],
  ];
  test.each(rows.map(([code, limits, script, prices = flat(4)]) => ({ code, limits, script, prices })))(
    '$code with $limits',
    ({ code, limits, script, prices }) => {
      const engine = run([prices], (context) => script[context.row]?.forEach((order) => context.submit(order)), limits);
      const denied = engine.records().filter(({ status }) => status === 'denied');
      expect(denied.map(({ reason }) => reason.split(':')[0])).toEqual([code]);
      expect(denied[0]!.reason).toMatch(/^[a-z_]+: [A-Z0-9].+\.$/);
      expect(engine.decisions.read(0, (denied[0]!.createdTime - START) / DAY_MS)).toBe(`denied: ${denied[0]!.reason}`);
      expect([...engine.gate!.counts]).toEqual([[code, 1]]);
    },
  );

  test('killed and reduce_only_mode, by a state that was written to disk; closing goes on', () => {
    const buys = (context: BarContext): void => {
      if (context.row < 3) context.submit(buy(1));
      else context.closePosition();
    };
    const first = run([flat(2)], buys, {}, {}, ({ gate, row }) => row === 1 && kill(gate!.state, 'the operator said so'));
    const kept = JSON.parse(JSON.stringify(first.gate!.state)) as RiskState;
    const second = run([flat(3)], buys, {}, { riskState: kept });
    expect(second.records().map(({ reason }) => reason)).toEqual(
      Array.from({ length: 3 }, () => 'killed: Trading is stopped: the operator said so.'),
    );
    releaseKill(kept);
    const third = run([flat(6)], buys, {}, { riskState: kept }, ({ gate, row }) => {
      if (row === 1) gate!.state.reduceOnly = true;
      if (row === 2) kill(gate!.state, 'again');
    });
    expect(third.records().map(({ status, reason }) => (status === 'denied' ? reason.split(':')[0] : status))).toEqual([
      'filled',
      'filled',
      'reduce_only_mode',
      'filled',
    ]);
    expect(third.held(0, 0)).toBe(0);
  });
});

/** What a random strategy may do with one symbol at one bar. */
const action = fc.record({
  symbol: fc.constantFrom(0, 1),
  side: fc.constantFrom('buy' as const, 'sell' as const),
  kind: fc.constantFrom('units', 'weight', 'margin', 'notional', 'limit', 'stop', 'reduce', 'close', 'cancel'),
  part: fc.double({ min: 0.01, max: 2.5, noNaN: true }),
});
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never;

function act({ side, kind, part }: Action, context: BarContext): void {
  const units = (part * CASH) / 100;
  const sign = side === 'buy' ? 1 : -1;
  const market = { side, type: 'market' } as const;
  switch (kind) {
    case 'units':
      context.submit({ ...market, size: units });
      return;
    case 'weight':
      context.submit({ ...market, size: { kind: 'target_weight', weight: sign * part } });
      return;
    case 'margin':
      context.submit({ ...market, size: { kind: 'margin_fraction', fraction: part / 2.5 } });
      return;
    case 'notional':
      context.submit({ ...market, size: { kind: 'notional', notional: part * CASH } });
      return;
    case 'limit':
      context.submit({ side, type: 'limit', limitPrice: 100 - (sign * part) / 100, size: units });
      return;
    case 'stop':
      context.submit({ side, type: 'stop', stopPrice: 100 + (sign * part) / 100, size: units });
      return;
    case 'reduce':
      context.submit({ ...market, size: units, reduceOnly: true });
      return;
    case 'close':
      context.closePosition(Math.min(1, part));
      return;
    case 'cancel':
      context.cancelAll();
  }
}

describe('no sequence of orders gets past a limit', () => {
  const sequences = fc.array(fc.array(action, { maxLength: 5 }), { minLength: 2, maxLength: 12 });
  const accounts = fc.record({ hedging: fc.boolean(), exclusiveOrders: fc.boolean() });
  const perform =
    (bars: readonly (readonly Action[])[]) =>
    (context: BarContext): void => {
      for (const one of bars[context.row] ?? []) if ('AB'[one.symbol] === context.symbol) act(one, context);
    };

  // Resting orders fill up to 0.025 away from a mark of 100, so that equity may have moved by as much a unit.
  const slack = (most: number): number => most * 0.001 * CASH * (1 + most);
  const exposureLimits = (most: number): RiskLimits => ({
    maxGrossExposure: most,
    maxConcentration: most * 0.7,
    maxNetExposure: most * 0.8,
    refuseSelfCross: false,
  });

  test('exposure limits, every kind of order, at prices that stand still', () => {
    fc.assert(
      fc.property(sequences, accounts, fc.double({ min: 0.3, max: 3, noNaN: true }), (bars, account, most) => {
        const closes = [flat(bars.length + 2), flat(bars.length + 2)];
        run(closes, perform(bars), exposureLimits(most), account, ({ ledger, marks, equityNow }) => {
          expect(ledger.gross(marks)).toBeLessThanOrEqual(most * equityNow * (1 + 1e-9) + slack(most));
          for (const held of ledger.net)
            expect(Math.abs(held) * 100).toBeLessThanOrEqual(0.7 * most * equityNow * (1 + 1e-9) + slack(most));
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('exposure limits, every kind of order, at every fill that adds exposure, whatever prices and costs do', () => {
    const moves = fc.array(fc.double({ min: -0.15, max: 0.15, noNaN: true }), { minLength: 16, maxLength: 16 });
    const market = fc.record({
      a: moves,
      b: moves,
      profile: fc.constantFrom('frictionless', 'base', 'harsh', 'lean', 'backtesting_py'),
      volume: fc.constantFrom(1e9, 5000, 500),
      unasked: fc.boolean(),
    });
    fc.assert(
      fc.property(sequences, accounts, fc.double({ min: 0.3, max: 3, noNaN: true }), market, (bars, account, most, { a, b, ...rest }) => {
        const prices = [a, b].map((changes) => changes.slice(0, bars.length + 2).map((change) => 100 * (1 + change)));
        const watched: AfterFill = (engine, order, signed, price) => holdsAt(engine, order.symbol, signed, price, exposureLimits(most));
        run(prices, perform(bars), exposureLimits(most), { ...account, ...rest, watched });
      }),
      { numRuns: RUNS },
    );
  });

  test('a share of margin in a hedging account with exclusive orders, once beyond the limit', () => {
    const bars: readonly (readonly Action[])[] = [
      [{ symbol: 0, side: 'buy', kind: 'units', part: 0.01 }],
      [{ symbol: 0, side: 'sell', kind: 'margin', part: 0.13149375624999987 }],
      [],
    ];
    run([flat(5), flat(5)], perform(bars), exposureLimits(0.3), { hedging: true, exclusiveOrders: true }, ({ ledger, equityNow }) => {
      for (const held of ledger.net) expect(Math.abs(held) * 100).toBeLessThanOrEqual(0.21 * equityNow * (1 + 1e-9));
    });
  });

  test('order size and the throttle of a window, closing orders aside', () => {
    const limits = { maxOrderNotional: 4000, maxMessages: 3, messageWindowMs: 3 * 60_000, refuseSelfCross: false };
    fc.assert(
      fc.property(sequences, accounts, (bars, account) => {
        const engine = run([flat(bars.length + 2), flat(bars.length + 2)], perform(bars), limits, account, undefined, 60_000);
        const sent = engine.records().filter(({ status }) => status !== 'denied');
        const opening = sent.filter(({ reduceOnly, parentId }) => !reduceOnly && parentId === 0);
        for (const order of opening) {
          expect(order.filledQuantity * 100).toBeLessThanOrEqual(4000 * 1.03);
          const before = sent.filter(
            ({ id, createdTime, parentId, type }) =>
              id < order.id && order.createdTime - createdTime < limits.messageWindowMs && !(parentId > 0 && type !== 'market'),
          );
          expect(before.length).toBeLessThanOrEqual(2 + before.filter(({ reduceOnly, parentId }) => reduceOnly || parentId > 0).length);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('an order that can only reduce passes every limit and every halt', () => {
    const tight = {
      maxOrderNotional: 1,
      maxMessages: 0,
      messageWindowMs: DAY_MS,
      maxGrossExposure: 0.01,
      maxDrawdownFraction: 0.001,
      maxOpenOrders: 0,
    };
    fc.assert(
      fc.property(fc.double({ min: 1, max: 90, noNaN: true }), fc.boolean(), fc.boolean(), (units, long, killed) => {
        const engine = run(
          [[...flat(2), ...flat(4, long ? 99 : 101)]],
          (context) => {
            if (context.row === 3) context.submit({ side: long ? 'sell' : 'buy', type: 'market', size: units, reduceOnly: true });
          },
          tight,
          {},
          ({ gate, ledger, row, time }) => {
            if (row === 0)
              ledger.apply({
                strategy: 0,
                symbol: 0,
                quantity: long ? 95 : -95,
                price: 100,
                fee: 0,
                orderId: 99,
                time,
                row,
                reason: '',
                closes: 0,
                nets: false,
                complete: true,
                tag: '',
              });
            if (row === 1 && killed) kill(gate!.state, 'stop');
          },
        );
        expect(engine.records().map(({ status }) => status)).toEqual(['filled']);
      }),
      { numRuns: 40 },
    );
  });

  test('limits that are far away change nothing', () => {
    const far = {
      maxGrossExposure: 1e6,
      maxConcentration: 1e6,
      priceCollarFraction: 1e3,
      maxMessages: 1e6,
      messageWindowMs: 60_000,
      refuseSelfCross: false,
    };
    fc.assert(
      fc.property(sequences, accounts, (bars, account) => {
        // A reduce-only order with nothing to reduce is told so at once with limits, and by the venue without.
        const some = bars.map((actions) => actions.filter(({ kind }) => kind !== 'reduce'));
        const closes = [flat(bars.length + 2), flat(bars.length + 2)];
        expect(run(closes, perform(some), far, account).fills).toEqual(run(closes, perform(some), undefined, account).fills);
      }),
      { numRuns: 60 },
    );
  });
});

test('at the fill an order of decided size is cut to whole lots, one that named its units refused, and both say why', () => {
  const limits = { maxConcentration: 1, refuseSelfCross: false };
  const prices = [100, 150, 150, 150];
  const ask = (request: OrderRequest) => (context: BarContext) => {
    if (context.row === 0) context.submit(request);
  };
  const named = run([prices], ask(buy(90)), limits);
  expect(named.records().map(({ status, reason }) => [status, reason])).toEqual([
    ['rejected', 'concentration: A would be 1.35 times equity at the fill; the limit is 1.'],
  ]);
  expect(named.decisions.read(0, 1)).toBe(`refused at the fill: ${named.records()[0]!.reason}`);
  expect([...named.gate!.counts]).toEqual([['concentration', 1]]);
  const cut = run(
    [[100, 120, 120]],
    (context) => {
      if (context.row > 0) return;
      context.submit(buy(30));
      context.submit({ ...buy(1), size: { kind: 'notional', notional: 6000 } });
    },
    { ...limits, maxConcentration: 0.95 },
  );
  expect(cut.records().map(({ status, quantity }) => [status, quantity])).toEqual([
    ['filled', 30],
    ['filled', 49.166666],
  ]);
  expect(cut.records()[1]!.reason).toBe(
    'concentration: A would be 0.96 times equity at the fill; the limit is 0.95. Cut from 50 to 49.166666 units.',
  );
  expect(cut.decisions.read(0, 1)).toBe(`cut at the fill: ${cut.records()[1]!.reason}`);
  expect(cut.gate!.counts.size).toBe(0);
});

describe('a change of a working order asks the limits too', () => {
  const limit = (size: number, limitPrice = 95): OrderRequest => ({ side: 'buy', type: 'limit', size, limitPrice });
  const cases: readonly (readonly [RiskLimits, OrderChange, string])[] = [
    [{ maxGrossExposure: 1 }, { quantity: 110 }, 'gross_exposure'],
    [{ maxOrderQuantity: 60 }, { quantity: 61 }, 'order_quantity'],
    [{ maxWindowQuantity: 60, sizeWindowMs: DAY_MS * 9 }, { quantity: 61 }, 'window_quantity'],
    [{ priceCollarFraction: 0.1 }, { limitPrice: 80 }, 'price_collar'],
    [{ maxMessages: 1, messageWindowMs: DAY_MS * 9 }, { limitPrice: 94 }, 'message_rate'],
    [{ maxGrossExposure: 1 }, { quantity: 90 }, ''],
    [{ maxWindowQuantity: 60, sizeWindowMs: DAY_MS * 9 }, { quantity: 60, limitPrice: 96 }, ''],
    [{ maxMessages: 1, messageWindowMs: DAY_MS * 9 }, { quantity: 40 }, ''],
  ];
  test.each(cases.map(([limits, change, code]) => ({ limits, change, code })))(
    '$change under $limits: $code',
    ({ limits, change, code }) => {
      const answers: boolean[] = [];
      const engine = run(
        [flat(5)],
        (context) => {
          if (context.row === 0) context.submit(limit(50));
          if (context.row === 2) answers.push(context.replace(1, change));
        },
        limits,
      );
      const [order] = engine.records();
      expect(answers).toEqual([code === '']);
      expect([order!.quantity, order!.limitPrice]).toEqual(code === '' ? [change.quantity ?? 50, change.limitPrice ?? 95] : [50, 95]);
      expect(engine.decisions.read(0, 2)).toMatch(code === '' ? /^$/ : new RegExp(`^change of order 1 denied: ${code}: `));
    },
  );

  test('whatever is changed, working orders at their worst stay within the limit they were asked with', () => {
    const change = fc.record({
      quantity: fc.integer({ min: 1, max: 200 }),
      limitPrice: fc.integer({ min: 90, max: 97 }),
      which: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 }),
        fc.array(change, { maxLength: 8 }),
        (sizes, changes) => {
          const engine = run(
            [flat(12)],
            (context) => {
              if (context.row === 0) for (const size of sizes) context.submit(limit(size));
              const next = changes[context.row - 1];
              if (next === undefined) return;
              const { which, ...asked } = next;
              context.replace(which, asked);
            },
            { maxGrossExposure: 1, refuseSelfCross: false },
          );
          const worst = engine.venue.ordersOf(0).reduce((sum, { remaining }) => sum + remaining * 100, 0);
          expect(worst).toBeLessThanOrEqual(CASH);
        },
      ),
      { numRuns: 100 },
    );
  });
});

test('a gate begins where its state says', () => {
  const state = createRiskState(20_000, timestamp(0));
  const engine = run([flat(2)], (context) => void context.submit(buy(1)), { maxDrawdownFraction: 0.4 }, { riskState: state });
  expect(engine.records()[0]!.reason).toMatch(/^drawdown_halt: Equity 10000 is 50\.00 % below its peak of 20000/);
});

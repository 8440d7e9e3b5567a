import fc from 'fast-check';
import { createRng } from '#core';
import { barSeries, instrument, parseTimeframe, type BarSeries, type OrderRequest, type OrderType } from '#domain';
import type { AccountEvent } from '#engine';
import { executionProfile, US_EQUITY_FEES, type ExecutionProfile, type FeeSchedule } from '#execution';
import type { BarContext, Strategy } from '#strategy';
import type { Case } from './second-books.ts';
import { TYPES, walk } from './walk.ts';

const ROWS = 120;
const SYMBOLS = ['ONE', 'TWO', 'THREE'] as const;
const STEP = 14_400_000;
const START = 1_577_836_800_000;

const FEES: readonly (FeeSchedule | undefined)[] = [
  undefined,
  {
    kind: 'tiers',
    tiers: [
      { from: 0, makerBps: 2, takerBps: 8 },
      { from: 20_000, makerBps: -1, takerBps: 3 },
    ],
  },
  { kind: 'sum', of: [{ kind: 'per_share', perShare: 0.005, minimum: 1, maximumFraction: 0.01 }, US_EQUITY_FEES] },
  { kind: 'rounded', step: 0.01, of: { kind: 'fixed_plus', fixed: 0.3, fraction: 0.001 } },
];

/** Bars of one symbol with holes and, now and then, a gap of a tenth. */
function market(symbol: string, seed: string): BarSeries {
  const whole = walk(ROWS, `${seed}/${symbol}`);
  const rng = createRng(`${seed}/${symbol}/holes`);
  const rows = Array.from({ length: ROWS }, (_, row) => row).filter((row) => row === 0 || rng.integer(8) > 0);
  let level = 1;
  const levels = rows.map(() => (level *= rng.integer(25) === 0 ? 1 + 0.2 * (rng.uniform() - 0.5) : 1));
  const price = (column: Float64Array): Float64Array =>
    Float64Array.from(rows, (row, at) => Math.round(column[row]! * levels[at]! * 100) / 100);
  const pick = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row]!);
  const columns = {
    time: pick(whole.time),
    open: price(whole.open),
    high: price(whole.high),
    low: price(whole.low),
    close: price(whole.close),
    volume: pick(whole.volume),
  };
  return barSeries(symbol, whole.timeframe, columns);
}

/** Four finer bars inside each bar: from the open to one extreme, to the other, to the close. */
function finerOf(bars: BarSeries, seed: string): BarSeries {
  const rng = createRng(`${seed}/${bars.symbol}/finer`);
  const steps = Array.from({ length: bars.length }, (_, row) => {
    const [one, other] = rng.uniform() < 0.5 ? [bars.high[row]!, bars.low[row]!] : [bars.low[row]!, bars.high[row]!];
    const middle = (one + other) / 2;
    return [bars.open[row]!, one, middle, other, bars.close[row]!];
  });
  const make = (pick: (path: readonly number[], step: number, row: number) => number): Float64Array =>
    Float64Array.from({ length: bars.length * 4 }, (_, at) => pick(steps[at >> 2]!, at & 3, at >> 2));
  return barSeries(bars.symbol, parseTimeframe('1h'), {
    time: make((_, step, row) => bars.time[row]! + step * (STEP / 4)),
    open: make((path, step) => path[step]!),
    high: make((path, step) => Math.max(path[step]!, path[step + 1]!)),
    low: make((path, step) => Math.min(path[step]!, path[step + 1]!)),
    close: make((path, step) => path[step + 1]!),
    volume: make((_, __, row) => bars.volume[row]! / 4),
  });
}

export interface Setting {
  readonly seed: number;
  readonly name: string;
  readonly limitFill: 'through' | 'touch' | 'queue';
  readonly latencyBars: number;
  readonly latencyMs: number;
  readonly fees: FeeSchedule | undefined;
  readonly hedging: boolean;
  readonly leverage: number;
  readonly euros: boolean;
  readonly splits: boolean;
  readonly meddles: boolean;
  readonly limits: boolean;
  readonly reduced: boolean;
  readonly finer: boolean;
  readonly exclusive: boolean;
  readonly trailing: ExecutionProfile['trailing'];
  readonly stopInMarket: ExecutionProfile['stopInMarket'];
}

export const settings: fc.Arbitrary<Setting> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  name: fc.constantFrom('optimistic', 'base', 'harsh', 'frictionless', 'backtesting_py', 'lean'),
  limitFill: fc.constantFrom('through', 'touch', 'queue'),
  latencyBars: fc.constantFrom(1, 1, 2),
  latencyMs: fc.constantFrom(0, 0, 1_800_000, 20_000_000),
  fees: fc.constantFrom(...FEES),
  hedging: fc.boolean(),
  leverage: fc.constantFrom(1, 3, 20),
  euros: fc.boolean(),
  splits: fc.boolean(),
  meddles: fc.boolean(),
  limits: fc.boolean(),
  reduced: fc.boolean(),
  finer: fc.constantFrom(false, false, true),
  exclusive: fc.constantFrom(false, false, false, true),
  trailing: fc.constantFrom('over', 'over', 'within'),
  stopInMarket: fc.constantFrom('triggers', 'triggers', 'rejected'),
});

export function caseOf(setting: Setting): Case {
  const { seed, name, limitFill, latencyBars, latencyMs, fees, leverage, hedging, euros } = setting;
  const bars = SYMBOLS.map((symbol) => market(symbol, String(seed)));
  const profile = executionProfile(name, {
    limitFill,
    latencyBars,
    latencyMs,
    trailing: setting.trailing,
    stopInMarket: setting.stopInMarket,
    impactWindow: 15,
    queueAhead: 0.05,
    queueTouchShare: 0.3,
    beyondMargin: setting.reduced ? 'reduced' : 'refused',
    ...(fees === undefined ? {} : { fees }),
  });
  const instruments = [
    instrument('ONE', 'synthetic', { tickSize: 0.01, currency: euros ? 'EUR' : 'USD' }),
    instrument('TWO', 'crypto', { tickSize: 0.01, lotSize: 0.1, minQuantity: 0.1, currency: 'USD' }),
    instrument('THREE', 'synthetic', { tickSize: 0.01, lotSize: 3, minQuantity: 3, multiplier: 5 }),
  ];
  const at = (row: number): number => START + row * STEP;
  const events: AccountEvent[] = [
    { kind: 'dividend', symbol: 'ONE', time: at(30), perUnit: 0.7 },
    { kind: 'funding', symbol: 'TWO', time: at(50), rate: 0.001 },
    { kind: 'funding', symbol: 'TWO', time: at(51) - 1, rate: -0.002 },
    { kind: 'delisting', symbol: 'THREE', time: at(100), ...(seed % 2 ? { price: 3 } : {}) },
    ...(setting.splits
      ? [
          { kind: 'split', symbol: 'ONE', time: at(60), ratio: 0.25 } as const,
          { kind: 'split', symbol: 'TWO', time: at(70), ratio: 3 } as const,
        ]
      : []),
  ];
  const financing = { borrow: { default: 0.03, TWO: 0.4 }, creditInterest: 0.02, debitInterest: 0.08 };
  const rates = euros ? { EUR: { ...market('EURUSD', `${seed}/rate`) } } : {};
  const asked = new Map<number, OrderRequest>();
  const changed = new Set<number>();
  return {
    bars,
    instruments,
    profile,
    events,
    financing,
    rates,
    asked,
    changed,
    request: {
      bars,
      instruments,
      profile,
      events,
      seed,
      strategy: ['one', 'two'].map((who) => attacker(seed, who, setting.meddles, asked, changed)),
      account: {
        cash: 40_000,
        leverage,
        hedging,
        financing,
        maintenanceMargin: 0.04,
        exclusiveOrders: setting.exclusive,
        ...(euros ? { currency: 'USD', conversion: rates } : {}),
      },
      ...(setting.finer ? { finer: bars.map((series) => finerOf(series, String(seed))) } : {}),
      ...(setting.limits ? { limits: { maxGrossExposure: 2, maxConcentration: 1.5, refuseSelfCross: false } } : {}),
    },
  };
}

/** Orders of every kind, also senseless ones; what was taken is written down by its id. */
function attacker(seed: number, name: string, meddles: boolean, asked: Map<number, OrderRequest>, changed: Set<number>): Strategy {
  return {
    name,
    features: {},
    onBar(context) {
      const rng = createRng(`${seed}/${name}/${context.symbol}/${context.time}`);
      const draw = (): number => rng.uniform();
      const send = (request: OrderRequest): void => void asked.set(context.submit(request), request);
      if (draw() < 0.05) context.closePosition(draw() < 0.5 ? 1 : 0.5);
      if (meddles && draw() < 0.05) context.cancelAll();
      for (const order of context.orders()) {
        const chance = draw();
        if (!meddles || chance > 0.06) continue;
        if (chance < 0.02) context.cancel(order.id);
        else {
          changed.add(order.id);
          context.replace(order.id, chance < 0.04 ? { quantity: 1 + Math.floor(draw() * 30) } : { limitPrice: context.close * 1.002 });
        }
      }
      if (draw() < 0.12) protect(context, draw, send);
      if (draw() < 0.3) send(anyRequest(context, draw));
      return undefined;
    },
  };
}

function protect({ position, symbol, time, close }: BarContext, draw: () => number, send: (request: OrderRequest) => void): void {
  const sign = Math.sign(position.quantity);
  if (sign === 0) return;
  const name = `${symbol}:${time}`;
  const group = draw() < 0.5 ? { ocoGroup: name } : { ouoGroup: name };
  const shared = { side: sign > 0 ? 'sell' : 'buy', size: Math.abs(position.quantity), ...group, tag: name, reduceOnly: true } as const;
  send({ ...shared, type: 'limit', limitPrice: close * (1 + sign * 0.02 * draw()) });
  send({ ...shared, type: 'stop', stopPrice: close * (1 - sign * 0.02 * draw()) });
}

function anyRequest(context: BarContext, draw: () => number): OrderRequest {
  const { close, time } = context;
  const [oldest] = context.lots();
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(draw() * items.length)]!;
  const side = pick(['buy', 'sell'] as const);
  const sign = side === 'buy' ? 1 : -1;
  const type = pick<OrderType>(['market', 'limit', 'stop', ...TYPES]);
  const touches = type.endsWith('_if_touched');
  const limits = type.startsWith('limit') || type === 'stop_limit';
  const units = 1 + Math.floor(draw() * 40);
  const size = pick<OrderRequest['size']>([
    units,
    units,
    units + 0.37,
    { kind: 'notional', notional: 2000 },
    { kind: 'margin_fraction', fraction: 0.2 },
  ] as const);
  const near = pick([0.005, 0.005, 0.02]);
  const timeInForce = pick(['gtc', 'gtc', 'gtc', 'day', 'ioc', 'fok', 'gtd'] as const);
  const entry = limits
    ? close * (1 + sign * (type === 'limit' ? -0.006 : touches ? -0.003 : 0.01))
    : type === 'stop'
      ? close * (1 + sign * 0.005)
      : close;
  return {
    side,
    type,
    size,
    timeInForce,
    reduceOnly: draw() < 0.1,
    ...(timeInForce === 'gtd' ? { goodTill: (time + STEP * 5) as BarContext['time'] } : {}),
    ...(type === 'limit' && draw() < 0.3 ? { postOnly: true } : {}),
    ...(type.startsWith('stop') ? { stopPrice: close * (1 + sign * 0.005) } : {}),
    ...(touches ? { triggerPrice: close * (1 - sign * 0.005) } : {}),
    ...(limits ? { limitPrice: entry } : {}),
    ...(type === 'trailing_stop' ? { trailPercent: 0.01, ...(draw() < 0.4 ? { activationPrice: close * (1 - sign * 0.01) } : {}) } : {}),
    ...(draw() < 0.5 ? { stopLoss: entry * (1 - sign * near), takeProfit: entry * (1 + sign * near * 1.2), maxBars: 12 } : {}),
    ...(draw() < 0.05 && oldest !== undefined ? { closesOrder: oldest.orderId } : {}),
  };
}

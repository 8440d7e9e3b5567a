import { compileLimits, type CompiledLimits, type RiskLimits } from './limits.ts';
import type { OrderIntent, RiskState } from './state.ts';

/** Why an order was refused. The codes are stable: journals, reports and tests name them. */
export type RefusalCode =
  | 'invalid_order'
  | 'killed'
  | 'reduce_only_mode'
  | 'reduce_only_flip'
  | 'no_mark'
  | 'order_quantity'
  | 'order_notional'
  | 'window_quantity'
  | 'window_notional'
  | 'price_collar'
  | 'gross_exposure'
  | 'net_exposure'
  | 'concentration'
  | 'drawdown_halt'
  | 'daily_loss'
  | 'duplicate'
  | 'message_rate'
  | 'open_orders'
  | 'self_cross'
  | 'impact_eats_edge'
  | 'impact_unknown';

export type RiskDecision<O extends OrderIntent = OrderIntent> =
  | { readonly kind: 'approved'; readonly order: O }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly reason: string };

export interface RiskGate {
  readonly limits: CompiledLimits;
  /** How far back the state must remember sent orders. */
  readonly rememberMs: number;
}

/** Limits made ready. Unknown keys and bad numbers throw `UserError`. */
export function createRiskGate(limits: RiskLimits = {}): RiskGate {
  const compiled = compileLimits(limits);
  return { limits: compiled, rememberMs: Math.max(compiled.sizeWindowMs, compiled.duplicateWindowMs, compiled.messageWindowMs) };
}

/** A limit of 5 % means 5 %, though 1.05 - 1 is a hair more than 0.05. */
const rounding = 1 + 1e-12;

type Refusal = Extract<RiskDecision, { kind: 'refused' }>;
const refuse = (code: RefusalCode, reason: string): Refusal => ({ kind: 'refused', code, reason });
const show = (value: number): string => String(Number(value.toPrecision(8)));
const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
const priceOr = (price: number | undefined, otherwise: number): number => (price === undefined || Number.isNaN(price) ? otherwise : price);

/**
 * Judges one order. Pure: the state is only read. An order that takes a position closer to zero passes kill, reduce-only mode,
 * the loss halts, the count of open orders and the exposure limits, since refusing it would keep the risk on; size, collar, duplicate, throttle and
 * self-cross checks hold for every order.
 */
export function checkOrder<O extends OrderIntent>(gate: RiskGate, order: O, state: RiskState): RiskDecision<O> {
  const fault = orderFault(order);
  if (fault !== undefined) return fault;
  const row = Object.hasOwn(state.symbols, order.symbol) ? state.symbols[order.symbol] : undefined;
  const held = row?.quantity ?? 0;
  const mark = row?.mark ?? 0;
  const against = order.side === 'buy' ? held < 0 : held > 0;
  // Without the venue's reduce-only promise, exits that already work use up the position.
  const leaving = against && order.reduceOnly !== true ? Math.abs(reach(state, order.symbol, order.side)) : 0;
  const reducing = against && order.quantity <= (Math.abs(held) - leaving) * rounding;
  if (order.reduceOnly === true && !reducing) {
    return refuse(
      'reduce_only_flip',
      `A reduce-only ${order.side} of ${show(order.quantity)} ${order.symbol} would not reduce the position of ${show(held)}.`,
    );
  }
  const price = priceOr(order.limitPrice, priceOr(order.stopPrice, mark));
  return (
    (reducing ? undefined : haltRefusal(gate.limits, state)) ??
    sizeRefusal(gate.limits, order, price, mark) ??
    windowRefusal(gate.limits, order, price, state) ??
    (gate.limits.refuseSelfCross ? crossRefusal(order, state) : undefined) ??
    (reducing ? undefined : exposureRefusal(gate.limits, order, price, state)) ?? { kind: 'approved', order }
  );
}

function orderFault(order: OrderIntent): Refusal | undefined {
  if (!(order.quantity > 0 && Number.isFinite(order.quantity)))
    return refuse('invalid_order', `The quantity must be a positive number, got ${order.quantity}.`);
  const limit = priceOr(order.limitPrice, 1);
  const stop = priceOr(order.stopPrice, 1);
  if (!(Number.isFinite(limit) && Number.isFinite(stop))) return refuse('invalid_order', 'The price of an order must be finite.');
  return undefined;
}

function haltRefusal(limits: CompiledLimits, state: RiskState): Refusal | undefined {
  if (state.killReason !== '') return refuse('killed', `Trading is stopped: ${state.killReason}.`);
  if (state.reduceOnly) return refuse('reduce_only_mode', 'Only orders that reduce a position are taken now.');
  const drawdown = 1 - state.equity / state.peakEquity;
  if (drawdown * rounding >= limits.maxDrawdownFraction) {
    return refuse(
      'drawdown_halt',
      `Equity ${show(state.equity)} is ${percent(drawdown)} below its peak of ${show(state.peakEquity)}; the halt is at ${percent(limits.maxDrawdownFraction)}.`,
    );
  }
  const loss = 1 - state.equity / state.dayStartEquity;
  if (loss * rounding >= limits.maxDailyLossFraction) {
    return refuse(
      'daily_loss',
      `The day has lost ${percent(loss)} of ${show(state.dayStartEquity)}; the limit is ${percent(limits.maxDailyLossFraction)}.`,
    );
  }
  if (state.working.length >= limits.maxOpenOrders) {
    const count = state.working.length;
    return refuse(
      'open_orders',
      `${count} ${count === 1 ? 'order works' : 'orders work'} already; the limit is ${show(limits.maxOpenOrders)}.`,
    );
  }
  return undefined;
}

/** Size of the order alone, and how far its limit lies from the last price. */
function sizeRefusal(limits: CompiledLimits, order: OrderIntent, price: number, mark: number): Refusal | undefined {
  if (order.quantity > limits.maxOrderQuantity) {
    return refuse('order_quantity', `${show(order.quantity)} ${order.symbol} exceeds ${show(limits.maxOrderQuantity)} an order.`);
  }
  if (!(price > 0) && needsPrice(limits))
    return refuse('no_mark', `No price of ${order.symbol} is known, so its limits cannot be checked.`);
  const notional = order.quantity * price;
  if (notional > limits.maxOrderNotional)
    return refuse('order_notional', `A notional of ${show(notional)} exceeds ${show(limits.maxOrderNotional)} an order.`);
  const limitPrice = priceOr(order.limitPrice, 0);
  if (limitPrice !== 0 && limits.priceCollarFraction !== Number.POSITIVE_INFINITY) {
    if (!(mark > 0)) return refuse('no_mark', `No price of ${order.symbol} is known, so the collar cannot be checked.`);
    const distance = Math.abs(limitPrice / mark - 1);
    if (distance > limits.priceCollarFraction * rounding) {
      return refuse(
        'price_collar',
        `The limit ${show(limitPrice)} lies ${percent(distance)} from the last price ${show(mark)}; the collar is ${percent(limits.priceCollarFraction)}.`,
      );
    }
  }
  return undefined;
}

function needsPrice(limits: CompiledLimits): boolean {
  const priced = Math.min(
    limits.maxOrderNotional,
    limits.maxWindowNotional,
    limits.maxGrossExposure,
    limits.maxNetExposure,
    limits.maxConcentration,
  );
  return priced !== Number.POSITIVE_INFINITY;
}

/** Everything that looks back over sent orders, in one pass from the newest. */
function windowRefusal(limits: CompiledLimits, order: OrderIntent, price: number, state: RiskState): Refusal | undefined {
  let messages = 0;
  let quantity = order.quantity;
  let notional = order.quantity * price;
  const limitPrice = priceOr(order.limitPrice, Number.NaN);
  const stopPrice = priceOr(order.stopPrice, Number.NaN);
  for (let i = state.sent.length - 1; i >= 0; i--) {
    const sent = state.sent[i]!;
    const age = order.time - sent.time;
    if (age >= limits.sizeWindowMs && age >= limits.messageWindowMs && age >= limits.duplicateWindowMs) break;
    if (age < limits.messageWindowMs) messages += 1;
    if (age < limits.sizeWindowMs) {
      notional += sent.notional;
      if (sent.symbol === order.symbol) quantity += sent.quantity;
    }
    const same = sent.symbol === order.symbol && sent.side === order.side && sent.quantity === order.quantity;
    if (
      same &&
      age < limits.duplicateWindowMs &&
      Object.is(sent.limitPrice ?? Number.NaN, limitPrice) &&
      Object.is(sent.stopPrice ?? Number.NaN, stopPrice)
    ) {
      return refuse('duplicate', `The same ${order.side} of ${show(order.quantity)} ${order.symbol} was sent ${show(age)} ms ago.`);
    }
  }
  if (messages >= limits.maxMessages)
    return refuse(
      'message_rate',
      `${messages} orders within ${show(limits.messageWindowMs)} ms; the limit is ${show(limits.maxMessages)}.`,
    );
  if (quantity > limits.maxWindowQuantity) {
    return refuse(
      'window_quantity',
      `${show(quantity)} ${order.symbol} within ${show(limits.sizeWindowMs)} ms exceeds ${show(limits.maxWindowQuantity)}.`,
    );
  }
  if (notional > limits.maxWindowNotional) {
    return refuse(
      'window_notional',
      `A notional of ${show(notional)} within ${show(limits.sizeWindowMs)} ms exceeds ${show(limits.maxWindowNotional)}.`,
    );
  }
  return undefined;
}

/** Refuses an order that would meet one of our own on the other side. A stop that still sleeps cannot trade and does not count. */
function crossRefusal(order: OrderIntent, state: RiskState): Refusal | undefined {
  if (!Number.isNaN(priceOr(order.stopPrice, Number.NaN))) return undefined;
  const buy = order.side === 'buy';
  const limit = priceOr(order.limitPrice, buy ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
  for (const other of state.working) {
    if (other.symbol !== order.symbol || other.side === order.side || other.dormant) continue;
    const theirs = other.limitPrice ?? (buy ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    if (buy ? limit >= theirs : limit <= theirs) {
      const at = other.limitPrice === null ? 'at market' : `at ${show(other.limitPrice)}`;
      return refuse('self_cross', `This ${order.side} of ${order.symbol} would trade with our own ${other.side} ${other.id} ${at}.`);
    }
  }
  return undefined;
}

/** Signed units of a symbol if every working order of the given side that may open were filled. */
function reach(state: RiskState, symbol: string, side: 'buy' | 'sell'): number {
  let units = 0;
  for (const other of state.working) if (other.symbol === symbol && other.side === side && !other.reduceOnly) units += other.quantity;
  return side === 'buy' ? units : -units;
}

/** Exposures as they would be at worst: this order and every working order that may open a position filled. */
function exposureRefusal(limits: CompiledLimits, order: OrderIntent, price: number, state: RiskState): Refusal | undefined {
  const { maxGrossExposure, maxNetExposure, maxConcentration } = limits;
  if (Math.min(maxGrossExposure, maxNetExposure, maxConcentration) === Number.POSITIVE_INFINITY) return undefined;
  if (!(state.equity > 0)) return refuse('gross_exposure', `Equity is ${show(state.equity)}; nothing may be opened.`);
  let gross = 0;
  let longest = 0;
  let shortest = 0;
  let mine = 0;
  const add = (symbol: string, held: number, value: number, extra: number): number => {
    const high = (held + reach(state, symbol, 'buy') + Math.max(0, extra)) * value;
    const low = (held + reach(state, symbol, 'sell') + Math.min(0, extra)) * value;
    const worst = Math.max(Math.abs(high), Math.abs(low));
    gross += worst;
    longest += high;
    shortest += low;
    return worst;
  };
  const signed = order.side === 'buy' ? order.quantity : -order.quantity;
  for (const symbol in state.symbols) {
    if (symbol === order.symbol) continue;
    const row = state.symbols[symbol]!;
    add(symbol, row.quantity, row.mark, 0);
  }
  const own = Object.hasOwn(state.symbols, order.symbol) ? state.symbols[order.symbol] : undefined;
  mine = add(order.symbol, own?.quantity ?? 0, Math.max(price, own?.mark ?? 0), signed) / state.equity;
  if (mine > maxConcentration)
    return refuse('concentration', `${order.symbol} would be ${show(mine)} times equity; the limit is ${show(maxConcentration)}.`);
  if (gross / state.equity > maxGrossExposure) {
    return refuse(
      'gross_exposure',
      `Gross exposure would be ${show(gross / state.equity)} times equity; the limit is ${show(maxGrossExposure)}.`,
    );
  }
  const net = (signed > 0 ? longest : -shortest) / state.equity;
  if (net > maxNetExposure)
    return refuse('net_exposure', `Net exposure would be ${show(net)} times equity; the limit is ${show(maxNetExposure)}.`);
  return undefined;
}

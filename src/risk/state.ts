import { DAY_MS, type Timestamp } from '#core';

/** The least of an order that risk must see; richer orders satisfy it as they are. */
export interface OrderIntent {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** Units, positive. */
  readonly quantity: number;
  /** Absent (or NaN) for market and stop orders. */
  readonly limitPrice?: number | undefined;
  readonly stopPrice?: number | undefined;
  readonly reduceOnly?: boolean | undefined;
  readonly time: Timestamp;
}

/** One symbol as risk sees it. */
export interface SymbolRisk {
  /** Signed units held. */
  quantity: number;
  /** Last price in account currency; NaN never, 0 before the first. */
  mark: number;
}

export interface WorkingOrder {
  readonly id: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** Units not yet filled. */
  quantity: number;
  /** Limit price; null for an order that takes any price. */
  readonly limitPrice: number | null;
  /** True while a stop has not been touched: it cannot trade yet. */
  readonly dormant: boolean;
  readonly reduceOnly: boolean;
}

/** An order sent, kept as long as a window looks back on it. */
export interface SentOrder {
  readonly time: number;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly notional: number;
  readonly limitPrice: number | null;
  readonly stopPrice: number | null;
}

/**
 * What the gate judges by: plain data, safe in JSON, changed in place by its one owner, the engine, because it is
 * touched at every bar. `checkOrder` never changes it.
 */
export interface RiskState {
  equity: number;
  peakEquity: number;
  dayStartEquity: number;
  /** UTC day number of `dayStartEquity`. */
  day: number;
  symbols: Record<string, SymbolRisk>;
  working: WorkingOrder[];
  sent: SentOrder[];
  reduceOnly: boolean;
  /** Why everything was stopped; empty while it was not. Only `releaseKill` clears it. */
  killReason: string;
}

export function createRiskState(equity: number, time: Timestamp): RiskState {
  return {
    equity,
    peakEquity: equity,
    dayStartEquity: equity,
    day: Math.floor(time / DAY_MS),
    symbols: {},
    working: [],
    sent: [],
    reduceOnly: false,
    killReason: '',
  };
}

/** The symbol's row, made on first sight. */
function symbolOf(state: RiskState, symbol: string): SymbolRisk {
  let row = Object.hasOwn(state.symbols, symbol) ? state.symbols[symbol] : undefined;
  if (row === undefined) {
    row = { quantity: 0, mark: 0 };
    state.symbols[symbol] = row;
  }
  return row;
}

/** The account's equity now; starts a new day at midnight UTC with the last equity of the old one. */
export function noteEquity(state: RiskState, equity: number, time: Timestamp): void {
  const day = Math.floor(time / DAY_MS);
  if (day > state.day) {
    state.day = day;
    state.dayStartEquity = state.equity;
  }
  state.equity = equity;
  if (equity > state.peakEquity) state.peakEquity = equity;
}

export function noteMark(state: RiskState, symbol: string, price: number): void {
  if (price > 0) symbolOf(state, symbol).mark = price;
}

/** The signed position as the ledger holds it. */
export function notePosition(state: RiskState, symbol: string, quantity: number): void {
  symbolOf(state, symbol).quantity = quantity;
}

const given = (price: number | undefined): number | null => (price === undefined || Number.isNaN(price) ? null : price);

/** An approved order was sent: it works, and every window remembers it for `keepMs` (see `RiskGate.rememberMs`). */
export function noteSent(state: RiskState, id: string, order: OrderIntent, keepMs: number): void {
  const limitPrice = given(order.limitPrice);
  const stopPrice = given(order.stopPrice);
  const { symbol, side, quantity, time } = order;
  state.working.push({ id, symbol, side, quantity, limitPrice, dormant: stopPrice !== null, reduceOnly: order.reduceOnly === true });
  if (!(keepMs > 0)) return;
  let old = 0;
  while (old < state.sent.length && state.sent[old]!.time <= time - keepMs) old += 1;
  if (old > 0) state.sent.splice(0, old);
  const price = limitPrice ?? stopPrice ?? symbolOf(state, symbol).mark;
  state.sent.push({ time, symbol, side, quantity, notional: quantity * price, limitPrice, stopPrice });
}

/** Latches the kill: from now on only orders that reduce a position pass. A second reason does not hide the first. */
export function kill(state: RiskState, reason: string): void {
  if (state.killReason === '') state.killReason = reason || 'stopped by hand';
}

/** A human lifts the kill. */
export function releaseKill(state: RiskState): void {
  state.killReason = '';
}

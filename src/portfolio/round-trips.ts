import { timestamp } from '#core';
import type { Trade } from '#domain';
import type { TradeLog } from './trade-log.ts';

/** One execution's share of one lot. */
export interface ClosedPart {
  readonly symbol: string;
  readonly strategy: string;
  readonly entryOrder: number;
  readonly exitOrder: number;
  /** Units closed; positive was long. */
  readonly closed: number;
  readonly entryTime: number;
  readonly entryPrice: number;
  readonly entryRow: number;
  readonly exitTime: number;
  readonly exitPrice: number;
  readonly exitRow: number;
  readonly exitReason: string;
  /** Fees of both sides and profit after them, in account currency. */
  readonly fees: number;
  readonly pnl: number;
  /** Value at entry, in account currency. */
  readonly cost: number;
}

/** A round trip whose exit order may still fill; safe in JSON. */
export interface GrowingTrade {
  readonly entryOrder: number;
  readonly exitOrder: number;
  readonly entryRow: number;
  readonly cost: number;
  readonly trade: Trade;
}

/**
 * Round trips as they are reported: one for each pair of entry order and exit order, however many parts the volume let either fill in
 * (quantities and fees added up, prices weighted by quantity, from the first entry to the last exit). A pair is complete, and becomes a
 * trade, when its exit order has nothing left to fill or works no more.
 */
export class RoundTrips {
  readonly #log: TradeLog;
  #growing: GrowingTrade[] = [];
  readonly #completed: ((this: void, trade: Trade) => void) | undefined;

  constructor(log: TradeLog, completed: ((this: void, trade: Trade) => void) | undefined) {
    this.#log = log;
    this.#completed = completed;
  }

  /** How many wait for their exit order. */
  get growing(): number {
    return this.#growing.length;
  }

  /** Complete ones, in the order in which they became so. */
  get trades(): readonly Trade[] {
    return this.#log.all;
  }

  /** Whether each is told of as it becomes complete. */
  get heard(): boolean {
    return this.#completed !== undefined;
  }

  /** A part that no other can join: its exit order is done and its entry has no second lot. */
  addWhole(part: ClosedPart): void {
    this.#tell(tradeOf(part));
  }

  add(part: ClosedPart): void {
    const { entryOrder, exitOrder } = part;
    const at = this.#growing.findIndex((one) => one.entryOrder === entryOrder && one.exitOrder === exitOrder);
    if (at < 0) this.#growing.push({ entryOrder, exitOrder, entryRow: part.entryRow, cost: part.cost, trade: tradeOf(part) });
    else this.#growing[at] = merged(this.#growing[at]!, part);
  }

  /** Makes trades of those whose exit order works no more. */
  finish(works: (exitOrder: number) => boolean): void {
    const done = this.#growing.filter(({ exitOrder }) => !works(exitOrder));
    if (done.length === 0) return;
    this.#growing = done.length === this.#growing.length ? [] : this.#growing.filter(({ exitOrder }) => works(exitOrder));
    for (const { trade } of done) this.#tell(trade);
  }

  /** The exit order has filled whole. */
  complete(exitOrder: number): void {
    if (this.#growing.length > 0) this.finish((order) => order !== exitOrder);
  }

  #tell(trade: Trade): void {
    this.#log.push(trade);
    this.#completed?.(trade);
  }

  /** A split: units and prices of what was closed before it are told in the new ones. */
  split(symbol: string, ratio: number): void {
    this.#growing = this.#growing.map((one) => {
      const { trade } = one;
      if (trade.symbol !== symbol) return one;
      const { quantity, entryPrice, exitPrice } = trade;
      return {
        ...one,
        trade: { ...trade, quantity: quantity * ratio, entryPrice: entryPrice / ratio, exitPrice: exitPrice / ratio },
      };
    });
  }

  snapshot(): readonly GrowingTrade[] {
    return this.#growing.map((one) => ({ ...one, trade: { ...one.trade } }));
  }

  restore(growing: readonly GrowingTrade[]): void {
    this.#growing = growing.map((one) => ({ ...one, trade: { ...one.trade } }));
  }
}

function tradeOf(part: ClosedPart): Trade {
  return {
    symbol: part.symbol,
    strategy: part.strategy,
    side: part.closed > 0 ? 'long' : 'short',
    quantity: Math.abs(part.closed),
    entryTime: timestamp(part.entryTime),
    entryPrice: part.entryPrice,
    exitTime: timestamp(part.exitTime),
    exitPrice: part.exitPrice,
    exitReason: part.exitReason,
    fees: part.fees,
    pnl: part.pnl,
    returnFraction: part.pnl / part.cost,
    barsHeld: part.exitRow - part.entryRow,
  };
}

function merged(growing: GrowingTrade, part: ClosedPart): GrowingTrade {
  const { trade } = growing;
  const units = Math.abs(part.closed);
  const quantity = trade.quantity + units;
  const share = units / quantity;
  const cost = growing.cost + part.cost;
  const pnl = trade.pnl + part.pnl;
  const entryRow = Math.min(growing.entryRow, part.entryRow);
  return {
    ...growing,
    entryRow,
    cost,
    trade: {
      ...trade,
      quantity,
      entryTime: timestamp(Math.min(trade.entryTime, part.entryTime)),
      // A weighted mean written so that equal prices stay what they are.
      entryPrice: trade.entryPrice + (part.entryPrice - trade.entryPrice) * share,
      exitTime: timestamp(Math.max(trade.exitTime, part.exitTime)),
      exitPrice: trade.exitPrice + (part.exitPrice - trade.exitPrice) * share,
      fees: trade.fees + part.fees,
      pnl,
      returnFraction: pnl / cost,
      barsHeld: part.exitRow - entryRow,
    },
  };
}

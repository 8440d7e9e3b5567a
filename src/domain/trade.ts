import type { Timestamp } from '#core';

export type TradeSide = 'long' | 'short';

/**
 * A round trip: what one order opened and one order closed, first in first out. A position closed by several orders gives a trade each; parts in
 * which the volume let an order fill are one: quantities and fees added up, prices weighted by quantity, first entry to last exit.
 */
export interface Trade {
  readonly symbol: string;
  readonly strategy: string;
  readonly side: TradeSide;
  /** Units, positive. */
  readonly quantity: number;
  readonly entryTime: Timestamp;
  readonly entryPrice: number;
  readonly exitTime: Timestamp;
  readonly exitPrice: number;
  /** Why it was closed: `stop`, `target`, `time`, `signal`, `liquidation`, `end_of_data`, … */
  readonly exitReason: string;
  /** Fees, in account currency, of both sides; positive is paid. */
  readonly fees: number;
  /** Net profit in account currency, fees taken off. */
  readonly pnl: number;
  /** pnl over the notional at entry. */
  readonly returnFraction: number;
  /** Bars from the entry's bar to the exit's bar; 0 when both lie in one bar. */
  readonly barsHeld: number;
}

/** Account equity marked at the close of each bar: equal-length columns, ascending UTC milliseconds and account currency. */
export interface EquityCurve {
  readonly time: Float64Array;
  readonly equity: Float64Array;
}

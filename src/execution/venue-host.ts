import type { WorkingOrder } from './working-order.ts';

/** Bars of one symbol as the venue and the engine see them; live appends to them. */
export interface SymbolColumns {
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly length: number;
  /** Nominal length of a bar; without it bars are days. */
  readonly timeframe?: { readonly ms: number };
}

/** What the venue asks of, and tells, whoever keeps the account. */
export interface VenueHost {
  /** Books one execution. `signed` buys when positive. */
  filled(order: WorkingOrder, signed: number, price: number, fee: number, maker: boolean, row: number, time: number): void;
  /** A new order that the venue made itself: an exit of a bracket. */
  spawned(order: WorkingOrder): void;
  nextOrderId(): number;
  held(strategy: number, symbol: number): number;
  openOf(strategy: number, symbol: number, orderId: number): number;
  /** Sizes of the lots that a fill in this direction would close, first in first out. */
  lotsAgainst(order: WorkingOrder): readonly number[];
  equity(): number;
  /** Margin left for new positions once an order of this direction has closed `closing` units of the symbol, in account currency, before leverage. */
  availableMargin(symbol: number, closing: number, direction: number): number;
  /**
   * How many of these opening units the account's limits still allow at this moment, at this price after costs. Whoever allows fewer writes
   * the reason into `order.reason`: the order loses the rest, and with nothing allowed it is rejected.
   */
  admitOpening(order: WorkingOrder, units: number, price: number): number;
  /** Start of the bars of the instant in hand. */
  readonly time: number;
  /** Account currency of one unit of the symbol's quote currency: 1 unless the account has several. */
  rate(symbol: number): number;
  readonly leverage: number;
  readonly hedging: boolean;
  readonly turnover: number;
  /** Marks the account at the opens (or closes) of this row before a margin check. */
  markAt(moment: 'open' | 'close'): void;
}

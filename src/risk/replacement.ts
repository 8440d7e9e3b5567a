import type { RiskState } from './state.ts';

/** A sent order that a replacement would take the place of. */
export interface ReplacedOrder {
  readonly id: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** Units it was sent with, and those of them that have filled. */
  readonly quantity: number;
  readonly filled: number;
  /** Absent or NaN for none. */
  readonly limitPrice?: number | undefined;
  readonly stopPrice?: number | undefined;
  /** Signed units that the state's position already counts for it; 0 for an order that rests. */
  readonly ahead: number;
}

/**
 * The state as it would be had the unfilled part of an order never been sent: a replacement is judged on it like a new order. The message
 * stays in its window, and so does what has filled.
 */
export function withoutOrder(state: RiskState, gone: ReplacedOrder): RiskState {
  const { id, symbol, side, quantity, filled, ahead } = gone;
  const price = (value = Number.NaN): number | null => (Number.isNaN(value) ? null : value);
  const [limitPrice, stopPrice] = [price(gone.limitPrice), price(gone.stopPrice)];
  const at = state.sent.findLastIndex(
    (sent) =>
      sent.symbol === symbol &&
      sent.side === side &&
      sent.quantity === quantity &&
      sent.limitPrice === limitPrice &&
      sent.stopPrice === stopPrice,
  );
  const share = quantity > 0 ? Math.min(1, filled / quantity) : 0;
  const row = state.symbols[symbol];
  return {
    ...state,
    working: state.working.filter((order) => order.id !== id),
    sent: state.sent.map((sent, index) =>
      index === at ? { ...sent, quantity: sent.quantity * share, notional: sent.notional * share } : sent,
    ),
    symbols: row === undefined ? state.symbols : { ...state.symbols, [symbol]: { ...row, quantity: row.quantity - ahead } },
  };
}

import type { Timestamp } from '#core';
import type { OrderSide } from './order.ts';

/** One execution. Cash moves by ∓price·quantity·multiplier − fee. */
export interface Fill {
  /** Unique in a run; a venue's own execution id when there is one. A second arrival of the same id changes nothing. */
  readonly id: string;
  readonly orderId: number;
  readonly symbol: string;
  readonly strategy: string;
  readonly side: OrderSide;
  /** Units, positive. */
  readonly quantity: number;
  readonly price: number;
  /** In the instrument's currency, as the price; positive is paid, negative a rebate. */
  readonly fee: number;
  readonly liquidity: 'maker' | 'taker';
  readonly time: Timestamp;
  /** What made it: `entry`, `stop`, `target`, `signal`, `time`, `liquidation`, … */
  readonly reason: string;
}

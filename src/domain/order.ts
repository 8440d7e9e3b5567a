import type { Timestamp } from '#core';

export type OrderSide = 'buy' | 'sell';

export type OrderType =
  | 'market'
  | 'limit'
  | 'stop'
  | 'stop_limit'
  | 'trailing_stop'
  | 'market_if_touched'
  | 'limit_if_touched'
  | 'market_to_limit'
  | 'market_on_open'
  | 'market_on_close'
  | 'limit_on_open'
  | 'limit_on_close';

export type TimeInForce = 'day' | 'gtc' | 'ioc' | 'fok' | 'gtd';

/**
 * Where an order stands. `denied` is our own risk saying no before anything was sent; `rejected` is the venue saying no.
 * `unknown` follows a lost answer: the order may or may not live, and only the venue's word ends it.
 */
export type OrderStatus =
  | 'created'
  | 'denied'
  | 'submitted'
  | 'accepted'
  | 'partially_filled'
  | 'pending_cancel'
  | 'pending_replace'
  | 'unknown'
  | 'filled'
  | 'canceled'
  | 'expired'
  | 'rejected';

/**
 * How much. `units` is known when the order is written; the others are worked out at the fill from that moment's price:
 * a fraction of the margin then available (0–1], a target weight of equity in the symbol, or a notional in account currency.
 */
export type OrderSize =
  | { readonly kind: 'units'; readonly units: number }
  | { readonly kind: 'margin_fraction'; readonly fraction: number }
  | { readonly kind: 'target_weight'; readonly weight: number }
  | { readonly kind: 'notional'; readonly notional: number };

/** What a strategy asks for. Prices in quote currency; fields that a type does not use are refused, not ignored. */
export interface OrderRequest {
  readonly symbol?: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly size: OrderSize | number;
  readonly limitPrice?: number;
  readonly stopPrice?: number;
  /** Of the `…_if_touched` types: the price, on the better side of the market, whose touch sends the market or limit order. */
  readonly triggerPrice?: number;
  /** Trailing distance: an amount in price, or a fraction of the price when `trailPercent` is set (0.02 = 2 %). */
  readonly trailAmount?: number;
  readonly trailPercent?: number;
  /** A trailing stop sleeps until the market, moving its way, reaches this price, and trails from there; without it, it trails at once. */
  readonly activationPrice?: number;
  readonly timeInForce?: TimeInForce;
  /** For `gtd`: the order is dead for bars that open at or after this instant. */
  readonly goodTill?: Timestamp;
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  /** Protective exits that come alive with each part that fills (a bracket; one of the two is an OTO). */
  readonly stopLoss?: number;
  readonly takeProfit?: number;
  /** What it is expected to earn before costs, in basis points of its notional: what risk limit `maxCostToEdge` holds its costs against. */
  readonly expectedEdgeBps?: number;
  /** Close what this order opened after so many bars. */
  readonly maxBars?: number;
  /** One cancels the others: the first fill of a group's order, in whole or in part, cancels the rest of the group. */
  readonly ocoGroup?: string;
  /** One updates the others: each fill takes its units off the rest of the group, a changed size is theirs too, a whole fill cancels them. */
  readonly ouoGroup?: string;
  /** Only closes what that order opened. */
  readonly closesOrder?: number;
  /** Free text that travels to fills and trades. */
  readonly tag?: string;
}

/** One order as reports and journals see it. `id` counts from 1 in a run; `clientOrderId` is a pure function of run, strategy and id. */
export interface Order {
  readonly id: number;
  readonly symbol: string;
  readonly strategy: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly status: OrderStatus;
  /** Units asked; NaN until a size given as a fraction or weight meets its price. */
  readonly quantity: number;
  readonly filledQuantity: number;
  /** NaN before the first fill. */
  readonly averagePrice: number;
  readonly limitPrice: number;
  /** Stop or trigger price, where a trailing stop stands; NaN for none. */
  readonly stopPrice: number;
  readonly timeInForce: TimeInForce;
  readonly reduceOnly: boolean;
  /** The order whose fill this one protects; 0 for none. */
  readonly parentId: number;
  readonly createdTime: Timestamp;
  readonly tag: string;
  /** Why it was denied, rejected, canceled or expired, or filled for less than it asked; empty otherwise. */
  readonly reason: string;
}

/** The client order id: the same run, strategy and sequence always give the same text, so a resend cannot double. */
export function clientOrderId(run: string, strategy: string, sequence: number): string {
  return `${run}-${strategy}-${sequence}`.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 128);
}

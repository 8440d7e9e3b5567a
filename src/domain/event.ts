import type { Timestamp } from '#core';
import type { Bar } from './bars.ts';
import type { Fill } from './fill.ts';

/** What reaches the engine, in the order it became known. The same union in backtest, paper and live. */
export type EngineEvent =
  | { readonly kind: 'bar'; readonly bar: Bar }
  | { readonly kind: 'fill'; readonly fill: Fill }
  | { readonly kind: 'order_accepted'; readonly orderId: number; readonly time: Timestamp }
  | { readonly kind: 'order_rejected'; readonly orderId: number; readonly time: Timestamp; readonly reason: string }
  | { readonly kind: 'order_canceled'; readonly orderId: number; readonly time: Timestamp; readonly reason: string }
  | { readonly kind: 'order_expired'; readonly orderId: number; readonly time: Timestamp; readonly reason: string }
  | { readonly kind: 'order_unknown'; readonly orderId: number; readonly time: Timestamp; readonly reason: string };

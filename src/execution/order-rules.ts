import type { WorkingOrder } from './working-order.ts';

/** What a replacement may change. */
export interface OrderChange {
  readonly quantity?: number;
  readonly limitPrice?: number;
  readonly stopPrice?: number;
}

/** Closings first, then sales for a target weight, then the rest. */
export function rank(order: WorkingOrder): number {
  if (order.closes > 0) return 0;
  return order.size.kind === 'target_weight' && order.direction < 0 ? 1 : 2;
}

export function within(order: WorkingOrder, price: number): number {
  return (order.direction > 0 ? price <= order.limit : price >= order.limit) ? price : Number.NaN;
}

export function goesInFront(order: WorkingOrder): boolean {
  if (order.closes > 0) return order.type === 'market' || order.stop === order.stop;
  return order.stop === order.stop && (order.reduceOnly || order.group !== '');
}

export function isReplaceable(order: WorkingOrder, { quantity, limitPrice, stopPrice }: OrderChange): boolean {
  if (quantity !== undefined && !(Number.isFinite(quantity) && quantity > 0 && quantity >= order.filled)) return false;
  if (limitPrice !== undefined && !(Number.isFinite(limitPrice) && limitPrice > 0 && order.limit === order.limit)) return false;
  return stopPrice === undefined || (Number.isFinite(stopPrice) && stopPrice > 0 && order.stop === order.stop);
}

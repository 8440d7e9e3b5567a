import type { WorkingOrder } from './working-order.ts';

/** What a replacement may change. */
export interface OrderChange {
  readonly quantity?: number;
  readonly limitPrice?: number;
  readonly stopPrice?: number;
}

/** Closings first, then what makes a position smaller on the way to its target weight, then the rest. `held`: signed units before it. */
export function rank(order: WorkingOrder, held: number): number {
  if (order.closes > 0) return 0;
  const smaller = Math.abs(held + order.direction * order.quantity) < Math.abs(held);
  return order.size.kind === 'target_weight' && smaller ? 1 : 2;
}

export function within(order: WorkingOrder, price: number): number {
  return (order.direction > 0 ? price <= order.limit : price >= order.limit) ? price : Number.NaN;
}

/** A stop, trailing or not: what the market triggers by running away. */
export function isStop({ type, stop, touches }: WorkingOrder): boolean {
  return type === 'trailing_stop' || (stop === stop && !touches);
}

/** Whether an order never opens anything. */
export function closesOnly({ reduceOnly, closes }: WorkingOrder): boolean {
  return reduceOnly || closes > 0;
}

/**
 * Where in its queue an order goes: what protects in front, the rest at the back. Where a bar's prices decide and not the queue alone, other
 * stops stand before whatever is no stop: of two moves in a bar the worse comes first, and a stop gets no price that a limit would envy.
 */
export function placeOf(order: WorkingOrder, stopsFirst: boolean): 'front' | 'after_stops' | 'back' {
  const stop = isStop(order);
  if (order.closes > 0 ? order.type === 'market' || stop : stop && (order.reduceOnly || order.group !== '')) return 'front';
  return stop && stopsFirst ? 'after_stops' : 'back';
}

/** A market order that waits for an open: at that price it fills, and its exits come alive there. */
export function takesTheOpen(order: WorkingOrder): boolean {
  const { type } = order;
  return type === 'market' || type === 'market_on_open' || (type === 'market_to_limit' && order.limit !== order.limit);
}

/** Of a bar: −1 for the open, 1 for the close, 0 for whatever lies between. */
export function momentOf({ type }: WorkingOrder): number {
  if (type === 'limit' || type === 'stop') return 0;
  if (type === 'market_on_open' || type === 'limit_on_open') return -1;
  return type === 'market_on_close' || type === 'limit_on_close' ? 1 : 0;
}

/** Whether a resting order is sure to fill at an open: it gaps past its stop or trigger, or is beyond its limit. */
export function meetsOpen(order: WorkingOrder, open: number): boolean {
  const { direction, limit, stop } = order;
  if (momentOf(order) !== 0 || (order.postOnly && !order.met)) return false;
  const waits = stop === stop && !order.triggered;
  if (waits && (open - stop) * direction * (order.touches ? -1 : 1) < 0) return false;
  return limit === limit ? (limit - open) * direction > 0 : stop === stop;
}

/** A limit that fills at once or never: it takes the open that it meets, and no later price. */
export function isImmediate({ type, timeInForce, postOnly }: WorkingOrder): boolean {
  return type === 'limit' && (timeInForce === 'ioc' || timeInForce === 'fok') && !postOnly;
}

/** Whether a fill at this price met an order that was resting there; `waited`: its stop or trigger was passed before this bar. */
export function rests(order: WorkingOrder, price: number, waited: boolean): boolean {
  return price === order.limit && !isImmediate(order) && (waited || order.type === 'limit' || order.type === 'market_to_limit');
}

export function isReplaceable(order: WorkingOrder, { quantity, limitPrice, stopPrice }: OrderChange): boolean {
  if (quantity !== undefined && !(Number.isFinite(quantity) && quantity > 0 && quantity >= order.filled)) return false;
  if (limitPrice !== undefined && !(Number.isFinite(limitPrice) && limitPrice > 0 && order.limit === order.limit)) return false;
  return stopPrice === undefined || (Number.isFinite(stopPrice) && stopPrice > 0 && order.stop === order.stop);
}

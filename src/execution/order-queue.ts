import { comesAtARise, priceAwaited } from './met-first.ts';
import { isStop } from './order-rules.ts';
import type { WorkingOrder } from './working-order.ts';

/**
 * Working orders of one symbol with the band of prices in which none of them can act: a bar that stays inside the band costs two
 * comparisons, however many orders rest.
 */
export class OrderQueue {
  orders: WorkingOrder[] = [];
  /** A high at or above this, or a low at or below the other, may act. */
  wakeHigh = Number.POSITIVE_INFINITY;
  wakeLow = Number.NEGATIVE_INFINITY;
  /** The next row at which something must be looked at whatever the price; infinity for never. */
  wakeRow = Number.POSITIVE_INFINITY;
  /** So many orders, finished ones among them, that looking at all of them is due: exits far from the price never wake a queue. */
  #crowdedAt = 32;

  add(order: WorkingOrder, place: 'front' | 'after_stops' | 'back', row: number): void {
    const at = place === 'after_stops' ? this.orders.findIndex((other) => !isStop(other)) : -1;
    if (place === 'front') this.orders.unshift(order);
    else if (at >= 0) this.orders.splice(at, 0, order);
    else this.orders.push(order);
    this.#consider(order, row);
  }

  sleeps(row: number, high: number, low: number): boolean {
    return high < this.wakeHigh && low > this.wakeLow && row < this.wakeRow && this.orders.length < this.#crowdedAt;
  }

  /** Orders for later rows are for this one too. */
  bringForward(row: number): void {
    for (const order of this.orders) if (order.firstRow > row) order.firstRow = row;
  }

  /** Drops finished orders and works out the band anew; `row` is the last row already seen. */
  settle(row: number): void {
    const orders = this.orders;
    this.wakeHigh = Number.POSITIVE_INFINITY;
    this.wakeLow = Number.NEGATIVE_INFINITY;
    this.wakeRow = Number.POSITIVE_INFINITY;
    let kept = 0;
    for (let at = 0; at < orders.length; at++) {
      const order = orders[at]!;
      if (!order.open) continue;
      orders[kept++] = order;
      this.#consider(order, row);
    }
    orders.length = kept;
    this.#crowdedAt = 2 * kept + 32;
  }

  #consider(order: WorkingOrder, row: number): void {
    const next = Math.max(order.firstRow, row + 1);
    if (needsEveryBar(order)) {
      if (next < this.wakeRow) this.wakeRow = next;
      return;
    }
    if (order.firstRow > row + 1) {
      if (order.firstRow < this.wakeRow) this.wakeRow = order.firstRow;
      return;
    }
    const price = priceAwaited(order);
    if (comesAtARise(order)) this.wakeHigh = Math.min(this.wakeHigh, price);
    else this.wakeLow = Math.max(this.wakeLow, price);
  }
}

function needsEveryBar(order: WorkingOrder): boolean {
  if (order.type !== 'limit' && order.type !== 'stop' && order.type !== 'stop_limit' && !order.touches) return true;
  if (order.inFlight || order.ahead === Number.POSITIVE_INFINITY) return true;
  return order.postOnly || order.timeInForce !== 'gtc' || (order.triggered && !(order.limit === order.limit));
}

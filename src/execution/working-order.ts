import type { Order, OrderSize, OrderStatus, OrderType, TimeInForce } from '#domain';
import { timestamp } from '#core';
import { isTerminal, nextStatus, type OrderHappening } from './order-states.ts';

/** What a protective or timed exit is for; becomes the trade's exit reason. */
export type OrderPurpose = 'signal' | 'stop' | 'target' | 'time' | 'liquidation' | 'end_of_data';

/** An order on its way through the venue. One shape for every type, so that the matching code stays monomorphic; NaN is "none". */
export class WorkingOrder {
  readonly id: number;
  readonly strategy: number;
  readonly symbol: number;
  readonly symbolName: string;
  readonly strategyName: string;
  /** 1 buys, −1 sells; an order for a target weight learns its side at the open that fills it. */
  direction: number;
  readonly type: OrderType;
  size: OrderSize;
  quantity = Number.NaN;
  filled = 0;
  paid = 0;
  limit = Number.NaN;
  stop = Number.NaN;
  trailAmount = Number.NaN;
  trailPercent = Number.NaN;
  triggered = false;
  stopLoss = Number.NaN;
  takeProfit = Number.NaN;
  maxBars = 0;
  timeInForce: TimeInForce = 'gtc';
  goodTill = Number.POSITIVE_INFINITY;
  postOnly = false;
  reduceOnly = false;
  /** Only lots opened by this order id are closed; 0 for none. */
  closes = 0;
  /** Dies when the order it protects has nothing left open. */
  isChild = false;
  exitsSpawned = false;
  /** The margin did not allow what was left of it. */
  refused = false;
  /** Came alive inside a bar, whose open is therefore no price for it. */
  bornInside = false;
  group = '';
  purpose: OrderPurpose = 'signal';
  readonly createdRow: number;
  readonly createdTime: number;
  /** First bar that may fill it. */
  readonly firstRow: number;
  tag = '';
  status: OrderStatus = 'created';
  reason = '';

  constructor(
    id: number,
    strategy: number,
    strategyName: string,
    symbol: number,
    symbolName: string,
    direction: number,
    type: OrderType,
    size: OrderSize,
    row: number,
    time: number,
    firstRow: number,
  ) {
    this.id = id;
    this.strategy = strategy;
    this.strategyName = strategyName;
    this.symbol = symbol;
    this.symbolName = symbolName;
    this.direction = direction;
    this.type = type;
    this.size = size;
    if (size.kind === 'units') this.quantity = size.units;
    this.createdRow = row;
    this.createdTime = time;
    this.firstRow = firstRow;
  }

  get open(): boolean {
    return !isTerminal(this.status);
  }

  /** A stop or target that protects what another order opened. */
  get contingent(): boolean {
    return this.closes > 0 && this.type !== 'market';
  }

  get remaining(): number {
    return this.quantity - this.filled;
  }

  /** Sets a trailing stop at its distance from a price. */
  startTrail(price: number): void {
    const distance = this.trailPercent === this.trailPercent ? price * this.trailPercent : this.trailAmount;
    this.stop = price + this.direction * distance;
  }

  happen(happening: OrderHappening, reason = ''): void {
    this.status = nextStatus(this.status, happening);
    if (reason !== '') this.reason = reason;
  }

  record(): Order {
    return {
      id: this.id,
      symbol: this.symbolName,
      strategy: this.strategyName,
      side: this.direction > 0 ? 'buy' : 'sell',
      type: this.type,
      status: this.status,
      quantity: this.quantity,
      filledQuantity: this.filled,
      averagePrice: this.filled > 0 ? this.paid / this.filled : Number.NaN,
      limitPrice: this.limit,
      stopPrice: this.stop,
      timeInForce: this.timeInForce,
      reduceOnly: this.reduceOnly,
      parentId: this.closes,
      createdTime: timestamp(this.createdTime),
      tag: this.tag,
      reason: this.reason,
    };
  }
}

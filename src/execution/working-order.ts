import type { Order, OrderSize, OrderStatus, OrderType, TimeInForce } from '#domain';
import { timestamp } from '#core';
import { blockOfNumbers, takeCells } from './order-cells.ts';
import { isTerminal, nextStatus, type OrderHappening } from './order-states.ts';

/** Where an order's numbers lie among its cells. */
const QUANTITY = 0;
const FILLED = 1;
const PAID = 2;
const LIMIT = 3;
const STOP = 4;
const TRAIL_AMOUNT = 5;
const TRAIL_PERCENT = 6;
const STOP_LOSS = 7;
const TAKE_PROFIT = 8;
const GOOD_TILL = 9;
const CREATED_TIME = 10;
const ARRIVAL = 11;
const ACTIVATION = 12;
const AHEAD = 13;
const BORN_PRICE = 14;

/** What a protective or timed exit is for; becomes the trade's exit reason. */
export type OrderPurpose = 'signal' | 'stop' | 'target' | 'time' | 'liquidation' | 'end_of_data';

/** An order on its way through the venue. One shape for every type, so that the matching code stays monomorphic; NaN is "none". */
export class WorkingOrder {
  readonly #numbers: Float64Array;
  readonly #at: number;
  readonly id: number;
  readonly strategy: number;
  readonly symbol: number;
  readonly symbolName: string;
  readonly strategyName: string;
  /** 1 buys, −1 sells; an order for a target weight learns its side at the open that fills it. */
  direction: number;
  readonly type: OrderType;
  size: OrderSize;
  /** Triggers where the market comes to a better price, not where it runs away. */
  readonly touches: boolean;
  triggered = false;
  /** On its way to the venue, which it reaches at `arrival`. */
  inFlight = false;
  /** The venue has held it against a bar. */
  met = false;
  maxBars = 0;
  timeInForce: TimeInForce = 'gtc';
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
  /** The finer bar in which it did, where there are finer bars. */
  bornStep = 0;
  group = '';
  /** A fill of one order of the group cancels the others; otherwise it takes its units off them. */
  cancelsGroup = false;
  purpose: OrderPurpose = 'signal';
  readonly createdRow: number;
  /** First bar that may fill it. */
  firstRow: number;
  tag = '';
  status: OrderStatus = 'created';
  /** Not in a terminal state. Kept beside the status because it is asked for far more often than it changes. */
  open = true;
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
    this.#at = takeCells();
    this.#numbers = blockOfNumbers();
    this.filled = 0;
    this.paid = 0;
    this.goodTill = Number.POSITIVE_INFINITY;
    this.id = id;
    this.strategy = strategy;
    this.strategyName = strategyName;
    this.symbol = symbol;
    this.symbolName = symbolName;
    this.direction = direction;
    this.type = type;
    this.touches = type === 'market_if_touched' || type === 'limit_if_touched';
    this.size = size;
    if (size.kind === 'units') this.quantity = size.units;
    this.createdRow = row;
    this.#numbers[this.#at + CREATED_TIME] = time;
    this.firstRow = firstRow;
  }

  get quantity(): number {
    return this.#numbers[this.#at + QUANTITY]!;
  }
  set quantity(value: number) {
    this.#numbers[this.#at + QUANTITY] = value;
  }
  get filled(): number {
    return this.#numbers[this.#at + FILLED]!;
  }
  set filled(value: number) {
    this.#numbers[this.#at + FILLED] = value;
  }
  get paid(): number {
    return this.#numbers[this.#at + PAID]!;
  }
  set paid(value: number) {
    this.#numbers[this.#at + PAID] = value;
  }
  get limit(): number {
    return this.#numbers[this.#at + LIMIT]!;
  }
  set limit(value: number) {
    this.#numbers[this.#at + LIMIT] = value;
  }
  get stop(): number {
    return this.#numbers[this.#at + STOP]!;
  }
  set stop(value: number) {
    this.#numbers[this.#at + STOP] = value;
  }
  get trailAmount(): number {
    return this.#numbers[this.#at + TRAIL_AMOUNT]!;
  }
  set trailAmount(value: number) {
    this.#numbers[this.#at + TRAIL_AMOUNT] = value;
  }
  get trailPercent(): number {
    return this.#numbers[this.#at + TRAIL_PERCENT]!;
  }
  set trailPercent(value: number) {
    this.#numbers[this.#at + TRAIL_PERCENT] = value;
  }
  get stopLoss(): number {
    return this.#numbers[this.#at + STOP_LOSS]!;
  }
  set stopLoss(value: number) {
    this.#numbers[this.#at + STOP_LOSS] = value;
  }
  get takeProfit(): number {
    return this.#numbers[this.#at + TAKE_PROFIT]!;
  }
  set takeProfit(value: number) {
    this.#numbers[this.#at + TAKE_PROFIT] = value;
  }
  get goodTill(): number {
    return this.#numbers[this.#at + GOOD_TILL]!;
  }
  set goodTill(value: number) {
    this.#numbers[this.#at + GOOD_TILL] = value;
  }
  /** When it reaches the venue, if it is on its way. */
  get arrival(): number {
    return this.#numbers[this.#at + ARRIVAL]!;
  }
  set arrival(value: number) {
    this.#numbers[this.#at + ARRIVAL] = value;
  }
  /** Where a trailing stop wakes up; NaN once it has. */
  get activation(): number {
    return this.#numbers[this.#at + ACTIVATION]!;
  }
  set activation(value: number) {
    this.#numbers[this.#at + ACTIVATION] = value;
  }
  /** Units before it at its limit under the queue model: infinity until estimated, NaN under other models. */
  get ahead(): number {
    return this.#numbers[this.#at + AHEAD]!;
  }
  set ahead(value: number) {
    this.#numbers[this.#at + AHEAD] = value;
  }
  /** What its entry got inside the bar in which this came alive, before costs: the market is there or beyond when it triggers in that bar. */
  get bornPrice(): number {
    return this.#numbers[this.#at + BORN_PRICE]!;
  }
  set bornPrice(value: number) {
    this.#numbers[this.#at + BORN_PRICE] = value;
  }
  get createdTime(): number {
    return this.#numbers[this.#at + CREATED_TIME]!;
  }

  /** A stop or target that protects what another order opened. */
  get contingent(): boolean {
    return this.closes > 0 && this.type !== 'market';
  }

  get remaining(): number {
    return this.quantity - this.filled;
  }

  /** Closes whatever is open of what `closes` names, however much that becomes. */
  get closesAll(): boolean {
    return this.size.kind === 'units' && this.size.units !== this.size.units;
  }

  /** Sets a trailing stop at its distance from a price. */
  startTrail(price: number): void {
    const distance = this.trailPercent === this.trailPercent ? price * this.trailPercent : this.trailAmount;
    this.stop = price + this.direction * distance;
  }

  /** `ratio` units for each old one, at prices divided by it. */
  split(ratio: number): void {
    this.quantity *= ratio;
    this.filled *= ratio;
    this.limit /= ratio;
    this.stop /= ratio;
    this.trailAmount /= ratio;
    this.activation /= ratio;
    this.ahead *= ratio;
    this.stopLoss /= ratio;
    this.takeProfit /= ratio;
  }

  happen(happening: OrderHappening, reason = ''): void {
    // What has filled in part was not rejected, whatever else was on its way.
    this.status = nextStatus(this.status, happening === 'reject' && this.filled > 0 ? 'cancel' : happening);
    this.open = !isTerminal(this.status);
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

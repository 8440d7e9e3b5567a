import { NumberRows, timestamp } from '#core';
import type { Order, OrderStatus, OrderType, TimeInForce } from '#domain';
import type { WorkingOrder } from '#execution';

/** Where the numbers of an ended order lie in its row; words are numbered. */
const ID = 0;
const STRATEGY = 1;
const SYMBOL = 2;
const DIRECTION = 3;
const TYPE = 4;
const STATUS = 5;
const TIME_IN_FORCE = 6;
const QUANTITY = 7;
const FILLED = 8;
const PAID = 9;
const LIMIT = 10;
const STOP = 11;
const REDUCE_ONLY = 12;
const CLOSES = 13;
const CHILD = 14;
const CREATED_TIME = 15;
const TAG = 16;
const REASON = 17;
const WIDTH = 18;

/** So many orders may be objects before those that have ended are filed. */
const FILED_AT = 64;

/** Is given a record of an order; `child` says that it is an exit of a bracket. */
export type VisitOrder = (order: Order, child: boolean) => void;

/**
 * Every order of a run, by its id. What has ended is filed as numbers: a long run would else spend more time on carrying the objects of its
 * past along than on making them.
 */
export class OrderLog {
  readonly #symbols: readonly string[];
  readonly #strategyNames: readonly string[];
  /** All that work, and what ended lately, by their ids. */
  #kept: WorkingOrder[] = [];
  #crowdedAt = FILED_AT;
  /** 0 before the first. */
  lastId = 0;
  /** What has ended, in the order of filing. */
  readonly #filed = new NumberRows(WIDTH);
  /** Each word once; an order that was denied may hold any. */
  readonly #words: string[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(symbols: readonly string[], strategyNames: readonly string[]) {
    this.#symbols = symbols;
    this.#strategyNames = strategyNames;
  }

  get length(): number {
    return this.#filed.length + this.#kept.length;
  }

  /** Ids rise from call to call. */
  add(order: WorkingOrder): void {
    this.#kept.push(order);
    this.lastId = order.id;
  }

  /** The order of an id; undefined for one that never was, or ended some while ago. */
  find(id: number): WorkingOrder | undefined {
    const kept = this.#kept;
    let [low, high] = [0, kept.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (kept[middle]!.id < id) low = middle + 1;
      else high = middle;
    }
    const found = kept[low];
    return found?.id === id ? found : undefined;
  }

  /** What has not ended. */
  working(): readonly WorkingOrder[] {
    return this.#kept.filter((order) => order.open);
  }

  /** Orders with an id above one that was the last at some moment of this instant or of the one before. */
  since(id: number): readonly WorkingOrder[] {
    let at = this.#kept.length;
    while (at > 0 && this.#kept[at - 1]!.id > id) at--;
    return this.#kept.slice(at);
  }

  /** Files what has ended, once there is enough of it. To be called before anything fills at `row`; orders of that row stay objects. */
  file(row: number): void {
    const kept = this.#kept;
    if (kept.length < this.#crowdedAt) return;
    this.#kept = [];
    for (const order of kept) {
      if (order.open || order.createdRow >= row) this.#kept.push(order);
      else this.#write(order);
    }
    this.#crowdedAt = FILED_AT + 2 * this.#kept.length;
  }

  /** Each order, by its id. */
  each(visit: VisitOrder): void {
    const filed = Array.from({ length: this.#filed.length }, (_, index) => this.#filed.row(index)).sort(
      (one, other) => one[ID]! - other[ID]!,
    );
    let next = 0;
    for (const order of this.#kept) {
      while (next < filed.length && filed[next]![ID]! < order.id) this.#read(filed[next++]!, visit);
      visit(order.record(), order.isChild);
    }
    while (next < filed.length) this.#read(filed[next++]!, visit);
  }

  records(): Order[] {
    const records: Order[] = [];
    this.each((order) => records.push(order));
    return records;
  }

  #write(order: WorkingOrder): void {
    const at = this.#filed.add();
    const numbers = this.#filed.block;
    numbers[at + ID] = order.id;
    numbers[at + STRATEGY] = order.strategy;
    numbers[at + SYMBOL] = order.symbol;
    numbers[at + DIRECTION] = order.direction;
    numbers[at + TYPE] = this.#numberOf(order.type);
    numbers[at + STATUS] = this.#numberOf(order.status);
    numbers[at + TIME_IN_FORCE] = this.#numberOf(order.timeInForce);
    numbers[at + QUANTITY] = order.quantity;
    numbers[at + FILLED] = order.filled;
    numbers[at + PAID] = order.paid;
    numbers[at + LIMIT] = order.limit;
    numbers[at + STOP] = order.stop;
    numbers[at + REDUCE_ONLY] = order.reduceOnly ? 1 : 0;
    numbers[at + CLOSES] = order.closes;
    numbers[at + CHILD] = order.isChild ? 1 : 0;
    numbers[at + CREATED_TIME] = order.createdTime;
    numbers[at + TAG] = this.#numberOf(order.tag);
    numbers[at + REASON] = this.#numberOf(order.reason);
  }

  #read(numbers: Float64Array, visit: VisitOrder): void {
    const word = (column: number): string => this.#words[numbers[column]!]!;
    const filled = numbers[FILLED]!;
    const order: Order = {
      id: numbers[ID]!,
      symbol: this.#symbols[numbers[SYMBOL]!]!,
      strategy: this.#strategyNames[numbers[STRATEGY]!]!,
      side: numbers[DIRECTION]! > 0 ? 'buy' : 'sell',
      type: word(TYPE) as OrderType,
      status: word(STATUS) as OrderStatus,
      quantity: numbers[QUANTITY]!,
      filledQuantity: filled,
      averagePrice: filled > 0 ? numbers[PAID]! / filled : Number.NaN,
      limitPrice: numbers[LIMIT]!,
      stopPrice: numbers[STOP]!,
      timeInForce: word(TIME_IN_FORCE) as TimeInForce,
      reduceOnly: numbers[REDUCE_ONLY] === 1,
      parentId: numbers[CLOSES]!,
      createdTime: timestamp(numbers[CREATED_TIME]!),
      tag: word(TAG),
      reason: word(REASON),
    };
    visit(order, numbers[CHILD] === 1);
  }

  #numberOf(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    const number = this.#words.push(word) - 1;
    this.#numbers.set(word, number);
    return number;
  }
}

import { NumberRows, timestamp } from '#core';
import type { Fill } from '#domain';

/** Where the numbers of a fill lie in its row; the quantity is signed. */
const ORDER = 0;
const STRATEGY = 1;
const SYMBOL = 2;
const QUANTITY = 3;
const PRICE = 4;
const FEE = 5;
const TIME = 6;
const MAKER = 7;
const WIDTH = 8;

/** Fills as rows of numbers; they become objects when somebody asks for them. */
export class FillLog {
  /** Fills of the account before the first of these. */
  before = 0;
  readonly #symbols: readonly string[];
  readonly #strategyNames: readonly string[];
  readonly #fills: Fill[] = [];
  readonly #reasons: string[] = [];
  readonly #rows = new NumberRows(WIDTH);

  constructor(symbols: readonly string[], strategyNames: readonly string[]) {
    this.#symbols = symbols;
    this.#strategyNames = strategyNames;
  }

  /** One array for good, to which every call adds what came since. */
  get all(): readonly Fill[] {
    for (let at = this.#fills.length; at < this.#reasons.length; at++) this.#fills.push(this.#fillAt(at));
    return this.#fills;
  }

  get length(): number {
    return this.#reasons.length;
  }

  add(
    orderId: number,
    strategy: number,
    symbol: number,
    signed: number,
    price: number,
    fee: number,
    time: number,
    maker: boolean,
    reason: string,
  ): void {
    this.#reasons.push(reason);
    const at = this.#rows.add();
    const numbers = this.#rows.block;
    numbers[at + ORDER] = orderId;
    numbers[at + STRATEGY] = strategy;
    numbers[at + SYMBOL] = symbol;
    numbers[at + QUANTITY] = signed;
    numbers[at + PRICE] = price;
    numbers[at + FEE] = fee;
    numbers[at + TIME] = time;
    numbers[at + MAKER] = maker ? 1 : 0;
  }

  #fillAt(at: number): Fill {
    const numbers = this.#rows.row(at);
    const orderId = numbers[ORDER]!;
    return {
      id: `${orderId}.${this.before + at}`,
      orderId,
      symbol: this.#symbols[numbers[SYMBOL]!]!,
      strategy: this.#strategyNames[numbers[STRATEGY]!]!,
      side: numbers[QUANTITY]! > 0 ? 'buy' : 'sell',
      quantity: Math.abs(numbers[QUANTITY]!),
      price: numbers[PRICE]!,
      fee: numbers[FEE]!,
      liquidity: numbers[MAKER] === 1 ? 'maker' : 'taker',
      time: timestamp(numbers[TIME]!),
      reason: this.#reasons[at]!,
    };
  }
}

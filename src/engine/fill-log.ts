import { NumberRows, timestamp } from '#core';
import type { Fill } from '#domain';

/** Numbers of one fill, side by side: order, strategy, symbol, signed quantity, price, fee, time, maker. */
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
    numbers[at] = orderId;
    numbers[at + 1] = strategy;
    numbers[at + 2] = symbol;
    numbers[at + 3] = signed;
    numbers[at + 4] = price;
    numbers[at + 5] = fee;
    numbers[at + 6] = time;
    numbers[at + 7] = maker ? 1 : 0;
  }

  #fillAt(at: number): Fill {
    const [orderId, strategy, symbol, signed, price, fee, time, maker] = this.#rows.row(at);
    return {
      id: `${orderId}.${this.before + at}`,
      orderId: orderId!,
      symbol: this.#symbols[symbol!]!,
      strategy: this.#strategyNames[strategy!]!,
      side: signed! > 0 ? 'buy' : 'sell',
      quantity: Math.abs(signed!),
      price: price!,
      fee: fee!,
      liquidity: maker === 1 ? 'maker' : 'taker',
      time: timestamp(time!),
      reason: this.#reasons[at]!,
    };
  }
}

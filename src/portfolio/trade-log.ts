import { timestamp } from '#core';
import type { Trade } from '#domain';

/** What a trade takes from the lot that it closes. */
interface Entry {
  readonly time: number;
  readonly price: number;
  readonly row: number;
}

/** What it takes from the execution that closed it; strategy and symbol by their places. */
interface Exit extends Entry {
  readonly strategy: number;
  readonly symbol: number;
  readonly reason: string;
}

/** Numbers of one trade, side by side: strategy, symbol, signed units, entry time and price, exit time and price, fees, profit, return, bars. */
const WIDTH = 11;

/** Complete round trips: numbers in one column that grows by doubling; they become objects when somebody asks for them. */
export class TradeLog {
  readonly #symbols: readonly string[];
  readonly #strategies: readonly string[];
  readonly #trades: Trade[] = [];
  /** Of the rows that are no objects yet. */
  readonly #reasons: string[] = [];
  #numbers = new Float64Array(WIDTH * 32);

  constructor(symbols: readonly string[], strategies: readonly string[]) {
    this.#symbols = symbols;
    this.#strategies = strategies;
  }

  /** One array for good, to which every call adds what came since. */
  get all(): readonly Trade[] {
    this.#makeObjects();
    return this.#trades;
  }

  push(trade: Trade): void {
    this.#makeObjects();
    this.#trades.push(trade);
  }

  /** A lot that an order closed whole. `cost` is its value at entry. */
  pushWhole(lot: Entry, closed: number, exit: Exit, fees: number, pnl: number, cost: number): void {
    const at = (this.#reasons.push(exit.reason) - 1) * WIDTH;
    if (at === this.#numbers.length) this.#grow();
    const numbers = this.#numbers;
    numbers[at] = exit.strategy;
    numbers[at + 1] = exit.symbol;
    numbers[at + 2] = closed;
    numbers[at + 3] = lot.time;
    numbers[at + 4] = lot.price;
    numbers[at + 5] = exit.time;
    numbers[at + 6] = exit.price;
    numbers[at + 7] = fees;
    numbers[at + 8] = pnl;
    numbers[at + 9] = pnl / cost;
    numbers[at + 10] = exit.row - lot.row;
  }

  #grow(): void {
    const grown = new Float64Array(2 * this.#numbers.length);
    grown.set(this.#numbers);
    this.#numbers = grown;
  }

  #makeObjects(): void {
    for (let row = 0; row < this.#reasons.length; row++) this.#trades.push(this.#tradeAt(row));
    this.#reasons.length = 0;
  }

  #tradeAt(row: number): Trade {
    const numbers = this.#numbers;
    const at = row * WIDTH;
    const closed = numbers[at + 2]!;
    return {
      symbol: this.#symbols[numbers[at + 1]!]!,
      strategy: this.#strategies[numbers[at]!]!,
      side: closed > 0 ? 'long' : 'short',
      quantity: Math.abs(closed),
      entryTime: timestamp(numbers[at + 3]!),
      entryPrice: numbers[at + 4]!,
      exitTime: timestamp(numbers[at + 5]!),
      exitPrice: numbers[at + 6]!,
      exitReason: this.#reasons[row]!,
      fees: numbers[at + 7]!,
      pnl: numbers[at + 8]!,
      returnFraction: numbers[at + 9]!,
      barsHeld: numbers[at + 10]!,
    };
  }
}

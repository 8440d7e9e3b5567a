import { NumberRows, timestamp } from '#core';
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

/** Where the numbers of a trade lie in its row; `CLOSED` are signed units. */
const STRATEGY = 0;
const SYMBOL = 1;
const CLOSED = 2;
const ENTRY_TIME = 3;
const ENTRY_PRICE = 4;
const EXIT_TIME = 5;
const EXIT_PRICE = 6;
const FEES = 7;
const PNL = 8;
const RETURN = 9;
const BARS = 10;
const WIDTH = 11;

/** Complete round trips as rows of numbers; they become objects when somebody asks for them. */
export class TradeLog {
  readonly #symbols: readonly string[];
  readonly #strategies: readonly string[];
  readonly #trades: Trade[] = [];
  /** Of the rows that are no objects yet. */
  readonly #reasons: string[] = [];
  readonly #rows = new NumberRows(WIDTH);

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
    this.#reasons.push(exit.reason);
    const at = this.#rows.add();
    const numbers = this.#rows.block;
    numbers[at + STRATEGY] = exit.strategy;
    numbers[at + SYMBOL] = exit.symbol;
    numbers[at + CLOSED] = closed;
    numbers[at + ENTRY_TIME] = lot.time;
    numbers[at + ENTRY_PRICE] = lot.price;
    numbers[at + EXIT_TIME] = exit.time;
    numbers[at + EXIT_PRICE] = exit.price;
    numbers[at + FEES] = fees;
    numbers[at + PNL] = pnl;
    numbers[at + RETURN] = pnl / cost;
    numbers[at + BARS] = exit.row - lot.row;
  }

  #makeObjects(): void {
    for (let row = 0; row < this.#reasons.length; row++) this.#trades.push(this.#tradeAt(row));
    if (this.#reasons.length === 0) return;
    this.#reasons.length = 0;
    this.#rows.clear();
  }

  #tradeAt(row: number): Trade {
    const numbers = this.#rows.row(row);
    return {
      symbol: this.#symbols[numbers[SYMBOL]!]!,
      strategy: this.#strategies[numbers[STRATEGY]!]!,
      side: numbers[CLOSED]! > 0 ? 'long' : 'short',
      quantity: Math.abs(numbers[CLOSED]!),
      entryTime: timestamp(numbers[ENTRY_TIME]!),
      entryPrice: numbers[ENTRY_PRICE]!,
      exitTime: timestamp(numbers[EXIT_TIME]!),
      exitPrice: numbers[EXIT_PRICE]!,
      exitReason: this.#reasons[row]!,
      fees: numbers[FEES]!,
      pnl: numbers[PNL]!,
      returnFraction: numbers[RETURN]!,
      barsHeld: numbers[BARS]!,
    };
  }
}

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

/** Numbers of one trade, side by side: strategy, symbol, signed units, entry time and price, exit time and price, fees, profit, return, bars. */
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

  #makeObjects(): void {
    for (let row = 0; row < this.#reasons.length; row++) this.#trades.push(this.#tradeAt(row));
    if (this.#reasons.length === 0) return;
    this.#reasons.length = 0;
    this.#rows.clear();
  }

  #tradeAt(row: number): Trade {
    const [strategy, symbol, closed, entryTime, entryPrice, exitTime, exitPrice, fees, pnl, returnFraction, barsHeld] = this.#rows.row(row);
    return {
      symbol: this.#symbols[symbol!]!,
      strategy: this.#strategies[strategy!]!,
      side: closed! > 0 ? 'long' : 'short',
      quantity: Math.abs(closed!),
      entryTime: timestamp(entryTime!),
      entryPrice: entryPrice!,
      exitTime: timestamp(exitTime!),
      exitPrice: exitPrice!,
      exitReason: this.#reasons[row]!,
      fees: fees!,
      pnl: pnl!,
      returnFraction: returnFraction!,
      barsHeld: barsHeld!,
    };
  }
}

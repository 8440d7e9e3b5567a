import type { Lot } from './lots.ts';

/**
 * An account valued trade by trade, as backtesting.py does it: one running double of what closed trades made and fees took, and on top the
 * profit of what is open. It is the same money as cash plus positions, rounded at every step instead of once, so the last digit may differ.
 */
export class TradeSum {
  settled: number;

  constructor(cash: number) {
    this.settled = cash;
  }

  /** A part of a lot is closed: its profit before fees, and what closing it cost. */
  close(profit: number, fee: number): void {
    this.settled += profit - fee;
  }

  /** Money that moves without a close: the fee of an entry (negative), interest, dividends. */
  move(amount: number): void {
    this.settled += amount;
  }

  /** `worth` is the account currency of one unit at a price of 1. */
  equity(books: readonly (readonly Lot[])[], marks: Float64Array, worth: Float64Array): number {
    let open = 0;
    for (let at = 0; at < books.length; at++) {
      const symbol = at % marks.length;
      for (const lot of books[at]!) open += lot.quantity * (marks[symbol]! - lot.price) * worth[symbol]!;
    }
    return this.settled + open;
  }
}

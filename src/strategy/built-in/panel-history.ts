import type { CrossSectionContext } from '../contract.ts';

/**
 * The last closes of every symbol side by side, for strategies that compare whole histories with each other; an instant without a bar
 * repeats the close before it. Starts again with a run's first row.
 */
export class PanelHistory {
  readonly #length: number;
  #columns: Float64Array[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  push(market: CrossSectionContext): void {
    if (market.row === 0 || this.#columns.length !== market.symbols.length)
      this.#columns = market.symbols.map(() => new Float64Array(this.#length).fill(Number.NaN));
    this.#columns.forEach((column, symbol) => {
      column.copyWithin(0, 1);
      const close = market.close(symbol);
      column[this.#length - 1] = close > 0 ? close : Number.NaN;
    });
  }

  /** Oldest first; NaN at the start until there are enough. */
  closes(symbol: number): Float64Array {
    return this.#columns[symbol]!;
  }

  full(symbol: number): boolean {
    return !Number.isNaN(this.#columns[symbol]![0]);
  }

  /** Symbols whose whole window is known. */
  known(): readonly number[] {
    return this.#columns.flatMap((_, symbol) => (this.full(symbol) ? [symbol] : []));
  }

  /** close/before − 1, one fewer than there are closes. */
  returns(symbol: number): Float64Array {
    const column = this.#columns[symbol]!;
    return Float64Array.from({ length: this.#length - 1 }, (_, at) => column[at + 1]! / column[at]! - 1);
  }
}

import { ExactSum } from './exact-sum.ts';

export interface LedgerCurrencies {
  /** The account's own first. */
  readonly names: readonly string[];
  /** Which of them each symbol is quoted in. */
  readonly ofSymbol: readonly number[];
}

/** One balance: the two parts of its exact sum, and the last rate. Safe in JSON. */
export interface CurrencySnapshot {
  readonly purse: readonly [number, number];
  readonly rate: number;
}

/** Balances of an account in several currencies, each exact, with the rates that value them. */
export class Currencies {
  readonly purses: readonly ExactSum[];
  /** Account currency of one unit; 0 while none is known. */
  readonly rates: Float64Array;
  readonly ofSymbol: Int32Array;
  readonly #names: readonly string[];

  constructor(own: ExactSum, { names, ofSymbol }: LedgerCurrencies) {
    this.#names = names;
    this.purses = names.map((_, at) => (at === 0 ? own : new ExactSum()));
    this.rates = new Float64Array(names.length);
    this.rates[0] = 1;
    this.ofSymbol = Int32Array.from(ofSymbol);
  }

  purseOf(symbol: number): ExactSum {
    return this.purses[this.ofSymbol[symbol]!]!;
  }

  rateOf(symbol: number): number {
    return this.rates[this.ofSymbol[symbol]!]!;
  }

  /** All balances in account currency. */
  value(): number {
    let value = this.purses[0]!.value;
    for (let at = 1; at < this.purses.length; at++) value += this.purses[at]!.value * this.rates[at]!;
    return value;
  }

  balances(): Record<string, number> {
    return Object.fromEntries(this.#names.map((name, at) => [name, this.purses[at]!.value]));
  }

  snapshot(): CurrencySnapshot[] {
    return this.purses.map((purse, at) => ({ purse: purse.parts(), rate: this.rates[at]! }));
  }
}

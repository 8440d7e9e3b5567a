import type { Fill } from '#domain';
import type { AccountCredit } from './account-events.ts';

/** What one strategy received (positive) or paid in one symbol without a fill, in account currency. */
export interface CreditShare {
  /** Both empty for what belongs to nobody: interest on the cash that the account started with, and on that interest. */
  readonly strategy: string;
  readonly symbol: string;
  readonly dividend: number;
  readonly funding: number;
  readonly borrow: number;
  /** On the cash that the strategy's fills and credits in the symbol brought in, or took out: what its positions cost to carry. */
  readonly interest: number;
}

const KINDS = ['dividend', 'funding', 'borrow', 'interest'] as const satisfies readonly AccountCredit['kind'][];

/** Safe in JSON. */
export interface AttributionSnapshot {
  readonly flows: readonly number[];
  readonly sums: readonly number[];
}

/** Shares of strategies and symbols in what an account is credited, and the cash flows that interest is shared by. */
export class Attribution {
  readonly #symbols: readonly string[];
  readonly #strategies: readonly string[];
  readonly #multiplier: (symbol: number) => number;
  readonly #lanes: ReadonlyMap<string, number>;
  /** Cash that each strategy and symbol brought in, in the symbol's currency. */
  readonly #flows: Float64Array;
  /** Four kinds a lane, and at the end the four of nobody. */
  readonly #sums: Float64Array;
  #fillsSeen = 0;

  constructor(strategies: readonly string[], symbols: readonly string[], multiplier: (symbol: number) => number) {
    this.#strategies = strategies;
    this.#symbols = symbols;
    this.#multiplier = multiplier;
    const lanes = strategies.length * symbols.length;
    this.#lanes = new Map(
      strategies.flatMap((strategy, at) => symbols.map((symbol, column) => [`${strategy}/${symbol}`, at * symbols.length + column])),
    );
    this.#flows = new Float64Array(lanes);
    this.#sums = new Float64Array((lanes + 1) * KINDS.length);
  }

  /** Takes in the fills that are new. */
  see(fills: readonly Fill[]): void {
    for (; this.#fillsSeen < fills.length; this.#fillsSeen++) {
      const { strategy, symbol, side, quantity, price, fee } = fills[this.#fillsSeen]!;
      const lane = this.#lanes.get(`${strategy}/${symbol}`)!;
      const value = quantity * price * this.#multiplier(lane % this.#symbols.length);
      this.#flows[lane]! += (side === 'buy' ? -value : value) - fee;
    }
  }

  flow(strategy: number, symbol: number): number {
    return this.#flows[strategy * this.#symbols.length + symbol]!;
  }

  /** `amount` in the symbol's currency, `value` the same in the account's; a strategy of −1 is nobody. */
  add(kind: AccountCredit['kind'], strategy: number, symbol: number, amount: number, value: number): void {
    const lane = strategy < 0 ? this.#flows.length : strategy * this.#symbols.length + symbol;
    this.#sums[lane * KINDS.length + KINDS.indexOf(kind)]! += value;
    if (strategy >= 0 && kind !== 'interest') this.#flows[lane]! += amount;
  }

  /** Only those who received or paid something. */
  shares(): readonly CreditShare[] {
    const found: CreditShare[] = [];
    for (let lane = 0; lane <= this.#flows.length; lane++) {
      const [dividend, funding, borrow, interest] = this.#sums.subarray(lane * KINDS.length, (lane + 1) * KINDS.length);
      if (dividend === 0 && funding === 0 && borrow === 0 && interest === 0) continue;
      const nobody = lane === this.#flows.length;
      const strategy = nobody ? '' : this.#strategies[Math.floor(lane / this.#symbols.length)]!;
      const symbol = nobody ? '' : this.#symbols[lane % this.#symbols.length]!;
      found.push({ strategy, symbol, dividend: dividend!, funding: funding!, borrow: borrow!, interest: interest! });
    }
    return found;
  }

  snapshot(fills: readonly Fill[]): AttributionSnapshot {
    this.see(fills);
    return { flows: [...this.#flows], sums: [...this.#sums] };
  }

  restore({ flows, sums }: AttributionSnapshot): void {
    this.#flows.set(flows);
    this.#sums.set(sums);
  }
}

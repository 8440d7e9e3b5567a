import { averagePrice } from '#portfolio';
import type { AccountView, PositionView } from '#strategy';
import type { EngineView } from './engine-view.ts';
import type { RiskAccount } from './setup.ts';

/** What the account is worth now, as a strategy may see it. */
export class AccountNow implements AccountView {
  readonly #engine: EngineView;
  constructor(engine: EngineView) {
    this.#engine = engine;
  }
  get cash(): number {
    return this.#engine.ledger.cash;
  }
  get equity(): number {
    return this.#engine.equityNow;
  }
  get availableMargin(): number {
    return this.#engine.availableMargin();
  }
}

/** What one strategy holds of one symbol now. */
export class PositionNow implements PositionView {
  readonly #engine: EngineView;
  readonly #strategy: number;
  symbol = 0;
  constructor(engine: EngineView, strategy: number) {
    this.#engine = engine;
    this.#strategy = strategy;
  }
  get quantity(): number {
    return this.#engine.ledger.held(this.#strategy, this.symbol);
  }
  get flat(): boolean {
    return this.quantity === 0;
  }
  get long(): boolean {
    return this.quantity > 0;
  }
  get short(): boolean {
    return this.quantity < 0;
  }
  get averagePrice(): number {
    return averagePrice(this.#engine.ledger.lots(this.#strategy, this.symbol));
  }
  get barsHeld(): number {
    const oldest = this.#engine.ledger.lots(this.#strategy, this.symbol)[0];
    return oldest === undefined ? 0 : this.#engine.row - oldest.row;
  }
  get openProfit(): number {
    const { ledger, marks } = this.#engine;
    return this.flat ? 0 : this.quantity * (marks[this.symbol]! - this.averagePrice) * ledger.worth(this.symbol);
  }
}

/** What a risk check sees of the account; `price` is the last one of the symbol. */
export function riskAccount(
  engine: EngineView & { readonly strategyNames: readonly string[] },
  strategy: number,
  symbol: number,
  price: number,
): RiskAccount {
  const { symbols, strategyNames, time, equityNow: equity, ledger, marks } = engine;
  const held = ledger.held(strategy, symbol);
  return { symbol: symbols[symbol]!, strategy: strategyNames[strategy]!, time, price, equity, held, gross: ledger.gross(marks) };
}

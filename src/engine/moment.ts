import { timestamp, UserError, type Timestamp } from '#core';
import type { Order, OrderRequest } from '#domain';
import type { SymbolColumns } from '#execution';
import type { AccountView, BarContext, PositionView, Strategy } from '#strategy';
import { bindMethods } from './bind-methods.ts';
import { AccountNow, PositionNow } from './account-now.ts';
import type { EngineView } from './engine-view.ts';
import { FeatureCursor, featureView } from './features.ts';
import { checkChange } from './request-words.ts';

/** Moves a moment: a function of this room, since whoever holds the moment itself could move it into the future. */
let move: (moment: Moment, symbol: number, local: number, columns: readonly Float64Array[]) => void;

/** The moment after a bar closed, as `onBar` sees it. One object serves a whole run. */
export class Moment implements BarContext {
  static {
    move = (moment, symbol, local, columns) => moment.#place(symbol, local, columns);
  }

  readonly #engine: EngineView;
  readonly #index: number;
  readonly #cursor: FeatureCursor;
  readonly #position: PositionNow;
  readonly f: Readonly<Record<string, number>>;
  readonly prior: Readonly<Record<string, number>>;
  readonly account: AccountView;
  readonly parameters: Readonly<Record<string, number>>;
  #symbol = -1;
  #local = 0;
  #bars: SymbolColumns;

  constructor(engine: EngineView, strategy: Strategy, index: number, names: readonly string[]) {
    this.#engine = engine;
    this.#index = index;
    this.#position = new PositionNow(engine, index);
    this.#bars = engine.columns[0]!;
    this.#cursor = new FeatureCursor();
    this.f = featureView(names, this.#cursor, 'now');
    this.prior = featureView(names, this.#cursor, 'before');
    this.account = new AccountNow(engine);
    this.parameters = strategy.parameters ?? {};
    bindMethods(this);
  }

  #place(symbol: number, local: number, columns: readonly Float64Array[]): void {
    if (this.#symbol !== symbol) {
      this.#symbol = symbol;
      this.#position.symbol = symbol;
      this.#bars = this.#engine.columns[symbol]!;
      this.#cursor.columns = columns;
    }
    this.#local = local;
    this.#cursor.row = local;
  }

  get position(): PositionView {
    return this.#position;
  }
  get symbol(): string {
    return this.#engine.symbols[this.#symbol]!;
  }
  get row(): number {
    return this.#local;
  }
  get time(): Timestamp {
    return timestamp(this.#bars.time[this.#local]!);
  }
  get open(): number {
    return this.#bars.open[this.#local]!;
  }
  get high(): number {
    return this.#bars.high[this.#local]!;
  }
  get low(): number {
    return this.#bars.low[this.#local]!;
  }
  get close(): number {
    return this.#bars.close[this.#local]!;
  }
  get volume(): number {
    return this.#bars.volume[this.#local]!;
  }

  submit(request: OrderRequest): number {
    const named = request.symbol;
    if (named !== undefined && named !== this.symbol)
      throw new UserError(`onBar of ${this.symbol} cannot order ${named}`, 'Use onInstant for orders across symbols.');
    return this.#engine.submit(this.#index, this.#symbol, request);
  }
  cancel(orderId: number): void {
    if (this.#owns(orderId)) this.#engine.cancel(orderId);
  }
  cancelAll(): void {
    for (const order of this.#engine.venue.ordersOf(this.#symbol)) {
      if (order.strategy === this.#index && !order.contingent) this.#engine.venue.cancel(order, 'canceled by the strategy');
    }
  }
  replace(orderId: number, change: { readonly quantity?: number; readonly limitPrice?: number; readonly stopPrice?: number }): boolean {
    checkChange(change);
    return this.#owns(orderId) && this.#engine.replace(orderId, change);
  }
  /** An order of another strategy on the account is none for this one. */
  #owns(orderId: number): boolean {
    return this.#engine.order(orderId)?.strategy === this.#index;
  }
  closePosition(portion = 1): void {
    this.#engine.close(this.#index, this.#symbol, portion);
  }
  closeLot(orderId: number, portion = 1): void {
    this.#engine.closeLot(this.#index, this.#symbol, orderId, portion);
  }
  orders(): readonly Order[] {
    return this.#engine.venue
      .ordersOf(this.#symbol)
      .filter((order) => order.strategy === this.#index)
      .map((order) => order.record());
  }
  lots(): readonly { readonly orderId: number; readonly quantity: number; readonly price: number; readonly row: number }[] {
    return this.#engine.ledger
      .lots(this.#index, this.#symbol)
      .map(({ orderId, quantity, price, row }) => ({ orderId, quantity, price, row }));
  }
}

/** Stands the moment at a symbol's row. */
export function placeMoment(moment: Moment, symbol: number, local: number, columns: readonly Float64Array[]): void {
  move(moment, symbol, local, columns);
}

import { timestamp, UserError, type Timestamp } from '#core';
import type { Order, OrderRequest } from '#domain';
import type { SymbolColumns } from '#execution';
import type { AccountView, BarContext, PositionView, Strategy } from '#strategy';
import { AccountNow, PositionNow } from './account-now.ts';
import type { EngineView } from './engine-view.ts';
import { FeatureCursor, featureView } from './features.ts';
import { checkChange } from './request-words.ts';
import { calledOf, takeTurn } from './turn.ts';

/** Moves a moment: a function of this room, since whoever holds the moment itself could move it into the future. */
let move: (moment: Moment, symbol: number, local: number, columns: readonly Float64Array[]) => void;

const called = (self: unknown): Moment => (self instanceof Moment ? self : calledOf(self, Moment));

/** The moment after a bar closed, as `onBar` sees it. One object serves a whole run. */
export class Moment implements BarContext {
  static {
    move = (moment, symbol, local, columns) => moment.#place(symbol, local, columns);
    // No strategy puts a method of its own in the place of everybody's.
    Object.freeze(Moment.prototype);
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

  submit(this: unknown, request: OrderRequest): number {
    const moment = called(this);
    const { symbol: named } = request;
    if (named !== undefined && named !== moment.symbol)
      throw new UserError(`onBar of ${moment.symbol} cannot order ${named}`, 'Use onInstant for orders across symbols.');
    return moment.#engine.submit(moment.#index, moment.#symbol, request);
  }
  cancel(this: unknown, orderId: number): void {
    const moment = called(this);
    if (moment.#owns(orderId)) moment.#engine.cancel(orderId);
  }
  cancelAll(this: unknown): void {
    const moment = called(this);
    const { venue } = moment.#engine;
    for (const order of venue.ordersOf(moment.#symbol)) {
      if (order.strategy === moment.#index && !order.contingent) venue.cancel(order, 'canceled by the strategy');
    }
  }
  replace(
    this: unknown,
    orderId: number,
    change: { readonly quantity?: number; readonly limitPrice?: number; readonly stopPrice?: number },
  ): boolean {
    checkChange(change);
    const moment = called(this);
    return moment.#owns(orderId) && moment.#engine.replace(orderId, change);
  }
  /** An order of another strategy on the account is none for this one. */
  #owns(orderId: number): boolean {
    return this.#engine.order(orderId)?.strategy === this.#index;
  }
  closePosition(this: unknown, portion = 1): void {
    const moment = called(this);
    moment.#engine.close(moment.#index, moment.#symbol, portion);
  }
  closeLot(this: unknown, orderId: number, portion = 1): void {
    const moment = called(this);
    moment.#engine.closeLot(moment.#index, moment.#symbol, orderId, portion);
  }
  orders(this: unknown): readonly Order[] {
    const moment = called(this);
    return moment.#engine.venue
      .ordersOf(moment.#symbol)
      .filter((order) => order.strategy === moment.#index)
      .map((order) => order.record());
  }
  lots(this: unknown): readonly { readonly orderId: number; readonly quantity: number; readonly price: number; readonly row: number }[] {
    const moment = called(this);
    return moment.#engine.ledger
      .lots(moment.#index, moment.#symbol)
      .map(({ orderId, quantity, price, row }) => ({ orderId, quantity, price, row }));
  }
}

/** Stands the moment at a symbol's row, for its strategy to be asked there. */
export function placeMoment(moment: Moment, symbol: number, local: number, columns: readonly Float64Array[]): void {
  takeTurn(moment);
  move(moment, symbol, local, columns);
}

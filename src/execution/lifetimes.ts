import type { BarUnderMatch } from './match.ts';
import type { OrderBook } from './order-book.ts';
import type { Sessions } from './sessions.ts';
import type { WorkingOrder } from './working-order.ts';

/** From when and until when an order may act: its arrival, its time in force, the sessions of its symbol. */
export class Lifetimes {
  readonly #sessions: readonly Sessions[];
  readonly #book: OrderBook;
  readonly #bar: BarUnderMatch;

  constructor(sessions: readonly Sessions[], book: OrderBook, bar: BarUnderMatch) {
    this.#sessions = sessions;
    this.#book = book;
    this.#bar = bar;
  }

  openTime(symbol: number, local: number): number {
    return this.#sessions[symbol]!.openTime(local);
  }

  /** When a message about an order, sent at the end of a bar that starts at `time`, reaches the venue. */
  arrival(order: WorkingOrder, time: number, latencyMs: number): number {
    return this.#sessions[order.symbol]!.endTime(time) + latencyMs;
  }

  /** Binds a day order to the session that it reaches. */
  bindDay(order: WorkingOrder, arrival: number): void {
    this.#sessions[order.symbol]!.bindDay(order, arrival);
  }

  /** Whether an order for the open or the close may act in this bar; others always may. */
  allows(order: WorkingOrder, local: number): boolean {
    return this.#sessions[order.symbol]!.allows(order, local);
  }

  /** Whether an order on its way is there by an instant; from then on it is accepted. */
  arrives(order: WorkingOrder, time: number): boolean {
    if (time < order.arrival) return false;
    order.inFlight = false;
    order.happen('accept');
    return true;
  }

  /** Ends an order whose time is over at the bar in hand. */
  expires(order: WorkingOrder, local: number): boolean {
    if (order.timeInForce === 'gtc') return false;
    const sessions = this.#sessions[order.symbol]!;
    const reason = sessions.expiry(order, this.#bar.stepped ? this.#bar.openTime : sessions.openTime(local));
    if (reason === undefined) return false;
    this.#book.end(order, 'expire', reason);
    return true;
  }

  /**
   * Ends what no later bar can fill, once the bars of a row are over: who is asked after a session's close does not find its orders at work,
   * and they take no room from new ones.
   */
  endOver(locals: Int32Array): void {
    const { dated } = this.#book;
    let kept = 0;
    for (const order of dated) {
      const local = locals[order.symbol]!;
      const sessions = this.#sessions[order.symbol]!;
      const bound = order.goodTill !== Number.POSITIVE_INFINITY;
      const reason = order.open && bound && local >= 0 ? sessions.expiry(order, sessions.closeTime(local)) : undefined;
      if (reason !== undefined) this.#book.end(order, 'expire', reason);
      if (order.open) dated[kept++] = order;
    }
    dated.length = kept;
  }

  /** What must fill at once is taken down when it did not; `tried` says that there was a price. */
  endImmediate(order: WorkingOrder, tried: boolean): void {
    const { timeInForce, type } = order;
    const immediate = timeInForce === 'ioc' || timeInForce === 'fok' || type === 'limit_on_open' || type === 'limit_on_close';
    if (!order.open || !immediate || (order.stop === order.stop && !order.triggered)) return;
    this.#book.end(order, 'cancel', tried ? 'not filled whole at once' : 'not marketable');
  }
}

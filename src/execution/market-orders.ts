import type { BarLoader } from './bar-loader.ts';
import type { Executions } from './executions.ts';
import type { Lifetimes } from './lifetimes.ts';
import type { OrderBook } from './order-book.ts';
import { rank, takesTheOpen } from './order-rules.ts';
import type { SymbolColumns, VenueHost } from './venue-host.ts';
import type { WorkingOrder } from './working-order.ts';

/** Market orders that wait for an open: they meet it before anything inside the bar. */
export class MarketOrders {
  readonly #host: VenueHost;
  readonly #columns: readonly SymbolColumns[];
  readonly #book: OrderBook;
  readonly #loader: BarLoader;
  readonly #lifetimes: Lifetimes;
  readonly #executions: Executions;
  readonly #latent: boolean;

  constructor(
    host: VenueHost,
    columns: readonly SymbolColumns[],
    book: OrderBook,
    loader: BarLoader,
    lifetimes: Lifetimes,
    executions: Executions,
    latent: boolean,
  ) {
    this.#host = host;
    this.#columns = columns;
    this.#book = book;
    this.#loader = loader;
    this.#lifetimes = lifetimes;
    this.#executions = executions;
    this.#latent = latent;
  }

  match(row: number, locals: Int32Array): void {
    const book = this.#book;
    const waiting = book.markets;
    book.markets = [];
    book.meeting = waiting;
    book.marketRow = Number.POSITIVE_INFINITY;
    this.#host.markAt('open');
    if (this.#latent) this.#land(waiting, locals);
    if (book.targetsWaiting) this.#resolveTargets(waiting, row, locals);
    for (const order of waiting) {
      const local = locals[order.symbol]!;
      if (
        order.open &&
        local >= 0 &&
        row >= order.firstRow &&
        !order.inFlight &&
        !this.#lifetimes.expires(order, local) &&
        this.#lifetimes.allows(order, local)
      ) {
        const bar = this.#loader.load(order.symbol, local, row);
        this.#executions.execute(order, order.type === 'market_to_limit' ? bar.open : bar.market, false);
        this.#lifetimes.endImmediate(order, true);
      }
      if (!order.open) continue;
      if (!takesTheOpen(order)) {
        book.queues[order.symbol]!.add(order, 'back', row);
        continue;
      }
      book.markets.push(order);
      book.marketRow = Math.min(book.marketRow, Math.max(row + 1, order.firstRow));
    }
    book.meeting = [];
  }

  /** Orders on their way that have arrived by the open of their symbol's bar. */
  #land(orders: readonly WorkingOrder[], locals: Int32Array): void {
    for (const order of orders) {
      const local = locals[order.symbol]!;
      if (order.open && order.inFlight && local >= 0) this.#lifetimes.arrives(order, this.#lifetimes.openTime(order.symbol, local));
    }
  }

  /** Orders for target weights meet one equity, that of the open before any of them fills; those that give margin back then go first. */
  #resolveTargets(waiting: WorkingOrder[], row: number, locals: Int32Array): void {
    const equity = this.#host.equity();
    for (const order of waiting) {
      const local = locals[order.symbol]!;
      if (!order.open || order.size.kind !== 'target_weight' || order.quantity === order.quantity) continue;
      if (local < 0 || row < order.firstRow || order.inFlight) continue;
      if (!this.#lifetimes.allows(order, local)) continue;
      const fault = this.#executions.sizer.resolveTarget(order, order.size.weight, equity, this.#columns[order.symbol]!.open[local]!);
      if (fault !== undefined) this.#book.end(order, 'reject', fault);
    }
    const rankOf = (order: WorkingOrder): number => rank(order, this.#host.held(order.strategy, order.symbol));
    waiting.sort((one, other) => rankOf(one) - rankOf(other) || one.id - other.id);
    this.#book.targetsWaiting = waiting.some(
      (order) => order.open && order.size.kind === 'target_weight' && order.quantity !== order.quantity,
    );
  }
}

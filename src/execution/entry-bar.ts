import type { BarUnderMatch } from './match.ts';
import { comesAtARise, isMetInside } from './met-first.ts';
import type { OrderBook } from './order-book.ts';
import { closesOnly, isStop, momentOf } from './order-rules.ts';
import type { OrderSizer } from './order-sizer.ts';
import type { ExecutionProfile } from './profile.ts';
import type { VenueHost } from './venue-host.ts';
import type { WorkingOrder } from './working-order.ts';

/** Units that a resting order opened inside a bar, or a finer bar. */
interface Opened {
  readonly order: WorkingOrder;
  readonly units: number;
}

/**
 * Orders that close, and the bar in which a resting order opens what they close: that bar may stop it out and never reaches its target,
 * whether the exits hang on the entry or were sent beside it.
 */
export class EntryBar {
  readonly #host: VenueHost;
  readonly #book: OrderBook;
  readonly #bar: BarUnderMatch;
  readonly #sizer: OrderSizer;
  readonly #pessimistic: boolean;
  #opened: Opened[] = [];
  #row = -1;
  #step = 0;

  constructor(host: VenueHost, book: OrderBook, bar: BarUnderMatch, profile: ExecutionProfile, sizer: OrderSizer) {
    this.#host = host;
    this.#book = book;
    this.#bar = bar;
    this.#sizer = sizer;
    this.#pessimistic = profile.entryBarExits === 'pessimistic';
  }

  opens(order: WorkingOrder, units: number): void {
    const { row, step } = this.#bar;
    if (!this.#pessimistic) return;
    if (row !== this.#row || step !== this.#step) this.#opened = [];
    this.#row = row;
    this.#step = step;
    this.#opened.push({ order, units });
  }

  /** The most that an order may close here: a target leaves what came into being inside this bar. */
  room(order: WorkingOrder): number {
    const { row, step } = this.#bar;
    if (row !== this.#row || step !== this.#step || !isTarget(order)) return Number.POSITIVE_INFINITY;
    const fresh = this.#opened.filter(({ order: entry }) => feeds(entry, order)).reduce((sum, { units }) => sum + units, 0);
    return fresh === 0 ? Number.POSITIVE_INFINITY : Math.max(0, this.#open(order) - fresh);
  }

  /** Whether an order that is met must pass: a target of nothing but fresh units, or a stop whose entry comes first. */
  holdsBack(order: WorkingOrder): boolean {
    return closesOnly(order) && (this.room(order) === 0 || this.#waits(order));
  }

  /** Whether a stop that is met with nothing to close waits for its entry: one that still works, and that the price met on its way to the stop. */
  #waits(order: WorkingOrder): boolean {
    if (!this.#pessimistic || !isStop(order) || this.#open(order) > 0) return false;
    const { row } = this.#bar;
    return this.#book.queues[order.symbol]!.orders.some(
      (entry) =>
        entry.open &&
        !entry.inFlight &&
        row >= entry.firstRow &&
        !closesOnly(entry) &&
        feeds(entry, order) &&
        isMetInside(entry) &&
        (order.closes > 0 || comesAtARise(entry) === order.direction > 0) &&
        (bestOf(entry) - order.stop) * entry.direction >= 0,
    );
  }

  #open(order: WorkingOrder): number {
    if (order.closes === 0) return this.#sizer.closable(order);
    return Math.max(0, -order.direction * this.#host.openOf(order.strategy, order.symbol, order.closes));
  }
}

/** An exit at a better price, inside the bar. */
function isTarget(order: WorkingOrder): boolean {
  return closesOnly(order) && !isStop(order) && momentOf(order) === 0 && (order.touches || order.limit === order.limit);
}

/** Whether what the entry opens is what the order closes. */
function feeds(entry: WorkingOrder, order: WorkingOrder): boolean {
  if (entry.strategy !== order.strategy || entry.symbol !== order.symbol || entry.direction === order.direction) return false;
  return order.closes === 0 || order.closes === entry.id;
}

/** The best price that a resting entry was sent for: a stop beyond it would gain where it protects. */
function bestOf({ limit, stop, direction }: WorkingOrder): number {
  if (limit !== limit) return stop;
  if (stop !== stop) return limit;
  return direction > 0 ? Math.min(limit, stop) : Math.max(limit, stop);
}

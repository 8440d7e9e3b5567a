import { exitOrder, targetOnly } from './exit-orders.ts';
import type { BarUnderMatch } from './match.ts';
import type { OrderBook } from './order-book.ts';
import { takesTheOpen } from './order-rules.ts';
import type { ExecutionProfile } from './profile.ts';
import type { SymbolColumns, VenueHost } from './venue-host.ts';
import type { OrderPurpose, WorkingOrder } from './working-order.ts';

/** What a fill does to other orders: exits of a bracket come alive, those of a closed position die, groups shrink. */
export class Contingencies {
  readonly #host: VenueHost;
  readonly #columns: readonly SymbolColumns[];
  readonly #profile: ExecutionProfile;
  readonly #book: OrderBook;
  readonly #bar: BarUnderMatch;
  /** What the entry in hand got, before costs. */
  #entered = Number.NaN;

  constructor(host: VenueHost, columns: readonly SymbolColumns[], profile: ExecutionProfile, book: OrderBook, bar: BarUnderMatch) {
    this.#host = host;
    this.#columns = columns;
    this.#profile = profile;
    this.#book = book;
    this.#bar = bar;
  }

  /**
   * Stop, target and time exit of the units that have just opened at `raw` (the price before costs). Exits close whatever their entry has
   * open, so later parts of it share them; they die with the position, so a part that fills after that has exits of its own.
   */
  spawnExits(order: WorkingOrder, opened: number, raw: number): void {
    if (order.exitsSpawned && !this.#aloneOpen(order, opened)) return;
    order.exitsSpawned = true;
    this.#entered = raw;
    const inside = !takesTheOpen(order);
    if (this.#profile.entryBarExits === 'next_bar') this.#spawnForNextBar(order, inside);
    else this.#spawnPessimistic(order, inside);
    if (order.maxBars > 0) this.#spawn(order, 'time', 'market', Number.NaN, this.#bar.row + order.maxBars, inside);
  }

  /** Whether these units are all that the order has open: what it opened before is closed. */
  #aloneOpen({ strategy, symbol, id }: WorkingOrder, opened: number): boolean {
    return Math.abs(this.#host.openOf(strategy, symbol, id)) <= opened * (1 + 1e-12);
  }

  #spawnPessimistic(order: WorkingOrder, inside: boolean): void {
    const bar = this.#bar;
    const atClose = order.type === 'market_on_close' || order.type === 'limit_on_close';
    this.#spawnPair(order, inside && !bar.stepped ? bar.row + 1 : bar.row, atClose ? bar.row + 1 : bar.row, inside);
    if (!atClose) bar.again = true;
  }

  /** Exits join the queue at once, but only a market entry, or a stop entry whose target alone lies in the bar, has the queue run again. */
  #spawnForNextBar(order: WorkingOrder, inside: boolean): void {
    const bar = this.#bar;
    const hasExits = order.takeProfit === order.takeProfit || order.stopLoss === order.stopLoss;
    this.#spawnPair(order, bar.row, bar.row, inside);
    if (hasExits && (!inside || targetOnly(order, bar))) bar.again = true;
  }

  #spawnPair(order: WorkingOrder, targetRow: number, stopRow: number, inside: boolean): void {
    if (order.takeProfit === order.takeProfit) this.#spawn(order, 'target', 'limit', order.takeProfit, targetRow, inside);
    if (order.stopLoss === order.stopLoss) this.#spawn(order, 'stop', 'stop', order.stopLoss, stopRow, inside);
  }

  #spawn(
    parent: WorkingOrder,
    purpose: OrderPurpose,
    type: 'limit' | 'stop' | 'market',
    price: number,
    firstRow: number,
    inside: boolean,
  ): void {
    const { row, local, step } = this.#bar;
    const time = this.#columns[parent.symbol]!.time[local]!;
    const child = exitOrder(parent, purpose, type, price, { id: this.#host.nextOrderId(), row, time, firstRow });
    child.bornInside = inside && this.#profile.entryBarExits === 'pessimistic';
    child.bornStep = step;
    if (child.bornInside) child.bornPrice = this.#entered;
    this.#host.spawned(child);
    this.#book.submit(child, row);
  }

  /** Exits whose entry has nothing open any more are taken down. */
  dropOrphans(order: WorkingOrder): void {
    for (const child of this.#book.queues[order.symbol]!.orders) this.#dropIfOrphan(child, order);
    for (const child of this.#book.meeting) if (child.symbol === order.symbol) this.#dropIfOrphan(child, order);
    for (const child of this.#book.markets) if (child.symbol === order.symbol) this.#dropIfOrphan(child, order);
  }

  #dropIfOrphan(child: WorkingOrder, by: WorkingOrder): void {
    if (!child.open || child.closes === 0 || child === by) return;
    if (this.#host.openOf(child.strategy, child.symbol, child.closes) !== 0) return;
    this.#book.end(child, 'cancel', 'what it protects is closed');
  }

  /** What a fill of so many units does to the other orders of a group. */
  filledInGroup(order: WorkingOrder, units: number): void {
    if (order.group === '') return;
    for (const other of this.#othersOf(order)) {
      if (!order.cancelsGroup) {
        other.quantity = Math.max(other.filled, other.quantity - units);
        if (order.open && other.remaining > 1e-12) continue;
      }
      this.#book.end(other, 'cancel', 'the other order of its group filled');
    }
  }

  /** A replaced size is the size of the others too, where one updates the others. */
  resizedInGroup(order: WorkingOrder): void {
    if (order.group === '' || order.cancelsGroup) return;
    for (const other of this.#othersOf(order)) other.quantity = other.filled + order.remaining;
  }

  #othersOf(order: WorkingOrder): readonly WorkingOrder[] {
    const { group, strategy, cancelsGroup } = order;
    return this.#book
      .ordersOf(order.symbol)
      .filter((other) => other !== order && other.group === group && other.strategy === strategy && other.cancelsGroup === cancelsGroup);
  }
}

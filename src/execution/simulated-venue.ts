import { invariant, type Rng } from '#core';
import type { Instrument } from '#domain';
import { Contingencies } from './contingencies.ts';
import { Executions } from './executions.ts';
import type { CostsSnapshot } from './fill-costs.ts';
import { IntrabarPath } from './intrabar.ts';
import { BarUnderMatch, restingPrice, trail } from './match.ts';
import { OrderBook, type BookSnapshot } from './order-book.ts';
import type { OrderQueue } from './order-queue.ts';
import { isReplaceable, rank, within, type OrderChange } from './order-rules.ts';
import type { ExecutionProfile } from './profile.ts';
import { Sessions } from './sessions.ts';
import type { SymbolColumns, VenueHost } from './venue-host.ts';
import type { WorkingOrder } from './working-order.ts';

/** A venue between two bars as plain data, safe in JSON. */
export interface VenueSnapshot {
  readonly row: number;
  readonly book: BookSnapshot;
  readonly costs: CostsSnapshot;
}

/** An exchange in memory: it sees each bar before the strategy does, fills what the profile's rules let fill, and tells its host. */
export class SimulatedVenue {
  readonly profile: ExecutionProfile;
  readonly #host: VenueHost;
  readonly #columns: readonly SymbolColumns[];
  readonly #book: OrderBook;
  readonly #sessions: readonly Sessions[];
  readonly #bar = new BarUnderMatch();
  readonly #executions: Executions;
  /** Steps of the finer bars inside the bar under match; one step when there are none. */
  readonly #paths: readonly (IntrabarPath | undefined)[];

  constructor(
    host: VenueHost,
    columns: readonly SymbolColumns[],
    instruments: readonly Instrument[],
    profile: ExecutionProfile,
    rng: Rng,
    finer: readonly (SymbolColumns | undefined)[] = [],
  ) {
    this.#paths = columns.map((bars, symbol) => (finer[symbol] === undefined ? undefined : new IntrabarPath(bars, finer[symbol])));
    this.#host = host;
    this.#columns = columns;
    this.profile = profile;
    this.#book = new OrderBook(columns.length, profile);
    this.#sessions = columns.map((series, symbol) => new Sessions(series, instruments[symbol]!));
    const contingencies = new Contingencies(host, columns, profile, this.#book, this.#bar);
    this.#executions = new Executions(host, columns, instruments, profile, rng, this.#book, this.#bar, contingencies);
  }

  /** How many orders are open. */
  get working(): number {
    return this.#book.working;
  }

  submit(order: WorkingOrder): void {
    this.#book.submit(order, this.#bar.row);
  }

  cancel(order: WorkingOrder, reason: string): void {
    if (order.open) this.#book.end(order, 'cancel', reason);
  }

  /**
   * Replaces price or quantity in place (atomic: there is no moment without the order). False, and nothing changes, when the order is done,
   * the quantity is below what has filled, or a price is not one that this order has.
   */
  replace(order: WorkingOrder, change: OrderChange): boolean {
    if (!order.open || !isReplaceable(order, change)) return false;
    if (change.quantity !== undefined) order.quantity = change.quantity;
    if (change.limitPrice !== undefined) order.limit = change.limitPrice;
    if (change.stopPrice !== undefined) {
      order.stop = change.stopPrice;
      order.triggered = false;
    }
    if (order.remaining === 0) {
      this.#book.end(order, 'fill_all', '');
    }
    this.#book.queues[order.symbol]!.settle(this.#bar.row);
    return true;
  }

  /** A split: working orders of the symbol keep their value. */
  split(symbol: number, ratio: number): void {
    for (const order of this.ordersOf(symbol)) order.split(ratio);
    this.#book.queues[symbol]!.settle(this.#bar.row);
  }

  ordersOf(symbol: number): readonly WorkingOrder[] {
    return this.#book.ordersOf(symbol);
  }

  snapshot(): VenueSnapshot {
    return { row: this.#bar.row, book: this.#book.snapshot(), costs: this.#executions.costs.snapshot() };
  }

  /**
   * Puts a new venue where another of the same symbols and profile stood, `rowsDropped` rows later than its data began. Gives the orders
   * that work. The data must still hold the bar before the next one, and as many before it as the impact model looks back on.
   */
  restore(saved: VenueSnapshot, rowsDropped = 0): readonly WorkingOrder[] {
    invariant(
      this.#book.working === 0 && saved.book.queues.length === this.#columns.length,
      'a venue is restored once, with the same symbols',
    );
    this.#bar.row = saved.row - rowsDropped;
    this.#executions.costs.restore(saved.costs, rowsDropped);
    return this.#book.restore(saved.book, this.#bar.row, rowsDropped);
  }

  /** Makes the row just matched matchable once more. */
  stepBack(): void {
    this.#bar.row--;
    for (const queue of this.#book.queues) queue.settle(this.#bar.row);
  }

  /** Matches all that works against the bars of one row. `locals` gives each symbol's row in its own columns, −1 where it has no bar. */
  match(row: number, locals: Int32Array): void {
    this.#bar.row = row;
    const { queues, marketRow } = this.#book;
    if (row >= marketRow) this.#matchMarkets(row, locals);
    for (let symbol = 0; symbol < queues.length; symbol++) {
      const queue = queues[symbol]!;
      if (queue.orders.length === 0) continue;
      const local = locals[symbol]!;
      if (local < 0) continue;
      const columns = this.#columns[symbol]!;
      if (queue.sleeps(row, columns.high[local]!, columns.low[local]!)) continue;
      this.#matchQueue(queue, symbol, local, row);
    }
  }

  #matchMarkets(row: number, locals: Int32Array): void {
    const book = this.#book;
    const waiting = book.markets;
    book.markets = [];
    book.marketRow = Number.POSITIVE_INFINITY;
    this.#host.markAt('open');
    if (book.targetsWaiting) this.#resolveTargets(waiting, row, locals);
    for (const order of waiting) {
      const local = locals[order.symbol]!;
      if (
        order.open &&
        local >= 0 &&
        row >= order.firstRow &&
        !this.#expires(order, local) &&
        this.#sessions[order.symbol]!.allows(order, local)
      ) {
        this.#load(order.symbol, local, row);
        const price =
          this.profile.marketFill === 'previous_close' && local > 0 ? this.#columns[order.symbol]!.close[local - 1]! : this.#bar.open;
        this.#executions.execute(order, price, false);
        this.#endImmediate(order, true);
      }
      if (!order.open) continue;
      book.markets.push(order);
      book.marketRow = Math.min(book.marketRow, Math.max(row + 1, order.firstRow));
    }
  }

  /** Orders for target weights meet one equity, that of the open before any of them fills; sales then go first. */
  #resolveTargets(waiting: WorkingOrder[], row: number, locals: Int32Array): void {
    const equity = this.#host.equity();
    for (const order of waiting) {
      const local = locals[order.symbol]!;
      if (order.size.kind !== 'target_weight' || order.quantity === order.quantity || local < 0 || row < order.firstRow) continue;
      this.#executions.sizer.resolveTarget(order, order.size.weight, equity, this.#columns[order.symbol]!.open[local]!);
    }
    waiting.sort((one, other) => rank(one) - rank(other) || one.id - other.id);
    this.#book.targetsWaiting = waiting.some((order) => order.size.kind === 'target_weight' && order.quantity !== order.quantity);
  }

  #load(symbol: number, local: number, row: number): void {
    const columns = this.#columns[symbol]!;
    const bar = this.#bar;
    bar.open = columns.open[local]!;
    bar.high = columns.high[local]!;
    bar.low = columns.low[local]!;
    bar.close = columns.close[local]!;
    bar.row = row;
    bar.local = local;
    bar.market = this.profile.marketFill === 'previous_close' && local > 0 ? columns.close[local - 1]! : bar.open;
  }

  #matchQueue(queue: OrderQueue, symbol: number, local: number, row: number): void {
    this.#load(symbol, local, row);
    this.#host.markAt(this.profile.marginMark);
    const path = this.#paths[symbol];
    if (path === undefined) this.#matchStep(queue, local, row);
    else this.#walk(path, queue, local, row);
    queue.settle(row);
  }

  /** The queue against each finer bar in turn. */
  #walk(path: IntrabarPath, queue: OrderQueue, local: number, row: number): void {
    const [from, to] = [path.from(local), path.to(local)];
    if (from >= to) {
      this.#matchStep(queue, local, row);
      return;
    }
    const bar = this.#bar;
    bar.stepped = true;
    for (let step = from; step < to; step++) {
      path.load(step, bar);
      bar.step = step;
      bar.firstStep = step === from;
      bar.lastStep = step === to - 1;
      this.#matchStep(queue, local, row);
    }
    bar.step = 0;
    bar.firstStep = bar.lastStep = true;
    bar.stepped = false;
  }

  #matchStep(queue: OrderQueue, local: number, row: number): void {
    do {
      this.#bar.again = false;
      for (const order of queue.orders.slice()) {
        if (order.open && row >= order.firstRow) this.#matchOne(order, local, row);
      }
    } while (this.#bar.again);
    for (const order of queue.orders) {
      if (order.type === 'trailing_stop' && order.open && row >= order.firstRow)
        trail(order, order.direction > 0 ? this.#bar.low : this.#bar.high);
    }
  }

  #matchOne(order: WorkingOrder, local: number, row: number): void {
    if (this.#expires(order, local)) return;
    if (!this.#sessions[order.symbol]!.allows(order, local)) return;
    if (!this.#bar.lastStep && (order.type === 'market_on_close' || order.type === 'limit_on_close')) return;
    const bornHere = order.bornInside && order.createdRow === row && order.bornStep === this.#bar.step;
    if (bornHere && order.purpose === 'target') return;
    const atOpen = order.type === 'market' || order.type === 'market_on_open';
    let price: number;
    if (atOpen) price = this.#bar.market;
    else if (order.type === 'market_on_close') price = this.#bar.close;
    else if (order.type === 'limit_on_open') price = within(order, this.#bar.open);
    else if (order.type === 'limit_on_close') price = within(order, this.#bar.close);
    else {
      if (order.postOnly && this.#bar.firstStep && row === order.firstRow && within(order, this.#bar.open) === this.#bar.open) {
        this.#book.end(order, 'reject', 'post-only order would take liquidity');
        return;
      }
      price = restingPrice(order, this.#bar, this.profile, bornHere);
    }
    if (price === price) this.#executions.execute(order, price, order.type === 'limit' && price === order.limit);
    this.#endImmediate(order, price === price);
  }

  #expires(order: WorkingOrder, local: number): boolean {
    const reason = order.timeInForce === 'gtc' ? undefined : this.#sessions[order.symbol]!.expiry(order, local);
    if (reason === undefined) return false;
    this.#book.end(order, 'expire', reason);
    return true;
  }

  /** What must fill at once is taken down when it did not; `tried` says that there was a price. */
  #endImmediate(order: WorkingOrder, tried: boolean): void {
    const { timeInForce, type } = order;
    const immediate = timeInForce === 'ioc' || timeInForce === 'fok' || type === 'limit_on_open' || type === 'limit_on_close';
    if (!order.open || !immediate) return;
    this.#book.end(order, 'cancel', tried ? 'not filled whole at once' : 'not marketable');
  }
}

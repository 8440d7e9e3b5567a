import { invariant, type Rng } from '#core';
import type { Instrument } from '#domain';
import { BarLoader } from './bar-loader.ts';
import { Contingencies } from './contingencies.ts';
import { Executions } from './executions.ts';
import type { CostsSnapshot, MeasuredMarket } from './fill-costs.ts';
import { InFlight, type MessageSnapshot } from './in-flight.ts';
import { IntrabarPath } from './intrabar.ts';
import { Lifetimes } from './lifetimes.ts';
import { MarketOrders } from './market-orders.ts';
import { BarUnderMatch } from './match.ts';
import { OrderBook, type BookSnapshot } from './order-book.ts';
import type { OrderQueue } from './order-queue.ts';
import { isReplaceable, type OrderChange } from './order-rules.ts';
import type { ExecutionProfile } from './profile.ts';
import { RestingOrders } from './resting-orders.ts';
import { Sessions } from './sessions.ts';
import type { SymbolColumns, VenueHost } from './venue-host.ts';
import type { WorkingOrder } from './working-order.ts';

/** A venue between two bars as plain data, safe in JSON. */
export interface VenueSnapshot {
  readonly row: number;
  readonly book: BookSnapshot;
  readonly costs: CostsSnapshot;
  readonly messages: readonly MessageSnapshot[];
}

/** An exchange in memory: it sees each bar before the strategy does, fills what the profile's rules let fill, and tells its host. */
export class SimulatedVenue {
  readonly profile: ExecutionProfile;
  readonly #host: VenueHost;
  readonly #columns: readonly SymbolColumns[];
  readonly #book: OrderBook;
  readonly #bar = new BarUnderMatch();
  readonly #executions: Executions;
  readonly #contingencies: Contingencies;
  readonly #lifetimes: Lifetimes;
  readonly #loader: BarLoader;
  readonly #markets: MarketOrders;
  readonly #resting: RestingOrders;
  readonly #inFlight = new InFlight();
  /** The last row is being matched once more. */
  #again = false;
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
    this.#book = new OrderBook(
      this.#paths.map((path) => path !== undefined),
      profile,
    );
    const sessions = columns.map((series, symbol) => new Sessions(series, instruments[symbol]!));
    this.#lifetimes = new Lifetimes(sessions, this.#book, this.#bar);
    this.#loader = new BarLoader(columns, sessions, profile, this.#bar);
    this.#contingencies = new Contingencies(host, columns, profile, this.#book, this.#bar);
    this.#executions = new Executions(host, columns, instruments, profile, rng, this.#book, this.#bar, this.#contingencies);
    const latent = profile.latencyMs > 0;
    this.#markets = new MarketOrders(host, columns, this.#book, this.#loader, this.#lifetimes, this.#executions, latent);
    this.#resting = new RestingOrders(profile, this.#book, this.#bar, this.#lifetimes, this.#executions);
  }

  /** How many orders are open. */
  get working(): number {
    return this.#book.working;
  }

  /** `last` is the last price that its sender has seen. */
  submit(order: WorkingOrder, last = Number.NaN): void {
    const { latencyMs, latencyBars, stopInMarket } = this.profile;
    if (stopInMarket === 'rejected' && order.type !== 'trailing_stop' && passes(order, order.stop, last)) {
      order.happen('submit');
      order.happen('reject', `its stop ${order.stop} is in the market already, at ${last}`);
      return;
    }
    if (latencyMs > 0 && order.purpose === 'signal' && !this.#again) {
      order.inFlight = true;
      order.arrival = this.#arrival(order);
    }
    if (order.timeInForce === 'day' && latencyBars === 1) this.#lifetimes.bindDay(order, this.#arrival(order));
    this.#book.submit(order, this.#bar.row);
  }

  /** Asks for an order's end. Where messages take time it may still fill until this one arrives. */
  cancel(order: WorkingOrder, reason: string): void {
    if (this.profile.latencyMs === 0) this.takeDown(order, reason);
    else if (order.open && order.status !== 'pending_cancel') {
      order.happen('ask_cancel');
      this.#inFlight.send({ kind: 'cancel', order, arrival: this.#arrival(order), reason });
    }
  }

  /** Ends an order at once: the venue's own doing. */
  takeDown(order: WorkingOrder, reason: string): void {
    if (order.open) this.#book.end(order, 'cancel', reason);
  }

  /** Whether a replacement makes sense for the order as it stands now, where the last price is `last`. */
  canReplace(order: WorkingOrder, change: OrderChange, last: number): boolean {
    const intoMarket = this.profile.stopInMarket === 'rejected' && passes(order, change.stopPrice ?? Number.NaN, last);
    return order.open && order.status !== 'pending_cancel' && isReplaceable(order, change) && !intoMarket;
  }

  /**
   * Replaces price or quantity in place (atomic: there is no moment without the order). False, and nothing changes, when the order is done
   * or a cancel of it is on its way, the quantity is below what has filled, or a price is not one that this order has. Where messages take time, true says that it was sent.
   */
  replace(order: WorkingOrder, change: OrderChange, last: number): boolean {
    if (!this.canReplace(order, change, last)) return false;
    if (this.profile.latencyMs === 0) return this.#replaceNow(order, change);
    order.happen('ask_replace');
    this.#inFlight.send({ kind: 'replace', order, arrival: this.#arrival(order), change });
    return true;
  }

  #replaceNow(order: WorkingOrder, change: OrderChange): boolean {
    if (!order.open || !isReplaceable(order, change)) return false;
    const { limitPrice, stopPrice, quantity } = change;
    const moves = (limitPrice !== undefined && limitPrice !== order.limit) || (quantity !== undefined && quantity > order.quantity);
    // A new price or more units join the queue at its end.
    if (moves && order.ahead === order.ahead) order.ahead = Number.POSITIVE_INFINITY;
    if (limitPrice !== undefined) {
      order.limit = limitPrice;
      // A post-only order must not take at its new price either.
      order.met = false;
    }
    if (stopPrice !== undefined) {
      order.stop = stopPrice;
      order.triggered = false;
    }
    if (quantity !== undefined) {
      order.quantity = quantity;
      if (order.closesAll) order.size = { kind: 'units', units: quantity };
      if (order.remaining === 0) this.#book.end(order, 'fill_all', '');
      else this.#contingencies.resizedInGroup(order);
    }
    this.#book.queues[order.symbol]!.settle(this.#bar.row);
    return true;
  }

  /** When a message sent at the end of the bar in hand reaches the venue. */
  #arrival(order: WorkingOrder): number {
    return this.#lifetimes.arrival(order, this.#host.time, this.profile.latencyMs);
  }

  #deliver(symbol: number, time: number): void {
    for (const message of this.#inFlight.arrived(symbol, time)) {
      const { order } = message;
      if (message.kind === 'cancel') this.takeDown(order, message.reason);
      else if (order.open) {
        this.#replaceNow(order, message.change);
        order.happen('replace');
        if (order.filled > 0) order.happen('fill_part');
      }
    }
  }

  /** A split: working orders of the symbol keep their value. */
  split(symbol: number, ratio: number): void {
    for (const order of this.ordersOf(symbol)) order.split(ratio);
    this.#inFlight.split(symbol, ratio);
    this.#executions.costs.split(symbol, this.#host.time, ratio);
    this.#book.queues[symbol]!.settle(this.#bar.row);
  }

  /** What impact would be reckoned with for an order sent after the bar `local`; undefined where the bars do not tell. */
  measured(symbol: number, local: number): MeasuredMarket | undefined {
    return this.#executions.costs.measured(symbol, local);
  }

  ordersOf(symbol: number): readonly WorkingOrder[] {
    return this.#book.ordersOf(symbol);
  }

  snapshot(): VenueSnapshot {
    return {
      row: this.#bar.row,
      book: this.#book.snapshot(),
      costs: this.#executions.costs.snapshot(),
      messages: this.#inFlight.snapshot(),
    };
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
    const orders = this.#book.restore(saved.book, this.#bar.row, rowsDropped);
    this.#inFlight.restore(saved.messages, orders);
    return orders;
  }

  /**
   * Makes the row just matched matchable once more; orders sent now are for that row, and there at once. Where everything waits in one
   * queue, the queue runs again whole: what was sent after the row is in it, as it is in backtesting.py.
   */
  stepBack(): void {
    this.#again = true;
    this.#bar.row--;
    for (const queue of this.#book.queues) {
      if (this.profile.sequence === 'queue') queue.bringForward(this.#bar.row + 1);
      queue.settle(this.#bar.row);
    }
  }

  /** Matches all that works against the bars of one row. `locals` gives each symbol's row in its own columns, −1 where it has no bar. */
  match(row: number, locals: Int32Array): void {
    this.#bar.row = row;
    const { queues, marketRow } = this.#book;
    const awake = this.#inFlight.waiting;
    if (awake) locals.forEach((local, symbol) => local >= 0 && this.#deliver(symbol, this.#lifetimes.openTime(symbol, local)));
    if (row >= marketRow) this.#markets.match(row, locals);
    for (let symbol = 0; symbol < queues.length; symbol++) {
      const queue = queues[symbol]!;
      if (queue.orders.length === 0) continue;
      const local = locals[symbol]!;
      if (local < 0) continue;
      const columns = this.#columns[symbol]!;
      if (!awake && queue.sleeps(row, columns.high[local]!, columns.low[local]!)) continue;
      this.#matchQueue(queue, symbol, local, row);
    }
    if (this.#book.dated.length > 0) this.#lifetimes.endOver(locals);
  }

  #matchQueue(queue: OrderQueue, symbol: number, local: number, row: number): void {
    this.#loader.load(symbol, local, row);
    this.#host.markAt(this.profile.marginMark);
    const path = this.#paths[symbol];
    if (path === undefined) this.#resting.match(queue, local, row);
    else this.#walk(path, queue, symbol, local, row);
    queue.settle(row);
  }

  /** The queue against each finer bar in turn. */
  #walk(path: IntrabarPath, queue: OrderQueue, symbol: number, local: number, row: number): void {
    const [from, to] = [path.from(local), path.to(local)];
    if (from >= to) {
      this.#resting.match(queue, local, row);
      return;
    }
    const bar = this.#bar;
    bar.stepped = true;
    for (let step = from; step < to; step++) {
      path.load(step, bar);
      bar.step = step;
      bar.firstStep = step === from;
      bar.lastStep = step === to - 1;
      if (this.#inFlight.waiting) this.#deliver(symbol, bar.openTime);
      this.#resting.match(queue, local, row);
    }
    bar.step = 0;
    bar.firstStep = bar.lastStep = true;
    bar.stepped = false;
  }
}

/** Whether the market stands where an order with this stop triggers at once. */
function passes({ direction, touches }: WorkingOrder, stop: number, last: number): boolean {
  return (last - stop) * direction * (touches ? -1 : 1) >= 0;
}

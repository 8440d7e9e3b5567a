import { invariant, type Rng } from '#core';
import type { Instrument } from '#domain';
import { Contingencies } from './contingencies.ts';
import { Executions } from './executions.ts';
import type { CostsSnapshot } from './fill-costs.ts';
import { InFlight, type MessageSnapshot } from './in-flight.ts';
import { IntrabarPath } from './intrabar.ts';
import { BarUnderMatch, restingPrice, trail } from './match.ts';
import { OrderBook, type BookSnapshot } from './order-book.ts';
import type { OrderQueue } from './order-queue.ts';
import { isReplaceable, rank, rests, takesTheOpen, within, type OrderChange } from './order-rules.ts';
import type { ExecutionProfile } from './profile.ts';
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
  readonly #sessions: readonly Sessions[];
  readonly #bar = new BarUnderMatch();
  readonly #executions: Executions;
  readonly #contingencies: Contingencies;
  readonly #inFlight = new InFlight();
  /** Whether fills depend on when a bar opens or on what traded in it. */
  readonly #detailed: boolean;
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
    this.#detailed = profile.latencyMs > 0 || profile.limitFill === 'queue';
    this.#book = new OrderBook(
      this.#paths.map((path) => path !== undefined),
      profile,
    );
    this.#sessions = columns.map((series, symbol) => new Sessions(series, instruments[symbol]!));
    this.#contingencies = new Contingencies(host, columns, profile, this.#book, this.#bar);
    this.#executions = new Executions(host, columns, instruments, profile, rng, this.#book, this.#bar, this.#contingencies);
  }

  /** How many orders are open. */
  get working(): number {
    return this.#book.working;
  }

  submit(order: WorkingOrder): void {
    const { latencyMs, latencyBars } = this.profile;
    if (latencyMs > 0 && order.purpose === 'signal' && !this.#again) {
      order.inFlight = true;
      order.arrival = this.#arrival(order);
    }
    if (order.timeInForce === 'day' && latencyBars === 1) this.#sessions[order.symbol]!.bindDay(order, this.#arrival(order));
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

  /** Whether a replacement makes sense for the order as it stands now. */
  canReplace(order: WorkingOrder, change: OrderChange): boolean {
    return order.open && isReplaceable(order, change);
  }

  /**
   * Replaces price or quantity in place (atomic: there is no moment without the order). False, and nothing changes, when the order is done,
   * the quantity is below what has filled, or a price is not one that this order has. Where messages take time, true says that it was sent.
   */
  replace(order: WorkingOrder, change: OrderChange): boolean {
    if (this.profile.latencyMs === 0) return this.#replaceNow(order, change);
    if (!order.open || order.status === 'pending_cancel' || !isReplaceable(order, change)) return false;
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
    if (limitPrice !== undefined) order.limit = limitPrice;
    if (stopPrice !== undefined) {
      order.stop = stopPrice;
      order.triggered = false;
    }
    if (quantity !== undefined) {
      order.quantity = quantity;
      if (order.remaining === 0) this.#book.end(order, 'fill_all', '');
      else this.#contingencies.resizedInGroup(order);
    }
    this.#book.queues[order.symbol]!.settle(this.#bar.row);
    return true;
  }

  /** When a message sent at the end of the bar in hand reaches the venue. */
  #arrival(order: WorkingOrder): number {
    return this.#sessions[order.symbol]!.endTime(this.#host.time) + this.profile.latencyMs;
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
    this.#book.queues[symbol]!.settle(this.#bar.row);
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

  /** Makes the row just matched matchable once more; orders sent now are for that row, and there at once. */
  stepBack(): void {
    this.#again = true;
    this.#bar.row--;
    for (const queue of this.#book.queues) queue.settle(this.#bar.row);
  }

  /** Matches all that works against the bars of one row. `locals` gives each symbol's row in its own columns, −1 where it has no bar. */
  match(row: number, locals: Int32Array): void {
    this.#bar.row = row;
    const { queues, marketRow } = this.#book;
    const awake = this.#inFlight.waiting;
    if (awake) locals.forEach((local, symbol) => local >= 0 && this.#deliver(symbol, this.#sessions[symbol]!.openTime(local)));
    if (row >= marketRow) this.#matchMarkets(row, locals);
    for (let symbol = 0; symbol < queues.length; symbol++) {
      const queue = queues[symbol]!;
      if (queue.orders.length === 0) continue;
      const local = locals[symbol]!;
      if (local < 0) continue;
      const columns = this.#columns[symbol]!;
      if (!awake && queue.sleeps(row, columns.high[local]!, columns.low[local]!)) continue;
      this.#matchQueue(queue, symbol, local, row);
    }
  }

  #matchMarkets(row: number, locals: Int32Array): void {
    const book = this.#book;
    const waiting = book.markets;
    book.markets = [];
    book.marketRow = Number.POSITIVE_INFINITY;
    this.#host.markAt('open');
    if (this.profile.latencyMs > 0) this.#land(waiting, locals);
    if (book.targetsWaiting) this.#resolveTargets(waiting, row, locals);
    for (const order of waiting) {
      const local = locals[order.symbol]!;
      if (
        order.open &&
        local >= 0 &&
        row >= order.firstRow &&
        !order.inFlight &&
        !this.#expires(order, local) &&
        this.#sessions[order.symbol]!.allows(order, local)
      ) {
        this.#load(order.symbol, local, row);
        this.#executions.execute(order, order.type === 'market_to_limit' ? this.#bar.open : this.#bar.market, false);
        this.#endImmediate(order, true);
      }
      if (!order.open) continue;
      if (!takesTheOpen(order)) {
        book.queues[order.symbol]!.add(order, false, row);
        continue;
      }
      book.markets.push(order);
      book.marketRow = Math.min(book.marketRow, Math.max(row + 1, order.firstRow));
    }
  }

  /** Orders on their way that have arrived by the open of their symbol's bar. */
  #land(orders: readonly WorkingOrder[], locals: Int32Array): void {
    for (const order of orders) {
      const local = locals[order.symbol]!;
      if (order.open && order.inFlight && local >= 0) this.#arrives(order, this.#sessions[order.symbol]!.openTime(local));
    }
  }

  #arrives(order: WorkingOrder, time: number): boolean {
    if (time < order.arrival) return false;
    order.inFlight = false;
    order.happen('accept');
    return true;
  }

  /** Orders for target weights meet one equity, that of the open before any of them fills; sales then go first. */
  #resolveTargets(waiting: WorkingOrder[], row: number, locals: Int32Array): void {
    const equity = this.#host.equity();
    for (const order of waiting) {
      const local = locals[order.symbol]!;
      if (order.size.kind !== 'target_weight' || order.quantity === order.quantity || local < 0 || row < order.firstRow || order.inFlight)
        continue;
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
    if (this.#detailed) this.#loadDetails(columns, symbol, local);
    bar.local = local;
    bar.market = this.profile.marketFill === 'previous_close' && local > 0 ? columns.close[local - 1]! : bar.open;
  }

  /** What only the queue model and latency look at. */
  #loadDetails({ volume }: SymbolColumns, symbol: number, local: number): void {
    const bar = this.#bar;
    bar.volume = volume[local]!;
    bar.volumeBefore = volume[local > 0 ? local - 1 : 0]!;
    bar.openTime = this.#sessions[symbol]!.openTime(local);
    bar.room = Number.POSITIVE_INFINITY;
  }

  #matchQueue(queue: OrderQueue, symbol: number, local: number, row: number): void {
    this.#load(symbol, local, row);
    this.#host.markAt(this.profile.marginMark);
    const path = this.#paths[symbol];
    if (path === undefined) this.#matchStep(queue, local, row);
    else this.#walk(path, queue, symbol, local, row);
    queue.settle(row);
  }

  /** The queue against each finer bar in turn. */
  #walk(path: IntrabarPath, queue: OrderQueue, symbol: number, local: number, row: number): void {
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
      if (this.#inFlight.waiting) this.#deliver(symbol, bar.openTime);
      this.#matchStep(queue, local, row);
    }
    bar.step = 0;
    bar.firstStep = bar.lastStep = true;
    bar.stepped = false;
  }

  #matchStep(queue: OrderQueue, local: number, row: number): void {
    const bar = this.#bar;
    bar.pass = 0;
    do {
      bar.again = false;
      for (const order of queue.orders.slice()) {
        if (order.open && row >= order.firstRow) this.#matchOne(order, local, row);
      }
      bar.pass++;
    } while (bar.again);
    for (const order of queue.orders) {
      if (order.type === 'trailing_stop' && order.open && row >= order.firstRow && !order.inFlight)
        trail(order, order.direction > 0 ? bar.low : bar.high);
    }
  }

  #matchOne(order: WorkingOrder, local: number, row: number): void {
    const bar = this.#bar;
    const { type } = order;
    if (this.#expires(order, local)) return;
    if (order.inFlight && !this.#arrives(order, bar.openTime)) return;
    if (!this.#sessions[order.symbol]!.allows(order, local)) return;
    if (!bar.lastStep && (type === 'market_on_close' || type === 'limit_on_close')) return;
    if (!bar.firstStep && (type === 'market_on_open' || type === 'limit_on_open')) return;
    const bornHere = order.bornInside && order.createdRow === row && order.bornStep === bar.step;
    if (bornHere && order.purpose === 'target') return;
    if (this.#detailed) bar.room = Number.POSITIVE_INFINITY;
    const waited = order.triggered && this.profile.stopLimitFill !== 'close';
    let price: number;
    if (takesTheOpen(order)) price = type === 'market_to_limit' ? bar.open : bar.market;
    else if (type === 'market_on_close') price = bar.close;
    else if (type === 'limit_on_open') price = within(order, bar.open);
    else if (type === 'limit_on_close') price = within(order, bar.close);
    else {
      if ((!order.met || this.#detailed || type === 'trailing_stop') && this.#meets(order)) return;
      price = restingPrice(order, bar, this.profile, bornHere);
    }
    if (price === price) this.#executions.execute(order, price, rests(order, price, waited));
    this.#endImmediate(order, price === price);
  }

  /** What a resting order meets when it first stands at the venue: its place in the queue, or the end, if it was not to take. True when it cannot go on. */
  #meets(order: WorkingOrder): boolean {
    const bar = this.#bar;
    if (order.type === 'trailing_stop' && order.stop !== order.stop) return true;
    if (order.ahead === Number.POSITIVE_INFINITY && (order.stop !== order.stop || order.triggered))
      order.ahead = this.profile.queueAhead * bar.volumeBefore;
    if (order.met) return false;
    order.met = true;
    if (!order.postOnly || within(order, bar.open) !== bar.open) return false;
    this.#book.end(order, 'reject', 'post-only order would take liquidity');
    return true;
  }

  #expires(order: WorkingOrder, local: number): boolean {
    if (order.timeInForce === 'gtc') return false;
    const sessions = this.#sessions[order.symbol]!;
    const reason = sessions.expiry(order, this.#bar.stepped ? this.#bar.openTime : sessions.openTime(local));
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

import type { Rng } from '#core';
import type { Instrument } from '#domain';
import { exitOrder, targetOnly } from './exit-orders.ts';
import { feeFunction, type FeeFunction } from './fees.ts';
import { FillCosts } from './fill-costs.ts';
import { IntrabarPath } from './intrabar.ts';
import { BarUnderMatch, restingPrice, trail } from './match.ts';
import { goesInFront, isReplaceable, rank, within, type OrderChange } from './order-rules.ts';
import { OrderQueue } from './order-queue.ts';
import { OrderSizer } from './order-sizer.ts';
import type { ExecutionProfile } from './profile.ts';
import { Sessions } from './sessions.ts';
import type { SymbolColumns, VenueHost } from './venue-host.ts';
import type { OrderPurpose, WorkingOrder } from './working-order.ts';

/** An exchange in memory: it sees each bar before the strategy does, fills what the profile's rules let fill, and tells its host. */
export class SimulatedVenue {
  readonly profile: ExecutionProfile;
  readonly #host: VenueHost;
  readonly #columns: readonly SymbolColumns[];
  readonly #instruments: readonly Instrument[];
  readonly #queues: OrderQueue[];
  readonly #sessions: readonly Sessions[];
  readonly #bar = new BarUnderMatch();
  readonly #fee: FeeFunction;
  readonly #costs: FillCosts;
  readonly #sizer: OrderSizer;
  #markets: WorkingOrder[] = [];
  #marketRow = Number.POSITIVE_INFINITY;
  /** Row being matched, and each symbol's own row there (−1: no bar). */
  #row = -1;
  #local = 0;
  #again = false;
  #targetsWaiting = false;
  #insideRow = -1;
  /** Steps of the finer bars inside the bar under match; one step when there are none. */
  readonly #paths: readonly (IntrabarPath | undefined)[];
  #step = 0;
  #firstStep = true;
  #lastStep = true;
  #stepped = false;
  working = 0;

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
    this.#instruments = instruments;
    this.profile = profile;
    this.#queues = columns.map(() => new OrderQueue());
    this.#sessions = columns.map((series, symbol) => new Sessions(series, instruments[symbol]!));
    this.#fee = feeFunction(profile.fees);
    this.#costs = new FillCosts(columns, profile, rng);
    this.#sizer = new OrderSizer(host, instruments, profile, this.#fee);
  }

  submit(order: WorkingOrder): void {
    order.happen('submit');
    order.happen('accept');
    this.working++;
    if (this.#isOpenMarket(order)) {
      if (order.closes > 0) this.#markets.unshift(order);
      else this.#markets.push(order);
      if (order.size.kind === 'target_weight') this.#targetsWaiting = true;
      if (order.firstRow < this.#marketRow) this.#marketRow = order.firstRow;
      return;
    }
    this.#queues[order.symbol]!.add(order, goesInFront(order), this.#row);
  }

  cancel(order: WorkingOrder, reason: string): void {
    if (!order.open) return;
    order.happen('cancel', reason);
    this.working--;
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
      order.happen('fill_all');
      this.working--;
    }
    this.#queues[order.symbol]!.settle(this.#row);
    return true;
  }

  /** A split: working orders of the symbol keep their value. */
  split(symbol: number, ratio: number): void {
    for (const order of this.ordersOf(symbol)) order.split(ratio);
    this.#queues[symbol]!.settle(this.#row);
  }

  ordersOf(symbol: number): readonly WorkingOrder[] {
    return [...this.#markets.filter((order) => order.symbol === symbol), ...this.#queues[symbol]!.orders].filter((order) => order.open);
  }

  /** Makes the row just matched matchable once more. */
  stepBack(): void {
    this.#row--;
    for (const queue of this.#queues) queue.settle(this.#row);
  }

  /** Matches all that works against the bars of one row. `locals` gives each symbol's row in its own columns, −1 where it has no bar. */
  match(row: number, locals: Int32Array): void {
    this.#row = row;
    if (row >= this.#marketRow) this.#matchMarkets(row, locals);
    for (let symbol = 0; symbol < this.#queues.length; symbol++) {
      const queue = this.#queues[symbol]!;
      if (queue.orders.length === 0) continue;
      const local = locals[symbol]!;
      if (local < 0) continue;
      const columns = this.#columns[symbol]!;
      if (queue.sleeps(row, columns.high[local]!, columns.low[local]!)) continue;
      this.#matchQueue(queue, symbol, local, row);
    }
  }

  #isOpenMarket(order: WorkingOrder): boolean {
    return this.profile.sequence === 'open_first' && (order.type === 'market' || order.type === 'market_on_open');
  }

  #matchMarkets(row: number, locals: Int32Array): void {
    const waiting = this.#markets;
    this.#markets = [];
    this.#marketRow = Number.POSITIVE_INFINITY;
    this.#host.markAt('open');
    if (this.#targetsWaiting) this.#resolveTargets(waiting, row, locals);
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
        this.#insideRow = -1;
        const price =
          this.profile.marketFill === 'previous_close' && local > 0 ? this.#columns[order.symbol]!.close[local - 1]! : this.#bar.open;
        this.#execute(order, price, false);
        this.#endImmediate(order, true);
      }
      if (!order.open) continue;
      this.#markets.push(order);
      this.#marketRow = Math.min(this.#marketRow, Math.max(row + 1, order.firstRow));
    }
  }

  /** Orders for target weights meet one equity, that of the open before any of them fills; sales then go first. */
  #resolveTargets(waiting: WorkingOrder[], row: number, locals: Int32Array): void {
    const equity = this.#host.equity();
    for (const order of waiting) {
      const local = locals[order.symbol]!;
      if (order.size.kind !== 'target_weight' || order.quantity === order.quantity || local < 0 || row < order.firstRow) continue;
      this.#sizer.resolveTarget(order, order.size.weight, equity, this.#columns[order.symbol]!.open[local]!);
    }
    waiting.sort((one, other) => rank(one) - rank(other) || one.id - other.id);
    this.#targetsWaiting = waiting.some((order) => order.size.kind === 'target_weight' && order.quantity !== order.quantity);
  }

  #load(symbol: number, local: number, row: number): void {
    const columns = this.#columns[symbol]!;
    const bar = this.#bar;
    bar.open = columns.open[local]!;
    bar.high = columns.high[local]!;
    bar.low = columns.low[local]!;
    bar.close = columns.close[local]!;
    bar.row = row;
    bar.market = this.profile.marketFill === 'previous_close' && local > 0 ? columns.close[local - 1]! : bar.open;
    this.#local = local;
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
    this.#stepped = true;
    for (let step = from; step < to; step++) {
      path.load(step, this.#bar);
      this.#step = step;
      this.#firstStep = step === from;
      this.#lastStep = step === to - 1;
      this.#matchStep(queue, local, row);
    }
    this.#step = 0;
    this.#firstStep = this.#lastStep = true;
    this.#stepped = false;
  }

  #matchStep(queue: OrderQueue, local: number, row: number): void {
    do {
      this.#again = false;
      for (const order of queue.orders.slice()) {
        if (order.open && row >= order.firstRow) this.#matchOne(order, local, row);
      }
    } while (this.#again);
    for (const order of queue.orders) {
      if (order.type === 'trailing_stop' && order.open && row >= order.firstRow)
        trail(order, order.direction > 0 ? this.#bar.low : this.#bar.high);
    }
  }

  #matchOne(order: WorkingOrder, local: number, row: number): void {
    if (this.#expires(order, local)) return;
    if (!this.#sessions[order.symbol]!.allows(order, local)) return;
    if (!this.#lastStep && (order.type === 'market_on_close' || order.type === 'limit_on_close')) return;
    const bornHere = order.bornInside && order.createdRow === row && order.bornStep === this.#step;
    if (bornHere && order.purpose === 'target') return;
    const atOpen = order.type === 'market' || order.type === 'market_on_open';
    let price: number;
    if (atOpen) price = this.#bar.market;
    else if (order.type === 'market_on_close') price = this.#bar.close;
    else if (order.type === 'limit_on_open') price = within(order, this.#bar.open);
    else if (order.type === 'limit_on_close') price = within(order, this.#bar.close);
    else {
      if (order.postOnly && this.#firstStep && row === order.firstRow && within(order, this.#bar.open) === this.#bar.open) {
        order.happen('reject', 'post-only order would take liquidity');
        this.working--;
        return;
      }
      price = restingPrice(order, this.#bar, this.profile, bornHere);
    }
    if (price === price) this.#execute(order, price, order.type === 'limit' && price === order.limit);
    this.#endImmediate(order, price === price);
  }

  #expires(order: WorkingOrder, local: number): boolean {
    const reason = order.timeInForce === 'gtc' ? undefined : this.#sessions[order.symbol]!.expiry(order, local);
    if (reason === undefined) return false;
    order.happen('expire', reason);
    this.working--;
    return true;
  }

  /** What must fill at once is taken down when it did not; `tried` says that there was a price. */
  #endImmediate(order: WorkingOrder, tried: boolean): void {
    const { timeInForce, type } = order;
    const immediate = timeInForce === 'ioc' || timeInForce === 'fok' || type === 'limit_on_open' || type === 'limit_on_close';
    if (!order.open || !immediate) return;
    order.happen('cancel', tried ? 'not filled whole at once' : 'not marketable');
    this.working--;
  }

  #execute(order: WorkingOrder, raw: number, maker: boolean): void {
    const costs = this.#costs;
    const instrument = this.#instruments[order.symbol]!;
    const guess = costs.price(order, raw, 0, this.#local, maker, true);
    const wanted = this.#sizer.wantedUnits(order, guess, raw);
    if (wanted === 0) {
      if (order.open) order.happen('cancel', order.reason || 'nothing to close');
      this.working--;
      return;
    }
    let units = costs.cap(order.symbol, this.#local, this.#row, wanted, instrument.lotSize);
    if (units === 0 || (order.timeInForce === 'fok' && units < wanted)) return;
    const closing = Math.min(units, this.#sizer.closable(order));
    let opening = units - closing;
    const apart = closing > 0 && opening > 0 && (this.profile.feesPerLot || this.profile.spreadOn === 'entry');
    if (apart) this.#emit(order, raw, maker, closing, 0, closing);
    if (opening > 0)
      opening = this.#sizer.affordable(
        order,
        costs.price(order, raw, units, this.#local, maker, true),
        opening,
        apart ? 0 : closing,
        raw,
        maker,
      );
    units = closing + opening;
    costs.take(order.symbol, units);
    if (apart) {
      if (opening > 0) this.#emit(order, raw, maker, 0, opening, opening);
    } else if (units > 0) this.#emit(order, raw, maker, closing, opening, units);
    if (units > 0) order.happen(order.remaining <= 1e-12 ? 'fill_all' : 'fill_part');
    if (opening > 0) this.#spawnExits(order);
    if (closing > 0) this.#dropOrphans(order);
    if (units > 0) this.#reduceGroup(order, units);
    if (order.refused) order.happen(closing > 0 ? 'cancel' : 'reject', 'insufficient margin');
    if (!order.open) this.working--;
  }

  #emit(order: WorkingOrder, raw: number, maker: boolean, closing: number, opening: number, units: number): void {
    if (closing > 0 && this.profile.feesPerLot) {
      let left = closing;
      for (const lot of this.#host.lotsAgainst(order)) {
        if (left <= 0) break;
        const part = Math.min(left, Math.abs(lot));
        this.#emitPart(order, this.#costs.price(order, raw, units, this.#local, maker, false), maker, part);
        left -= part;
      }
      if (opening > 0) this.#emitPart(order, this.#costs.price(order, raw, units, this.#local, maker, true), maker, opening);
    } else if (closing > 0 && opening > 0 && this.profile.spreadOn === 'entry') {
      this.#emitPart(order, this.#costs.price(order, raw, units, this.#local, maker, false), maker, closing);
      this.#emitPart(order, this.#costs.price(order, raw, units, this.#local, maker, true), maker, opening);
    } else this.#emitPart(order, this.#costs.price(order, raw, units, this.#local, maker, opening > 0), maker, units);
  }

  #emitPart(order: WorkingOrder, price: number, maker: boolean, units: number): void {
    const { multiplier } = this.#instruments[order.symbol]!;
    const fee = this.#fee(units, units * price * multiplier, maker, order.direction < 0, this.#host.turnover);
    order.filled += units;
    order.paid += units * price;
    const before = this.profile.marketFill === 'previous_close' && order.type === 'market' && this.#local > 0 ? 1 : 0;
    const time = this.#columns[order.symbol]!.time[this.#local - before]!;
    this.#host.filled(order, order.direction * units, price, fee, maker, this.#row - before, time);
  }

  #spawnExits(order: WorkingOrder): void {
    if (order.exitsSpawned) return;
    order.exitsSpawned = true;
    const inside = order.type !== 'market' && order.type !== 'market_on_open';
    this.#insideRow = inside ? this.#row : -1;
    if (this.profile.entryBarExits === 'next_bar') this.#spawnForNextBar(order, inside);
    else this.#spawnPessimistic(order, inside);
    if (order.maxBars > 0) this.#spawn(order, 'time', 'market', Number.NaN, this.#row + order.maxBars);
  }

  #spawnPessimistic(order: WorkingOrder, inside: boolean): void {
    const atClose = order.type === 'market_on_close' || order.type === 'limit_on_close';
    this.#spawnPair(order, inside && !this.#stepped ? this.#row + 1 : this.#row, atClose ? this.#row + 1 : this.#row);
    if (!atClose) this.#again = true;
  }

  /** Exits join the queue at once, but only a market entry, or a stop entry whose target alone lies in the bar, has the queue run again. */
  #spawnForNextBar(order: WorkingOrder, inside: boolean): void {
    const hasExits = order.takeProfit === order.takeProfit || order.stopLoss === order.stopLoss;
    this.#spawnPair(order, this.#row, this.#row);
    if (hasExits && (!inside || targetOnly(order, this.#bar))) this.#again = true;
  }

  #spawnPair(order: WorkingOrder, targetRow: number, stopRow: number): void {
    if (order.takeProfit === order.takeProfit) this.#spawn(order, 'target', 'limit', order.takeProfit, targetRow);
    if (order.stopLoss === order.stopLoss) this.#spawn(order, 'stop', 'stop', order.stopLoss, stopRow);
  }

  #spawn(parent: WorkingOrder, purpose: OrderPurpose, type: 'limit' | 'stop' | 'market', price: number, firstRow: number): void {
    const time = this.#columns[parent.symbol]!.time[this.#local]!;
    const child = exitOrder(parent, purpose, type, price, { id: this.#host.nextOrderId(), row: this.#row, time, firstRow });
    child.bornInside = this.#insideRow === this.#row && this.profile.entryBarExits === 'pessimistic';
    child.bornStep = this.#step;
    this.#host.spawned(child);
    this.submit(child);
  }

  /** Exits whose entry has nothing open any more are taken down. */
  #dropOrphans(order: WorkingOrder): void {
    for (const child of this.#queues[order.symbol]!.orders) this.#dropIfOrphan(child, order);
    for (const child of this.#markets) if (child.symbol === order.symbol) this.#dropIfOrphan(child, order);
  }

  #dropIfOrphan(child: WorkingOrder, by: WorkingOrder): void {
    if (!child.open || child.closes === 0 || child === by) return;
    if (this.#host.openOf(child.strategy, child.symbol, child.closes) !== 0) return;
    child.happen('cancel', 'what it protects is closed');
    this.working--;
  }

  #reduceGroup(order: WorkingOrder, units: number): void {
    if (order.group === '') return;
    for (const other of this.ordersOf(order.symbol)) {
      if (other === order || other.group !== order.group || other.strategy !== order.strategy) continue;
      other.quantity = Math.max(other.filled, other.quantity - units);
      if (order.open && other.remaining > 1e-12) continue;
      other.happen('cancel', 'the other order of its group filled');
      this.working--;
    }
  }
}

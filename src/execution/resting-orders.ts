import { looksInside } from './bar-loader.ts';
import type { Executions } from './executions.ts';
import type { Lifetimes } from './lifetimes.ts';
import { restingPrice, trail, trailedFrom, type BarUnderMatch } from './match.ts';
import { metFirst } from './met-first.ts';
import type { OrderBook } from './order-book.ts';
import type { OrderQueue } from './order-queue.ts';
import { closesOnly, isImmediate, meetsOpen, rests, takesTheOpen, within } from './order-rules.ts';
import type { ExecutionProfile } from './profile.ts';
import type { WorkingOrder } from './working-order.ts';

/** One queue of orders against the bar, or the finer bar, in hand: which of them get a price there. */
export class RestingOrders {
  readonly #profile: ExecutionProfile;
  readonly #book: OrderBook;
  readonly #bar: BarUnderMatch;
  readonly #lifetimes: Lifetimes;
  readonly #executions: Executions;
  readonly #detailed: boolean;
  readonly #trailsWithin: boolean;
  readonly #triggersAnew: boolean;
  /** Strictly as they stand in the queue, or as the bar's prices meet them. */
  readonly #asQueued: boolean;
  /** Whose stop or trigger was met against the prices in hand: matched against them again, they would find prices from before that. */
  readonly #triggered: WorkingOrder[] = [];
  /** Under the queue model: who was held against the prices in hand already, and so has worked off what traded at them. */
  readonly #seen: WorkingOrder[] = [];
  readonly #worksOff: boolean;
  /** Who let another of their group pass against the prices in hand: the same holds for them. */
  readonly #passed: WorkingOrder[] = [];

  constructor(profile: ExecutionProfile, book: OrderBook, bar: BarUnderMatch, lifetimes: Lifetimes, executions: Executions) {
    this.#profile = profile;
    this.#book = book;
    this.#bar = bar;
    this.#lifetimes = lifetimes;
    this.#executions = executions;
    this.#detailed = looksInside(profile);
    this.#trailsWithin = profile.trailing === 'within';
    // backtesting.py forgets a stop that was hit, and holds the limit against the whole bar when it runs its queue again.
    this.#triggersAnew = profile.stopLimitFill === 'pessimistic';
    this.#asQueued = profile.sequence === 'queue';
    this.#worksOff = profile.limitFill === 'queue';
  }

  match(queue: OrderQueue, local: number, row: number): void {
    const bar = this.#bar;
    bar.pass = 0;
    if (this.#triggered.length > 0) this.#triggered.length = 0;
    if (this.#passed.length > 0) this.#passed.length = 0;
    if (this.#seen.length > 0) this.#seen.length = 0;
    if (this.#trailsWithin) {
      this.#matchWithin(queue, local, row);
      return;
    }
    do {
      bar.again = false;
      for (const order of this.#inOrder(queue, row)) {
        if (order.open) this.#matchOne(order, local, row);
        if (bar.again && !this.#asQueued) break;
      }
      bar.pass++;
    } while (bar.again);
    for (const order of queue.orders) {
      if (order.type === 'trailing_stop' && order.open && row >= order.firstRow && !order.inFlight)
        trail(order, order.direction > 0 ? bar.low : bar.high);
    }
  }

  /** Those that the bar may meet. The queue itself stays as it was sent: a stop that has moved since stands elsewhere on the way. */
  #inOrder(queue: OrderQueue, row: number): readonly WorkingOrder[] {
    const orders = queue.orders.filter((order) => order.open && row >= order.firstRow);
    return this.#asQueued ? orders : metFirst(orders);
  }

  /** The same where a bar takes trailing stops along: they come after the others, and what they bring about after them. */
  #matchWithin(queue: OrderQueue, local: number, row: number): void {
    const bar = this.#bar;
    const trails = (order: WorkingOrder): boolean => order.type === 'trailing_stop' && !order.inFlight;
    const matchOthers = (): void => {
      do {
        bar.again = false;
        for (const order of this.#inOrder(queue, row)) {
          if (order.open && !trails(order)) this.#matchOne(order, local, row);
          if (bar.again && !this.#asQueued) break;
        }
        bar.pass++;
      } while (bar.again);
    };
    matchOthers();
    for (const order of this.#inOrder(queue, row)) {
      if (order.open && trails(order)) this.#carryAlong(order, local, row);
    }
    if (bar.again) matchOthers();
  }

  /** A trailing stop that the bar has not passed already is taken to its better extreme, and held against the way back from there. */
  #carryAlong(order: WorkingOrder, local: number, row: number): void {
    const bar = this.#bar;
    const { open, market } = bar;
    const buys = order.direction > 0;
    const first = order.stop === order.stop ? order.stop : trailedFrom(order, order.activation);
    const passed = buys ? bar.high >= order.stop : bar.low <= order.stop;
    if (!passed) {
      trail(order, buys ? bar.low : bar.high);
      bar.open = bar.market = buys ? bar.low : bar.high;
      const hit = buys ? bar.high >= order.stop : bar.low <= order.stop;
      if (hit && order.firstRow === row) order.stop = buys ? Math.min(first, bar.high) : Math.max(first, bar.low);
    }
    this.#matchOne(order, local, row);
    bar.open = open;
    bar.market = market;
  }

  #matchOne(order: WorkingOrder, local: number, row: number): void {
    const bar = this.#bar;
    const { type, triggered } = order;
    if (bar.pass > 0 && ((triggered && this.#triggered.includes(order)) || this.#passed.includes(order))) return;
    if (this.#lifetimes.expires(order, local)) return;
    if (order.inFlight && !this.#lifetimes.arrives(order, bar.openTime)) return;
    if (!this.#lifetimes.allows(order, local)) return;
    if (!bar.lastStep && (type === 'market_on_close' || type === 'limit_on_close')) return;
    if (!bar.firstStep && (type === 'market_on_open' || type === 'limit_on_open')) return;
    const bornHere = order.bornInside && order.createdRow === row && order.bornStep === bar.step;
    if (bornHere && order.purpose === 'target') return;
    if (this.#detailed) bar.room = Number.POSITIVE_INFINITY;
    if (this.#worksOff) {
      bar.worked = this.#seen.includes(order);
      if (!bar.worked) this.#seen.push(order);
    }
    const waited = triggered && this.#profile.stopLimitFill !== 'close';
    let price: number;
    if (takesTheOpen(order)) price = type === 'market_to_limit' ? bar.open : bar.market;
    else if (type === 'market_on_close') price = bar.close;
    else if (type === 'limit_on_open') price = within(order, bar.open);
    else if (type === 'limit_on_close') price = within(order, bar.close);
    else if (isImmediate(order) && (bar.open === order.limit || within(order, bar.open) !== bar.open)) price = within(order, bar.open);
    else {
      if ((!order.met || this.#detailed || type === 'trailing_stop') && this.#meets(order)) return;
      price = restingPrice(order, bar, this.#profile, bornHere);
      const passes = price === price && order.group !== '' && price !== bar.open && this.#letsPass(order, row);
      const held = !passes && price === price && this.#executions.entryBar.holdsBack(order);
      if (passes) this.#passed.push(order);
      if (passes || held) {
        order.triggered = triggered;
        bar.rested = false;
        this.#lifetimes.endImmediate(order, false);
        return;
      }
      if (order.triggered && !triggered && !this.#triggersAnew) this.#triggered.push(order);
    }
    if (price === price) {
      const maker = rests(order, price, waited || bar.rested);
      bar.rested = false;
      this.#executions.execute(order, price, maker);
    } else if (bar.takes) this.#rejectTaker(order);
    this.#lifetimes.endImmediate(order, price === price);
  }

  /**
   * Of a group with both sides, as entries of a breakout are, a gap tells which was met first: one met inside the bar lets one of the other
   * side pass that the open meets. Of two stops that are both met inside, the one that the close leaves worse off was the first.
   * (Exits of a position are of one side; there the worse is taken.)
   */
  #letsPass(order: WorkingOrder, row: number): boolean {
    return this.#book.queues[order.symbol]!.orders.some(
      (other) =>
        other.group === order.group &&
        other.strategy === order.strategy &&
        other.direction !== order.direction &&
        other.open &&
        !other.inFlight &&
        row >= other.firstRow &&
        ((meetsOpen(other, this.#bar.open) && !this.#triggered.includes(other)) || isWorseStop(other, order, this.#bar)),
    );
  }

  /** What a resting order meets when it first stands at the venue: its place in the queue, or the end, if it was not to take. True when it cannot go on. */
  #meets(order: WorkingOrder): boolean {
    const bar = this.#bar;
    if (order.type === 'trailing_stop' && order.stop !== order.stop) return true;
    if (order.ahead === Number.POSITIVE_INFINITY && (order.stop !== order.stop || order.triggered))
      order.ahead = this.#profile.queueAhead * bar.volumeBefore;
    if (order.met) return false;
    order.met = true;
    // Behind a stop it is not in the book yet: whether it would take is seen where that is met.
    const waits = order.stop === order.stop && !order.triggered;
    if (!order.postOnly || waits || within(order, bar.open) !== bar.open) return false;
    this.#rejectTaker(order);
    return true;
  }

  #rejectTaker(order: WorkingOrder): void {
    this.#bar.takes = false;
    this.#book.end(order, 'reject', 'post-only order would take liquidity');
  }
}

/** Whether both are stops that may open something, the bar reaches the other too, and its close lies farther behind that one. */
function isWorseStop(other: WorkingOrder, order: WorkingOrder, { high, low, close }: BarUnderMatch): boolean {
  if (other.type !== 'stop' || order.type !== 'stop' || other.triggered || closesOnly(other) || closesOnly(order)) return false;
  const reached = other.direction > 0 ? high >= other.stop : low <= other.stop;
  return reached && (other.stop - close) * other.direction > (order.stop - close) * order.direction;
}

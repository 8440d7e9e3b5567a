import type { BacktestResult } from '#backtest';
import type { BarSeries, Fill, Order } from '#domain';
import type { FeeSchedule } from '#execution';
import type { Case, SecondBooks } from './second-books.ts';

const HAIR = 1e-9;

/** The rules of docs/orders.md and of the profile's docstrings, held against each fill. Gives what is broken, in words. */
export class FillRules {
  readonly faults: string[] = [];
  readonly #case: Case;
  readonly #orders: ReadonlyMap<number, Order>;
  readonly #filled = new Map<number, number>();
  readonly #volume = new Map<string, number>();
  readonly #groups = new Map<string, { first: number; units: number }>();
  readonly #together = new Map<string, number>();
  /** By order, what its earlier fills traded: they share a minimum fee. */
  readonly #traded = new Map<number, { units: number; notional: number }>();
  #turnover = 0;

  constructor(given: Case, result: BacktestResult) {
    this.#case = given;
    this.#orders = new Map(result.orders.map((order) => [order.id, order]));
    for (const { orderId, time, quantity } of result.fills) {
      const key = `${orderId}@${time}`;
      this.#together.set(key, (this.#together.get(key) ?? 0) + quantity);
    }
  }

  split(symbol: string, ratio: number): void {
    for (const [name, group] of this.#groups) if (name.startsWith(`${symbol}/`)) group.units *= ratio;
    for (const [id, traded] of this.#traded) if (this.#orders.get(id)?.symbol === symbol) traded.units *= ratio;
  }

  seen(fill: Fill, books: SecondBooks): void {
    const order = this.#orders.get(fill.orderId);
    if (order === undefined) this.#say(/^(delisting|liquidation|end_of_data)$/.test(fill.reason), fill, 'belongs to no order');
    else {
      this.#when(fill, order);
      this.#price(fill, order);
      this.#units(fill, order, books);
      this.#group(fill, order);
      this.#pessimistic(fill, order);
      this.#exposure(fill, books);
    }
    const { multiplier, currency } = books.instrumentOf(fill.symbol);
    const notional = fill.quantity * fill.price * multiplier;
    const fee = order === undefined ? 0 : this.#fee(this.#case.profile.fees, fill, notional);
    this.#say(Math.abs(fill.fee - fee) <= HAIR * Math.max(1, fee), fill, `pays ${fill.fee} instead of ${fee}`);
    this.#turnover += notional * books.rateOf(currency);
    const traded = this.#traded.get(fill.orderId) ?? { units: 0, notional: 0 };
    this.#traded.set(fill.orderId, { units: traded.units + fill.quantity, notional: traded.notional + notional });
  }

  /** What only the end of a run can tell. */
  finish(result: BacktestResult, books: SecondBooks): void {
    const called = result.orders.some(({ reason }) => reason === 'margin call');
    for (const order of result.orders) {
      // A split multiplies the units of an order that works then, and those it has filled; of one that is done it changes nothing.
      if (this.#splits(order) && this.#filled.has(order.id)) continue;
      const filled = this.#filled.get(order.id) ?? 0;
      const near = HAIR * Math.max(1, filled);
      const say = (holds: boolean, what: string): void => void (holds || this.faults.push(`order ${order.id} ${order.type}: ${what}`));
      say(Math.abs(filled - order.filledQuantity) <= near, `filled ${filled}, says ${order.filledQuantity}`);
      say(Number.isNaN(order.quantity) ? filled === 0 : filled <= order.quantity + near, `filled ${filled} of ${order.quantity}`);
      say(order.status !== 'filled' || filled >= order.quantity - near, `is filled with ${filled} of ${order.quantity}`);
      say(!['denied', 'rejected'].includes(order.status) || filled === 0, `${order.status} but filled`);
      say(!['denied', 'rejected', 'expired', 'canceled'].includes(order.status) || order.reason !== '', `${order.status} for no reason`);
      const alive = !['denied', 'rejected', 'expired', 'canceled', 'filled'].includes(order.status);
      const protects = alive && order.parentId > 0 && !this.#case.asked.has(order.id);
      const exits = result.orders.some((one) => one.parentId === order.id && one.type === 'stop' && /^(acc|part)/.test(one.status));
      const bare = books.openOf(order.strategy, order.symbol, order.id) !== 0 && this.#case.asked.get(order.id)?.stopLoss !== undefined;
      say(!bare || exits || this.#case.changed.size > 0 || called, 'holds units without their stop');
      say(!protects || books.openOf(order.strategy, order.symbol, order.parentId) !== 0, 'outlives what it protects');
    }
  }

  #splits({ symbol }: Order): boolean {
    return this.#case.events.some((event) => event.kind === 'split' && event.symbol === symbol);
  }

  #say(holds: boolean, fill: Fill, what: string): void {
    if (!holds) this.faults.push(`fill ${fill.id} ${fill.symbol} ${fill.side} ${fill.quantity} @ ${fill.price} ${fill.reason}: ${what}`);
  }

  #bar(symbol: string, time: number): { series: BarSeries; row: number } {
    const series = this.#case.bars.find((one) => one.symbol === symbol)!;
    return { series, row: series.time.indexOf(time) };
  }

  #when(fill: Fill, order: Order): void {
    const { latencyBars, latencyMs } = this.#case.profile;
    const barMs = this.#case.bars[0]!.timeframe.ms;
    const own = order.parentId > 0 && !this.#case.asked.has(order.id);
    const forced = fill.reason === 'liquidation';
    const earliest = own ? order.createdTime : order.createdTime + barMs * latencyBars;
    this.#say(fill.time >= earliest, fill, 'came before its order');
    // A fill carries the start of its bar; with finer bars it may have been in the last of them.
    const lastOpen = fill.time + barMs - (this.#case.request.finer?.[0]?.timeframe.ms ?? barMs);
    const late = latencyMs === 0 || own || forced || lastOpen >= order.createdTime + barMs + latencyMs;
    this.#say(late, fill, 'came before its order could arrive');
    const goodTill = this.#case.asked.get(order.id)?.goodTill;
    this.#say(goodTill === undefined || fill.time < goodTill, fill, 'came after its time');
  }

  #price(fill: Fill, order: Order): void {
    const { profile } = this.#case;
    const { series, row } = this.#bar(fill.symbol, fill.time);
    if (row < 0) return this.#say(false, fill, 'is in no bar');
    const sign = fill.side === 'buy' ? 1 : -1;
    const [low, high, open] = [series.low[row]!, series.high[row]!, series.open[row]!];
    const entrySpread = profile.spreadOn === 'entry' ? profile.halfSpreadBps / 10_000 : 0;
    const taker = fill.liquidity === 'taker';
    const cost = (profile.halfSpreadBps + profile.slippageBps) / 10_000;
    const impact = this.#impact(series, row, this.#together.get(`${order.id}@${fill.time}`)!);
    const worst = entrySpread || (taker ? cost + (profile.randomSlippageBps * 8) / 10_000 + impact : 0);
    // Where a replacement or a split moved its prices, the record no longer tells what they were.
    const moved = this.#case.changed.has(order.id) || this.#splits(order);
    // backtesting.py's stop-limit takes the better of stop and limit also where the open has gone past both.
    if (order.type === 'stop_limit' && profile.stopLimitFill === 'pessimistic') return;
    const within = fill.price >= low * (1 - (sign < 0 ? worst : 0)) - HAIR && fill.price <= high * (1 + (sign > 0 ? worst : 0)) + HAIR;
    // A post-only order rests in the book and gets its limit, also from a bar that opened beyond it.
    const ownPrice = this.#case.asked.get(order.id)?.postOnly === true && (moved || fill.price === order.limitPrice);
    this.#say(within || ownPrice, fill, `${order.type} is outside of its bar ${low}–${high} by more than its costs`);
    const limited = !moved && !Number.isNaN(order.limitPrice) && (order.type !== 'market_to_limit' || this.#filled.has(order.id));
    const beyond = (fill.price - order.limitPrice) * sign > order.limitPrice * entrySpread + HAIR;
    this.#say(!limited || !beyond, fill, `is beyond its limit ${order.limitPrice}`);
    if (profile.limitFill === 'through' && !taker && limited) {
      const through = sign > 0 ? low < order.limitPrice : high > order.limitPrice;
      this.#say(through || order.type.endsWith('_if_touched'), fill, 'only touched its limit');
    }
    if (entrySpread > 0 || profile.randomSlippageBps > 0 || this.#case.request.finer !== undefined) return;
    const exactly = (raw: number): boolean => Math.abs(fill.price / (raw * (1 + sign * (taker ? cost + impact : 0))) - 1) < 1e-9;
    if (order.type === 'market') this.#say(exactly(open), fill, `is not the open ${open} with its costs`);
    const stop = order.type === 'stop' && !moved ? order.stopPrice : Number.NaN;
    const gapped = sign > 0 ? Math.max(open, stop) : Math.min(open, stop);
    // An exit that its entry's bar triggers gets what the entry got, where that is beyond the stop.
    const born = order.parentId > 0 && order.createdTime === fill.time && (stop - fill.price) * sign < 0;
    const again = this.#filled.has(order.id) || profile.volumeCap < 1;
    this.#say(
      Number.isNaN(stop) || born || exactly(gapped) || exactly(stop) || (again && exactly(open)),
      fill,
      `of stop ${stop} at open ${open}`,
    );
  }

  /** Y·σ·√(Q/V) over the window before the bar. */
  #impact({ symbol, time, ...raw }: BarSeries, row: number, units: number): number {
    const { impactY, impactWindow } = this.#case.profile;
    // What a split made of a unit of an earlier bar, by the bar before which it takes effect.
    const made = time.map((start) =>
      this.#case.events.reduce(
        (all, one) => (one.kind === 'split' && one.symbol === symbol && start < one.time && one.time <= time[row]! ? all * one.ratio : all),
        1,
      ),
    );
    const close = raw.close.map((price, at) => price / made[at]!);
    const volume = raw.volume.map((traded, at) => traded * made[at]!);
    const from = Math.max(1, row - impactWindow);
    const changes = Array.from({ length: Math.max(0, row - from) }, (_, at) => close[from + at]! / close[from + at - 1]! - 1);
    const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length;
    const variance = changes.reduce((sum, change) => sum + (change - mean) ** 2, 0) / (changes.length - 1);
    const traded = volume.slice(from, row).reduce((sum, one) => sum + one, 0);
    const usual = changes.length > 0 && traded > 0 ? traded / changes.length : volume[row]!;
    return usual > 0 ? impactY * (changes.length > 1 ? Math.sqrt(variance) : 0.02) * Math.sqrt(units / usual) : 0;
  }

  #units(fill: Fill, order: Order, books: SecondBooks): void {
    const { volumeCap } = this.#case.profile;
    const { series, row } = this.#bar(fill.symbol, fill.time);
    const key = `${fill.symbol}@${fill.time}`;
    const used = (this.#volume.get(key) ?? 0) + fill.quantity;
    this.#volume.set(key, used);
    const room = series.volume[row]! * volumeCap;
    this.#say(volumeCap === Number.POSITIVE_INFINITY || used <= room * (1 + HAIR), fill, `takes ${used} of ${room} units`);
    this.#filled.set(order.id, (this.#filled.get(order.id) ?? 0) + fill.quantity);
    const sign = fill.side === 'buy' ? 1 : -1;
    const near = HAIR * Math.max(1, fill.quantity);
    const against = Math.max(0, -sign * books.held(fill.strategy, fill.symbol, this.#case.request.account.hedging ? -sign : 0));
    this.#say(!order.reduceOnly || fill.quantity <= against + near, fill, `may only reduce, and ${against} was held`);
    const open = order.parentId > 0 ? Math.max(0, -sign * books.openOf(fill.strategy, fill.symbol, order.parentId)) : Infinity;
    this.#say(fill.quantity <= open + near, fill, `closes ${open} of order ${order.parentId}`);
  }

  /** In a bar that holds both, the stop goes first: a target of an earlier bar fills only where its stop was out of reach. */
  #pessimistic(fill: Fill, order: Order): void {
    const { profile, request, asked, changed, events } = this.#case;
    const capped = profile.volumeCap < 1 || request.finer !== undefined || changed.size > 0 || events.some(({ kind }) => kind === 'split');
    const parent = asked.get(order.parentId);
    const late = profile.latencyMs > 0 || order.createdTime >= fill.time;
    if (fill.reason !== 'target' || capped || late || parent?.stopLoss === undefined) return;
    const { series, row } = this.#bar(fill.symbol, fill.time);
    const stop = [...this.#orders.values()].find((one) => one.parentId === order.parentId && one.type === 'stop')!.stopPrice;
    const reached = fill.side === 'sell' ? series.low[row]! <= stop : series.high[row]! >= stop;
    this.#say(!reached, fill, `took the target in a bar that reached its stop ${stop}`);
  }

  #group(fill: Fill, { id, tag, symbol, strategy }: Order): void {
    const asked = this.#case.asked.get(id);
    const group = asked?.ocoGroup ?? asked?.ouoGroup;
    if (group === undefined) return;
    const name = `${symbol}/${strategy}/${group}`;
    const before = this.#groups.get(name) ?? { first: id, units: 0 };
    this.#groups.set(name, { first: before.first, units: before.units + fill.quantity });
    this.#say(asked?.ocoGroup === undefined || before.first === id, fill, `is the second of ${tag}`);
    const size = typeof asked?.size === 'number' ? asked.size : Infinity;
    const resized = this.#case.changed.size > 0 || this.#case.events.some((event) => event.kind === 'split' && event.symbol === symbol);
    this.#say(resized || before.units + fill.quantity <= size + HAIR, fill, `${tag} fills more than ${size}`);
  }

  /** docs/account.md: what opens keeps gross exposure within its limit of equity after the fill, at the opens and at the fill's own price. */
  #exposure(fill: Fill, books: SecondBooks): void {
    const { bars, instruments, profile, request } = this.#case;
    const most = request.limits?.maxGrossExposure;
    const signed = fill.side === 'buy' ? fill.quantity : -fill.quantity;
    const opens = Math.abs(books.held(fill.strategy, fill.symbol) + signed) > Math.abs(books.held(fill.strategy, fill.symbol)) + HAIR;
    if (most === undefined || !opens || request.account.hedging || request.account.currency || profile.marginMark === 'close') return;
    // What brings the account's position of a symbol closer to zero is never held back, also where it opens a strategy's own.
    const net = books.net(fill.symbol);
    if (Math.abs(net + signed) <= Math.abs(net)) return;
    let [gross, equity] = [0, books.balance('USD') - fill.fee];
    for (const { symbol, multiplier } of instruments) {
      const { open, time } = bars.find((one) => one.symbol === symbol)!;
      const row = time.indexOf(fill.time);
      const own = symbol === fill.symbol;
      const mark = own ? fill.price : row < 0 ? (books.marks.get(symbol) ?? 0) : open[row]!;
      const held = books.net(symbol) + (own ? signed : 0);
      gross += Math.abs(held) * mark * multiplier;
      equity += (held * mark - (own ? signed * fill.price : 0)) * multiplier;
    }
    this.#say(gross <= most * equity * (1 + HAIR), fill, `brings exposure to ${gross / equity} of ${most}`);
  }

  #fee(fees: FeeSchedule, fill: Fill, notional: number): number {
    const maker = fill.liquidity === 'maker';
    if (fees.kind === 'none') return 0;
    if (fees.kind === 'proportional') return (notional * (maker ? fees.makerBps : fees.takerBps)) / 10_000;
    if (fees.kind === 'fixed_plus') return fees.fixed + fees.fraction * notional;
    if (fees.kind === 'per_share') {
      const paid = (!this.#case.profile.feesPerLot && this.#traded.get(fill.orderId)) || { units: 0, notional: 0 };
      const due = (units: number, value: number): number =>
        units === 0 ? 0 : Math.min(Math.max(fees.perShare * units, fees.minimum), fees.maximumFraction * value);
      return due(paid.units + fill.quantity, paid.notional + notional) - due(paid.units, paid.notional);
    }
    if (fees.kind === 'sum') return fees.of.reduce((sum, part) => sum + this.#fee(part, fill, notional), 0);
    if (fees.kind === 'rounded') {
      const exact = this.#fee(fees.of, fill, notional);
      // Half a step may go either way by the last digit of a product.
      const halfway = Math.abs(Math.abs(fill.fee - exact) - fees.step / 2) < HAIR;
      return Math.round(halfway ? fill.fee / fees.step : exact / fees.step) * fees.step;
    }
    if (fees.kind === 'tiers') {
      const tier = fees.tiers.findLast(({ from }) => this.#turnover >= from)!;
      return (notional * (maker ? tier.makerBps : tier.takerBps)) / 10_000;
    }
    return fill.side === 'buy' ? 0 : fees.saleFraction * notional + Math.min(fees.perShareSold * fill.quantity, fees.perShareCap);
  }
}

import type { Rng } from '#core';
import { roundToTick, type Instrument } from '#domain';
import type { Contingencies } from './contingencies.ts';
import { EntryBar } from './entry-bar.ts';
import { feeFunction, type FeeFunction } from './fees.ts';
import { FillCosts } from './fill-costs.ts';
import type { BarUnderMatch } from './match.ts';
import type { OrderBook } from './order-book.ts';
import { takesTheOpen } from './order-rules.ts';
import { floorToLot, nothingWanted, OrderSizer } from './order-sizer.ts';
import type { ExecutionProfile } from './profile.ts';
import type { SymbolColumns, VenueHost } from './venue-host.ts';
import type { WorkingOrder } from './working-order.ts';

/** An order that has a price becomes fills: as many units as its size, the bar's volume, the margin and the account's limits let through. */
export class Executions {
  readonly #host: VenueHost;
  readonly #columns: readonly SymbolColumns[];
  readonly #instruments: readonly Instrument[];
  readonly #profile: ExecutionProfile;
  readonly #book: OrderBook;
  readonly #bar: BarUnderMatch;
  readonly #contingencies: Contingencies;
  readonly #fee: FeeFunction;
  readonly costs: FillCosts;
  readonly sizer: OrderSizer;
  readonly entryBar: EntryBar;

  constructor(
    host: VenueHost,
    columns: readonly SymbolColumns[],
    instruments: readonly Instrument[],
    profile: ExecutionProfile,
    rng: Rng,
    book: OrderBook,
    bar: BarUnderMatch,
    contingencies: Contingencies,
  ) {
    this.#host = host;
    this.#columns = columns;
    this.#instruments = instruments;
    this.#profile = profile;
    this.#book = book;
    this.#bar = bar;
    this.#contingencies = contingencies;
    this.#fee = feeFunction(profile.fees);
    this.costs = new FillCosts(columns, profile, rng);
    this.sizer = new OrderSizer(host, instruments, profile, this.#fee);
    this.entryBar = new EntryBar(host, book, bar, profile, this.sizer);
  }

  /** `raw` is the price before spread and slippage. */
  execute(order: WorkingOrder, raw: number, maker: boolean): void {
    const { costs } = this;
    const { local, row } = this.#bar;
    const instrument = this.#instruments[order.symbol]!;
    const guess = costs.price(order, raw, 0, local, maker, true);
    const wanted = this.sizer.wantedUnits(order, guess, raw);
    const waited = order.reason === TOO_LITTLE_VOLUME;
    if (wanted === 0) {
      if (order.open) order.happen('cancel', waited || order.reason === '' ? nothingWanted(order) : order.reason);
      this.#book.working--;
      return;
    }
    const room = Math.min(this.#bar.room, this.entryBar.room(order));
    let units = costs.cap(order.symbol, local, row, room < wanted ? floorToLot(room, instrument.lotSize) : wanted, instrument.lotSize);
    if (units === 0 || (order.timeInForce === 'fok' && units < wanted)) {
      if (units === 0 && room > 0 && order.filled === 0) order.reason = TOO_LITTLE_VOLUME;
      return;
    }
    if (waited) order.reason = '';
    const closable = this.sizer.closable(order);
    // What is left over by the rounding of a sum is no position to open.
    const closing = units - closable < 1e-10 ? units : closable;
    let opening = units - closing;
    if (
      order.timeInForce === 'fok' &&
      closing > 0 &&
      opening > 0 &&
      this.#allowed(order, raw, maker, units, opening, closing, false) === 0
    ) {
      // What must fill whole closes nothing where the rest may not open.
      this.#book.end(order, 'reject', order.reason);
      return;
    }
    const apart = closing > 0 && opening > 0 && (this.#profile.feesPerLot || this.#profile.spreadOn === 'entry');
    if (apart) this.#emit(order, raw, maker, closing, 0, closing);
    if (opening > 0) opening = this.#allowed(order, raw, maker, units, opening, closing, apart);
    units = closing + opening;
    costs.take(order.symbol, units);
    if (apart) {
      if (opening > 0) this.#emit(order, raw, maker, 0, opening, opening);
    } else if (units > 0) this.#emit(order, raw, maker, closing, opening, units);
    if (units > 0) order.happen(order.remaining <= 1e-12 ? 'fill_all' : 'fill_part');
    if (opening > 0 && !takesTheOpen(order)) this.entryBar.opens(order, opening);
    if (opening > 0) this.#contingencies.spawnExits(order, opening, raw);
    if (closing > 0) this.#contingencies.dropOrphans(order);
    if (units > 0) this.#contingencies.filledInGroup(order, units);
    if (order.type === 'market_to_limit' && order.open && units > 0) restAtPrice(order, instrument.tickSize);
    if (order.refused) order.happen(closing > 0 ? 'cancel' : 'reject');
    if (!order.open) this.#book.working--;
  }

  /** Opening units that margin and limits let through; what they take off, the order loses for good. */
  #allowed(
    order: WorkingOrder,
    raw: number,
    maker: boolean,
    units: number,
    opening: number,
    closing: number,
    closedBefore: boolean,
  ): number {
    const price = this.costs.price(order, raw, units, this.#bar.local, maker, true);
    const affordable = this.sizer.affordable(order, price, opening, closedBefore ? 0 : closing, raw, maker);
    if (affordable === 0) return 0;
    // Fewer units move the price less: the limits must hold at either end of what the price can become.
    const still = this.costs.price(order, raw, 0, this.#bar.local, maker, true);
    let admitted = this.#host.admitOpening(order, affordable, price);
    if (still !== price && admitted > 0) admitted = this.#host.admitOpening(order, admitted, still);
    if (admitted >= affordable) return affordable;
    const whole = Math.max(0, floorToLot(admitted, this.#instruments[order.symbol]!.lotSize));
    if (whole === 0) order.refused = true;
    else order.quantity = order.filled + (closedBefore ? 0 : closing) + whole;
    return whole;
  }

  #emit(order: WorkingOrder, raw: number, maker: boolean, closing: number, opening: number, units: number): void {
    const { costs } = this;
    const { local } = this.#bar;
    if (closing > 0 && this.#profile.feesPerLot) {
      let left = closing;
      for (const lot of this.#host.lotsAgainst(order)) {
        if (left <= 1e-12) break;
        const part = Math.min(left, Math.abs(lot));
        this.#emitPart(order, costs.price(order, raw, units, local, maker, false), maker, part);
        left -= part;
      }
      if (opening > 0) this.#emitPart(order, costs.price(order, raw, units, local, maker, true), maker, opening);
    } else if (closing > 0 && opening > 0 && this.#profile.spreadOn === 'entry') {
      this.#emitPart(order, costs.price(order, raw, units, local, maker, false), maker, closing);
      this.#emitPart(order, costs.price(order, raw, units, local, maker, true), maker, opening);
    } else this.#emitPart(order, costs.price(order, raw, units, local, maker, opening > 0), maker, units);
  }

  #emitPart(order: WorkingOrder, price: number, maker: boolean, units: number): void {
    const { local, row } = this.#bar;
    const { multiplier } = this.#instruments[order.symbol]!;
    const before = order.filled > 0 && !this.#profile.feesPerLot ? { units: order.filled, notional: order.paid * multiplier } : undefined;
    const fee = this.#fee(units, units * price * multiplier, maker, order.direction < 0, this.#host.turnover, before);
    order.filled += units;
    order.paid += units * price;
    const earlier = this.#profile.marketFill === 'previous_close' && order.type === 'market' && local > 0 ? 1 : 0;
    const time = this.#columns[order.symbol]!.time[local - earlier]!;
    this.#host.filled(order, order.direction * units, price, fee, maker, row - earlier, time);
  }
}

/** Of an order that had its price and nothing of the volume yet: it waits on, and says for what. */
export const TOO_LITTLE_VOLUME = 'waits for volume: its last bar had none to spare for it';

/** What is left of a market-to-limit order rests at the price that its first part got. */
function restAtPrice(order: WorkingOrder, tick: number): void {
  if (order.limit === order.limit) return;
  const price = order.paid / order.filled;
  order.limit = tick > 0 ? roundToTick(price, tick, order.direction > 0 ? 'down' : 'up') : price;
}

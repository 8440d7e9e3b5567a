import { DAY_MS } from '#core';
import { venueCalendar, type Instrument, type Session } from '#domain';
import type { SymbolColumns } from './venue-host.ts';
import type { WorkingOrder } from './working-order.ts';

/**
 * When a session of one symbol opens and closes, told from the bars seen so far and the calendar, never from the next bar: a strategy
 * that trades the close must do the same on data that ends there. Venues that never close have sessions of one UTC day.
 */
export class Sessions {
  readonly #columns: SymbolColumns;
  readonly #calendar;
  readonly #barMs: number;
  readonly #always: boolean;
  #openOf = -1;
  #openAt = Number.NaN;

  constructor(columns: SymbolColumns, instrument: Instrument) {
    this.#columns = columns;
    this.#barMs = columns.timeframe?.ms ?? DAY_MS;
    this.#always = instrument.assetClass !== 'us_equity';
    this.#calendar = venueCalendar(this.#always ? 'always' : 'us_equity');
  }

  /** When trading of a bar begins: its start, but the session's open in bars of a day or more where the venue shuts. */
  openTime(local: number): number {
    const start = this.#columns.time[local]!;
    if (this.#always || this.#barMs < DAY_MS) return start;
    if (this.#openOf !== local) {
      this.#openOf = local;
      this.#openAt = this.#sessionOfDay(start)?.open ?? start;
    }
    return this.#openAt;
  }

  /** When a bar that starts at `start` is complete: the session's close in daily bars where the venue shuts. */
  endTime(start: number): number {
    if (this.#always || this.#barMs !== DAY_MS) return start + this.#barMs;
    return this.#sessionOfDay(start)?.close ?? start + this.#barMs;
  }

  /** When trading of a bar is over. */
  closeTime(local: number): number {
    return this.endTime(this.#columns.time[local]!);
  }

  /** The session of a daily bar, labelled with its date at midnight, of UTC or of the venue. */
  #sessionOfDay(start: number): Session | undefined {
    return this.#calendar.session(start % DAY_MS === 0 ? start : this.#calendar.dateOf(start));
  }

  /** The first bar that reaches into a session opens it; where the venue shuts, bars wholly before the open do not. */
  opens(local: number): boolean {
    const { time } = this.#columns;
    const start = time[local]!;
    if (this.#always || this.#barMs >= DAY_MS) return local === 0 || Math.floor(time[local - 1]! / DAY_MS) !== Math.floor(start / DAY_MS);
    const session = this.#calendar.sessionAt(start) ?? this.#calendar.sessionAt(start + this.#barMs - 1);
    return session !== undefined && (local === 0 || time[local - 1]! + this.#barMs <= session.open);
  }

  /** The bar that holds the session's close; every bar of a day or more does. */
  closes(local: number): boolean {
    if (this.#barMs >= DAY_MS) return true;
    const start = this.#columns.time[local]!;
    const session = this.#calendar.sessionAt(start);
    return session !== undefined && start + this.#barMs >= session.close;
  }

  /** Whether an order for the open or the close may act in this bar; others always may. */
  allows(order: WorkingOrder, local: number): boolean {
    switch (order.type) {
      case 'market_on_open':
      case 'limit_on_open':
        return this.opens(local);
      case 'market_on_close':
      case 'limit_on_close':
        return this.closes(local);
      default:
        return true;
    }
  }

  /** A day order lives to the close of the session it reaches, or of the next one when it comes between two, or for an open. */
  bindDay(order: WorkingOrder, arrival: number): void {
    const forOpen = order.type === 'market_on_open' || order.type === 'limit_on_open';
    const session = (forOpen ? undefined : this.#calendar.sessionAt(arrival)) ?? this.#calendar.nextSession(arrival);
    order.goodTill = session.close;
  }

  /** Why the order's time is over at a bar that opens at `opens`, or undefined. A day order not yet bound is bound to that bar's session. */
  expiry(order: WorkingOrder, opens: number): string | undefined {
    if (order.timeInForce === 'gtd') return opens >= order.goodTill ? 'good-till time passed' : undefined;
    if (order.timeInForce !== 'day') return undefined;
    if (order.goodTill === Number.POSITIVE_INFINITY) this.bindDay(order, opens);
    return opens >= order.goodTill ? 'day order, session over' : undefined;
  }
}

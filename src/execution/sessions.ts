import { DAY_MS } from '#core';
import { venueCalendar, type Instrument } from '#domain';
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

  constructor(columns: SymbolColumns, instrument: Instrument) {
    this.#columns = columns;
    this.#barMs = columns.timeframe?.ms ?? DAY_MS;
    this.#calendar = venueCalendar(instrument.assetClass === 'us_equity' ? 'us_equity' : 'always');
  }

  /** The first bar of its UTC day opens the session. */
  opens(local: number): boolean {
    const { time } = this.#columns;
    return local === 0 || Math.floor(time[local - 1]! / DAY_MS) !== Math.floor(time[local]! / DAY_MS);
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

  /** Why the order's time is over at this bar, or undefined. A day order lives in the session of the first bar that could fill it. */
  expiry(order: WorkingOrder, local: number): string | undefined {
    const time = this.#columns.time[local]!;
    if (order.timeInForce === 'gtd') return time >= order.goodTill ? 'good-till time passed' : undefined;
    if (order.timeInForce !== 'day') return undefined;
    const session = Math.floor(time / DAY_MS);
    if (order.goodTill === Number.POSITIVE_INFINITY) order.goodTill = session;
    return session > order.goodTill ? 'day order, session over' : undefined;
  }
}

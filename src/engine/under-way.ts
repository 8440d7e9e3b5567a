import type { WorkingOrder } from '#execution';
import type { OrdersAtVenue } from './engine-view.ts';
import { shareOfLots } from './share.ts';

/** Who asks, for what, and on which row. */
export interface Asking {
  readonly strategy: number;
  readonly symbol: number;
  readonly row: number;
}

/** What a strategy asks to be closed at the market. */
export interface ClosingAsk extends Asking {
  /** Signed units: of one side of the position, or of one lot. */
  readonly held: number;
  /** More than 0; from 1 on, all of it. */
  readonly portion: number;
  readonly lotSize: number;
  /** The order that opened the lot; 0 for lots of any. */
  readonly lot: number;
  /** Signed units still open of what an order opened. */
  readonly openOf: (orderId: number) => number;
}

/**
 * Units to order, so that with what is closing since an earlier bar the portion is closed: in a thin market an order works for many bars, and
 * a strategy that says `exit` on each of them means the same units. Undefined when nothing is held or all of it is under way.
 */
export function unitsToClose(venue: OrdersAtVenue, ask: ClosingAsk): number | undefined {
  const { held, portion, lotSize, lot } = ask;
  if (held === 0) return undefined;
  const open = Math.abs(held);
  const wanted = portion >= 1 ? open : shareOfLots(open, portion, lotSize);
  let closing = 0;
  for (const order of underWay(venue, ask)) {
    const closes = lot > 0 ? order.closes === lot : !isEntry(order);
    if (closes && order.direction * held < 0) closing += unitsClosing(order, ask);
  }
  if (closing === 0) return wanted;
  const rest = Math.min(wanted, open - closing);
  return rest < lotSize / 2 ? undefined : rest;
}

/** Nothing of an order that learns its units only at its fill: the later of the two then finds less to close. */
function unitsClosing(order: WorkingOrder, { openOf }: ClosingAsk): number {
  if (order.closesAll) return Math.abs(openOf(order.closes));
  return Number.isNaN(order.quantity) ? 0 : order.remaining;
}

/** Whether an entry of the strategy waits at the market since an earlier bar, in this direction. */
export function isEntering(venue: OrdersAtVenue, asking: Asking, direction: number): boolean {
  return underWay(venue, asking).some((order) => isEntry(order) && order.direction === direction);
}

/** Takes back what the market has not filled of the strategy's entries since an earlier bar. */
export function cancelEntries(venue: OrdersAtVenue, asking: Asking): void {
  for (const order of underWay(venue, asking)) if (isEntry(order)) venue.cancel(order, 'the strategy wants to be out');
}

const isEntry = (order: WorkingOrder): boolean => !order.reduceOnly && order.closes === 0;

function underWay(venue: OrdersAtVenue, { strategy, symbol, row }: Asking): readonly WorkingOrder[] {
  if (venue.working === 0) return [];
  return venue.ordersOf(symbol).filter((order) => {
    if (order.strategy !== strategy || order.type !== 'market' || order.createdRow >= row) return false;
    // The timed exit of a bracket waits for its day from the entry on.
    return !order.isChild || order.firstRow <= row;
  });
}

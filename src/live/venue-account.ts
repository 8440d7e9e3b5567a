import { clientOrderId, type Fill } from '#domain';
import type { AccountSnapshot, SnapshotOrder, WorkingOrder } from '#execution';
import type { TradingSession } from './session.ts';

/**
 * The simulated venue's own books: what executions add up to, kept apart from our ledger and by other arithmetic (net units and
 * cash, no lots), as a broker would keep them. Cash of other currencies is told at the account's rates.
 */
export class VenueAccount {
  readonly #session: TradingSession;
  readonly #net = new Map<string, number>();
  readonly #multipliers: ReadonlyMap<string, number>;
  readonly #startCash: number;
  /** What fills in each symbol brought in, in its quote currency. */
  readonly #flows = new Map<string, number>();
  #booked = 0;

  constructor(session: TradingSession, multipliers: ReadonlyMap<string, number>) {
    this.#session = session;
    this.#multipliers = multipliers;
    this.#startCash = session.header.account.cash;
  }

  snapshot(): AccountSnapshot {
    const { engine } = this.#session;
    for (; this.#booked < engine.fills.length; this.#booked++) this.#book(engine.fills[this.#booked]!);
    return {
      positions: [...this.#net].map(([symbol, quantity]) => ({ symbol, quantity: Math.abs(quantity) < 1e-10 ? 0 : quantity })),
      orders: workingAtVenue(this.#session),
      cash: engine.symbols.reduce((cash, name, at) => cash + (this.#flows.get(name) ?? 0) * engine.ledger.rate(at), this.#startCash),
    };
  }

  #book({ symbol, side, quantity, price, fee }: Fill): void {
    const signed = side === 'buy' ? quantity : -quantity;
    this.#net.set(symbol, (this.#net.get(symbol) ?? 0) + signed);
    const paid = signed * price * (this.#multipliers.get(symbol) ?? 1) + fee;
    this.#flows.set(symbol, (this.#flows.get(symbol) ?? 0) - paid);
  }
}

/** What we believe: the ledger's positions, and orders that we have not seen end. */
export function localAccount(session: TradingSession): AccountSnapshot {
  const { ledger, orders } = session.engine;
  return {
    positions: ledger.positions().map(({ symbol, quantity }) => ({ symbol, quantity })),
    orders: orders.working().map((order) => snapshotOrder(session, order)),
    cash: ledger.cash,
  };
}

function workingAtVenue(session: TradingSession): SnapshotOrder[] {
  const { engine } = session;
  return engine.symbols.flatMap((_, symbol) => engine.venue.ordersOf(symbol).map((order) => snapshotOrder(session, order)));
}

function snapshotOrder(session: TradingSession, order: WorkingOrder): SnapshotOrder {
  return {
    id: clientOrderId(session.header.run, order.strategyName, order.id),
    symbol: order.symbolName,
    side: order.direction > 0 ? 'buy' : 'sell',
    remaining: order.remaining,
    protective: order.purpose === 'stop' || order.type === 'stop' || order.type === 'trailing_stop',
  };
}

import { invariant } from '#core';
import { fromJsonNumber, toJsonNumber, type JsonNumber, type SimulatedVenue, type VenueSnapshot, type WorkingOrder } from '#execution';
import type { Ledger, LedgerSnapshot } from '#portfolio';
import type { AccountDesk, DeskSnapshot } from './account-desk.ts';
import type { OrderLog } from './order-log.ts';
import type { GateSnapshot, OrderGate } from './risk-gate.ts';

/**
 * An engine between two instants as plain data, safe in JSON. What is past (fills, trades, ended orders, decisions, credits) is the
 * journal's and not in it; of the strategies, which are functions of what they see, there is nothing to keep. Feature columns come from
 * the bars: whoever goes on gives enough bars before the next one for them to be warm.
 */
export interface EngineSnapshot {
  readonly kind: 'engine/1';
  readonly symbols: readonly string[];
  readonly strategies: readonly string[];
  readonly row: number;
  readonly time: number;
  readonly nextOrderId: number;
  readonly fills: number;
  readonly ruined: boolean;
  readonly equity: number;
  readonly marks: readonly JsonNumber[];
  readonly ledger: LedgerSnapshot;
  readonly venue: VenueSnapshot;
  readonly desk: DeskSnapshot;
  readonly gate: GateSnapshot | null;
}

/** What of an engine is kept. */
interface Kept {
  readonly symbols: readonly string[];
  readonly strategyNames: readonly string[];
  readonly fills: readonly unknown[];
  readonly orders: OrderLog;
  readonly ledger: Ledger;
  readonly venue: SimulatedVenue;
  readonly desk: AccountDesk;
  readonly gate: OrderGate | undefined;
  readonly marks: Float64Array;
  row: number;
  time: number;
  readonly fillsCount: number;
  ruined: boolean;
  equityNow: number;
}

export function saveEngine(engine: Kept, nextOrderId: number): EngineSnapshot {
  return {
    kind: 'engine/1',
    symbols: [...engine.symbols],
    strategies: [...engine.strategyNames],
    row: engine.row,
    time: engine.time,
    nextOrderId,
    fills: engine.fillsCount,
    ruined: engine.ruined,
    equity: engine.equityNow,
    marks: Array.from(engine.marks, toJsonNumber),
    ledger: engine.ledger.snapshot(),
    venue: engine.venue.snapshot(),
    desk: engine.desk.snapshot(),
    gate: engine.gate?.snapshot() ?? null,
  };
}

/** Puts a new engine where the saved one stood; `rowsDropped` instants of its data are not in the new data. Gives the next order id. */
export function restoreEngine(engine: Kept, saved: EngineSnapshot, rowsDropped: number): number {
  invariant(engine.row === -1 && engine.orders.length === 0, 'only a new engine can be restored');
  invariant(
    engine.symbols.join() === saved.symbols.join() && engine.strategyNames.join() === saved.strategies.join(),
    'a snapshot is restored with the same symbols and strategies',
  );
  engine.row = saved.row - rowsDropped;
  engine.time = saved.time;
  engine.ruined = saved.ruined;
  engine.equityNow = saved.equity;
  engine.marks.set(saved.marks.map(fromJsonNumber));
  engine.ledger.restore({
    ...saved.ledger,
    books: saved.ledger.books.map((lots) => lots.map((lot) => ({ ...lot, row: lot.row - rowsDropped }))),
    growing: saved.ledger.growing.map((one) => ({ ...one, entryRow: one.entryRow - rowsDropped })),
  });
  const orders: readonly WorkingOrder[] = engine.venue.restore(saved.venue, rowsDropped);
  for (const order of orders) engine.orders.add(order);
  engine.desk.restore(saved.desk, saved.time);
  if (saved.gate !== null) engine.gate?.restore(saved.gate, new Map(orders.map((order) => [order.id, order])));
  return saved.nextOrderId;
}

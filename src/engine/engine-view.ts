import type { OrderRequest } from '#domain';
import type { OrderChange, SymbolColumns, WorkingOrder } from '#execution';
import type { Ledger } from '#portfolio';
import type { DecisionLog } from './decision-log.ts';

/** The orders at the venue. */
export interface OrdersAtVenue {
  /** How many there are. */
  readonly working: number;
  ordersOf(symbol: number): readonly WorkingOrder[];
  cancel(order: WorkingOrder, reason: string): void;
}

/** What a strategy's lane may see of the engine, and ask of it. */
export interface EngineView {
  readonly ledger: Ledger;
  readonly decisions: DecisionLog;
  readonly marks: Float64Array;
  readonly columns: readonly SymbolColumns[];
  readonly symbols: readonly string[];
  readonly row: number;
  readonly time: number;
  readonly equityNow: number;
  readonly venue: OrdersAtVenue;
  submit(strategy: number, symbol: number, request: OrderRequest): number;
  order(id: number): WorkingOrder | undefined;
  replace(id: number, change: OrderChange): boolean;
  cancel(id: number, reason?: string): void;
  close(strategy: number, symbol: number, portion: number): void;
  closeLot(strategy: number, symbol: number, orderId: number, portion: number): void;
  held(strategy: number, symbol: number): number;
  availableMargin(): number;
}

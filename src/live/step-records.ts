import { clientOrderId } from '#domain';
import type { Engine } from '#engine';
import { isTerminal, type WorkingOrder } from '#execution';
import type { FillRecord, OrderRecord, StepRecord } from './records.ts';

/** Most instants bring nothing but a decision: one empty list serves them all. */
const NONE: readonly never[] = [];

/** Turns what an instant did to the engine into records, each order and fill once and again only when it changed. */
export class StepRecords {
  readonly #engine: Engine;
  readonly #run: string;
  /** Orders that may still change, by their ids, and how each was last written. */
  #working: { readonly order: WorkingOrder; record: OrderRecord }[] = [];
  #said: StepRecord['decisions'] = [];
  #lastOrder = 0;
  #fillsSeen = 0;

  constructor(engine: Engine, run: string) {
    this.#engine = engine;
    this.#run = run;
  }

  /** `locals`: each symbol's row, −1 for no bar; such a symbol has no decision. */
  of(row: number, locals: Int32Array): StepRecord {
    const { equityNow: equity, ledger } = this.#engine;
    const orders = this.#changedOrders();
    return { kind: 'step', row, equity, cash: ledger.cash, orders, fills: this.#newFills(), decisions: this.#decisions(row, locals) };
  }

  /** The list of the instant before serves again when it says the same: nothing is made, and a journal in memory keeps it once. */
  #decisions(row: number, locals: Int32Array): StepRecord['decisions'] {
    const { decisions, strategyNames, symbols } = this.#engine;
    const before = this.#said;
    let said: StepRecord['decisions'][number][] | undefined;
    let count = 0;
    for (let strategy = 0; strategy < strategyNames.length; strategy++) {
      for (let symbol = 0; symbol < symbols.length; symbol++) {
        const reason = locals[symbol]! < 0 ? '' : decisions.read(strategy * symbols.length + symbol, row);
        if (reason === '') continue;
        if (said === undefined && !says(before[count], strategy, symbol, reason)) said = before.slice(0, count);
        said?.push([strategy, symbol, reason]);
        count++;
      }
    }
    if (said !== undefined || count < before.length) this.#said = said ?? before.slice(0, count);
    return this.#said;
  }

  #newFills(): readonly FillRecord[] {
    const { fills } = this.#engine;
    if (this.#fillsSeen === fills.length) return NONE;
    const found: FillRecord[] = [];
    for (; this.#fillsSeen < fills.length; this.#fillsSeen++) {
      const { id, orderId: order, symbol, side, quantity, price, fee, time, reason } = fills[this.#fillsSeen]!;
      found.push({ id, order, symbol, side, quantity, price, fee, time, reason });
    }
    return found;
  }

  /** Orders that are new or differ from when they were last written, in the order of their ids. */
  #changedOrders(): readonly OrderRecord[] {
    const { orders } = this.#engine;
    let changed: OrderRecord[] | undefined;
    let ended = false;
    for (const watch of this.#working) {
      if (!differs(watch.order, watch.record)) continue;
      watch.record = this.#record(watch.order, watch.record.client);
      ended ||= isTerminal(watch.order.status);
      (changed ??= []).push(watch.record);
    }
    if (ended) this.#working = this.#working.filter(({ order }) => !isTerminal(order.status));
    for (const order of orders.lastId > this.#lastOrder ? orders.since(this.#lastOrder) : NONE) {
      const record = this.#record(order, clientOrderId(this.#run, order.strategyName, order.id));
      (changed ??= []).push(record);
      if (!isTerminal(order.status)) this.#working.push({ order, record });
    }
    this.#lastOrder = orders.lastId;
    return changed ?? NONE;
  }

  #record(order: WorkingOrder, client: string): OrderRecord {
    return {
      id: order.id,
      client,
      symbol: order.symbolName,
      strategy: order.strategyName,
      side: sideOf(order),
      type: order.type,
      status: order.status,
      purpose: order.purpose,
      quantity: finiteOrNull(order.quantity),
      filled: order.filled,
      limit: finiteOrNull(order.limit),
      stop: finiteOrNull(order.stop),
      protects: order.closes,
      created: order.createdTime,
      reason: order.reason,
    };
  }
}

function says(decision: StepRecord['decisions'][number] | undefined, strategy: number, symbol: number, reason: string): boolean {
  return decision !== undefined && decision[2] === reason && decision[1] === symbol && decision[0] === strategy;
}

/** Whether anything of an order that can change has changed. */
function differs(order: WorkingOrder, written: OrderRecord): boolean {
  return (
    order.status !== written.status ||
    order.filled !== written.filled ||
    finiteOrNull(order.quantity) !== written.quantity ||
    finiteOrNull(order.stop) !== written.stop ||
    finiteOrNull(order.limit) !== written.limit ||
    order.reason !== written.reason ||
    order.closes !== written.protects ||
    order.type !== written.type ||
    order.purpose !== written.purpose ||
    sideOf(order) !== written.side
  );
}

const sideOf = (order: WorkingOrder): 'buy' | 'sell' => (order.direction > 0 ? 'buy' : 'sell');

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

import type { Trade } from '#domain';
import type { WorkingOrder } from '#execution';
import type { Ledger, LedgerEntry } from '#portfolio';
import type { Strategy } from '#strategy';
import { FillLog } from './fill-log.ts';

/** Executions on their way into the ledger, kept as fills. */
export class Bookings {
  readonly fills: FillLog;
  readonly #ledger: Ledger;
  /** Reused for every execution: the ledger copies what it keeps. */
  readonly #entry: { -readonly [Key in keyof LedgerEntry]: LedgerEntry[Key] } = {
    strategy: 0,
    symbol: 0,
    quantity: 0.5,
    price: 0.5,
    fee: 0.5,
    orderId: 0,
    time: 0.5,
    row: 0,
    reason: '',
    closes: 0,
    nets: false,
    complete: false,
    tag: '',
  };

  constructor(ledger: Ledger, symbols: readonly string[], strategyNames: readonly string[]) {
    this.#ledger = ledger;
    this.fills = new FillLog(symbols, strategyNames);
  }

  /** One execution of an order; `signed` buys when positive. */
  book(order: WorkingOrder, signed: number, price: number, fee: number, maker: boolean, row: number, time: number): void {
    const entry = this.#entry;
    entry.strategy = order.strategy;
    entry.symbol = order.symbol;
    entry.quantity = signed;
    entry.price = price;
    entry.fee = fee;
    entry.orderId = order.id;
    entry.time = time;
    entry.row = row;
    entry.reason = order.purpose === 'signal' ? order.tag || 'signal' : order.purpose;
    entry.closes = order.closes;
    entry.nets = order.reduceOnly || order.size.kind === 'target_weight';
    entry.complete = order.remaining <= 1e-12;
    entry.tag = order.tag;
    this.#enter(entry, maker);
  }

  /** Closes at a price, without an order or a fee, every lot that one order opened. */
  writeOff(what: Pick<LedgerEntry, 'strategy' | 'symbol' | 'price' | 'orderId' | 'closes' | 'time' | 'row' | 'reason'>): void {
    const lots = this.#ledger.lots(what.strategy, what.symbol).filter((lot) => lot.orderId === what.closes);
    for (const { quantity } of lots) this.#enter({ ...what, quantity: -quantity, fee: 0, nets: true, complete: false, tag: '' }, false);
  }

  #enter(entry: LedgerEntry, maker: boolean): void {
    this.#ledger.apply(entry);
    const { orderId, strategy, symbol, quantity, price, fee, time, reason } = entry;
    this.fills.add(orderId, strategy, symbol, quantity, price, fee, time, maker, reason);
  }
}

/** Gives each trade to the strategy that owns it, as a copy: what a strategy writes into it changes no book. */
export function tellStrategies(strategies: readonly Strategy[]): (trade: Trade) => void {
  return (trade) => strategies.find(({ name }) => name === trade.strategy)?.onTrade?.({ ...trade });
}

import type { Trade } from '#domain';
import type { WorkingOrder } from '#execution';
import type { Ledger, LedgerEntry } from '#portfolio';
import type { Strategy } from '#strategy';
import { FillLog } from './fill-log.ts';
import { endTurn } from './turn.ts';

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

/**
 * Trades that are complete, on their way to the strategies that own them. They are told when the bar is over: a strategy that was told
 * inside it could act there, on a context that it kept, and knows of the bar what nobody can.
 */
export class TradeNews {
  readonly #strategies: readonly Strategy[];
  #waiting: Trade[] = [];

  constructor(strategies: readonly Strategy[]) {
    this.#strategies = strategies;
  }

  readonly add = (trade: Trade): void => {
    this.#waiting.push(trade);
  };

  /** As copies: what a strategy writes into one changes no book. */
  tell(): void {
    if (this.#waiting.length === 0) return;
    const trades = this.#waiting;
    this.#waiting = [];
    endTurn();
    for (const trade of trades) this.#strategies.find(({ name }) => name === trade.strategy)?.onTrade?.({ ...trade });
  }
}

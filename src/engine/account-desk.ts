import type { SimulatedVenue, WorkingOrder } from '#execution';
import type { Ledger } from '#portfolio';
import {
  borrowCharge,
  cashInterest,
  nightsBetween,
  sortedEvents,
  type AccountCredit,
  type AccountEvent,
  type Financing,
} from './account-events.ts';
import type { DecisionLog } from './decision-log.ts';

/** What the desk needs of the engine whose account it looks after. */
export interface DeskHost {
  readonly ledger: Ledger;
  readonly venue: SimulatedVenue;
  readonly decisions: DecisionLog;
  readonly marks: Float64Array;
  readonly symbols: readonly string[];
  readonly strategyNames: readonly string[];
  readonly row: number;
  liquidate(reason: string, only: number): void;
  /** A market order of nobody's wish that closes one lot. */
  forceClose(strategy: number, symbol: number, orderId: number): void;
}

/** Safe in JSON. Events that were taken are those up to the snapshot's time. */
export interface DeskSnapshot {
  /** Null before the first bar of an account that is financed. */
  readonly financedUntil: number | null;
  readonly delisted: readonly number[];
}

/** What happens to an account without a strategy: splits, dividends, funding, delistings, borrow, interest and margin calls. */
export class AccountDesk {
  /** Money that moved without a fill, as it was booked. */
  readonly credits: AccountCredit[] = [];
  readonly #host: DeskHost;
  readonly #events: readonly AccountEvent[];
  readonly #delisted = new Set<number>();
  #next = 0;
  #financedUntil = Number.NaN;
  /** The earliest event not yet taken; infinity for none. */
  nextTime: number;

  constructor(host: DeskHost, events: readonly AccountEvent[]) {
    this.#host = host;
    this.#events = sortedEvents(events, host.symbols);
    this.nextTime = this.#events[0]?.time ?? Number.POSITIVE_INFINITY;
  }

  delistedFault(symbol: number): string | undefined {
    return this.#delisted.size > 0 && this.#delisted.has(symbol) ? `${this.#host.symbols[symbol]!} is delisted` : undefined;
  }

  takeEvents(time: number): void {
    while (this.nextTime <= time) {
      this.#take(this.#events[this.#next++]!);
      this.nextTime = this.#events[this.#next]?.time ?? Number.POSITIVE_INFINITY;
    }
  }

  snapshot(): DeskSnapshot {
    return { financedUntil: Number.isNaN(this.#financedUntil) ? null : this.#financedUntil, delisted: [...this.#delisted] };
  }

  restore(saved: DeskSnapshot, time: number): void {
    this.#financedUntil = saved.financedUntil ?? Number.NaN;
    for (const symbol of saved.delisted) this.#delisted.add(symbol);
    this.#next = this.#events.filter((event) => event.time <= time).length;
    this.nextTime = this.#events[this.#next]?.time ?? Number.POSITIVE_INFINITY;
  }

  #take(event: AccountEvent): void {
    const { symbols, ledger, venue, marks } = this.#host;
    const symbol = symbols.indexOf(event.symbol);
    const units = ledger.net[symbol]! * ledger.multiplier(symbol);
    switch (event.kind) {
      case 'split':
        ledger.split(symbol, event.ratio);
        venue.split(symbol, event.ratio);
        marks[symbol]! /= event.ratio;
        return;
      case 'dividend':
        this.#credit('dividend', event.time, event.symbol, units * event.perUnit);
        return;
      case 'funding':
        this.#credit('funding', event.time, event.symbol, -units * marks[symbol]! * event.rate);
        return;
      case 'delisting':
        if (event.price !== undefined) marks[symbol] = event.price;
        for (const order of venue.ordersOf(symbol)) venue.takeDown(order, `${event.symbol} is delisted`);
        this.#host.liquidate('delisting', symbol);
        this.#delisted.add(symbol);
    }
  }

  /** Borrow and interest for the nights since the bar before, on the marks of that bar. */
  finance(time: number, financing: Financing): void {
    const nights = this.#financedUntil === this.#financedUntil ? nightsBetween(this.#financedUntil, time) : 0;
    this.#financedUntil = time;
    if (nights === 0) return;
    const { symbols, ledger, marks } = this.#host;
    symbols.forEach((name, symbol) => {
      const rate = financing.borrow?.[name] ?? financing.borrow?.default ?? 0;
      this.#credit('borrow', time, name, borrowCharge(ledger.net[symbol]!, marks[symbol]!, ledger.multiplier(symbol), rate, nights));
    });
    this.#credit('interest', time, '', cashInterest(ledger.cash, financing, nights));
  }

  #credit(kind: AccountCredit['kind'], time: number, symbol: string, amount: number): void {
    if (amount === 0) return;
    this.#host.ledger.credit(amount);
    this.credits.push({ kind, time, symbol, amount });
  }

  /** Equity is under the maintenance margin: working orders go, every lot is closed at the market, and nobody is asked at this bar. */
  callMargin(): void {
    const { symbols, strategyNames, venue, decisions, row } = this.#host;
    symbols.forEach((_, symbol) => {
      for (const order of venue.ordersOf(symbol)) if (order.purpose !== 'liquidation') venue.takeDown(order, 'margin call');
      const closing = venue.ordersOf(symbol);
      strategyNames.forEach((__, strategy) => {
        decisions.write(strategy * symbols.length + symbol, row, 'margin call: everything is closed');
        this.#closeAll(strategy, symbol, closing);
      });
    });
  }

  #closeAll(strategy: number, symbol: number, closing: readonly WorkingOrder[]): void {
    for (const lot of this.#host.ledger.lots(strategy, symbol)) {
      const already = closing.some((order) => order.strategy === strategy && order.closes === lot.orderId);
      if (!already) this.#host.forceClose(strategy, symbol, lot.orderId);
    }
  }
}

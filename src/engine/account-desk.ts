import type { Fill } from '#domain';
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
import { Attribution, type AttributionSnapshot, type CreditShare } from './attribution.ts';
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
  readonly fills: readonly Fill[];
  liquidate(reason: string, only: number): void;
  /** A market order of nobody's wish that closes one lot. */
  forceClose(strategy: number, symbol: number, orderId: number): void;
}

/** Safe in JSON. Events that were taken are those up to the snapshot's time. */
export interface DeskSnapshot {
  /** Null before the first bar of an account that is financed. */
  readonly financedUntil: number | null;
  readonly delisted: readonly number[];
  readonly attribution: AttributionSnapshot;
}

/** What happens to an account without a strategy: splits, dividends, funding, delistings, borrow, interest and margin calls. */
export class AccountDesk {
  /** Money that moved without a fill, as it was booked. */
  readonly credits: AccountCredit[] = [];
  readonly #host: DeskHost;
  readonly #events: readonly AccountEvent[];
  readonly #delisted = new Set<number>();
  readonly #attribution: Attribution;
  #next = 0;
  #financedUntil = Number.NaN;
  /** The earliest event not yet taken; infinity for none. */
  nextTime = Number.POSITIVE_INFINITY;

  constructor(host: DeskHost, events: readonly AccountEvent[]) {
    this.#host = host;
    this.#events = sortedEvents(events, host.symbols);
    this.#attribution = new Attribution(host.strategyNames, host.symbols, (symbol) => host.ledger.multiplier(symbol));
    if (this.#events.length > 0) this.nextTime = this.#events[0]!.time;
  }

  /** Who received and paid what of the credits. */
  shares(): readonly CreditShare[] {
    return this.#attribution.shares();
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
    return {
      financedUntil: Number.isNaN(this.#financedUntil) ? null : this.#financedUntil,
      delisted: [...this.#delisted],
      attribution: this.#attribution.snapshot(this.#host.fills),
    };
  }

  restore(saved: DeskSnapshot, time: number): void {
    this.#financedUntil = saved.financedUntil ?? Number.NaN;
    for (const symbol of saved.delisted) this.#delisted.add(symbol);
    this.#attribution.restore(saved.attribution);
    this.#next = this.#events.filter((event) => event.time <= time).length;
    this.nextTime = this.#events[this.#next]?.time ?? Number.POSITIVE_INFINITY;
  }

  #take(event: AccountEvent): void {
    const { symbols, ledger, venue, marks } = this.#host;
    const symbol = symbols.indexOf(event.symbol);
    switch (event.kind) {
      case 'split':
        ledger.split(symbol, event.ratio);
        venue.split(symbol, event.ratio);
        marks[symbol]! /= event.ratio;
        return;
      case 'dividend':
        this.#creditHolders('dividend', event.time, symbol, event.perUnit);
        return;
      case 'funding':
        this.#creditHolders('funding', event.time, symbol, -marks[symbol]! * event.rate);
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
    const { symbols, ledger, marks, fills } = this.#host;
    this.#attribution.see(fills);
    symbols.forEach((name, symbol) => {
      const rate = financing.borrow?.[name] ?? financing.borrow?.default ?? 0;
      const charge = borrowCharge(ledger.net[symbol]!, marks[symbol]!, ledger.multiplier(symbol), rate, nights);
      if (charge !== 0) this.#chargeShorts(time, symbol, charge);
    });
    this.#payInterest(time, financing, nights);
  }

  /** To each strategy by the units it holds: longs receive a positive amount a unit, shorts pay it. */
  #creditHolders(kind: 'dividend' | 'funding', time: number, symbol: number, perUnit: number): void {
    const { ledger, strategyNames } = this.#host;
    for (let strategy = 0; strategy < strategyNames.length; strategy++) {
      this.#credit(kind, time, strategy, symbol, ledger.held(strategy, symbol) * ledger.multiplier(symbol) * perUnit);
    }
  }

  /** The account borrows its net short; those who are short share the charge by their units. */
  #chargeShorts(time: number, symbol: number, charge: number): void {
    const { ledger, strategyNames } = this.#host;
    const short = strategyNames.map((_, strategy) => Math.max(0, -ledger.held(strategy, symbol)));
    const total = short.reduce((sum, units) => sum + units, 0);
    short.forEach((units, strategy) => this.#credit('borrow', time, strategy, symbol, units === total ? charge : charge * (units / total)));
  }

  /** On each balance of the account; the strategies' shares are told apart by what their fills brought in or took out. */
  #payInterest(time: number, financing: Financing, nights: number): void {
    const { ledger, symbols, strategyNames } = this.#host;
    ledger.eachBalance((balance, currency, rate) => {
      const paid = cashInterest(balance, financing, nights);
      if (paid === 0) return;
      ledger.credit(paid, currency);
      this.credits.push({ kind: 'interest', time, strategy: '', symbol: '', amount: paid * rate });
      let rest = paid;
      for (let strategy = 0; strategy < strategyNames.length; strategy++) {
        for (let symbol = 0; symbol < symbols.length; symbol++) {
          const flow = this.#attribution.flow(strategy, symbol);
          if (flow === 0 || ledger.currencyOf(symbol) !== currency) continue;
          const share = paid * (flow / balance);
          rest -= share;
          this.#attribution.add('interest', strategy, symbol, share, share * rate);
        }
      }
      this.#attribution.add('interest', -1, 0, rest, rest * rate);
    });
  }

  /** `amount` in the symbol's currency. */
  #credit(kind: AccountCredit['kind'], time: number, strategy: number, symbol: number, amount: number): void {
    if (amount === 0) return;
    const { ledger, symbols, strategyNames } = this.#host;
    const value = amount * ledger.rate(symbol);
    ledger.credit(amount, ledger.currencyOf(symbol));
    this.#attribution.add(kind, strategy, symbol, amount, value);
    this.credits.push({ kind, time, strategy: strategyNames[strategy]!, symbol: symbols[symbol]!, amount: value });
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

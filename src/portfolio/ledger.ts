import { invariant } from '#core';
import type { Position, Trade } from '#domain';
import { Currencies, type CurrencySnapshot, type LedgerCurrencies } from './currencies.ts';
import { ExactSum } from './exact-sum.ts';
import { averagePrice, clean, sumOf, type Lot } from './lots.ts';
import { RoundTrips, type GrowingTrade } from './round-trips.ts';
import { TradeLog } from './trade-log.ts';
import { TradeSum } from './trade-sum.ts';

/** One execution as the ledger books it. Symbols and strategies are indexes into the ledger's lists. */
export interface LedgerEntry {
  readonly strategy: number;
  readonly symbol: number;
  /** Units, signed: positive buys. */
  readonly quantity: number;
  readonly price: number;
  readonly fee: number;
  readonly orderId: number;
  readonly time: number;
  readonly row: number;
  readonly reason: string;
  /** Only lots of that order are closed, and nothing is opened; 0 = first in, first out. */
  readonly closes: number;
  /** Closes lots of the other side, first in first out, in a hedging account too. */
  readonly nets: boolean;
  /** The order has nothing left to fill, so the round trips that it closes are complete. */
  readonly complete: boolean;
  readonly tag: string;
}

export interface LedgerSetup {
  readonly cash: number;
  readonly symbols: readonly string[];
  readonly strategies: readonly string[];
  /** Units of the underlying a contract moves, per symbol. */
  readonly multipliers: readonly number[];
  /** Long and short lots of one symbol live side by side; only an entry that `closes` or `nets` closes. */
  readonly hedging: boolean;
  /** Quote currencies where they are not all the account's. */
  readonly currencies?: LedgerCurrencies;
  /** How equity is added up: `cash` and positions, the default, or `trades`, in an account of one currency (see `TradeSum`). */
  readonly valuation?: 'cash' | 'trades';
  /** Told of every round trip once, when it is complete. */
  readonly completed?: (this: void, trade: Trade) => void;
}

/**
 * Lots, cash and round trips of one account. Cash is exact; lots are first in, first out; each strategy has its own books.
 * With several currencies the account keeps a balance in each: a fill, its fee and what a position earns move the balance of the symbol's
 * quote currency, which may go below zero, and nothing is converted but for reports: `cash`, equity, exposure, fees paid and turnover at
 * the rate of the moment, a trade's profit and fees at the rate of its exit.
 */
export class Ledger {
  readonly #roundTrips: RoundTrips;
  readonly #tradeLog: TradeLog;
  readonly #cash: ExactSum;
  readonly #symbols: readonly string[];
  readonly #strategies: readonly string[];
  /** Account currency that a price of 1 is worth a unit: multiplier · rate. */
  readonly #worth: Float64Array;
  readonly #multipliers: Float64Array;
  readonly #currencies: Currencies | undefined;
  readonly #tradeSum: TradeSum | undefined;
  readonly #hedging: boolean;
  readonly #books: Lot[][];
  /** 1 for each of the symbols that `openSymbols` counts. */
  readonly #open: Uint8Array;
  readonly #held: Float64Array;
  /** Account net per symbol, in units; read it in loops, never write it. */
  readonly net: Float64Array;
  /** Symbols with a position: a net one, or lots of any side where both live side by side. */
  openSymbols = 0;
  /** Round trips whose exit order may still fill. */
  growing = 0;
  feesPaid = 0;
  turnover = 0;
  /** Of a fraction from the beginning, as `Engine.equityNow`. */
  cash = Number.NaN;

  constructor(setup: LedgerSetup) {
    this.#tradeLog = new TradeLog(setup.symbols, setup.strategies);
    this.#roundTrips = new RoundTrips(this.#tradeLog, setup.completed);
    this.#cash = new ExactSum(setup.cash);
    this.cash = setup.cash;
    this.#symbols = setup.symbols;
    this.#strategies = setup.strategies;
    this.#multipliers = Float64Array.from(setup.multipliers);
    this.#worth = Float64Array.from(setup.multipliers);
    this.#currencies = setup.currencies === undefined ? undefined : new Currencies(this.#cash, setup.currencies);
    this.#tradeSum = setup.valuation === 'trades' && setup.currencies === undefined ? new TradeSum(setup.cash) : undefined;
    setup.currencies?.ofSymbol.forEach((currency, symbol) => {
      if (currency > 0) this.#worth[symbol] = 0;
    });
    this.#hedging = setup.hedging;
    this.net = new Float64Array(setup.symbols.length);
    this.#open = new Uint8Array(setup.symbols.length);
    this.#held = new Float64Array(setup.symbols.length * setup.strategies.length);
    this.#books = Array.from(this.#held, () => []);
  }

  /** Complete round trips, one a pair of entry order and exit order; made of columns when asked for. */
  get trades(): readonly Trade[] {
    return this.#roundTrips.trades;
  }

  /** Units that a strategy holds of a symbol, signed. */
  held(strategy: number, symbol: number): number {
    return this.#held[strategy * this.#symbols.length + symbol]!;
  }

  lots(strategy: number, symbol: number): readonly Lot[] {
    return this.#books[strategy * this.#symbols.length + symbol]!;
  }

  /** Units of the underlying a contract moves. */
  multiplier(symbol: number): number {
    return this.#multipliers[symbol]!;
  }

  /** Account currency that one unit is worth at a price of 1: the contract's multiplier times the rate of its currency. */
  worth(symbol: number): number {
    return this.#worth[symbol]!;
  }

  /** Account currency of one unit of the symbol's quote currency; 0 while none is known. */
  rate(symbol: number): number {
    return this.#currencies === undefined ? 1 : this.#currencies.rateOf(symbol);
  }

  /** A new rate: account currency of one unit of a currency, by its place in the setup. */
  rerate(currency: number, rate: number): void {
    const currencies = this.#currencies!;
    currencies.rates[currency] = rate;
    for (let symbol = 0; symbol < this.#worth.length; symbol++) {
      if (currencies.ofSymbol[symbol] === currency) this.#worth[symbol] = this.#multipliers[symbol]! * rate;
    }
    this.cash = currencies.value();
  }

  /** Each balance of cash, with its place among the currencies and its rate. */
  eachBalance(visit: (balance: number, currency: number, rate: number) => void): void {
    if (this.#currencies === undefined) visit(this.cash, 0, 1);
    else this.#currencies.purses.forEach((purse, currency) => visit(purse.value, currency, this.#currencies!.rates[currency]!));
  }

  /** Balances by currency; undefined where the account has but one. */
  balances(): Readonly<Record<string, number>> | undefined {
    return this.#currencies?.balances();
  }

  /** Units still open of what an order opened, signed. */
  openOf(strategy: number, symbol: number, orderId: number): number {
    let open = 0;
    for (const lot of this.lots(strategy, symbol)) if (lot.orderId === orderId) open += lot.quantity;
    return open;
  }

  /** Cash plus positions at the marks (price a unit, per symbol), in account currency. */
  equity(marks: Float64Array): number {
    if (this.#tradeSum !== undefined) return this.#tradeSum.equity(this.#books, marks, this.#worth);
    let value = this.cash;
    if (this.openSymbols === 0) return value;
    for (let symbol = 0; symbol < this.#symbols.length; symbol++) {
      const units = this.net[symbol]!;
      if (units !== 0) value += units * marks[symbol]! * this.#worth[symbol]!;
    }
    return value;
  }

  /** Σ |units| · mark · multiplier: the gross exposure. Opposite lots count twice when hedging. */
  gross(marks: Float64Array): number {
    let value = 0;
    for (let symbol = 0; symbol < this.net.length; symbol++) {
      const units = this.#hedging ? this.grossUnits(symbol) : Math.abs(this.net[symbol]!);
      if (units !== 0) value += units * marks[symbol]! * this.#worth[symbol]!;
    }
    return value;
  }

  /** Money that moves without a fill: funding, borrow, dividends, interest, deposits. Positive is received, in a currency by its place. */
  credit(amount: number, currency = 0): void {
    this.#tradeSum?.move(amount);
    (this.#currencies?.purses[currency] ?? this.#cash).add(amount);
    this.cash = this.#currencies === undefined ? this.#cash.value : this.#currencies.value();
  }

  /** The place of a symbol's quote currency among the account's. */
  currencyOf(symbol: number): number {
    return this.#currencies?.ofSymbol[symbol] ?? 0;
  }

  /** A split: `ratio` units for each old one, at prices divided by it; what the lots cost stays. Fractions of a unit are kept. */
  split(symbol: number, ratio: number): void {
    for (let strategy = 0; strategy < this.#strategies.length; strategy++) {
      const index = strategy * this.#symbols.length + symbol;
      const book = this.#books[index]!.map((lot) => ({ ...lot, quantity: lot.quantity * ratio, price: lot.price / ratio }));
      this.#books[index] = book;
      this.#held[index] = sumOf(book);
    }
    this.#roundTrips.split(this.#symbols[symbol]!, ratio);
    this.#renet(symbol);
  }

  apply(entry: LedgerEntry): void {
    const { quantity, price, fee } = entry;
    const valid = Number.isFinite(quantity) && quantity !== 0 && Number.isFinite(price);
    if (!valid) invariant(false, `a fill needs a finite price and size (order ${entry.orderId})`);
    const multiplier = this.#multipliers[entry.symbol]!;
    const currencies = this.#currencies;
    const purse = currencies === undefined ? this.#cash : currencies.purseOf(entry.symbol);
    if (multiplier === 1) purse.addProduct(-quantity, price);
    else purse.addProduct(-quantity * multiplier, price);
    purse.add(-fee);
    this.cash = currencies === undefined ? purse.value : currencies.value();
    const rate = currencies === undefined ? 1 : currencies.rateOf(entry.symbol);
    this.feesPaid += fee * rate;
    this.turnover += Math.abs(quantity) * price * this.#worth[entry.symbol]!;
    this.#book(entry, rate);
    if (entry.complete) this.#roundTrips.complete(entry.orderId);
    this.growing = this.#roundTrips.growing;
  }

  /** Makes trades of the round trips whose exit order, by its id, works no more. */
  finishTrades(works: (exitOrder: number) => boolean): void {
    this.#roundTrips.finish(works);
    this.growing = this.#roundTrips.growing;
  }

  #book(entry: LedgerEntry, rate: number): void {
    const index = entry.strategy * this.#symbols.length + entry.symbol;
    let book = this.#books[index]!;
    let left = entry.quantity;
    for (let at = 0; at < book.length && left !== 0; ) {
      const lot = book[at]!;
      const closable = lot.quantity * left < 0 && (entry.closes > 0 ? lot.orderId === entry.closes : !this.#hedging || entry.nets);
      if (!closable) {
        at++;
        continue;
      }
      const part = Math.abs(lot.quantity) <= Math.abs(left) ? -lot.quantity : left;
      this.#closePart(lot, part, entry, rate, entry.complete && book.length === 1);
      left = clean(left - part);
      lot.quantity = clean(lot.quantity + part);
      if (lot.quantity !== 0) at++;
      else if (book.length > 1) book.splice(at, 1);
      else book = [];
    }
    if (left !== 0) {
      const share = left === entry.quantity ? entry.fee : entry.fee * (left / entry.quantity);
      this.#tradeSum?.move(-share);
      const lot = {
        orderId: entry.orderId,
        quantity: left,
        price: entry.price,
        time: entry.time,
        row: entry.row,
        fee: share,
        tag: entry.tag,
      };
      // The first of a list is written with it: a push would make room for seventeen.
      if (book.length === 0) book = [lot];
      else book.push(lot);
    }
    this.#books[index] = book;
    this.#held[index] = sumOf(book);
    this.#renet(entry.symbol);
  }

  #closePart(lot: Lot, part: number, entry: LedgerEntry, rate: number, alone: boolean): void {
    const closed = -part;
    const entryFee = Math.abs(part) === Math.abs(lot.quantity) ? lot.fee : lot.fee * (part / -lot.quantity);
    lot.fee -= entryFee;
    const exitFee = entry.fee * (part / entry.quantity);
    const fees = (entryFee + exitFee) * rate;
    const worth = this.#worth[entry.symbol]!;
    this.#tradeSum?.close(closed * (entry.price - lot.price) * worth, exitFee);
    // Plus zero, since JSON has no −0: nothing gained on a short is the same nothing after a snapshot.
    const pnl = closed * (entry.price - lot.price) * worth - fees + 0;
    const cost = Math.abs(closed) * lot.price * worth;
    const roundTrips = this.#roundTrips;
    const whole = alone && roundTrips.growing === 0;
    if (whole && !roundTrips.heard) {
      this.#tradeLog.pushWhole(lot, closed, entry, fees, pnl, cost);
      return;
    }
    const what = {
      symbol: this.#symbols[entry.symbol]!,
      strategy: this.#strategies[entry.strategy]!,
      entryOrder: lot.orderId,
      exitOrder: entry.orderId,
      closed,
      entryTime: lot.time,
      entryPrice: lot.price,
      entryRow: lot.row,
      exitTime: entry.time,
      exitPrice: entry.price,
      exitRow: entry.row,
      exitReason: entry.reason,
      fees,
      pnl,
      cost,
    };
    if (whole) roundTrips.addWhole(what);
    else roundTrips.add(what);
  }

  #renet(symbol: number): void {
    let net = 0;
    for (let strategy = 0; strategy < this.#strategies.length; strategy++) net += this.held(strategy, symbol);
    const after = clean(net);
    this.net[symbol] = after;
    const open = after !== 0 || (this.#hedging && this.grossUnits(symbol) > 0) ? 1 : 0;
    this.openSymbols += open - this.#open[symbol]!;
    this.#open[symbol] = open;
  }

  /** Units of a symbol whatever their side, over all strategies. */
  grossUnits(symbol: number): number {
    let units = 0;
    for (let strategy = 0; strategy < this.#strategies.length; strategy++)
      for (const lot of this.lots(strategy, symbol)) units += Math.abs(lot.quantity);
    return units;
  }

  /** What is open; where both sides live side by side, each is a position. */
  positions(): readonly Position[] {
    const open: Position[] = [];
    this.#strategies.forEach((strategy, index) => {
      this.#symbols.forEach((symbol, column) => {
        const lots = this.lots(index, column);
        const sides = this.#hedging ? [lots.filter(({ quantity }) => quantity > 0), lots.filter(({ quantity }) => quantity < 0)] : [lots];
        for (const side of sides) {
          const quantity = sumOf(side);
          if (quantity !== 0) open.push({ symbol, strategy, quantity, averagePrice: averagePrice(side) });
        }
      });
    });
    return open;
  }

  snapshot(): LedgerSnapshot {
    return {
      cash: this.#cash.parts(),
      books: this.#books.map((book) => book.map((lot) => ({ ...lot }))),
      feesPaid: this.feesPaid,
      turnover: this.turnover,
      growing: this.#roundTrips.snapshot(),
      ...(this.#tradeSum === undefined ? {} : { settled: this.#tradeSum.settled }),
      ...(this.#currencies === undefined ? {} : { currencies: this.#currencies.snapshot() }),
    };
  }

  restore(snapshot: LedgerSnapshot): void {
    invariant(snapshot.books.length === this.#books.length, 'a ledger snapshot must have the same symbols and strategies');
    this.#cash.restore(snapshot.cash);
    if (this.#tradeSum !== undefined) this.#tradeSum.settled = snapshot.settled ?? this.#cash.value;
    this.cash = this.#cash.value;
    snapshot.currencies?.forEach(({ purse, rate }, currency) => {
      this.#currencies!.purses[currency]!.restore(purse);
      this.rerate(currency, rate);
    });
    this.feesPaid = snapshot.feesPaid;
    this.turnover = snapshot.turnover;
    this.#roundTrips.restore(snapshot.growing);
    this.growing = this.#roundTrips.growing;
    snapshot.books.forEach((lots, index) => {
      this.#books[index] = lots.map((lot) => ({ ...lot }));
      this.#held[index] = sumOf(this.#books[index]);
    });
    this.#symbols.forEach((_, symbol) => this.#renet(symbol));
  }
}

export interface LedgerSnapshot {
  readonly cash: readonly [number, number];
  readonly books: readonly (readonly Lot[])[];
  readonly feesPaid: number;
  readonly turnover: number;
  /** Round trips whose exit order still worked. */
  readonly growing: readonly GrowingTrade[];
  /** What `TradeSum` has settled, where equity is added up by it. */
  readonly settled?: number;
  /** Absent where the account has one currency. */
  readonly currencies?: readonly CurrencySnapshot[];
}

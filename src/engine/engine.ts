import type { Fill, Instrument, Order, OrderRequest } from '#domain';
import {
  fitChange,
  fitToInstrument,
  SimulatedVenue,
  type OrderChange,
  type SymbolColumns,
  type VenueHost,
  type WorkingOrder,
} from '#execution';
import { Ledger } from '#portfolio';
import type { Strategy } from '#strategy';
import { AccountDesk } from './account-desk.ts';
import { checkRates } from './account-events.ts';
import { riskAccount } from './account-now.ts';
import { Bookings, TradeNews } from './bookings.ts';
import { DecisionLog } from './decision-log.ts';
import type { FeatureTable } from './features.ts';
import { CurrencyRates, ledgerCurrencies } from './currency-rates.ts';
import { FillLimits, type LimitNote } from './fill-limits.ts';
import { entryOrders, quantitiesAgainst, sidesOf, unitsFreed, unitsOf } from './lots.ts';
import { OrderLog } from './order-log.ts';
import { requestFault, workingOrder, type OrderPlace } from './orders.ts';
import { OrderGate } from './risk-gate.ts';
import { restoreEngine, saveEngine, type EngineSnapshot } from './snapshot.ts';
import type { AccountSettings, EngineSetup, RiskCheck } from './setup.ts';
import { StrategyLane } from './strategy-lane.ts';
import { unitsToClose } from './under-way.ts';
import type { SupervisedEngine, Supervisor } from './supervisor.ts';

/** The one synchronous loop: fills, then marks, then decisions. Does no I/O and cannot ask in which mode it runs. */
export class Engine implements VenueHost, SupervisedEngine {
  readonly ledger: Ledger;
  readonly venue: SimulatedVenue;
  readonly orders: OrderLog;
  readonly decisions: DecisionLog;
  readonly marks: Float64Array;
  readonly columns: readonly SymbolColumns[];
  readonly symbols: readonly string[];
  readonly strategyNames: readonly string[];
  readonly leverage: number;
  readonly hedging: boolean;
  readonly account: AccountSettings;
  readonly #lanes: StrategyLane[];
  readonly #strategies: readonly Strategy[];
  readonly #instruments: readonly Instrument[];
  readonly features: readonly FeatureTable[];
  readonly #risk: RiskCheck | undefined;
  readonly #supervisor: Supervisor | undefined;
  /** The limits of the account; undefined when it was given none. */
  readonly gate: OrderGate | undefined;
  readonly #fillLimits: FillLimits | undefined;
  readonly #notes: LimitNote[] = [];
  readonly #bookings: Bookings;
  /** Undefined where no strategy wants to be told of its trades. */
  readonly #news: TradeNews | undefined;
  #locals: Int32Array;
  readonly desk: AccountDesk;
  readonly #rates: CurrencyRates | undefined;
  readonly #closable = (order: WorkingOrder): number => unitsOf(this.lotsAgainst(order));
  readonly #works = (id: number): boolean => this.order(id) !== undefined;
  /** More than orders moves this account, or stands between it and its strategies: `step` asks once an instant. */
  readonly #attended: boolean;
  #nextId = 1;
  row = -1;
  time = 0;
  /** Begins as a number like those to come: a field that begins empty would keep each in an object of its own. */
  equityNow = Number.NaN;
  /** Set when equity is gone: everything is closed and no strategy is asked any more. */
  ruined = false;

  constructor(setup: EngineSetup) {
    this.columns = setup.columns;
    this.symbols = setup.instruments.map((instrument) => instrument.symbol);
    this.strategyNames = setup.strategies.map((strategy) => strategy.name);
    this.account = setup.account;
    this.leverage = setup.account.leverage;
    this.hedging = setup.account.hedging;
    this.#strategies = setup.strategies;
    this.#instruments = setup.instruments;
    this.features = setup.features;
    this.#risk = setup.risk;
    this.#supervisor = setup.supervisor;
    this.#locals = new Int32Array(this.symbols.length);
    this.marks = new Float64Array(this.symbols.length);
    this.equityNow = setup.account.cash;
    const { currency, conversion = [] } = setup.account;
    const currencies = currency === undefined ? undefined : ledgerCurrencies(currency, setup.instruments, conversion);
    this.#news = setup.strategies.some((strategy) => strategy.onTrade !== undefined) ? new TradeNews(setup.strategies) : undefined;
    this.ledger = new Ledger({
      cash: setup.account.cash,
      symbols: this.symbols,
      strategies: this.strategyNames,
      multipliers: setup.instruments.map((instrument) => instrument.multiplier),
      hedging: setup.account.hedging,
      valuation: setup.profile.valuation,
      ...(currencies === undefined ? {} : { currencies }),
      ...(this.#news === undefined ? {} : { completed: this.#news.add }),
    });
    this.orders = new OrderLog(this.symbols, this.strategyNames);
    this.#bookings = new Bookings(this.ledger, this.symbols, this.strategyNames);
    this.#rates = currencies === undefined ? undefined : new CurrencyRates(conversion, this.ledger, setup.columns[0]?.timeframe?.ms);
    this.decisions = new DecisionLog(setup.strategies.length * this.symbols.length, setup.rows);
    this.venue = new SimulatedVenue(this, setup.columns, setup.instruments, setup.profile, setup.rng.stream('venue'), setup.finer);
    this.gate = setup.limits === undefined ? undefined : new OrderGate(setup.limits, this, setup.riskState);
    this.#fillLimits =
      this.gate?.limitsExposure === true ? new FillLimits(this.gate, this, setup.instruments, setup.profile, this.#notes) : undefined;
    checkRates(setup.account.maintenanceMargin, setup.account.financing);
    this.desk = new AccountDesk(this, setup.events ?? []);
    const { financing, maintenanceMargin } = setup.account;
    this.#attended = [financing, maintenanceMargin, this.#rates, this.#supervisor, this.gate].some((one) => one !== undefined);
    this.#lanes = setup.strategies.map((strategy, index) => new StrategyLane(this, strategy, index, setup.features[index]!));
  }

  /** One instant: bars of `locals` (each symbol's row, −1 for none) are complete at `time`. */
  step(row: number, time: number, locals: Int32Array): void {
    this.row = row;
    this.time = time;
    // Stored where it changed only: the collector is told of each store.
    if (this.#locals !== locals) this.#locals = locals;
    if (this.#attended || time >= this.desk.nextTime) this.#beforeFills(time);
    if (this.venue.working > 0) {
      this.orders.file(row);
      this.venue.match(row, locals);
    }
    if (this.ledger.growing > 0) this.ledger.finishTrades(this.#works);
    this.#markCloses(locals);
    if (this.#rates !== undefined) this.#rates.atClose(time);
    if (this.ruined) return;
    this.equityNow = this.ledger.equity(this.marks);
    if (this.#news !== undefined) this.#news.tell();
    if ((this.#attended || this.equityNow <= 0) && !this.#mayDecide(time, locals)) return;
    for (let lane = 0; lane < this.#lanes.length; lane++) this.#lanes[lane]!.decide(row, locals);
    if (this.#notes.length > 0) this.#writeNotes();
  }

  #markCloses(locals: Int32Array): void {
    const { marks, columns } = this;
    for (let symbol = 0; symbol < columns.length; symbol++) {
      const local = locals[symbol]!;
      if (local >= 0) marks[symbol] = columns[symbol]!.close[local]!;
    }
  }

  /** What an instant begins with where more than orders moves the account. */
  #beforeFills(time: number): void {
    if (this.account.financing !== undefined) this.desk.finance(time, this.account.financing);
    if (time >= this.desk.nextTime) this.desk.takeEvents(time);
    this.#rates?.atOpen(time);
    this.#supervisor?.beforeFills(this);
  }

  /** Whether the strategies are asked, now that the account is marked. */
  #mayDecide(time: number, locals: Int32Array): boolean {
    if (this.equityNow <= 0) {
      this.#ruin();
      return false;
    }
    this.gate?.seen(this.equityNow, time);
    const { ledger, marks } = this;
    const { maintenanceMargin } = this.account;
    if (maintenanceMargin !== undefined && ledger.openSymbols > 0 && this.equityNow < maintenanceMargin * ledger.gross(marks)) {
      this.desk.callMargin();
      this.#writeNotes();
      return false;
    }
    this.#supervisor?.beforeDecisions(this, locals);
    return true;
  }

  /** What the limits took off fills and changes of this row, beside what the strategy decided. */
  #writeNotes(): void {
    for (const { strategy, symbol, text } of this.#notes) this.decisions.append(strategy * this.symbols.length + symbol, this.row, text);
    this.#notes.length = 0;
  }

  /** Takes a request: checks it, asks risk, sends it. Gives the order's id, or 0 when it was denied. */
  submit(strategy: number, symbol: number, asked: OrderRequest): number {
    const request = this.#supervisor === undefined ? asked : this.#supervisor.sized(asked, strategy, symbol, this);
    const local = this.#locals[symbol]!;
    const close = local < 0 ? this.marks[symbol]! : this.columns[symbol]!.close[local]!;
    const order = workingOrder(request, this.#placeOf(strategy, symbol, close));
    this.orders.add(order);
    const refused =
      requestFault(request) ??
      this.desk.delistedFault(symbol) ??
      (this.ledger.rate(symbol) === 0 ? `no rate of ${this.#instruments[symbol]!.currency} is known yet` : undefined) ??
      fitToInstrument(order, this.#instruments[symbol]!, close, this.#closable) ??
      this.#risk?.(request, riskAccount(this, strategy, symbol, close)) ??
      this.gate?.admit(order, close, request.expectedEdgeBps);
    if (refused !== undefined) {
      order.happen('deny', refused);
      this.decisions.write(strategy * this.symbols.length + symbol, this.row, `denied: ${refused}`);
      return 0;
    }
    if (this.account.exclusiveOrders && order.closes === 0) this.#clearFor(strategy, symbol);
    this.venue.submit(order, close);
    return order.id;
  }

  order(id: number): WorkingOrder | undefined {
    const order = this.orders.find(id);
    return order?.open === true ? order : undefined;
  }

  /** Changes a working order, if the limits allow; false, with the reason in the decision log, leaves it as it was. */
  replace(id: number, change: OrderChange): boolean {
    const order = this.order(id);
    if (order === undefined) return false;
    const { strategy, symbol } = order;
    const [fitted, last] = [fitChange(order, change, this.#instruments[symbol]!), this.marks[symbol]!];
    const refused = this.venue.canReplace(order, fitted, last) ? this.gate?.admitChange(order, fitted, last) : undefined;
    if (refused === undefined) return this.venue.replace(order, fitted, last);
    this.#notes.push({ strategy, symbol, text: `change of order ${id} denied: ${refused}` });
    return false;
  }

  cancel(id: number, reason = 'canceled by the strategy'): void {
    const order = this.order(id);
    if (order) this.venue.cancel(order, reason);
  }

  /** Closes at the market: `portion` of what the strategy holds, each side on its own when hedging; at least one lot step, half to even. */
  close(strategy: number, symbol: number, portion: number): void {
    const sides = this.hedging ? sidesOf(this.ledger.lots(strategy, symbol)) : [this.held(strategy, symbol)];
    for (const held of sides) this.#closeUnits(strategy, symbol, held, portion, 0);
  }

  closeLot(strategy: number, symbol: number, lot: number, portion: number): void {
    this.#closeUnits(strategy, symbol, this.openOf(strategy, symbol, lot), portion, lot);
  }

  #closeUnits(strategy: number, symbol: number, held: number, portion: number, lot: number): void {
    const openOf = (order: number): number => this.openOf(strategy, symbol, order);
    const ask = { strategy, symbol, row: this.row, held, portion, lot, lotSize: this.#instruments[symbol]!.lotSize, openOf };
    const units = unitsToClose(this.venue, ask);
    if (units === undefined) return;
    const side = held > 0 ? 'sell' : 'buy';
    if (lot === 0) this.submit(strategy, symbol, { side, type: 'market', size: units, reduceOnly: true });
    else this.submit(strategy, symbol, { side, type: 'market', size: units === Math.abs(held) ? Number.NaN : units, closesOrder: lot });
  }

  records(): Order[] {
    return this.orders.records();
  }

  filled(order: WorkingOrder, signed: number, price: number, fee: number, maker: boolean, row: number, time: number): void {
    this.#bookings.book(order, signed, price, fee, maker, row, time);
  }

  /** Made of columns when asked for. */
  get fills(): readonly Fill[] {
    return this.#bookings.fills.all;
  }

  /** Fills of this account, those before this engine took it over among them. */
  get fillsCount(): number {
    return this.#bookings.fills.before + this.#bookings.fills.length;
  }

  snapshot(): EngineSnapshot {
    return saveEngine(this, this.#nextId);
  }

  /** Puts a new engine where the saved one stood; `rowsDropped` instants at the start of its data are not in the new data. */
  restore(saved: EngineSnapshot, rowsDropped = 0): void {
    this.#bookings.fills.before = saved.fills;
    this.#nextId = restoreEngine(this, saved, rowsDropped);
  }

  spawned(order: WorkingOrder): void {
    this.orders.add(order);
  }

  nextOrderId(): number {
    return this.#nextId++;
  }

  held(strategy: number, symbol: number): number {
    return this.ledger.held(strategy, symbol);
  }

  openOf(strategy: number, symbol: number, orderId: number): number {
    return this.ledger.openOf(strategy, symbol, orderId);
  }

  lotsAgainst(order: WorkingOrder): readonly number[] {
    return quantitiesAgainst(this.ledger.lots(order.strategy, order.symbol), order);
  }

  equity(): number {
    return this.ledger.equity(this.marks);
  }

  availableMargin(symbol = 0, closing = 0, direction = 0): number {
    const { ledger, marks, hedging, strategyNames } = this;
    const units = hedging || strategyNames.length === 1 ? closing : unitsFreed(ledger.net[symbol]!, closing, direction);
    return Math.max(0, ledger.equity(marks) - (ledger.gross(marks) - units * marks[symbol]! * ledger.worth(symbol)) / this.leverage);
  }

  admitOpening(order: WorkingOrder, units: number, price: number): number {
    return this.#fillLimits === undefined ? units : this.#fillLimits.admit(order, units, price);
  }

  rate(symbol: number): number {
    return this.ledger.rate(symbol);
  }

  get turnover(): number {
    return this.ledger.turnover;
  }

  markAt(moment: 'open' | 'close'): void {
    for (let symbol = 0; symbol < this.columns.length; symbol++) {
      const local = this.#locals[symbol]!;
      if (local < 0) continue;
      const { open, close } = this.columns[symbol]!;
      this.marks[symbol] = (moment === 'open' ? open : close)[local]!;
    }
  }

  #clearFor(strategy: number, symbol: number): void {
    for (const working of this.venue.ordersOf(symbol)) {
      if (working.strategy === strategy && !working.contingent) this.venue.cancel(working, 'a new order replaces it');
    }
    for (const entry of entryOrders(this.ledger.lots(strategy, symbol))) this.closeLot(strategy, symbol, entry, 1);
  }

  /** The last bar once more, with an order to close every lot: it fills where a market order would have filled in that bar. */
  closeOnLastBar(row: number, locals: Int32Array): void {
    if (this.ruined) return;
    this.row = row - this.venue.profile.latencyBars;
    this.venue.stepBack();
    this.#strategies.forEach((_, strategy) => {
      for (let symbol = 0; symbol < this.symbols.length; symbol++) {
        for (const entry of entryOrders(this.ledger.lots(strategy, symbol)).reverse()) this.closeLot(strategy, symbol, entry, 1);
      }
    });
    this.row = row;
    this.venue.match(row, locals);
    this.markAt('close');
    this.equityNow = this.ledger.equity(this.marks);
  }

  /** A market order of nobody's wish that closes one lot: no check stands in its way. */
  forceClose(strategy: number, symbol: number, orderId: number): void {
    const side = this.ledger.openOf(strategy, symbol, orderId) > 0 ? 'sell' : 'buy';
    const place = this.#placeOf(strategy, symbol, this.marks[symbol]!);
    const order = workingOrder({ side, type: 'market', size: Number.NaN, closesOrder: orderId }, place);
    order.purpose = 'liquidation';
    this.orders.add(order);
    this.venue.submit(order);
  }

  #placeOf(strategy: number, symbol: number, close: number): OrderPlace {
    return {
      id: this.#nextId++,
      strategy,
      strategyName: this.strategyNames[strategy]!,
      symbol,
      symbolName: this.symbols[symbol]!,
      row: this.row,
      time: this.time,
      close,
      firstRow: this.row + this.venue.profile.latencyBars,
    };
  }

  /** Equity is gone: close everything at the close just seen and stop. */
  #ruin(): void {
    this.ruined = true;
    for (let symbol = 0; symbol < this.symbols.length; symbol++) {
      for (const order of this.venue.ordersOf(symbol)) this.venue.takeDown(order, 'the account is ruined');
    }
    this.liquidate('liquidation');
    this.equityNow = 0;
  }

  /** Closes every lot at the last close, without costs beyond fees at zero: the end of data, of the account, or of one symbol. */
  liquidate(reason: string, only = -1): void {
    this.#strategies.forEach((_, strategy) => {
      this.symbols.forEach((__, symbol) => {
        if (only >= 0 && symbol !== only) return;
        const { time, row, marks } = this;
        for (const closes of entryOrders(this.ledger.lots(strategy, symbol)))
          this.#bookings.writeOff({ strategy, symbol, price: marks[symbol]!, orderId: this.#nextId++, closes, time, row, reason });
      });
    });
    this.ledger.finishTrades(this.#works);
    // A symbol that ends does so before the fills of an instant, and its trades are told after them.
    if (only < 0) this.#news?.tell();
  }

  /** The end of a run: round trips whose exit order still works are trades too. */
  finishTrades(): void {
    this.ledger.finishTrades(() => false);
    this.#news?.tell();
  }
}

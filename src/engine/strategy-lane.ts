import { didYouMean, timestamp, UserError, type Timestamp } from '#core';
import type { Order, OrderRequest } from '#domain';
import type { SymbolColumns } from '#execution';
import { averagePrice } from '#portfolio';
import type { AccountView, BarContext, CrossSectionContext, Decision, EntryPlan, PositionView, PriceLevel, Strategy } from '#strategy';
import type { EngineView } from './engine-view.ts';
import { FeatureCursor, featureView, type FeatureTable } from './features.ts';

/** One strategy at the engine: its view of the moment, and what becomes of its decisions. */
export class StrategyLane {
  readonly #engine: EngineView;
  readonly #strategy: Strategy;
  readonly #index: number;
  readonly #features: FeatureTable;
  readonly #moment: Moment;
  readonly #cross: CrossSection;
  readonly #width: number;

  constructor(engine: EngineView, strategy: Strategy, index: number, features: FeatureTable) {
    if (!strategy.onBar && !strategy.onInstant)
      throw new UserError(`strategy "${strategy.name}" has neither onBar nor onInstant`, 'Give one of them.');
    this.#engine = engine;
    this.#strategy = strategy;
    this.#index = index;
    this.#features = features;
    this.#width = features.names.length;
    this.#moment = new Moment(engine, strategy, index, features.names);
    this.#cross = new CrossSection(engine, strategy, index, features);
  }

  decide(row: number, locals: Int32Array): void {
    const strategy = this.#strategy;
    if (strategy.onBar) {
      for (let symbol = 0; symbol < locals.length; symbol++) {
        const local = locals[symbol]!;
        if (local >= 0) this.#decideSymbol(row, symbol, local);
      }
    }
    if (strategy.onInstant) {
      this.#cross.locals = locals;
      strategy.onInstant(this.#cross);
      this.#cross.explainTheRest();
    }
  }

  #decideSymbol(row: number, symbol: number, local: number): void {
    const engine = this.#engine;
    const lane = this.#index * engine.symbols.length + symbol;
    const columns = this.#features.columns[symbol]!;
    if (this.#strategy.acceptsMissing !== true) {
      for (let at = 0; at < this.#width; at++) {
        const value = columns[at]![local]!;
        if (value !== value) {
          engine.decisions.write(lane, row, 'warming up');
          return;
        }
      }
    }
    const moment = this.#moment;
    moment.place(symbol, local, columns);
    const decision = this.#strategy.onBar!(moment);
    if (decision !== undefined) this.#apply(decision, lane, symbol, row);
    else if (this.#strategy.mustDecide === true) throw notADecision(this.#strategy.name, decision);
  }

  #apply(decision: Decision, lane: number, symbol: number, row: number): void {
    const engine = this.#engine;
    switch (decision.kind) {
      case 'hold':
        engine.decisions.write(lane, row, decision.reason);
        return;
      case 'exit':
        engine.decisions.write(lane, row, decision.reason);
        engine.close(this.#index, symbol, 1);
        return;
      case 'long':
      case 'short': {
        const plan = decision.plan;
        engine.decisions.write(lane, row, plan.reason ?? decision.kind);
        this.#enter(decision.kind === 'long' ? 1 : -1, plan, symbol);
        return;
      }
      default:
        throw notADecision(this.#strategy.name, decision);
    }
  }

  #enter(direction: number, plan: EntryPlan, symbol: number): void {
    const close = this.#moment.close;
    const request: OrderRequest = {
      side: direction > 0 ? 'buy' : 'sell',
      type: 'market',
      size: plan.units === undefined ? { kind: 'margin_fraction', fraction: plan.size ?? 0.95 } : { kind: 'units', units: plan.units },
      stopLoss: level(plan.stop, close, -direction),
      ...(plan.target === undefined ? {} : { takeProfit: level(plan.target, close, direction) }),
      ...(plan.maxBars === undefined ? {} : { maxBars: plan.maxBars }),
    };
    this.#engine.submit(this.#index, symbol, request);
  }
}

function level(given: PriceLevel, close: number, direction: number): number {
  if (typeof given === 'number') return given;
  return 'away' in given ? close + direction * given.away : close * (1 + direction * given.percent);
}

class AccountNow implements AccountView {
  readonly #engine: EngineView;
  constructor(engine: EngineView) {
    this.#engine = engine;
  }
  get cash(): number {
    return this.#engine.ledger.cash;
  }
  get equity(): number {
    return this.#engine.equityNow;
  }
  get availableMargin(): number {
    return this.#engine.availableMargin();
  }
}

class PositionNow implements PositionView {
  readonly #engine: EngineView;
  readonly #strategy: number;
  symbol = 0;
  constructor(engine: EngineView, strategy: number) {
    this.#engine = engine;
    this.#strategy = strategy;
  }
  get quantity(): number {
    return this.#engine.ledger.held(this.#strategy, this.symbol);
  }
  get flat(): boolean {
    return this.quantity === 0;
  }
  get long(): boolean {
    return this.quantity > 0;
  }
  get short(): boolean {
    return this.quantity < 0;
  }
  get averagePrice(): number {
    return averagePrice(this.#engine.ledger.lots(this.#strategy, this.symbol));
  }
  get barsHeld(): number {
    const oldest = this.#engine.ledger.lots(this.#strategy, this.symbol)[0];
    return oldest === undefined ? 0 : this.#engine.row - oldest.row;
  }
  get openProfit(): number {
    return this.flat ? 0 : this.quantity * (this.#engine.marks[this.symbol]! - this.averagePrice);
  }
}

class Moment implements BarContext {
  readonly #engine: EngineView;
  readonly #index: number;
  readonly #cursor: FeatureCursor;
  readonly #position: PositionNow;
  readonly f: Readonly<Record<string, number>>;
  readonly prior: Readonly<Record<string, number>>;
  readonly account: AccountView;
  readonly parameters: Readonly<Record<string, number>>;
  #symbol = -1;
  #local = 0;
  #bars: SymbolColumns;

  constructor(engine: EngineView, strategy: Strategy, index: number, names: readonly string[]) {
    this.#engine = engine;
    this.#index = index;
    this.#position = new PositionNow(engine, index);
    this.#bars = engine.columns[0]!;
    this.#cursor = new FeatureCursor();
    this.f = featureView(names, this.#cursor, 'now');
    this.prior = featureView(names, this.#cursor, 'before');
    this.account = new AccountNow(engine);
    this.parameters = strategy.parameters ?? {};
  }

  place(symbol: number, local: number, columns: readonly Float64Array[]): void {
    if (this.#symbol !== symbol) {
      this.#symbol = symbol;
      this.#position.symbol = symbol;
      this.#bars = this.#engine.columns[symbol]!;
      this.#cursor.columns = columns;
    }
    this.#local = local;
    this.#cursor.row = local;
  }

  get position(): PositionView {
    return this.#position;
  }
  get symbol(): string {
    return this.#engine.symbols[this.#symbol]!;
  }
  get row(): number {
    return this.#local;
  }
  get time(): Timestamp {
    return timestamp(this.#bars.time[this.#local]!);
  }
  get open(): number {
    return this.#bars.open[this.#local]!;
  }
  get high(): number {
    return this.#bars.high[this.#local]!;
  }
  get low(): number {
    return this.#bars.low[this.#local]!;
  }
  get close(): number {
    return this.#bars.close[this.#local]!;
  }
  get volume(): number {
    return this.#bars.volume[this.#local]!;
  }

  submit(request: OrderRequest): number {
    const named = request.symbol;
    if (named !== undefined && named !== this.symbol)
      throw new UserError(`onBar of ${this.symbol} cannot order ${named}`, 'Use onInstant for orders across symbols.');
    return this.#engine.submit(this.#index, this.#symbol, request);
  }
  cancel(orderId: number): void {
    this.#engine.cancel(orderId);
  }
  cancelAll(): void {
    for (const order of this.#engine.venue.ordersOf(this.#symbol)) {
      if (order.strategy === this.#index && !order.contingent) this.#engine.venue.cancel(order, 'canceled by the strategy');
    }
  }
  replace(orderId: number, change: { readonly quantity?: number; readonly limitPrice?: number; readonly stopPrice?: number }): boolean {
    return this.#engine.replace(orderId, change);
  }
  closePosition(portion = 1): void {
    this.#engine.close(this.#index, this.#symbol, portion);
  }
  closeLot(orderId: number, portion = 1): void {
    this.#engine.closeLot(this.#index, this.#symbol, orderId, portion);
  }
  orders(): readonly Order[] {
    return this.#engine.venue
      .ordersOf(this.#symbol)
      .filter((order) => order.strategy === this.#index)
      .map((order) => order.record());
  }
  lots(): readonly { readonly orderId: number; readonly quantity: number; readonly price: number; readonly row: number }[] {
    return this.#engine.ledger.lots(this.#index, this.#symbol);
  }
}

class CrossSection implements CrossSectionContext {
  readonly #engine: EngineView;
  readonly #index: number;
  readonly #features: FeatureTable;
  readonly #at: ReadonlyMap<string, number>;
  readonly #symbolAt: ReadonlyMap<string, number>;
  readonly account: AccountView;
  readonly parameters: Readonly<Record<string, number>>;
  locals: Int32Array = new Int32Array(0);
  /** By symbol, the last row on which a reason was given, and on which an order was denied. */
  readonly #explained: Int32Array;
  readonly #denied: Int32Array;

  constructor(engine: EngineView, strategy: Strategy, index: number, features: FeatureTable) {
    this.#engine = engine;
    this.#index = index;
    this.#features = features;
    this.#explained = new Int32Array(engine.symbols.length).fill(-1);
    this.#denied = new Int32Array(engine.symbols.length).fill(-1);
    this.#at = new Map(features.names.map((name, at) => [name, at]));
    this.#symbolAt = new Map(engine.symbols.map((name, at) => [name, at]));
    this.account = new AccountNow(engine);
    this.parameters = strategy.parameters ?? {};
  }

  get symbols(): readonly string[] {
    return this.#engine.symbols;
  }
  get row(): number {
    return this.#engine.row;
  }
  get time(): Timestamp {
    return timestamp(this.#engine.time);
  }
  present(symbol: number): boolean {
    return this.locals[symbol]! >= 0;
  }
  close(symbol: number): number {
    return this.#engine.marks[symbol]!;
  }
  feature(name: string, symbol: number): number {
    const local = this.locals[symbol]!;
    const at = this.#at.get(name);
    if (at === undefined) throw new UserError(`the strategy has no feature "${name}"`, didYouMean(name, this.#features.names));
    return local < 0 ? Number.NaN : this.#features.columns[symbol]![at]![local]!;
  }
  held(symbol: number): number {
    return this.#engine.held(this.#index, symbol);
  }
  submit(request: OrderRequest & { readonly symbol: string }): number {
    const symbol = this.#symbolAt.get(request.symbol);
    if (symbol === undefined) throw new UserError(`this run has no ${request.symbol}`, `It has: ${this.symbols.join(', ')}.`);
    const id = this.#engine.submit(this.#index, symbol, request);
    if (id === 0) this.#denied[symbol] = this.row;
    return id;
  }

  explain(symbol: number, reason: string): void {
    const { row } = this;
    this.#explained[symbol] = row;
    if (this.#denied[symbol] !== row) this.#engine.decisions.write(this.#index * this.symbols.length + symbol, row, reason);
  }

  /** No bar of a symbol is left without a reason. */
  explainTheRest(): void {
    for (let symbol = 0; symbol < this.locals.length; symbol++) {
      const local = this.locals[symbol]!;
      if (local < 0 || this.#explained[symbol] === this.row) continue;
      const warming = this.#features.columns[symbol]!.some((column) => Number.isNaN(column[local]!));
      this.explain(symbol, warming ? 'warming up' : 'nothing asked for at this bar');
    }
  }

  targetWeights(weights: ReadonlyMap<string, number>, stop?: number): void {
    this.#checkTargets(weights, stop);
    const sales: (OrderRequest & { symbol: string })[] = [];
    const purchases: (OrderRequest & { symbol: string })[] = [];
    const equity = this.#engine.equityNow;
    this.symbols.forEach((name, symbol) => {
      const weight = weights.get(name) ?? 0;
      const held = this.held(symbol);
      if (this.#explained[symbol] !== this.row)
        this.explain(symbol, weight === 0 ? 'not among the targets' : `target weight ${(100 * weight).toFixed(1)} % of equity`);
      if (weight === 0 && held === 0) return;
      const change = weight * equity - held * this.close(symbol);
      const side = weight === 0 ? (held > 0 ? 'sell' : 'buy') : change >= 0 ? 'buy' : 'sell';
      const entry = stop !== undefined && weight * held <= 0 && weight !== 0;
      const protection = entry ? { stopLoss: this.close(symbol) * (1 - Math.sign(weight) * stop) } : {};
      const request = { symbol: name, side, type: 'market', size: { kind: 'target_weight', weight }, ...protection } as const;
      (side === 'sell' ? sales : purchases).push(request);
    });
    for (const request of [...sales, ...purchases]) this.submit(request);
  }

  /** A misspelt symbol would otherwise be sold, and a NaN weight denied, without a word. */
  #checkTargets(weights: ReadonlyMap<string, number>, stop: number | undefined): void {
    for (const [name, weight] of weights) {
      if (!this.#symbolAt.has(name))
        throw new UserError(`targetWeights names ${name}, which this run does not have`, didYouMean(name, this.symbols));
      if (!Number.isFinite(weight))
        throw new UserError(`the target weight of ${name} is ${weight}`, 'Give a fraction of equity; leave out what has no value yet.');
    }
    if (stop !== undefined && !(stop > 0 && stop < 1))
      throw new UserError(`the stop of targetWeights is ${stop}`, 'Give a fraction of the price in (0, 1), e.g. 0.2.');
  }
}

/** A strategy file runs unchecked by the compiler: whatever is no decision stops the run rather than trading nothing in silence. */
function notADecision(strategy: string, answer: unknown): UserError {
  const what = answer instanceof Promise ? 'a promise' : answer === undefined ? 'nothing' : JSON.stringify(answer);
  return new UserError(
    `strategy "${strategy}" decided ${what}`,
    'decide must return long(…), short(…), exit(…) or hold(reason), at once: it cannot be async.',
  );
}

import { didYouMean, timestamp, UserError, type Timestamp } from '#core';
import type { OrderRequest } from '#domain';
import type { AccountView, CrossSectionContext, Strategy, SymbolHistory } from '#strategy';
import { AccountNow } from './account-now.ts';
import { WARMING_UP } from './decision-log.ts';
import type { EngineView } from './engine-view.ts';
import type { FeatureTable } from './features.ts';
import { calledOf, takeTurn } from './turn.ts';

const NOTHING_ASKED = 'nothing asked for at this bar';
const NOT_TARGET = 'not among the targets';

/** Moves it: a function of this room, since whoever holds the object itself could move it into the future. */
let move: (market: CrossSection, locals: Int32Array) => void;
let finish: (market: CrossSection) => void;

const called = (self: unknown): CrossSection => (self instanceof CrossSection ? self : calledOf(self, CrossSection));

/** One instant of all symbols, as `onInstant` sees it. One object serves a whole run. */
export class CrossSection implements CrossSectionContext {
  static {
    move = (market, locals) => {
      market.#locals = locals;
    };
    finish = (market) => market.#explainTheRest();
    // No strategy puts a method of its own in the place of everybody's.
    Object.freeze(CrossSection.prototype);
  }

  readonly #engine: EngineView;
  readonly #index: number;
  readonly #features: FeatureTable;
  readonly #at: ReadonlyMap<string, number>;
  readonly #symbolAt: ReadonlyMap<string, number>;
  readonly account: AccountView;
  readonly parameters: Readonly<Record<string, number>>;
  #locals: Int32Array = new Int32Array(0);
  /** By symbol, the last row on which a reason was given, and on which an order was denied. */
  readonly #explained: Int32Array;
  readonly #denied: Int32Array;
  /** The last row on which either was so for any symbol. */
  #spoken = -1;
  /** By symbol, 1 once every feature has been known; and how many are not so far. */
  readonly #warm: Uint8Array;
  #cold: number;
  readonly #nothingAsked: number;
  readonly #warmingUp: number;
  #askedName = '';
  #askedAt = -1;
  #saidWeight = Number.NaN;
  #weightText = '';

  constructor(engine: EngineView, strategy: Strategy, index: number, features: FeatureTable) {
    this.#engine = engine;
    // A strategy is shown the list itself: sorting it would give every symbol another one's orders.
    Object.freeze(engine.symbols);
    this.#index = index;
    this.#features = features;
    this.#explained = new Int32Array(engine.symbols.length).fill(-1);
    this.#denied = new Int32Array(engine.symbols.length).fill(-1);
    this.#warm = new Uint8Array(engine.symbols.length);
    this.#cold = engine.symbols.length;
    this.#at = new Map(features.names.map((name, at) => [name, at]));
    this.#symbolAt = new Map(engine.symbols.map((name, at) => [name, at]));
    this.#nothingAsked = engine.decisions.codeOf(NOTHING_ASKED);
    this.#warmingUp = engine.decisions.codeOf(WARMING_UP);
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
  present(this: unknown, symbol: number): boolean {
    return called(this).#locals[symbol]! >= 0;
  }
  close(this: unknown, symbol: number): number {
    return called(this).#engine.marks[symbol]!;
  }
  feature(this: unknown, name: string, symbol: number): number {
    const market = called(this);
    const local = market.#locals[symbol]!;
    if (name !== market.#askedName || market.#askedAt < 0) market.#findFeature(name);
    return local < 0 ? Number.NaN : market.#features.columns[symbol]![market.#askedAt]![local]!;
  }
  /** Kept from call to call: a strategy asks for one feature of all symbols. */
  #findFeature(name: string): void {
    const at = this.#at.get(name);
    if (at === undefined) throw new UserError(`the strategy has no feature "${name}"`, didYouMean(name, this.#features.names));
    this.#askedName = name;
    this.#askedAt = at;
  }
  history(this: unknown, symbol: number, count: number): SymbolHistory | undefined {
    const market = called(this);
    const local = market.#locals[symbol]!;
    if (!(local + 1 >= count)) return undefined;
    const { time, close } = market.#engine.columns[symbol]!;
    return { time: time.slice(local + 1 - count, local + 1), close: close.slice(local + 1 - count, local + 1) };
  }
  held(this: unknown, symbol: number): number {
    const market = called(this);
    return market.#engine.held(market.#index, symbol);
  }
  submit(this: unknown, request: OrderRequest & { readonly symbol: string }): number {
    const market = called(this);
    const symbol = market.#symbolAt.get(request.symbol);
    if (symbol === undefined) throw new UserError(`this run has no ${request.symbol}`, `It has: ${market.symbols.join(', ')}.`);
    const id = market.#engine.submit(market.#index, symbol, request);
    if (id === 0) market.#denied[symbol] = market.#spoken = market.row;
    return id;
  }

  explain(this: unknown, symbol: number, reason: string): void {
    const market = called(this);
    const { row } = market;
    market.#explained[symbol] = market.#spoken = row;
    if (market.#denied[symbol] !== row) market.#engine.decisions.write(market.#index * market.symbols.length + symbol, row, reason);
  }

  /** No bar of a symbol is left without a reason. Called at every instant, so it must cost next to nothing where the strategy had nothing to say. */
  #explainTheRest(): void {
    const locals = this.#locals;
    const { decisions, row, symbols } = this.#engine;
    const lane = this.#index * symbols.length;
    if (this.#spoken !== row && this.#cold === 0) {
      decisions.writeCodes(lane, row, locals, this.#nothingAsked);
      return;
    }
    for (let symbol = 0; symbol < locals.length; symbol++) {
      const local = locals[symbol]!;
      if (local < 0 || this.#explained[symbol] === row || this.#denied[symbol] === row) continue;
      if (this.#warm[symbol] === 0 && this.#known(symbol, local)) {
        this.#warm[symbol] = 1;
        this.#cold--;
      }
      decisions.writeCode(lane + symbol, row, this.#warm[symbol] === 1 ? this.#nothingAsked : this.#warmingUp);
    }
  }

  #known(symbol: number, local: number): boolean {
    return this.#features.columns[symbol]!.every((column) => !Number.isNaN(column[local]!));
  }

  #targetText(weight: number): string {
    if (weight === 0) return NOT_TARGET;
    if (weight !== this.#saidWeight) {
      this.#saidWeight = weight;
      this.#weightText = `target weight ${(100 * weight).toFixed(1)} % of equity`;
    }
    return this.#weightText;
  }

  targetWeights(this: unknown, weights: ReadonlyMap<string, number>, stop?: number): void {
    const market = called(this);
    market.#checkTargets(weights, stop);
    const smaller: (OrderRequest & { symbol: string })[] = [];
    const larger: (OrderRequest & { symbol: string })[] = [];
    const equity = market.#engine.equityNow;
    market.symbols.forEach((name, symbol) => {
      const weight = weights.get(name) ?? 0;
      const held = market.held(symbol);
      if (market.#explained[symbol] !== market.row) market.explain(symbol, market.#targetText(weight));
      if (weight === 0 && held === 0) return;
      const value = held * market.close(symbol) * market.#engine.ledger.worth(symbol);
      const change = weight * equity - value;
      const side = weight === 0 ? (held > 0 ? 'sell' : 'buy') : change >= 0 ? 'buy' : 'sell';
      // Without a stop an order that trims may still buy, when the open lies below the target: what counts is the weight.
      const reduces = weight === 0 || (stop !== undefined && weight * held > 0 && change * held < 0);
      const stopLoss = stop === undefined ? undefined : market.close(symbol) * (1 - Math.sign(weight) * stop);
      const guard = reduces ? { reduceOnly: true } : stopLoss === undefined ? {} : { stopLoss };
      const request = { symbol: name, side, type: 'market', size: { kind: 'target_weight', weight }, ...guard } as const;
      (Math.abs(weight * equity) < Math.abs(value) ? smaller : larger).push(request);
    });
    for (const request of [...smaller, ...larger]) market.submit(request);
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

/** Stands the instant at the symbols' rows, −1 for those without a bar. */
export function placeCrossSection(market: CrossSection, locals: Int32Array): void {
  takeTurn(market);
  move(market, locals);
}

/** After the strategy has spoken: no bar of a symbol is left without a reason. */
export function finishCrossSection(market: CrossSection): void {
  finish(market);
}

import { UserError } from '#core';
import type { OrderRequest } from '#domain';
import type { Decision, EntryPlan, PriceLevel, Strategy } from '#strategy';
import { CrossSection, finishCrossSection, placeCrossSection } from './cross-section.ts';
import { WARMING_UP } from './decision-log.ts';
import type { EngineView } from './engine-view.ts';
import { wholeFrom, type FeatureTable } from './features.ts';
import { Moment, placeMoment } from './moment.ts';
import { cancelEntries, isEntering } from './under-way.ts';

/** One strategy at the engine: its view of the moment, and what becomes of its decisions. */
export class StrategyLane {
  readonly #engine: EngineView;
  readonly #strategy: Strategy;
  readonly #index: number;
  readonly #features: FeatureTable;
  readonly #moment: Moment;
  readonly #cross: CrossSection;
  readonly #symbols: number;
  readonly #width: number;
  /** Where its symbols begin in the decision log. */
  readonly #firstLane: number;
  /** By symbol, the row from which on its features need no look whether they are known; infinity where that cannot be told ahead. */
  readonly #wholeFrom: Float64Array;

  constructor(engine: EngineView, strategy: Strategy, index: number, features: FeatureTable) {
    if (!strategy.onBar && !strategy.onInstant)
      throw new UserError(`strategy "${strategy.name}" has neither onBar nor onInstant`, 'Give one of them.');
    this.#engine = engine;
    this.#strategy = strategy;
    this.#index = index;
    this.#features = features;
    this.#symbols = engine.symbols.length;
    this.#width = features.names.length;
    this.#firstLane = index * engine.symbols.length;
    const ahead = features.final === true && strategy.onBar !== undefined;
    this.#wholeFrom = Float64Array.from(features.columns, (columns) => {
      if (strategy.acceptsMissing === true) return 0;
      return ahead ? wholeFrom(columns) : Number.POSITIVE_INFINITY;
    });
    this.#moment = new Moment(engine, strategy, index, features.names);
    this.#cross = new CrossSection(engine, strategy, index, features);
  }

  decide(row: number, locals: Int32Array): void {
    const strategy = this.#strategy;
    if (strategy.onBar) {
      for (let symbol = 0; symbol < this.#symbols; symbol++) {
        const local = locals[symbol]!;
        if (local >= 0) this.#decideSymbol(row, symbol, local);
      }
    }
    if (strategy.onInstant) {
      placeCrossSection(this.#cross, locals);
      strategy.onInstant(this.#cross);
      finishCrossSection(this.#cross);
    }
  }

  #decideSymbol(row: number, symbol: number, local: number): void {
    const engine = this.#engine;
    const lane = this.#firstLane + symbol;
    const columns = this.#features.columns[symbol]!;
    if (local < this.#wholeFrom[symbol]!) {
      for (let at = 0; at < this.#width; at++) {
        const value = columns[at]![local]!;
        if (value !== value) {
          engine.decisions.write(lane, row, WARMING_UP);
          return;
        }
      }
    }
    const moment = this.#moment;
    placeMoment(moment, symbol, local, columns);
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
        cancelEntries(engine.venue, { strategy: this.#index, symbol, row });
        engine.close(this.#index, symbol, 1);
        return;
      case 'long':
      case 'short': {
        const plan = decision.plan;
        const direction = decision.kind === 'long' ? 1 : -1;
        engine.decisions.write(lane, row, plan.reason ?? decision.kind);
        if (engine.held(this.#index, symbol) === 0 && isEntering(engine.venue, { strategy: this.#index, symbol, row }, direction))
          engine.decisions.append(lane, row, 'its entry is still on the way');
        else this.#enter(direction, plan, symbol);
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
      ...(plan.expectedEdgeBps === undefined ? {} : { expectedEdgeBps: plan.expectedEdgeBps }),
      ...(plan.maxBars === undefined ? {} : { maxBars: plan.maxBars }),
    };
    this.#engine.submit(this.#index, symbol, request);
  }
}

function level(given: PriceLevel, close: number, direction: number): number {
  if (typeof given === 'number') return given;
  return 'away' in given ? close + direction * given.away : close * (1 + direction * given.percent);
}

/** A strategy file runs unchecked by the compiler: whatever is no decision stops the run rather than trading nothing in silence. */
function notADecision(strategy: string, answer: unknown): UserError {
  const what = answer instanceof Promise ? 'a promise' : answer === undefined ? 'nothing' : JSON.stringify(answer);
  return new UserError(
    `strategy "${strategy}" decided ${what}`,
    'decide must return long(…), short(…), exit(…) or hold(reason), at once: it cannot be async.',
  );
}

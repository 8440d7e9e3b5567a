import { timestamp } from '#core';
import type { SupervisedEngine } from '#engine';
import { assessStaleness, createStaleness, noteOutcome, type StalenessState } from '#risk';
import { CALM, type Guard, type GuardState } from './guard.ts';
import type { ModelInputs, ModelWatch } from './safety-setup.ts';
import { ScoreDrift } from './score-drift.ts';
import { ShadowOutcomes } from './shadow-outcomes.ts';
import { InputDrift } from './input-drift.ts';

/** A feature of the strategy that, where it has it, tells what the model said before calibration. */
const SCORE = 'score';

/**
 * The staleness rule at a session: every prediction is followed to its outcome, and the model is judged anew at each signal, before the
 * strategy sees it: by its outcomes, its drift and its age at that time. A stale model gets smaller sizes, then no entries.
 */
export class StalenessGuard implements Guard {
  readonly name = 'model staleness';
  readonly idle = '';
  readonly #watch: ModelWatch;
  #scores: readonly ScoreDrift[] = [];
  readonly #inputs: ModelInputs | undefined;
  #drifts: readonly InputDrift[] = [];
  #shadows: readonly ShadowOutcomes[] = [];
  #staleness: StalenessState;
  state: GuardState = CALM;

  /** `inputs`: the drift of features is not judged without them. */
  constructor(watch: ModelWatch, inputs?: ModelInputs) {
    this.#watch = watch;
    this.#inputs = inputs;
    this.#staleness = createStaleness(watch.reference, watch.settings);
  }

  covers(strategy: string): boolean {
    return strategy === this.#watch.strategy;
  }

  /** Outcomes that the judgement stands on. */
  get outcomes(): number {
    return this.#staleness.hits.length;
  }

  observe(engine: SupervisedEngine, locals: Int32Array): void {
    const strategy = engine.strategyNames.indexOf(this.#watch.strategy);
    if (strategy < 0) return;
    if (this.#shadows.length === 0) this.#open(engine);
    for (let symbol = 0; symbol < this.#drifts.length; symbol++)
      if (locals[symbol]! >= 0) this.#drifts[symbol]!.step(engine.columns[symbol]!, locals[symbol]!);
    let signals = 0;
    for (let symbol = 0; symbol < locals.length; symbol++)
      if (locals[symbol]! >= 0 && this.#see(engine, strategy, symbol, locals[symbol]!)) signals++;
    if (signals > 0) this.#judge(engine.time);
  }

  #open({ symbols }: SupervisedEngine): void {
    const { maxBars, reference } = this.#watch;
    const inputs = this.#inputs;
    this.#shadows = symbols.map(() => new ShadowOutcomes(maxBars));
    this.#scores = symbols.map(() => new ScoreDrift());
    if (inputs !== undefined) this.#drifts = symbols.map((symbol) => new InputDrift(inputs(symbol), reference.trainedTime));
  }

  /** Outcomes that the bar brings, then its own prediction; true when there is one. */
  #see(engine: SupervisedEngine, strategy: number, symbol: number, row: number): boolean {
    const bars = engine.columns[symbol]!;
    for (const { probability, outcome } of this.#shadows[symbol]!.resolve(bars, row))
      this.#staleness = noteOutcome(this.#staleness, probability, outcome);
    const { names, columns } = engine.features[strategy]!;
    const read = (name: string): number => {
      const at = names.indexOf(name);
      return at < 0 ? Number.NaN : columns[symbol]![at]![row]!;
    };
    const probability = read('probability');
    const width = read('width');
    if (Number.isNaN(probability) || !(width > 0)) return false;
    this.#shadows[symbol]!.predict(bars, row, probability, width, read('side'));
    const score = read(SCORE);
    if (!Number.isNaN(score)) this.#scores[symbol]!.take(score);
    return true;
  }

  #judge(time: number): void {
    const featureDrift = meanKnown(this.#drifts);
    const predictionDrift = meanKnown(this.#scores);
    const { state, verdict } = assessStaleness(this.#staleness, {
      time: timestamp(time),
      ...(predictionDrift === undefined ? {} : { predictionDrift }),
      ...(featureDrift === undefined ? {} : { featureDrift }),
    });
    this.#staleness = state;
    if (verdict.kind === 'fresh') this.state = CALM;
    else {
      const factor = verdict.kind === 'demoted' ? 0 : verdict.factor;
      this.state = { level: verdict.kind, factor, flatten: false, reason: verdict.reasons.join('; ') };
    }
  }
}

/** Over the symbols for which it can be said; undefined when it can for none. */
function meanKnown(symbols: readonly { readonly drift: number }[]): number | undefined {
  const known = symbols.map(({ drift }) => drift).filter((drift) => !Number.isNaN(drift));
  return known.length === 0 ? undefined : known.reduce((sum, drift) => sum + drift, 0) / known.length;
}

import { timestamp } from '#core';
import type { SupervisedEngine } from '#engine';
import { populationStability, type DriftReference } from '#ml';
import { assessStaleness, createStaleness, noteOutcome, type StalenessState } from '#risk';
import { CALM, type Guard, type GuardState } from './guard.ts';
import type { ModelInputs, ModelWatch } from './safety-setup.ts';
import { ShadowOutcomes } from './shadow-outcomes.ts';
import { InputDrift } from './input-drift.ts';

/** Predictions that a drift is measured on. */
const DRIFT_WINDOW = 100;

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
  readonly #recent: number[] = [];
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
    if (!Number.isNaN(score)) this.#recent.push(score);
    if (this.#recent.length > DRIFT_WINDOW) this.#recent.shift();
    return true;
  }

  #judge(time: number): void {
    const { predictions } = this.#watch;
    const drifts = this.#drifts.map(({ drift }) => drift).filter((drift) => !Number.isNaN(drift));
    const measured = predictions !== undefined && this.#recent.length === DRIFT_WINDOW;
    const { state, verdict } = assessStaleness(this.#staleness, {
      time: timestamp(time),
      ...(measured ? { predictionDrift: excessStability(predictions, this.#recent) } : {}),
      ...(drifts.length === 0 ? {} : { featureDrift: drifts.reduce((sum, one) => sum + one, 0) / drifts.length }),
    });
    this.#staleness = state;
    if (verdict.kind === 'fresh') this.state = CALM;
    else {
      const factor = verdict.kind === 'demoted' ? 0 : verdict.factor;
      this.state = { level: verdict.kind, factor, flatten: false, reason: verdict.reasons.join('; ') };
    }
  }
}

/**
 * The stability index less what chance gives it: with k bins and n values the index of two samples of one distribution is about
 * (k − 1) / n on average (its statistic is χ² with k − 1 degrees of freedom over n). 10 bins, 100 values: 0.09.
 */
export function excessStability(reference: DriftReference, values: ArrayLike<number>): number {
  return Math.max(0, populationStability(reference, values) - (reference.shares.length - 1) / values.length);
}

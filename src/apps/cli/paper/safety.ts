import type { ModelWatch, SafetySetup } from '#live';
import { calibrate, type Calibrator } from '#ml';
import type { SafetyConfig } from '#research';
import { DAY_MS, timestamp } from '#core';

/** The breaker of a session, as configured. */
export function breakerOf(safety: SafetyConfig): SafetySetup {
  if (!safety.breaker) return {};
  return { breaker: { flattenScore: safety.breakerFlattenScore, flattenCorrelation: safety.breakerFlattenCorrelation } };
}

/** What a model's staleness is measured against. */
export interface WatchedModel {
  readonly strategy: string;
  readonly maxBars: number;
  readonly timeframeMs: number;
  /** End of the training part. */
  readonly seam: number;
  /** Scores in training of models that had not seen the sample, NaN where there is none, and what came of each. */
  readonly outOfFold: { readonly probability: Float64Array; readonly label: Float64Array };
  /** What makes probabilities of the scores when the session begins. */
  readonly calibrator: Calibrator;
}

const DEFAULT_AGE_DAYS = 90;
const DEFAULT_AGE_BARS = 365;
/** Share of that age from which a model shrinks. */
const SHRINKS_AFTER = 2 / 3;

/** The session's safety with the model's watch; as given when staleness is switched off, or there is nothing to compare with. */
export function withModelWatch(setup: SafetySetup, safety: SafetyConfig, model: WatchedModel): SafetySetup {
  return safety.staleness && model.outOfFold.probability.some((score) => !Number.isNaN(score))
    ? { ...setup, model: watchOf(safety, model) }
    : setup;
}

function watchOf(safety: SafetyConfig, { strategy, maxBars, timeframeMs, seam, outOfFold, calibrator }: WatchedModel): ModelWatch {
  const known = Array.from(outOfFold.probability.keys()).filter((at) => !Number.isNaN(outOfFold.probability[at]!));
  const scores = Float64Array.from(known, (at) => outOfFold.probability[at]!);
  const label = Float64Array.from(known, (at) => outOfFold.label[at]!);
  const probability = scores.map((score) => calibrate(calibrator, score));
  const demoteAgeMs =
    safety.maxModelAgeDays === undefined
      ? Math.max(DEFAULT_AGE_DAYS * DAY_MS, DEFAULT_AGE_BARS * timeframeMs)
      : safety.maxModelAgeDays * DAY_MS;
  return {
    strategy,
    maxBars,
    reference: {
      trainedTime: timestamp(seam),
      brierScore: meanOf(probability, (value, at) => (value - label[at]!) ** 2),
      hitRate: meanOf(probability, (value, at) => (value >= 0.5 === (label[at] === 1) ? 1 : 0)),
    },
    settings: { demoteAgeMs, shrinkAgeMs: demoteAgeMs * SHRINKS_AFTER },
  };
}

function meanOf(values: Float64Array, what: (value: number, at: number) => number): number {
  return values.reduce((sum, value, at) => sum + what(value, at), 0) / values.length;
}

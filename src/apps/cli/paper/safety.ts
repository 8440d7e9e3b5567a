import type { ModelWatch, SafetySetup } from '#live';
import { driftReference } from '#ml';
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
  /** Calibrated probabilities of models that had not seen the sample, and what came of them. */
  readonly outOfFold: { readonly probability: Float64Array; readonly label: Float64Array };
}

const DEFAULT_AGE_DAYS = 90;
const DEFAULT_AGE_BARS = 365;
/** A model shrinks from a third of the age at which it is demoted. */
const SHRINKS_AFTER = 1 / 3;
const DRIFT_BINS = 10;

/** The session's safety with the model's watch; as given when staleness is switched off, or there is nothing to compare with. */
export function withModelWatch(setup: SafetySetup, safety: SafetyConfig, model: WatchedModel): SafetySetup {
  return safety.staleness && model.outOfFold.label.length > 0 ? { ...setup, model: watchOf(safety, model) } : setup;
}

function watchOf(safety: SafetyConfig, { strategy, maxBars, timeframeMs, seam, outOfFold }: WatchedModel): ModelWatch {
  const { probability, label } = outOfFold;
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
    ...(probability.length >= DRIFT_BINS * 10 ? { predictions: driftReference(probability, DRIFT_BINS) } : {}),
    settings: { demoteAgeMs, shrinkAgeMs: demoteAgeMs * SHRINKS_AFTER },
  };
}

function meanOf(values: Float64Array, what: (value: number, at: number) => number): number {
  return values.reduce((sum, value, at) => sum + what(value, at), 0) / values.length;
}

import {
  aucInterval,
  bootstrapInterval,
  calibrationErrors,
  classifierScores,
  gbdtImportance,
  permutationImportance,
  reliabilityDiagram,
  rocAuc,
  type ClassifierScores,
  type GbdtModel,
  type Interval,
  type ReliabilityBin,
} from '#ml';
import { createRng } from '#core';
import { takeSamples, type SampleSet } from './samples.ts';

export interface ModelScores extends ClassifierScores {
  readonly aucInterval: Interval;
  /** By blocks of neighbouring samples, since their labels overlap. */
  readonly accuracyInterval: Interval;
}

export interface ControlScores {
  readonly models: number;
  readonly meanAuc: number;
  readonly deviation: number;
  /** (1 + controls at least as good) / (1 + controls). */
  readonly pValue: number;
}

/** Places of the samples whose outcome is known. */
function resolvedPlaces(samples: SampleSet): number[] {
  return Array.from(samples.label.keys()).filter((index) => !Number.isNaN(samples.label[index]!));
}

/** Scores on resolved samples, with intervals. NaN predictions count as not predicted and are left out. */
export function scorePredictions(samples: SampleSet, probabilities: Float64Array, seed: number): ModelScores {
  const places = resolvedPlaces(samples).filter((index) => !Number.isNaN(probabilities[index]!));
  const scores = Float64Array.from(places, (index) => probabilities[index]!);
  const outcomes = Float64Array.from(places, (index) => samples.label[index]!);
  const blockLength = Math.max(1, Math.min(Math.round(overlapOf(samples)), Math.floor(places.length / 10)));
  const accuracyOfRows = (rows: Int32Array) =>
    accuracy(
      Float64Array.from(rows, (row) => scores[row]!),
      Float64Array.from(rows, (row) => outcomes[row]!),
    );
  return {
    ...classifierScores(scores, outcomes),
    aucInterval: aucInterval(scores, outcomes).interval,
    accuracyInterval: bootstrapInterval(places.length, accuracyOfRows, {
      rng: createRng(seed).stream('accuracy'),
      repeats: 500,
      blockLength,
    }),
  };
}

function accuracy(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  let right = 0;
  for (let index = 0; index < outcomes.length; index++) if (probabilities[index]! >= 0.5 === (outcomes[index] === 1)) right++;
  return right / outcomes.length;
}

/** How many labels, over all symbols, live at the same time. */
function overlapOf(samples: SampleSet): number {
  const known = samples.uniqueness.filter((value) => value > 0);
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  return samples.symbols.length / Math.max(mean, 0.01);
}

export function scoreControls(samples: SampleSet, model: Float64Array, controls: readonly Float64Array[]): ControlScores {
  const places = resolvedPlaces(samples);
  const outcomes = places.map((index) => samples.label[index]!);
  const auc = (column: Float64Array) =>
    rocAuc(
      Float64Array.from(places, (index) => column[index]!),
      outcomes,
    );
  const own = auc(model);
  const values = controls.map(auc);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return {
    models: values.length,
    meanAuc: mean,
    deviation: Math.sqrt(variance),
    pValue: (1 + values.filter((value) => value >= own).length) / (1 + values.length),
  };
}

/** What one may do without a model: always the commoner class of the training part; the sign of the last return. */
export function baselineAccuracies(
  train: SampleSet,
  validation: SampleSet,
  lastReturn: Float64Array,
): { readonly prior: number; readonly lastReturn: number } {
  const share = train.label.reduce((sum, value) => sum + value, 0) / train.count;
  const places = resolvedPlaces(validation);
  const outcomes = places.map((index) => validation.label[index]!);
  return {
    prior: accuracy(new Float64Array(places.length).fill(share), outcomes),
    lastReturn: accuracy(
      places.map((index) => (lastReturn[index]! > 0 ? 1 : 0)),
      outcomes,
    ),
  };
}

export interface CalibrationScores {
  readonly ece: number;
  readonly maximum: number;
  readonly brier: number;
  readonly diagram: readonly ReliabilityBin[];
}

export function scoreCalibration(samples: SampleSet, probabilities: Float64Array): CalibrationScores {
  const places = resolvedPlaces(samples);
  const scores = Float64Array.from(places, (index) => probabilities[index]!);
  const outcomes = Float64Array.from(places, (index) => samples.label[index]!);
  const errors = calibrationErrors(scores, outcomes);
  return {
    ece: errors.expected,
    maximum: errors.maximum,
    brier: classifierScores(scores, outcomes).brier,
    diagram: reliabilityDiagram(scores, outcomes),
  };
}

export interface FeatureImportance {
  readonly feature: string;
  /** Share of all gain, 0 to 1. */
  readonly gain: number;
  readonly splits: number;
  /** Mean fall of the AUC on validation samples when the feature is shuffled, and its deviation. */
  readonly permutation: number;
  readonly permutationDeviation: number;
}

/** By gain on training, by permutation on validation; largest gain first. */
export function featureImportances(model: GbdtModel, validation: SampleSet, seed: number): readonly FeatureImportance[] {
  const resolved = takeSamples(validation, resolvedPlaces(validation));
  const data = { rows: resolved.count, featureNames: resolved.names, columns: resolved.columns, labels: resolved.label };
  const shuffled = permutationImportance(model, data, (labels, predictions) => rocAuc(predictions, labels), {
    rng: createRng(seed).stream('importance'),
    repeats: 3,
  });
  const gains = gbdtImportance(model);
  const total = gains.reduce((sum, item) => sum + item.gain, 0) || 1;
  return gains
    .map(({ feature, gain, splits }, index) => ({
      feature,
      gain: gain / total,
      splits,
      permutation: shuffled[index]!.drop,
      permutationDeviation: shuffled[index]!.standardDeviation,
    }))
    .toSorted((a, b) => b.gain - a.gain || (a.feature < b.feature ? -1 : 1));
}

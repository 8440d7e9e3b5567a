import { checkBinary, unitWeights } from './checks.ts';

/** Weighted counts of a 2 x 2 table at a threshold. */
export interface ConfusionCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** Predicts 1 where the probability is at or above `threshold`. */
export function confusionCounts(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  threshold = 0.5,
  weights?: ArrayLike<number>,
): ConfusionCounts {
  checkBinary(probabilities, outcomes, weights);
  let truePositives = 0;
  let falsePositives = 0;
  let trueNegatives = 0;
  let falseNegatives = 0;
  for (let row = 0; row < outcomes.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    const up = probabilities[row]! >= threshold;
    if (outcomes[row] === 1) {
      if (up) truePositives += weight;
      else falseNegatives += weight;
    } else if (up) falsePositives += weight;
    else trueNegatives += weight;
  }
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

export interface ThresholdScores {
  readonly accuracy: number;
  /** Mean of the two classes' recalls; NaN when a class is absent. */
  readonly balancedAccuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Matthews correlation, 0 when a row or column of the table is empty. */
  readonly matthews: number;
}

/** Precision, recall and F1 are 0 where their denominator is. */
export function thresholdScores(counts: ConfusionCounts): ThresholdScores {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = counts;
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0);
  const spread = Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn);
  return {
    accuracy: share(tp + tn, tp + fp + tn + fn),
    balancedAccuracy: tp + fn > 0 && tn + fp > 0 ? (tp / (tp + fn) + tn / (tn + fp)) / 2 : Number.NaN,
    precision: share(tp, tp + fp),
    recall: share(tp, tp + fn),
    f1: share(2 * tp, 2 * tp + fp + fn),
    matthews: spread > 0 ? (tp * tn - fp * fn) / spread : 0,
  };
}

/** Mean negative log likelihood in nats; probabilities are held 1e-15 away from 0 and 1. */
export function logLoss(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>, weights?: ArrayLike<number>): number {
  checkBinary(probabilities, outcomes, weights);
  let loss = 0;
  let total = 0;
  for (let row = 0; row < outcomes.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    const held = Math.min(1 - 1e-15, Math.max(1e-15, probabilities[row]!));
    loss -= weight * Math.log(outcomes[row] === 1 ? held : 1 - held);
    total += weight;
  }
  return loss / total;
}

/** Mean squared difference of probability and outcome. */
export function brierScore(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>, weights?: ArrayLike<number>): number {
  checkBinary(probabilities, outcomes, weights);
  let sum = 0;
  let total = 0;
  for (let row = 0; row < outcomes.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    sum += weight * (probabilities[row]! - outcomes[row]!) ** 2;
    total += weight;
  }
  return sum / total;
}

function descending(scores: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/** Area under the ROC curve: the chance that a positive scores above a negative, ties counting half. NaN when a class is absent. */
export function rocAuc(scores: ArrayLike<number>, outcomes: ArrayLike<number>, weights?: ArrayLike<number>): number {
  checkBinary(scores, outcomes, weights);
  const mass = unitWeights(outcomes.length, weights);
  const order = descending(scores);
  let positives = 0;
  let negatives = 0;
  let wins = 0;
  for (let from = 0; from < order.length; ) {
    let tiedPositives = 0;
    let tiedNegatives = 0;
    const score = scores[order[from]!];
    for (; from < order.length && scores[order[from]!] === score; from++) {
      if (outcomes[order[from]!] === 1) tiedPositives += mass[order[from]!]!;
      else tiedNegatives += mass[order[from]!]!;
    }
    wins += tiedNegatives * (positives + tiedPositives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
  }
  return positives > 0 && negatives > 0 ? wins / (positives * negatives) : Number.NaN;
}

/** Average precision: the sum of precision times the gain in recall over falling thresholds, without interpolation. */
export function averagePrecision(scores: ArrayLike<number>, outcomes: ArrayLike<number>, weights?: ArrayLike<number>): number {
  checkBinary(scores, outcomes, weights);
  const mass = unitWeights(outcomes.length, weights);
  const order = descending(scores);
  let positives = 0;
  let seen = 0;
  let sum = 0;
  for (let from = 0; from < order.length; ) {
    const before = positives;
    const score = scores[order[from]!];
    for (; from < order.length && scores[order[from]!] === score; from++) {
      seen += mass[order[from]!]!;
      if (outcomes[order[from]!] === 1) positives += mass[order[from]!]!;
    }
    if (seen > 0) sum += (positives / seen) * (positives - before);
  }
  return positives > 0 ? sum / positives : Number.NaN;
}

export interface ClassifierScores extends ThresholdScores {
  readonly samples: number;
  readonly rocAuc: number;
  readonly averagePrecision: number;
  readonly logLoss: number;
  readonly brier: number;
  /** Weighted share of outcomes that are 1. */
  readonly baseRate: number;
}

/** Every number above at once, for a metrics file. */
export function classifierScores(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  options: { readonly threshold?: number; readonly weights?: ArrayLike<number> } = {},
): ClassifierScores {
  const { threshold = 0.5, weights } = options;
  const counts = confusionCounts(probabilities, outcomes, threshold, weights);
  const positives = counts.truePositives + counts.falseNegatives;
  return {
    samples: outcomes.length,
    ...thresholdScores(counts),
    rocAuc: rocAuc(probabilities, outcomes, weights),
    averagePrecision: averagePrecision(probabilities, outcomes, weights),
    logLoss: logLoss(probabilities, outcomes, weights),
    brier: brierScore(probabilities, outcomes, weights),
    baseRate: positives / (positives + counts.falsePositives + counts.trueNegatives),
  };
}

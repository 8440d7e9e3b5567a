import { UserError } from '#core';
import { checkBinary } from '../metrics/checks.ts';
import { brierScore, logLoss } from '../metrics/classification.ts';
import { purgedKFold } from '../validation/purged-k-fold.ts';
import type { LabelSpans } from '../validation/spans.ts';
import { calibrate, CALIBRATOR_KINDS, fitCalibrator, type Calibrator, type CalibratorKind } from './calibrator.ts';
import { calibrationErrors } from './reliability.ts';

export interface ChooseCalibratorOptions {
  /** Proper score to minimise. Default `logLoss`. */
  readonly score?: 'logLoss' | 'brier';
  /** Kinds to compare. Default all; `beta` only where every score is a probability. */
  readonly kinds?: readonly CalibratorKind[];
  /** Blocks of neighbouring samples for the comparison. Default 5. */
  readonly folds?: number;
  /** Label spans of the validation samples: then the comparison is purged as well. */
  readonly spans?: LabelSpans;
  readonly weights?: ArrayLike<number>;
}

export interface CalibratorTrial {
  readonly kind: CalibratorKind;
  /** Out-of-fold scores over the same samples for every kind. */
  readonly logLoss: number;
  readonly brier: number;
  /** Expected calibration error, 10 uniform bins, out of fold. */
  readonly expectedCalibrationError: number;
}

export interface CalibratorChoice {
  /** The winner, fitted on ALL the validation samples. */
  readonly calibrator: Calibrator;
  readonly score: 'logLoss' | 'brier';
  readonly table: readonly CalibratorTrial[];
  /** Samples that every kind predicted out of fold. */
  readonly comparedSamples: number;
}

/**
 * Chooses the kind of calibrator by a proper score on predictions made out of fold, in time-ordered blocks of the VALIDATION samples given,
 * then fits it on all of them. Ties go to the kind named first. Give it validation samples only; it never sees others. Its own table is a
 * comparison, not a test: report the ECE of a later, untouched stretch.
 */
export function chooseCalibrator(
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  options: ChooseCalibratorOptions = {},
): CalibratorChoice {
  const { score = 'logLoss', folds = 5, weights } = options;
  checkBinary(scores, outcomes, weights);
  const count = scores.length;
  const probabilities = Array.from(scores).every((value) => value >= 0 && value <= 1);
  const kinds = options.kinds ?? CALIBRATOR_KINDS.filter((kind) => probabilities || (kind !== 'beta' && kind !== 'identity'));
  if (kinds.length === 0) throw new UserError('no kind of calibrator to choose from');
  const rows = Float64Array.from({ length: count }, (_, row) => row);
  const splits = purgedKFold(options.spans ?? { t0: rows, t1: rows }, { folds }).filter((split) => split.train.length > 0);
  const compared = splits.flatMap((split) => [...split.test]);
  if (compared.length === 0)
    throw new UserError('the labels overlap too much to compare calibrators', 'Use more validation data or fewer folds.');
  const pick = (values: ArrayLike<number>, at: ArrayLike<number>) => Float64Array.from(at, (row) => values[row]!);
  const comparedOutcomes = pick(outcomes, compared);
  const comparedWeights = weights === undefined ? undefined : pick(weights, compared);
  const table = kinds.map((kind): CalibratorTrial => {
    const predicted: number[] = [];
    for (const { train, test } of splits) {
      const fitted = fitCalibrator(
        kind,
        pick(scores, train),
        pick(outcomes, train),
        weights === undefined ? undefined : pick(weights, train),
      );
      for (const row of test) predicted.push(calibrate(fitted, scores[row]!));
    }
    return {
      kind,
      logLoss: logLoss(predicted, comparedOutcomes, comparedWeights),
      brier: brierScore(predicted, comparedOutcomes, comparedWeights),
      expectedCalibrationError: calibrationErrors(
        predicted,
        comparedOutcomes,
        comparedWeights === undefined ? {} : { weights: comparedWeights },
      ).expected,
    };
  });
  const best = table.reduce((top, trial) => (trial[score] < top[score] ? trial : top));
  return { calibrator: fitCalibrator(best.kind, scores, outcomes, weights), score, table, comparedSamples: compared.length };
}

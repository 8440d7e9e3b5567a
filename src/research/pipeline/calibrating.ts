import { calibrate, type Calibrator } from '#ml';
import type { SampleSet } from './samples.ts';

/** Fits on raw probabilities and 0/1 outcomes in time order, choosing among calibrators by proper score. */
export type FitCalibrator = (probabilities: Float64Array, outcomes: Float64Array) => Calibrator;

export interface GoneThrough {
  /** Calibrated probability of each validation sample, by what was known when it was made. */
  readonly calibrated: Float64Array;
  /** One entry a refit: at which sample, on how many outcomes, and which calibrator won. */
  readonly refits: readonly { readonly index: number; readonly outcomes: number; readonly kind: string }[];
  /** Fitted on everything resolved, for trading from here on. */
  readonly final: Calibrator;
}

export interface OutOfFold {
  readonly probability: Float64Array;
  readonly label: Float64Array;
}

/** A calibrator is fitted on validation outcomes once so many have come in; before, on the out-of-fold predictions. */
export const MIN_OUTCOMES = 100;
const REFIT_EVERY = 50;

/**
 * Goes through validation in time order. The calibrator in force at a prediction was fitted on validation predictions whose
 * labels had ended before it (docs/adr/0001), so each probability that is judged was made in ignorance of its outcome.
 */
export function calibrateAsYouGo(validation: SampleSet, raw: Float64Array, outOfFold: OutOfFold, fit: FitCalibrator): GoneThrough {
  const resolved = Array.from({ length: validation.count }, (_, index) => index).filter((index) => !Number.isNaN(validation.label[index]!));
  const byEnd = resolved.toSorted((a, b) => validation.endTime[a]! - validation.endTime[b]! || a - b);
  const start = fitOutOfFold(outOfFold, fit);
  const calibrated = new Float64Array(validation.count);
  const refits: { index: number; outcomes: number; kind: string }[] = [{ index: 0, outcomes: 0, kind: start.kind }];
  let inForce = start;
  let known = 0;
  let fittedOn = 0;
  for (let index = 0; index < validation.count; index++) {
    while (known < byEnd.length && validation.endTime[byEnd[known]!]! <= validation.time[index]!) known++;
    if (known >= MIN_OUTCOMES && known - fittedOn >= REFIT_EVERY) {
      inForce = fitOn(byEnd.slice(0, known), validation, raw, fit);
      fittedOn = known;
      refits.push({ index, outcomes: known, kind: inForce.kind });
    }
    calibrated[index] = calibrate(inForce, raw[index]!);
  }
  const final = byEnd.length >= MIN_OUTCOMES ? fitOn(byEnd, validation, raw, fit) : start;
  return { calibrated, refits, final };
}

function fitOn(places: readonly number[], validation: SampleSet, raw: Float64Array, fit: FitCalibrator): Calibrator {
  return fit(
    Float64Array.from(places, (index) => raw[index]!),
    Float64Array.from(places, (index) => validation.label[index]!),
  );
}

function fitOutOfFold(outOfFold: OutOfFold, fit: FitCalibrator): Calibrator {
  const places = Array.from(outOfFold.probability.keys()).filter((index) => !Number.isNaN(outOfFold.probability[index]!));
  return fit(
    Float64Array.from(places, (index) => outOfFold.probability[index]!),
    Float64Array.from(places, (index) => outOfFold.label[index]!),
  );
}

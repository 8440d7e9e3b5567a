import { calibrate, type Calibrator } from '#ml';
import { CalibrationWalk, type FitCalibrator, type Refit } from './calibration-walk.ts';
import type { SampleSet } from './samples.ts';

export interface GoneThrough {
  /** Calibrated probability of each validation sample, by what was known when it was made. */
  readonly calibrated: Float64Array;
  /** One entry a refit: at which sample, on how many outcomes, and which calibrator won. */
  readonly refits: readonly Refit[];
  /** Fitted on everything resolved, for trading from here on. */
  readonly final: Calibrator;
}

export interface OutOfFold {
  readonly probability: Float64Array;
  readonly label: Float64Array;
}

/**
 * Goes through validation in time order. The calibrator in force at a prediction was fitted on validation predictions whose
 * labels had ended before it (docs/adr/0001), so each probability that is judged was made in ignorance of its outcome.
 */
export function calibrateAsYouGo(validation: SampleSet, raw: Float64Array, outOfFold: OutOfFold, fit: FitCalibrator): GoneThrough {
  const resolved = Array.from({ length: validation.count }, (_, index) => index).filter((index) => !Number.isNaN(validation.label[index]!));
  const byEnd = resolved.toSorted((a, b) => validation.endTime[a]! - validation.endTime[b]! || a - b);
  const walk = new CalibrationWalk(fitOutOfFold(outOfFold, fit), fit);
  const calibrated = new Float64Array(validation.count);
  const learn = (place: number): void => walk.learn(raw[place]!, validation.label[place]!);
  for (let index = 0; index < validation.count; index++) {
    while (walk.known < byEnd.length && validation.endTime[byEnd[walk.known]!]! <= validation.time[index]!) learn(byEnd[walk.known]!);
    calibrated[index] = calibrate(walk.calibratorNow(), raw[index]!);
  }
  while (walk.known < byEnd.length) learn(byEnd[walk.known]!);
  return { calibrated, refits: walk.refits, final: walk.final() };
}

/** What stands in until outcomes are known: fitted on predictions of models that had not seen the sample. */
export function fitOutOfFold({ probability, label }: OutOfFold, fit: FitCalibrator): Calibrator {
  const places = Array.from(probability.keys()).filter((index) => !Number.isNaN(probability[index]!));
  return fit(
    Float64Array.from(places, (index) => probability[index]!),
    Float64Array.from(places, (index) => label[index]!),
  );
}

import type { Calibrator } from '#ml';

/** Fits on raw probabilities and 0/1 outcomes in time order, choosing among calibrators by proper score. */
export type FitCalibrator = (probabilities: Float64Array, outcomes: Float64Array) => Calibrator;

/** A calibrator is fitted on outcomes of validation once so many have come in; before, the first one stands. */
const MIN_OUTCOMES = 100;
const REFIT_EVERY = 50;

export interface Refit {
  /** How many predictions had been made before. */
  readonly index: number;
  readonly outcomes: number;
  readonly kind: string;
}

/**
 * The calibrator in force as outcomes become known (docs/adr/0001): for each prediction `learn` what has ended by then, then ask for it
 * with `calibratorNow`. The pipeline walks through its validation part with it, a paper session through what it trades: one schedule.
 */
export class CalibrationWalk {
  readonly #fit: FitCalibrator;
  readonly #scores: number[] = [];
  readonly #outcomes: number[] = [];
  readonly refits: Refit[];
  #inForce: Calibrator;
  #fittedOn = 0;
  #predictions = 0;

  constructor(first: Calibrator, fit: FitCalibrator) {
    this.#inForce = first;
    this.#fit = fit;
    this.refits = [{ index: 0, outcomes: 0, kind: first.kind }];
  }

  get known(): number {
    return this.#scores.length;
  }

  /** One more outcome is known: the raw score of its prediction, and 1 or 0. Of outcomes that end together the earlier prediction first. */
  learn(score: number, outcome: number): void {
    this.#scores.push(score);
    this.#outcomes.push(outcome);
  }

  /** The calibrator for one more prediction, fitted anew when enough was learned since the last time. */
  calibratorNow(): Calibrator {
    if (this.known >= MIN_OUTCOMES && this.known - this.#fittedOn >= REFIT_EVERY) {
      this.#inForce = this.#fitAll();
      this.#fittedOn = this.known;
      this.refits.push({ index: this.#predictions, outcomes: this.known, kind: this.#inForce.kind });
    }
    this.#predictions++;
    return this.#inForce;
  }

  /** Fitted on everything that is known, for trading from here on. */
  final(): Calibrator {
    return this.known >= MIN_OUTCOMES ? this.#fitAll() : this.#inForce;
  }

  #fitAll(): Calibrator {
    return this.#fit(Float64Array.from(this.#scores), Float64Array.from(this.#outcomes));
  }
}

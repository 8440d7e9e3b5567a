import { driftReference, populationStability, type DriftReference } from '#ml';

/** The first scores are what later ones are compared with; the last ones are compared. */
const REFERENCE_SCORES = 200;
const RECENT_SCORES = 100;
const BINS = 5;

/**
 * How far a model's scores on one symbol have moved since it began to trade: the stability index of the recent ones against the first,
 * less what chance alone may give. The index of two samples of one distribution is about χ²(bins − 1) · (1/n + 1/m); its mean and two
 * standard deviations are taken off, with n and m cut to n (1 − ρ) / (1 + ρ), because neighbouring scores (correlation ρ) are no
 * independent ones. Scores in training would be no measure: those of the folds come from other models, the model's own know the answers.
 */
export class ScoreDrift {
  readonly #first: number[] = [];
  #recent: number[] = [];
  #reference: DriftReference | undefined;
  #chance = Number.NaN;

  take(score: number): void {
    if (this.#first.length < REFERENCE_SCORES) {
      this.#first.push(score);
      if (this.#first.length === REFERENCE_SCORES) this.#learn();
      return;
    }
    this.#recent.push(score);
    if (this.#recent.length > RECENT_SCORES) this.#recent.shift();
  }

  /** NaN until it can be said. */
  get drift(): number {
    if (this.#reference === undefined || this.#recent.length < RECENT_SCORES) return Number.NaN;
    return Math.max(0, populationStability(this.#reference, this.#recent) - this.#chance);
  }

  #learn(): void {
    this.#reference = driftReference(this.#first, BINS);
    const freedom = this.#reference.shares.length - 1;
    const correlation = Math.min(0.9, Math.max(0, neighbourCorrelation(this.#first)));
    const inflation = (1 + correlation) / (1 - correlation);
    this.#chance = (freedom + 2 * Math.sqrt(2 * freedom)) * inflation * (1 / REFERENCE_SCORES + 1 / RECENT_SCORES);
  }
}

/** Correlation of each value with the next; 0 for values that are all the same. */
function neighbourCorrelation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let products = 0;
  let squares = 0;
  values.forEach((value, at) => {
    squares += (value - mean) ** 2;
    if (at > 0) products += (value - mean) * (values[at - 1]! - mean);
  });
  return squares > 0 ? products / squares : 0;
}

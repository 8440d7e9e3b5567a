import { invariant } from '#core';
import { expandingRegime, filterEmissions, fitRegimes, logEmissions, type GaussianHmm } from '#features';

/** The settings that `expandingRegime` takes when none are given; both must mean the same. */
const MINIMUM_ROWS = 252;
const MAXIMUM_ROWS = 5000;
const ITERATIONS = 40;

/** `expandingRegime` row by row: the same models, fitted at the same rows, the same filtered probabilities to the bit. */
export class RegimeStream {
  readonly #states: number;
  readonly #refitEvery: number;
  #width = 0;
  #rows: number[] = [];
  #model: GaussianHmm | undefined;
  #fittedAt = -1;

  constructor(states: number, refitEvery: number) {
    this.#states = states;
    this.#refitEvery = refitEvery;
  }

  /** Takes all rows so far at once and gives their probabilities, [state][row]; `step` goes on from there. */
  catchUp(features: readonly Float64Array[]): readonly Float64Array[] {
    invariant(this.#rows.length === 0, 'a regime stream catches up once, at its beginning');
    this.#width = features.length;
    const length = features[0]!.length;
    for (let row = 0; row < length; row++) {
      if (features.every((column) => Number.isFinite(column[row]!))) for (const column of features) this.#rows.push(column[row]!);
    }
    return expandingRegime(features, { states: this.#states, refitEvery: this.#refitEvery }).probabilities;
  }

  /** One more row; writes the probability of each state given the rows so far, NaN where there is none. */
  step(row: readonly number[], out: Float64Array): void {
    out.fill(Number.NaN);
    this.#width = row.length;
    if (!row.every(Number.isFinite)) return;
    this.#rows.push(...row);
    const width = this.#width;
    const at = this.#rows.length / width - 1;
    if (at < MINIMUM_ROWS) return;
    const from = MINIMUM_ROWS + Math.floor((at - MINIMUM_ROWS) / this.#refitEvery) * this.#refitEvery;
    const first = Math.max(0, from - MAXIMUM_ROWS) * width;
    if (this.#fittedAt !== from) {
      this.#model = fitRegimes(Float64Array.from(this.#rows.slice(first, from * width)), width, this.#states, ITERATIONS);
      this.#fittedAt = from;
    }
    const model = this.#model!;
    const seen = Float64Array.from(this.#rows.slice(first));
    const { probabilities } = filterEmissions(model.start, model.transition, logEmissions(model, seen));
    for (let state = 0; state < this.#states; state++) out[state] = probabilities[probabilities.length - this.#states + state]!;
  }
}

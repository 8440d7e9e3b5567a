import { invariant, UserError } from '#core';
import { fitRegimes } from './fit.ts';
import { filterEmissions, logEmissions } from './gaussian-hmm.ts';
import type { GaussianHmm } from './hmm-model.ts';

export interface ExpandingRegimeOptions {
  /** Number of regimes; default 3. */
  readonly states?: number;
  /** Rows before the first fit; default 252. */
  readonly minimumRows?: number;
  /** Rows between fits; default 63. */
  readonly refitEvery?: number;
  /** Baum-Welch iterations of a fit; default 40. */
  readonly iterations?: number;
  /** The latest rows a fit looks at. A cap, not all of the past: fits on everything would cost the square of the length. Default 5000. */
  readonly maximumRows?: number;
}

/**
 * Regime probabilities row by row, for a live run; `expandingRegime` is this over a series, so both give the same bits.
 * Its state is the latest `maximumRows` known rows and a few counts: a model is a function of the rows it was fitted on.
 */
export class RegimeStream {
  readonly states: number;
  readonly features: number;
  readonly #minimumRows: number;
  readonly #refitEvery: number;
  readonly #iterations: number;
  readonly #maximumRows: number;
  /** Known rows kept, oldest first; those before the last fit's window are dropped at each fit. */
  #rows: Float64Array;
  #kept = 0;
  #known = 0;
  #model: GaussianHmm | undefined;
  #current: Float64Array;

  constructor(features: number, options: ExpandingRegimeOptions = {}) {
    const { states = 3, minimumRows = 252, refitEvery = 63, iterations = 40, maximumRows = 5000 } = options;
    if (features < 1 || states < 2 || refitEvery < 1 || minimumRows < states * 10 || !(maximumRows >= states * 10 && maximumRows < 1e7))
      throw new UserError(
        'these regime settings cannot be fitted',
        `Give at least one feature, 2 states, and ${states * 10} rows before the first fit and in its window.`,
      );
    this.states = states;
    this.features = features;
    this.#minimumRows = minimumRows;
    this.#refitEvery = refitEvery;
    this.#iterations = iterations;
    this.#maximumRows = maximumRows;
    this.#rows = new Float64Array((maximumRows + refitEvery + minimumRows) * features);
    this.#current = new Float64Array(states).fill(Number.NaN);
  }

  /** Takes the row's values and gives [state] the filtered probabilities, ascending in variance; NaN before the first fit and for a missing row. */
  step(values: ArrayLike<number>): Float64Array {
    invariant(values.length === this.features, `a row of regime features has ${this.features} values`);
    const nothing = new Float64Array(this.states).fill(Number.NaN);
    for (let f = 0; f < this.features; f++) if (!Number.isFinite(values[f]!)) return nothing;
    const sinceFirst = this.#known - this.#minimumRows;
    if (sinceFirst >= 0 && sinceFirst % this.#refitEvery === 0) this.#refit();
    for (let f = 0; f < this.features; f++) this.#rows[this.#kept * this.features + f] = values[f]!;
    this.#kept++;
    this.#known++;
    if (this.#model === undefined) return nothing;
    this.#filterNewest(this.#model);
    return this.#current.slice();
  }

  /** The state as text, exact to the bit; only a stream of the same settings can restore it. */
  snapshot(): string {
    const numbers = [this.#known, this.#kept, ...this.#rows.subarray(0, this.#kept * this.features)];
    return `${this.#identity()}:${Buffer.from(Float64Array.from(numbers).buffer).toString('base64')}`;
  }

  /** The model is fitted again on the saved rows, and the rows since then are filtered again. */
  restore(snapshot: string): void {
    const [id, text] = snapshot.split(':');
    if (id !== this.#identity()) throw new UserError('the regime state was saved under other settings', 'Replay the bars instead.');
    const numbers = new Float64Array(Uint8Array.from(Buffer.from(text ?? '', 'base64')).buffer);
    const [known, kept] = [numbers[0]!, numbers[1]!];
    this.#rows.set(numbers.subarray(2));
    this.#model = undefined;
    this.#known = known;
    this.#kept = kept;
    if (known <= this.#minimumRows) return;
    const sinceFit = ((known - this.#minimumRows - 1) % this.#refitEvery) + 1;
    this.#kept = kept - sinceFit;
    this.#refit();
    for (let k = 0; k < sinceFit; k++) {
      this.#kept++;
      this.#filterNewest(this.#model!);
    }
  }

  /** Fits on the kept rows and filters them, so that the next row goes on from there. */
  #refit(): void {
    const excess = Math.max(0, this.#kept - this.#maximumRows);
    this.#rows.copyWithin(0, excess * this.features, this.#kept * this.features);
    this.#kept -= excess;
    const history = this.#rows.subarray(0, this.#kept * this.features);
    const model = fitRegimes(history, this.features, this.states, this.#iterations);
    const { probabilities } = filterEmissions(model.start, model.transition, logEmissions(model, history));
    this.#model = model;
    this.#current = probabilities.slice(-this.states);
  }

  #filterNewest(model: GaussianHmm): void {
    const newest = this.#rows.subarray((this.#kept - 1) * this.features, this.#kept * this.features);
    const predicted = new Float64Array(this.states);
    for (let j = 0; j < this.states; j++)
      for (let i = 0; i < this.states; i++) predicted[j]! += this.#current[i]! * model.transition[i * this.states + j]!;
    this.#current = filterEmissions(predicted, model.transition, logEmissions(model, newest)).probabilities;
  }

  #identity(): string {
    return [this.features, this.states, this.#minimumRows, this.#refitEvery, this.#iterations, this.#maximumRows].join('-');
  }
}

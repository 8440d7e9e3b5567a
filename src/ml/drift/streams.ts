import { UserError } from '#core';

/** Everything a Page-Hinkley detector knows, as plain data. */
export interface PageHinkleyState {
  readonly count: number;
  readonly mean: number;
  readonly sum: number;
  readonly minimum: number;
  readonly alarms: number;
}

export interface PageHinkleyOptions {
  /** Drift of the mean that is tolerated, in the stream's unit. Default 0.005. */
  readonly tolerance?: number;
  /** Alarm when the cumulative excess above its minimum passes this. */
  readonly threshold: number;
  /** No alarm before this many values. Default 30. */
  readonly warmup?: number;
}

/** Detects a rise in the mean of a stream (errors, losses): Page (1954), Hinkley (1971). Starts again after an alarm. */
export class PageHinkley {
  readonly #tolerance: number;
  readonly #threshold: number;
  readonly #warmup: number;
  #state: PageHinkleyState;

  constructor(options: PageHinkleyOptions, state?: PageHinkleyState) {
    if (!(options.threshold > 0)) throw new UserError(`the Page-Hinkley threshold must be above 0, got ${options.threshold}`);
    this.#tolerance = options.tolerance ?? 0.005;
    this.#threshold = options.threshold;
    this.#warmup = options.warmup ?? 30;
    this.#state = state ?? { count: 0, mean: 0, sum: 0, minimum: 0, alarms: 0 };
  }

  /** Takes one value; true when it raised an alarm. A missing value changes nothing. */
  update(value: number): boolean {
    if (Number.isNaN(value)) return false;
    const count = this.#state.count + 1;
    const mean = this.#state.mean + (value - this.#state.mean) / count;
    const sum = this.#state.sum + value - mean - this.#tolerance;
    const minimum = Math.min(this.#state.minimum, sum);
    const alarm = count >= this.#warmup && sum - minimum > this.#threshold;
    this.#state = alarm
      ? { count: 0, mean: 0, sum: 0, minimum: 0, alarms: this.#state.alarms + 1 }
      : { count, mean, sum, minimum, alarms: this.#state.alarms };
    return alarm;
  }

  state(): PageHinkleyState {
    return this.#state;
  }
}

export interface RollingBrierState {
  /** Squared errors in the window, oldest first. */
  readonly errors: readonly number[];
}

/** Mean squared error of the last `window` probabilities against the validation part's own. State is plain data. */
export class RollingBrier {
  readonly #window: number;
  readonly #reference: number;
  readonly #errors: number[];

  /** `reference` is the Brier score on the validation part, above 0. */
  constructor(options: { readonly window: number; readonly reference: number }, state?: RollingBrierState) {
    if (!Number.isInteger(options.window) || options.window < 1)
      throw new UserError(`the Brier window must be a positive integer, got ${options.window}`);
    if (!(options.reference > 0)) throw new UserError(`the reference Brier score must be above 0, got ${options.reference}`);
    this.#window = options.window;
    this.#reference = options.reference;
    this.#errors = [...(state?.errors ?? [])].slice(-options.window);
  }

  update(probability: number, outcome: 0 | 1): void {
    if (Number.isNaN(probability)) return;
    this.#errors.push((probability - outcome) ** 2);
    if (this.#errors.length > this.#window) this.#errors.shift();
  }

  /** NaN `brier` and `ratio` until the window is full; a ratio above 1 is worse than on validation. */
  reading(): { readonly samples: number; readonly brier: number; readonly ratio: number } {
    const samples = this.#errors.length;
    if (samples < this.#window) return { samples, brier: Number.NaN, ratio: Number.NaN };
    const brier = this.#errors.reduce((sum, error) => sum + error, 0) / samples;
    return { samples, brier, ratio: brier / this.#reference };
  }

  state(): RollingBrierState {
    return { errors: [...this.#errors] };
  }
}

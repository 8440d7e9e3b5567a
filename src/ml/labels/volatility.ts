import { DAY_MS, UserError } from '#core';
import type { BarSeries } from '#domain';

export interface DailyVolatilityOptions {
  /** Span of the exponential window in observations; alpha = 2 / (span + 1). Default 100. */
  readonly span?: number;
  /** How far back the return looks, in milliseconds. Default one day. */
  readonly lookbackMs?: number;
  /** Whether a bar EXACTLY `lookbackMs` old counts as old enough. `exclude` is the published recipe's habit. Default `include`. */
  readonly exactlyOldEnough?: 'include' | 'exclude';
}

/**
 * Exponentially weighted standard deviation of the return against the last bar that is at least `lookbackMs` old
 * (Lopez de Prado 2018, snippet 3.1), one value a row; NaN until two returns exist. Causal: row t uses closes up to t.
 */
export function dailyVolatility(series: Pick<BarSeries, 'time' | 'close' | 'length'>, options: DailyVolatilityOptions = {}): Float64Array {
  const lookback = options.lookbackMs ?? DAY_MS;
  const include = options.exactlyOldEnough !== 'exclude';
  const { time, close, length } = series;
  const returns = new Float64Array(length).fill(Number.NaN);
  let past = -1;
  for (let row = 0; row < length; row++) {
    const latest = time[row]! - lookback;
    while (past + 1 < row && (include ? time[past + 1]! <= latest : time[past + 1]! < latest)) past++;
    if (past >= 0) returns[row] = close[row]! / close[past]! - 1;
  }
  return ewmStandardDeviation(returns, options.span ?? 100);
}

/** The same spread measured on bar-to-bar returns: for series without a daily rhythm. One value a row, as a fraction of price. */
export function barVolatility(close: Float64Array, span = 100): Float64Array {
  const returns = new Float64Array(close.length).fill(Number.NaN);
  for (let row = 1; row < close.length; row++) returns[row] = close[row]! / close[row - 1]! - 1;
  return ewmStandardDeviation(returns, span);
}

/**
 * Bias-corrected exponentially weighted standard deviation with weights (1 - alpha)^age over the values seen so far.
 * NaN values take no part but age the others; NaN until two values were seen.
 */
export function ewmStandardDeviation(values: Float64Array, span: number): Float64Array {
  const running = new EwmDeviation(span);
  return values.map((value) => running.step(value));
}

/** The same value by value, for what comes bar by bar. */
export class EwmDeviation {
  readonly #decay: number;
  #mean = 0;
  #variance = 0;
  #weight = 0;
  #weightSquares = 0;

  constructor(span: number) {
    if (!(span >= 1)) throw new UserError(`the span must be at least 1, got ${span}`, 'Typical: 20 to 100.');
    this.#decay = 1 - 2 / (span + 1);
  }

  step(value: number): number {
    let weight = this.#weight * this.#decay;
    this.#weightSquares *= this.#decay * this.#decay;
    if (!Number.isNaN(value)) {
      const total = weight + 1;
      const delta = value - this.#mean;
      const mean = this.#mean + delta / total;
      this.#variance = (weight * (this.#variance + (this.#mean - mean) ** 2) + (value - mean) ** 2) / total;
      this.#mean = mean;
      weight = total;
      this.#weightSquares += 1;
    }
    this.#weight = weight;
    const correction = weight * weight - this.#weightSquares;
    return correction > 1e-12 * weight * weight ? Math.sqrt(Math.max(0, (this.#variance * weight * weight) / correction)) : Number.NaN;
  }
}

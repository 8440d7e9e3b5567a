import { UserError } from '#core';
import { concurrency, type RowSpans } from './uniqueness.ts';

/**
 * Return attribution: |sum over t0..t1 of log return / concurrency|, scaled so that the weights sum to their number
 * (Lopez de Prado 2018, section 4.6). The return INTO t0's bar counts, as in the source. All equal when every return is 0.
 */
export function returnAttributionWeights(close: Float64Array, spans: RowSpans): Float64Array {
  const counts = concurrency(spans, close.length);
  const cumulative = new Float64Array(close.length + 1);
  for (let row = 0; row < close.length; row++) {
    const change = row === 0 ? 0 : Math.log(close[row]!) - Math.log(close[row - 1]!);
    cumulative[row + 1] = cumulative[row]! + (counts[row]! > 0 ? change / counts[row]! : 0);
  }
  const weights = Float64Array.from(spans.t0, (from, index) => Math.abs(cumulative[spans.t1[index]! + 1]! - cumulative[from]!));
  return scaledToCount(weights);
}

/** The weights scaled to sum to their number; all 1 when they sum to nothing. */
export function scaledToCount(weights: Float64Array): Float64Array {
  let total = 0;
  for (const weight of weights) total += weight;
  return weights.map((weight) => (total > 0 ? (weight * weights.length) / total : 1));
}

/**
 * Piecewise-linear decay over CUMULATIVE average uniqueness, oldest first: the newest weighs 1, the oldest side ends at `decay`
 * in [0, 1]; a negative decay in (-1, 0) gives the oldest |decay| share no weight at all (Lopez de Prado 2018, section 4.7).
 */
export function timeDecayWeights(uniqueness: Float64Array, decay: number): Float64Array {
  if (!(decay > -1 && decay <= 1))
    throw new UserError(`the time decay must lie in (-1, 1], got ${decay}`, '1 = no decay, 0.5 = the oldest count half.');
  let total = 0;
  for (const value of uniqueness) total += value;
  const slope = decay >= 0 ? (1 - decay) / total : 1 / ((decay + 1) * total);
  const constant = 1 - slope * total;
  let seen = 0;
  return uniqueness.map((value) => {
    seen += value;
    return Math.max(0, constant + slope * seen);
  });
}

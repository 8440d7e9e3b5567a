import { missing } from '../kernel.ts';
import { RegimeStream, type ExpandingRegimeOptions } from './stream.ts';

export interface RegimeSeries {
  /** [state][row]: filtered probability, given only rows up to and including it; states ascend in variance. NaN before the first fit. */
  readonly probabilities: readonly Float64Array[];
  /** The likeliest state a row; NaN before the first fit. */
  readonly state: Float64Array;
}

/**
 * Market regimes as they could have been known: the model that filters row t was fitted on rows before t only, is fitted anew
 * every `refitEvery` rows, and never smooths. `features` are aligned columns (say, log return and log range); a row with a missing
 * value is left out of fits and has missing probabilities. Deterministic: a fit starts from the data's own quantiles.
 * It is a `RegimeStream` stepped over the rows.
 */
export function expandingRegime(features: readonly Float64Array[], options: ExpandingRegimeOptions = {}): RegimeSeries {
  const stream = new RegimeStream(features.length, options);
  const length = features[0]!.length;
  const probabilities = Array.from({ length: stream.states }, () => missing(length));
  const state = missing(length);
  const values = new Float64Array(features.length);
  for (let row = 0; row < length; row++) {
    for (let f = 0; f < features.length; f++) values[f] = features[f]![row]!;
    const now = stream.step(values);
    for (let s = 0; s < now.length; s++) probabilities[s]![row] = now[s]!;
    state[row] = likeliest(now);
  }
  return { probabilities, state };
}

function likeliest(probabilities: Float64Array): number {
  let best = 0;
  for (let s = 1; s < probabilities.length; s++) if (probabilities[s]! > probabilities[best]!) best = s;
  return Number.isNaN(probabilities[0]!) ? Number.NaN : best;
}

import { UserError } from '#core';
import { missing } from '../kernel.ts';
import { baumWelch, filterEmissions, logEmissions, type GaussianHmm } from './gaussian-hmm.ts';

export interface ExpandingRegimeOptions {
  /** Number of regimes; default 3. */
  readonly states?: number;
  /** Rows before the first fit; default 252. */
  readonly minimumRows?: number;
  /** Rows between fits; default 63. */
  readonly refitEvery?: number;
  /** Baum-Welch iterations of a fit; default 40. */
  readonly iterations?: number;
  /** The latest rows a fit looks at, so that long series stay affordable; default 5000. */
  readonly maximumRows?: number;
}

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
 */
export function expandingRegime(features: readonly Float64Array[], options: ExpandingRegimeOptions = {}): RegimeSeries {
  const { states = 3, minimumRows = 252, refitEvery = 63, iterations = 40, maximumRows = 5000 } = options;
  if (features.length === 0 || states < 2 || refitEvery < 1 || minimumRows < states * 10)
    throw new UserError(
      'these regime settings cannot be fitted',
      `Give at least one feature, 2 states, and ${states * 10} rows before the first fit.`,
    );
  const length = features[0]!.length;
  const known: number[] = [];
  for (let row = 0; row < length; row++) if (features.every((column) => Number.isFinite(column[row]!))) known.push(row);
  const rows = packed(features, known);
  const probabilities = Array.from({ length: states }, () => missing(length));
  const state = missing(length);
  const width = features.length;
  for (let from = minimumRows; from < known.length; from += refitEvery) {
    const history = rows.subarray(Math.max(0, from - maximumRows) * width, from * width);
    const to = Math.min(known.length, from + refitEvery);
    const model = fitRegimes(history, width, states, iterations);
    const seen = rows.subarray(Math.max(0, from - maximumRows) * width, to * width);
    const filtered = filterEmissions(model.start, model.transition, logEmissions(model, seen)).probabilities;
    const offset = filtered.length / states - (to - from);
    for (let k = 0; k < to - from; k++) write(probabilities, state, known[from + k]!, filtered, (offset + k) * states);
  }
  return { probabilities, state };
}

function write(probabilities: readonly Float64Array[], state: Float64Array, row: number, filtered: Float64Array, at: number): void {
  let best = 0;
  for (let s = 0; s < probabilities.length; s++) {
    probabilities[s]![row] = filtered[at + s]!;
    if (filtered[at + s]! > filtered[at + best]!) best = s;
  }
  state[row] = best;
}

function packed(features: readonly Float64Array[], known: readonly number[]): Float64Array {
  const rows = new Float64Array(known.length * features.length);
  known.forEach((row, k) => features.forEach((column, f) => (rows[k * features.length + f] = column[row]!)));
  return rows;
}

/**
 * Fits a diagonal Gaussian model to rows (rows × features) from a deterministic start: rows ordered by the distance of their first
 * feature from its mean, cut in equal parts, the calmest first. The fitted states are ordered by their first feature's variance.
 */
export function fitRegimes(rows: Float64Array, features: number, states: number, iterations: number): GaussianHmm {
  const length = rows.length / features;
  let mean = 0;
  for (let t = 0; t < length; t++) mean += rows[t * features]! / length;
  const order = Array.from({ length }, (_, t) => t).sort(
    (a, b) => Math.abs(rows[a * features]! - mean) - Math.abs(rows[b * features]! - mean) || a - b,
  );
  const means = new Float64Array(states * features);
  const variances = new Float64Array(states * features);
  let floor = Number.POSITIVE_INFINITY;
  for (let f = 0; f < features; f++) {
    const whole = spread(rows, features, f, order);
    floor = Math.min(floor, Math.max(whole.variance * 1e-4, 1e-300));
    for (let s = 0; s < states; s++) {
      const part = spread(rows, features, f, order.slice(Math.floor((s * length) / states), Math.floor(((s + 1) * length) / states)));
      means[s * features + f] = part.mean;
      variances[s * features + f] = Math.max(part.variance, whole.variance * 0.01, 1e-300);
    }
  }
  const transition = Float64Array.from({ length: states * states }, (_, k) =>
    Math.floor(k / states) === k % states ? 0.95 : 0.05 / (states - 1),
  );
  const start = new Float64Array(states).fill(1 / states);
  const fitted = baumWelch({ states, features, start, transition, means, variances }, rows, {
    iterations,
    tolerance: 1e-6 * length,
    minimumVariance: floor,
  });
  return orderedByVariance(fitted.model);
}

function spread(rows: Float64Array, features: number, feature: number, members: readonly number[]): { mean: number; variance: number } {
  let mean = 0;
  for (const t of members) mean += rows[t * features + feature]! / members.length;
  let variance = 0;
  for (const t of members) variance += (rows[t * features + feature]! - mean) ** 2 / members.length;
  return { mean, variance };
}

function orderedByVariance(model: GaussianHmm): GaussianHmm {
  const { states, features } = model;
  const order = Array.from({ length: states }, (_, s) => s).sort(
    (a, b) => model.variances[a * features]! - model.variances[b * features]! || a - b,
  );
  const pick = (source: Float64Array): Float64Array =>
    Float64Array.from({ length: states * features }, (_, k) => source[order[Math.floor(k / features)]! * features + (k % features)]!);
  return {
    states,
    features,
    start: Float64Array.from(order, (s) => model.start[s]!),
    transition: Float64Array.from(
      { length: states * states },
      (_, k) => model.transition[order[Math.floor(k / states)]! * states + order[k % states]!]!,
    ),
    means: pick(model.means),
    variances: pick(model.variances),
  };
}

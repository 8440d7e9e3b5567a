import { baumWelch } from './gaussian-hmm.ts';
import type { GaussianHmm } from './hmm-model.ts';

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

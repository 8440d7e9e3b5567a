import { type Rng, UserError } from '#core';

/**
 * Row numbers of one stationary-bootstrap sample (Politis & Romano 1994) into `out`: blocks of geometric length with mean
 * `blockLength` (≥ 1; 1 gives the plain bootstrap), wrapped around the end of `rows` rows. Draws come from `rng` alone.
 */
export function stationaryBootstrapIndices(rng: Rng, rows: number, blockLength: number, out = new Int32Array(rows)): Int32Array {
  if (!(rows >= 1) || !(blockLength >= 1))
    throw new UserError(
      `bootstrap needs rows ≥ 1 and a block length ≥ 1, got ${rows} and ${blockLength}`,
      'pass the mean block length in rows',
    );
  const restart = 1 / blockLength;
  let row = 0;
  for (let i = 0; i < out.length; i += 1) {
    row = i === 0 || rng.uniform() < restart ? rng.integer(rows) : row + 1 === rows ? 0 : row + 1;
    out[i] = row;
  }
  return out;
}

/** A whole number of rows near n^(1/3): the usual order of the best mean block length, at least 1. */
export function defaultBlockLength(rows: number): number {
  return Math.max(1, Math.round(rows ** (1 / 3)));
}

/** Long-run variance under the stationary bootstrap with mean block length b (Hansen 2005 eq. 8; same kernel as Politis & Romano). */
export function stationaryBootstrapVariance(values: Float64Array, blockLength: number): number {
  const n = values.length;
  let centre = 0;
  for (let i = 0; i < n; i += 1) centre += values[i]! / n;
  const stay = 1 - 1 / blockLength;
  const deviations = values.map((value) => value - centre);
  let total = lagProduct(deviations, 0);
  for (let lag = 1; lag < n; lag += 1) {
    const weight = (1 - lag / n) * stay ** lag + (lag / n) * stay ** (n - lag);
    if (weight > 1e-13) total += 2 * weight * lagProduct(deviations, lag);
  }
  return total;
}

function lagProduct(deviations: Float64Array, lag: number): number {
  let total = 0;
  for (let i = lag; i < deviations.length; i += 1) total += deviations[i]! * deviations[i - lag]!;
  return total / deviations.length;
}

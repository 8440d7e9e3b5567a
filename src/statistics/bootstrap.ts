import { type Rng, UserError } from '#core';
import { wasmBlocks } from './resampling/wasm.ts';

/**
 * Row numbers of one stationary-bootstrap sample (Politis & Romano 1994) into `out`: blocks of geometric length with mean
 * `blockLength` (≥ 1; 1 gives the plain bootstrap), wrapped around the end of `rows` rows. Draws come from `rng` alone.
 */
export function stationaryBootstrapIndices(rng: Rng, rows: number, blockLength: number, out = new Int32Array(rows)): Int32Array {
  checkBlocks(rows, blockLength);
  const restart = 1 / blockLength;
  let row = 0;
  for (let i = 0; i < out.length; i += 1) {
    row = i === 0 || rng.uniform() < restart ? rng.integer(rows) : row + 1 === rows ? 0 : row + 1;
    out[i] = row;
  }
  return out;
}

/** Rows drawn ahead, in whole samples. */
const ROWS_AHEAD = 250_000;

/** So many samples of `stationaryBootstrapIndices`, each good until the next is asked for. The stream may be ahead of what was asked for. */
export function* stationaryBootstrapSamples(rng: Rng, rows: number, blockLength: number, samples: number): Generator<Int32Array> {
  checkBlocks(rows, blockLength);
  const most = Math.ceil(ROWS_AHEAD / rows);
  const single = new Int32Array(rows);
  for (let from = 0; from < samples; from += most) {
    const count = Math.min(most, Math.ceil(samples - from));
    const ahead = wasmBlocks(rng, rows, count, 1 / blockLength);
    for (let at = 0; at < count; at += 1)
      yield ahead?.subarray(at * rows, (at + 1) * rows) ?? stationaryBootstrapIndices(rng, rows, blockLength, single);
  }
}

function checkBlocks(rows: number, blockLength: number): void {
  if (!(rows >= 1) || !(blockLength >= 1))
    throw new UserError(
      `bootstrap needs rows ≥ 1 and a block length ≥ 1, got ${rows} and ${blockLength}`,
      'pass the mean block length in rows',
    );
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

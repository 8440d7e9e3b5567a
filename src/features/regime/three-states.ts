import type { GaussianHmm } from './hmm-model.ts';

/** Memory of one fit of three states, used again by every iteration: rows of three values. */
export interface ThreeStateSpace {
  readonly predicted: Float64Array;
  readonly filtered: Float64Array;
  readonly smoothed: Float64Array;
}

export function threeStateSpace(length: number): ThreeStateSpace {
  const rows = (): Float64Array => new Float64Array(3 * length);
  return { predicted: rows(), filtered: rows(), smoothed: rows() };
}

const LOG_TWO_PI = Math.log(2 * Math.PI);

/**
 * The expectation step of Baum-Welch for three states and two features, which the pipeline fits thousands of times on minute bars: smoothed
 * probabilities into `space.smoothed`, expected transitions added to `transitions`; returns the log likelihood. Written out, so that the
 * nine transitions and all that a row needs stay in registers: half the time of its plain twin, `smoothEmissions` over `logEmissions`,
 * with the same operations in the same order and so the same bits. Rows must be finite, transitions above 0.
 */
export function threeStateExpectation(model: GaussianHmm, rows: Float64Array, space: ThreeStateSpace, transitions: Float64Array): number {
  const logLikelihood = forward(model, rows, space);
  backward(model.transition, rows.length / 2, space, transitions);
  return logLikelihood;
}

function forward({ start, transition: a, means, variances }: GaussianHmm, rows: Float64Array, space: ThreeStateSpace): number {
  const { predicted, filtered } = space;
  const [m00, m01, m10, m11, m20, m21] = pairs(means);
  const [v00, v01, v10, v11, v20, v21] = pairs(variances);
  const c0 = -LOG_TWO_PI - 0.5 * Math.log(v00) - 0.5 * Math.log(v01);
  const c1 = -LOG_TWO_PI - 0.5 * Math.log(v10) - 0.5 * Math.log(v11);
  const c2 = -LOG_TWO_PI - 0.5 * Math.log(v20) - 0.5 * Math.log(v21);
  const [a00, a01, a02, a10, a11, a12, a20, a21, a22] = triples(a);
  const length = rows.length / 2;
  let f0 = 0;
  let f1 = 0;
  let f2 = 0;
  let logLikelihood = 0;
  for (let t = 0, at = 0; t < length; t++, at += 3) {
    const p0 = t === 0 ? start[0]! : f0 * a00 + f1 * a10 + f2 * a20;
    const p1 = t === 0 ? start[1]! : f0 * a01 + f1 * a11 + f2 * a21;
    const p2 = t === 0 ? start[2]! : f0 * a02 + f1 * a12 + f2 * a22;
    predicted[at] = p0;
    predicted[at + 1] = p1;
    predicted[at + 2] = p2;
    const x = rows[2 * t]!;
    const y = rows[2 * t + 1]!;
    const e0 = c0 - 0.5 * (((x - m00) * (x - m00)) / v00 + ((y - m01) * (y - m01)) / v01);
    const e1 = c1 - 0.5 * (((x - m10) * (x - m10)) / v10 + ((y - m11) * (y - m11)) / v11);
    const e2 = c2 - 0.5 * (((x - m20) * (x - m20)) / v20 + ((y - m21) * (y - m21)) / v21);
    let peak = Number.NEGATIVE_INFINITY;
    if (p0 > 0 && e0 > peak) peak = e0;
    if (p1 > 0 && e1 > peak) peak = e1;
    if (p2 > 0 && e2 > peak) peak = e2;
    f0 = p0;
    f1 = p1;
    f2 = p2;
    if (peak > Number.NEGATIVE_INFINITY) {
      // Of the likeliest state the factor is exp(0), which is 1; an impossible state stays so, however large its factor.
      f0 = e0 === peak || p0 === 0 ? p0 : p0 * Math.exp(e0 - peak);
      f1 = e1 === peak || p1 === 0 ? p1 : p1 * Math.exp(e1 - peak);
      f2 = e2 === peak || p2 === 0 ? p2 : p2 * Math.exp(e2 - peak);
      const total = f0 + f1 + f2;
      f0 /= total;
      f1 /= total;
      f2 /= total;
      logLikelihood += Math.log(total) + peak;
    }
    filtered[at] = f0;
    filtered[at + 1] = f1;
    filtered[at + 2] = f2;
  }
  return logLikelihood;
}

/** Three states' values of two features. */
function pairs(of: Float64Array) {
  return [of[0]!, of[1]!, of[2]!, of[3]!, of[4]!, of[5]!] as const;
}

/** Three rows of three. */
function triples(of: Float64Array) {
  return [of[0]!, of[1]!, of[2]!, of[3]!, of[4]!, of[5]!, of[6]!, of[7]!, of[8]!] as const;
}

/** `hij`: the share of state i here that goes to state j next. */
function backward(a: Float64Array, length: number, { predicted, filtered, smoothed }: ThreeStateSpace, transitions: Float64Array): void {
  const [a00, a01, a02, a10, a11, a12, a20, a21, a22] = triples(a);
  let t00 = 0;
  let t01 = 0;
  let t02 = 0;
  let t10 = 0;
  let t11 = 0;
  let t12 = 0;
  let t20 = 0;
  let t21 = 0;
  let t22 = 0;
  let at = (length - 1) * 3;
  let s0 = filtered[at]!;
  let s1 = filtered[at + 1]!;
  let s2 = filtered[at + 2]!;
  smoothed[at] = s0;
  smoothed[at + 1] = s1;
  smoothed[at + 2] = s2;
  for (at -= 3; at >= 0; at -= 3) {
    const p0 = predicted[at + 3]!;
    const p1 = predicted[at + 4]!;
    const p2 = predicted[at + 5]!;
    const f0 = filtered[at]!;
    const f1 = filtered[at + 1]!;
    const f2 = filtered[at + 2]!;
    const h00 = p0 === 0 ? 0 : (f0 * a00 * s0) / p0;
    const h01 = p1 === 0 ? 0 : (f0 * a01 * s1) / p1;
    const h02 = p2 === 0 ? 0 : (f0 * a02 * s2) / p2;
    const h10 = p0 === 0 ? 0 : (f1 * a10 * s0) / p0;
    const h11 = p1 === 0 ? 0 : (f1 * a11 * s1) / p1;
    const h12 = p2 === 0 ? 0 : (f1 * a12 * s2) / p2;
    const h20 = p0 === 0 ? 0 : (f2 * a20 * s0) / p0;
    const h21 = p1 === 0 ? 0 : (f2 * a21 * s1) / p1;
    const h22 = p2 === 0 ? 0 : (f2 * a22 * s2) / p2;
    t00 += h00;
    t01 += h01;
    t02 += h02;
    t10 += h10;
    t11 += h11;
    t12 += h12;
    t20 += h20;
    t21 += h21;
    t22 += h22;
    s0 = h00 + h01 + h02;
    s1 = h10 + h11 + h12;
    s2 = h20 + h21 + h22;
    smoothed[at] = s0;
    smoothed[at + 1] = s1;
    smoothed[at + 2] = s2;
  }
  for (const [k, expected] of [t00, t01, t02, t10, t11, t12, t20, t21, t22].entries()) transitions[k]! += expected;
}

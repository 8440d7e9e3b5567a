import type { GbdtData, GbdtObjective, GbdtParams } from './types.ts';

/** Logistic function; the same bits wherever a probability is shown. */
export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

/** Turns `outputs` margins at `at` into probabilities in place (max-shifted). */
function softmaxInPlace(values: Float64Array, at: number, outputs: number): void {
  let largest = -Infinity;
  for (let k = 0; k < outputs; k++) largest = Math.max(largest, values[at + k]!);
  let sum = 0;
  for (let k = 0; k < outputs; k++) {
    const e = Math.exp(values[at + k]! - largest);
    values[at + k] = e;
    sum += e;
  }
  for (let k = 0; k < outputs; k++) values[at + k] = values[at + k]! / sum;
}

/** Margins to the prediction's own scale, in place: probabilities, or values for regression. */
export function marginsToPredictions(values: Float64Array, objective: GbdtObjective, outputs: number): Float64Array {
  if (objective === 'logistic') for (let i = 0; i < values.length; i++) values[i] = sigmoid(values[i]!);
  if (objective === 'softmax') for (let i = 0; i < values.length; i += outputs) softmaxInPlace(values, i, outputs);
  return values;
}

/** Start margins: the given base score, or the weighted mean of the labels (log-odds, log class shares). */
export function startMargins(data: GbdtData, params: GbdtParams, outputs: number): Float64Array {
  const { objective, baseScore } = params;
  if (baseScore !== null)
    return new Float64Array(outputs).fill(objective === 'logistic' ? Math.log(baseScore / (1 - baseScore)) : baseScore);
  const sums = new Float64Array(outputs);
  let total = 0;
  for (let i = 0; i < data.rows; i++) {
    const weight = data.weights === undefined ? 1 : data.weights[i]!;
    total += weight;
    if (objective === 'softmax') sums[data.labels[i]!] = sums[data.labels[i]!]! + weight;
    else sums[0] = sums[0]! + weight * data.labels[i]!;
  }
  if (objective === 'regression') return Float64Array.of(sums[0]! / total);
  if (objective === 'logistic') return Float64Array.of(Math.log(sums[0]! / (total - sums[0]!)));
  return sums.map((sum) => Math.log(Math.max(sum / total, 1e-6)));
}

/**
 * Writes gradient and hessian pairs of one output into `pairs` (2 × rows).
 * Logistic: p − y and p(1 − p). Softmax: p − y and 2p(1 − p). Regression: margin − y and 1. Each times the weight.
 * `probabilities` holds the softmax probabilities of the round (rows × outputs), else nothing.
 */
export function writeGradients(
  pairs: Float64Array,
  data: GbdtData,
  objective: GbdtObjective,
  margins: Float64Array,
  probabilities: Float64Array,
  output: number,
  outputs: number,
): void {
  const { rows, labels, weights } = data;
  for (let i = 0; i < rows; i++) {
    const weight = weights === undefined ? 1 : weights[i]!;
    const label = labels[i]!;
    let gradient: number;
    let hessian: number;
    if (objective === 'regression') {
      gradient = margins[i]! - label;
      hessian = 1;
    } else if (objective === 'logistic') {
      const p = sigmoid(margins[i]!);
      gradient = p - label;
      hessian = Math.max(p * (1 - p), 1e-16);
    } else {
      const p = probabilities[i * outputs + output]!;
      gradient = label === output ? p - 1 : p;
      hessian = Math.max(2 * p * (1 - p), 1e-16);
    }
    pairs[2 * i] = gradient * weight;
    pairs[2 * i + 1] = hessian * weight;
  }
  roundToExactSums(pairs, rows);
}

const bits = new DataView(new ArrayBuffer(8));

/**
 * Rounds gradients and hessians to a power-of-two grid so coarse that every sum of them is exact in a double.
 * Histogram sums then do not depend on the order of rows, on SIMD lanes, on subtraction or on the number of threads.
 * The grid is rows × the largest value / 2^51: at 50,000 rows, 35 bits are left to each value.
 */
function roundToExactSums(pairs: Float64Array, rows: number): void {
  for (let lane = 0; lane < 2; lane++) {
    let largest = 0;
    for (let i = lane; i < 2 * rows; i += 2) largest = Math.max(largest, Math.abs(pairs[i]!));
    if (largest === 0) continue;
    bits.setFloat64(0, largest * rows);
    const exponent = (bits.getUint16(0) >>> 4) - 1023 + 1;
    const magic = 1.5 * 2 ** Math.max(exponent + 1, -960);
    for (let i = lane; i < 2 * rows; i += 2) pairs[i] = pairs[i]! + magic - magic;
  }
}

/** Weighted mean loss: log loss (clipped at 1e-15) for classifiers, root mean squared error for regression. */
export function meanLoss(data: GbdtData, objective: GbdtObjective, margins: Float64Array, outputs: number): number {
  const { rows, labels, weights } = data;
  const predictions = marginsToPredictions(margins.slice(), objective, outputs);
  let loss = 0;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const weight = weights === undefined ? 1 : weights[i]!;
    total += weight;
    if (objective === 'regression') loss += weight * (predictions[i]! - labels[i]!) ** 2;
    else {
      const p =
        objective === 'logistic' ? (labels[i] === 1 ? predictions[i]! : 1 - predictions[i]!) : predictions[i * outputs + labels[i]!]!;
      loss -= weight * Math.log(Math.max(p, 1e-15));
    }
  }
  return objective === 'regression' ? Math.sqrt(loss / total) : loss / total;
}

import { UserError } from '#core';
import { checkBinary, unitWeights } from '../metrics/checks.ts';
import { wilsonInterval } from '../metrics/intervals.ts';

export interface ReliabilityBin {
  /** Number of the bin, from 0. Empty bins are left out. */
  readonly bin: number;
  readonly count: number;
  /** Weight in the bin; equals `count` without weights. */
  readonly weight: number;
  readonly meanPredicted: number;
  readonly fractionPositive: number;
  /** Wilson interval of the fraction at the asked confidence. */
  readonly low: number;
  readonly high: number;
}

export interface ReliabilityOptions {
  /** Default 10. */
  readonly bins?: number;
  /** `uniform` (default): equal widths, bin = min(floor(p * bins), bins - 1). `quantile`: edges at the predictions' own percentiles, left-closed. */
  readonly binning?: 'uniform' | 'quantile';
  /** Confidence of the intervals. Default 0.95. */
  readonly confidence?: number;
  readonly weights?: ArrayLike<number>;
}

/** The reliability diagram: predicted against observed, bin by bin. Probabilities must lie in [0, 1]. */
export function reliabilityDiagram(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  options: ReliabilityOptions = {},
): readonly ReliabilityBin[] {
  const { bins = 10, binning = 'uniform', confidence = 0.95 } = options;
  checkBinary(probabilities, outcomes, options.weights);
  if (!Number.isInteger(bins) || bins < 1) throw new UserError(`bins must be a positive integer, got ${bins}`);
  const mass = unitWeights(outcomes.length, options.weights);
  const place = binning === 'uniform' ? (p: number) => Math.min(Math.floor(p * bins), bins - 1) : quantilePlacer(probabilities, bins);
  const count = new Int32Array(bins);
  const weight = new Float64Array(bins);
  const predicted = new Float64Array(bins);
  const positive = new Float64Array(bins);
  for (let row = 0; row < outcomes.length; row++) {
    const p = probabilities[row]!;
    if (!(p >= 0 && p <= 1)) throw new UserError(`a probability lies in [0, 1], got ${p} at sample ${row}`, 'Calibrate scores first.');
    const bin = place(p);
    count[bin]! += 1;
    weight[bin]! += mass[row]!;
    predicted[bin]! += mass[row]! * p;
    positive[bin]! += mass[row]! * outcomes[row]!;
  }
  const rows: ReliabilityBin[] = [];
  for (let bin = 0; bin < bins; bin++) {
    if (!(weight[bin]! > 0)) continue;
    const fractionPositive = positive[bin]! / weight[bin]!;
    const [low, high] = wilsonInterval(fractionPositive * count[bin]!, count[bin]!, confidence);
    rows.push({
      bin,
      count: count[bin]!,
      weight: weight[bin]!,
      meanPredicted: predicted[bin]! / weight[bin]!,
      fractionPositive,
      low,
      high,
    });
  }
  return rows;
}

/** Edges by linear interpolation between order statistics; a value equal to an inner edge goes to the bin on its right. */
function quantilePlacer(values: ArrayLike<number>, bins: number): (p: number) => number {
  const sorted = Float64Array.from(values).sort();
  const edges = Float64Array.from({ length: bins - 1 }, (_, index) => {
    const at = ((index + 1) / bins) * (sorted.length - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, sorted.length - 1);
    return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
  });
  return (p) => {
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (edges[middle]! <= p) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

export interface CalibrationErrors {
  /** Expected calibration error: weight-averaged |observed - predicted| over the bins. */
  readonly expected: number;
  /** The largest of them. */
  readonly maximum: number;
}

export function calibrationErrors(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  options: ReliabilityOptions = {},
): CalibrationErrors {
  const rows = reliabilityDiagram(probabilities, outcomes, options);
  const total = rows.reduce((sum, row) => sum + row.weight, 0);
  let expected = 0;
  let maximum = 0;
  for (const row of rows) {
    const gap = Math.abs(row.fractionPositive - row.meanPredicted);
    expected += (row.weight / total) * gap;
    maximum = Math.max(maximum, gap);
  }
  return { expected, maximum };
}

export interface BrierParts {
  readonly reliability: number;
  readonly resolution: number;
  readonly uncertainty: number;
}

/** Murphy's parts of the Brier score over bins: Brier = reliability - resolution + uncertainty, up to the spread inside bins. */
export function brierDecomposition(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  options: ReliabilityOptions = {},
): BrierParts {
  const rows = reliabilityDiagram(probabilities, outcomes, options);
  const total = rows.reduce((sum, row) => sum + row.weight, 0);
  const base = rows.reduce((sum, row) => sum + row.weight * row.fractionPositive, 0) / total;
  let reliability = 0;
  let resolution = 0;
  for (const row of rows) {
    reliability += (row.weight / total) * (row.fractionPositive - row.meanPredicted) ** 2;
    resolution += (row.weight / total) * (row.fractionPositive - base) ** 2;
  }
  return { reliability, resolution, uncertainty: base * (1 - base) };
}

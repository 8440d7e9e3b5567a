import { UserError } from '#core';

export interface TrendLabels {
  readonly count: number;
  readonly t0: Int32Array;
  /** Last row of the window with the strongest trend. */
  readonly t1: Int32Array;
  /** t statistic of that window's slope. */
  readonly tValue: Float64Array;
  /** Sign of the slope. */
  readonly label: Int8Array;
  /** Simple return from t0 to t1, close to close. */
  readonly return: Float64Array;
}

/**
 * Trend scanning: from each event regress the close on time over windows of minSample .. lookForward - 1 bars, keep the window with
 * the largest |t| of the slope (the shortest on a tie) and label by its sign (Lopez de Prado 2019, "Machine learning for asset
 * managers", chapter 5). Events with fewer than `lookForward` bars ahead (their own counted) are dropped. O(lookForward) an event.
 */
export function trendScanLabels(
  close: Float64Array,
  events: Int32Array,
  options: { readonly lookForward: number; readonly minSample?: number },
): TrendLabels {
  const { lookForward, minSample = 5 } = options;
  if (minSample < 3 || lookForward <= minSample)
    throw new UserError(`trend scanning needs 3 <= minSample < lookForward, got ${minSample} and ${lookForward}`);
  const kept = events.filter((row) => row >= 0 && row + lookForward <= close.length);
  const count = kept.length;
  const labels = {
    count,
    t0: kept,
    t1: new Int32Array(count),
    tValue: new Float64Array(count),
    label: new Int8Array(count),
    return: new Float64Array(count),
  };
  for (let index = 0; index < count; index++) {
    const t0 = kept[index]!;
    const best = strongestTrend(close, t0, minSample, lookForward);
    labels.t1[index] = t0 + best.bars - 1;
    labels.tValue[index] = best.tValue;
    labels.label[index] = Math.sign(best.tValue);
    labels.return[index] = close[t0 + best.bars - 1]! / close[t0]! - 1;
  }
  return labels;
}

function strongestTrend(close: Float64Array, t0: number, minSample: number, lookForward: number): { bars: number; tValue: number } {
  // Running means and centred sums, so that no large sums cancel.
  let meanY = 0;
  let sumYY = 0;
  let sumXY = 0;
  let best = { bars: minSample, tValue: 0 };
  for (let bars = 1; bars < lookForward; bars++) {
    const y = close[t0 + bars - 1]! - close[t0]!;
    const meanX = (bars - 1) / 2;
    const delta = y - meanY;
    meanY += delta / bars;
    sumYY += delta * (y - meanY);
    sumXY += (bars - 1 - meanX) * delta;
    if (bars < minSample) continue;
    const sumXX = (bars * (bars * bars - 1)) / 12;
    const slope = sumXY / sumXX;
    const residual = Math.max(0, sumYY - slope * sumXY);
    const tValue = slope === 0 ? 0 : slope / Math.sqrt(residual / (bars - 2) / sumXX);
    if (Math.abs(tValue) > Math.abs(best.tValue)) best = { bars, tValue };
  }
  return best;
}

/** A column of numbers: a typed array or a plain array. NaN marks a missing value. */
export type Column = ArrayLike<number>;

/** The values that are not NaN, in order: the column itself when none is missing, which is not to be written to. */
export function present(values: Column): Float64Array {
  let missing = 0;
  for (let i = 0; i < values.length; i += 1) if (Number.isNaN(values[i]!)) missing += 1;
  if (missing === 0 && values instanceof Float64Array) return values;
  const kept = new Float64Array(values.length - missing);
  let count = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!;
    if (!Number.isNaN(value)) kept[count++] = value;
  }
  return kept;
}

export function sum(values: Column): number {
  let total = 0;
  for (let i = 0; i < values.length; i += 1) total += values[i]!;
  return total;
}

/** Arithmetic mean; NaN for an empty column. */
export function mean(values: Column): number {
  return values.length === 0 ? Number.NaN : sum(values) / values.length;
}

/** Variance with `ddof` degrees of freedom taken off (1 = sample); NaN when there are not more values than that. */
export function variance(values: Column, ddof = 1): number {
  const n = values.length;
  if (n <= ddof) return Number.NaN;
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < n; i += 1) squares += (values[i]! - centre) ** 2;
  return squares / (n - ddof);
}

export function standardDeviation(values: Column, ddof = 1): number {
  return Math.sqrt(variance(values, ddof));
}

/** Standard deviation, but 0 when the values differ by nothing but rounding, so that no ratio is built on noise. */
export function spread(values: Column, ddof = 1): number {
  const deviation = standardDeviation(values, ddof);
  let largest = 0;
  for (let i = 0; i < values.length; i += 1) largest = Math.max(largest, Math.abs(values[i]!));
  return deviation <= largest * 1e-14 ? 0 : deviation;
}

/** A return is a ratio less one: whatever its size, it is known to a few ulps of one only. */
const RETURN_ROUNDING = 1e-15;

/** The spread of returns; 0, too, when it is no more than their rounding: equity that grows evenly has no risk to divide by. */
export function spreadOfReturns(returns: Column): number {
  const deviation = spread(returns);
  return deviation <= RETURN_ROUNDING ? 0 : deviation;
}

function standardisedMoment(values: Column, power: number): number {
  const centre = mean(values);
  const scale = spread(values, 0);
  if (!(scale > 0)) return Number.NaN;
  let total = 0;
  for (let i = 0; i < values.length; i += 1) total += ((values[i]! - centre) / scale) ** power;
  return total / values.length;
}

/** `biased`: the moment itself (scipy's default). `sample`: the small-sample correction (pandas, Excel). */
export type MomentConvention = 'biased' | 'sample';

/** Skewness of the values that are there; NaN for fewer than 3 or no spread. */
export function skewness(values: Column, convention: MomentConvention = 'biased'): number {
  const kept = present(values);
  const n = kept.length;
  if (n < 3) return Number.NaN;
  const biased = standardisedMoment(kept, 3);
  return convention === 'biased' ? biased : (biased * Math.sqrt(n * (n - 1))) / (n - 2);
}

/** Pearson kurtosis of the values that are there, 3 for a normal distribution (subtract 3 for the excess); NaN for fewer than 4 or no spread. */
export function kurtosis(values: Column, convention: MomentConvention = 'biased'): number {
  const kept = present(values);
  const n = kept.length;
  if (n < 4) return Number.NaN;
  const biased = standardisedMoment(kept, 4);
  if (convention === 'biased') return biased;
  return 3 + ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * (biased - 3) + 6);
}

/** Quantile with linear interpolation between order statistics (numpy's default); `sorted` ascends. NaN when empty. */
export function quantileOfSorted(sorted: Column, probability: number): number {
  if (sorted.length === 0 || !(probability >= 0 && probability <= 1)) return Number.NaN;
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}

export function quantile(values: Column, probability: number): number {
  return quantileOfSorted(Float64Array.from(present(values)).sort(), probability);
}

export interface LinearFit {
  readonly slope: number;
  readonly intercept: number;
  readonly rSquared: number;
}

/** Least squares of y on x over the rows where both are present; NaN with fewer than 2 rows or no spread in x. */
export function linearFit(x: Column, y: Column): LinearFit {
  let n = 0;
  let meanX = 0;
  let meanY = 0;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < Math.min(x.length, y.length); i += 1) {
    if (Number.isNaN(x[i]!) || Number.isNaN(y[i]!)) continue;
    n += 1;
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    meanX += dx / n;
    meanY += dy / n;
    xx += dx * (x[i]! - meanX);
    xy += dx * (y[i]! - meanY);
    yy += dy * (y[i]! - meanY);
  }
  if (n < 2 || !(xx > 0)) return { slope: Number.NaN, intercept: Number.NaN, rSquared: Number.NaN };
  const slope = xy / xx;
  return { slope, intercept: meanY - slope * meanX, rSquared: yy > 0 ? (xy * xy) / (xx * yy) : Number.NaN };
}

/** Pearson correlation of the rows where both are present. */
export function correlation(x: Column, y: Column): number {
  const fit = linearFit(x, y);
  return Number.isNaN(fit.rSquared) ? Number.NaN : Math.sign(fit.slope) * Math.sqrt(fit.rSquared);
}

/** Autocorrelation at a lag, about the overall mean (the usual estimator); NaN when short or flat. */
export function autocorrelation(values: Column, lag: number): number {
  const n = values.length;
  if (n <= lag + 1) return Number.NaN;
  const centre = mean(values);
  let cross = 0;
  let square = 0;
  for (let i = 0; i < n; i += 1) {
    const deviation = values[i]! - centre;
    square += deviation * deviation;
    if (i >= lag) cross += deviation * (values[i - lag]! - centre);
  }
  return square > 0 ? cross / square : Number.NaN;
}

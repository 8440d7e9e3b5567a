import { UserError } from '#core';
import { chiSquareTail, normalTwoSided } from './distributions.ts';
import { sampleCorrelation, sampleCovariance, type ReturnColumns } from './covariance.ts';
import {
  bilinear,
  buildMatrix,
  cholesky,
  inversePositiveDefinite,
  multiply,
  solveCholesky,
  symmetricEigenvalues,
  type Matrix,
} from './matrix.ts';

/** Pearson correlation over the last `window` rows up to and with each row; NaN before the window is full. */
export function rollingCorrelation(x: Float64Array, y: Float64Array, window: number): Float64Array {
  return Float64Array.from(x, (_, i) =>
    i + 1 < window ? Number.NaN : sampleCorrelation([x.subarray(i + 1 - window, i + 1), y.subarray(i + 1 - window, i + 1)])[0]![1]!,
  );
}

/**
 * RiskMetrics correlation: C = lambda C + (1 - lambda) x x', no means removed, started by the mean product of the first `initialRows`.
 * Entry i is the estimate before row i is seen; NaN for the initial rows.
 */
export function exponentialCorrelation(x: Float64Array, y: Float64Array, lambda: number, initialRows: number): Float64Array {
  const estimate = new Float64Array(x.length).fill(Number.NaN);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    if (i >= initialRows) estimate[i] = xy / Math.sqrt(xx * yy);
    const keep = i < initialRows ? 1 : lambda;
    const take = i < initialRows ? 1 / initialRows : 1 - lambda;
    xx = keep * xx + take * x[i]! ** 2;
    yy = keep * yy + take * y[i]! ** 2;
    xy = keep * xy + take * x[i]! * y[i]!;
  }
  return estimate;
}

export interface TestResult {
  readonly statistic: number;
  readonly pValue: number;
}

/** Fisher's z test that two independent samples have one correlation. Each needs more than three rows. */
export function fisherTest(first: number, firstRows: number, second: number, secondRows: number): TestResult {
  if (!(firstRows > 3 && secondRows > 3))
    throw new UserError(`Fisher's test needs more than 3 rows a sample, got ${firstRows} and ${secondRows}.`);
  const statistic = (Math.atanh(first) - Math.atanh(second)) / Math.sqrt(1 / (firstRows - 3) + 1 / (secondRows - 3));
  return { statistic, pValue: normalTwoSided(statistic) };
}

/** Jennrich 1970: a chi-square test that two correlation matrices are equal, with n (n - 1) / 2 degrees of freedom. */
export function jennrichTest(
  first: Matrix,
  firstRows: number,
  second: Matrix,
  secondRows: number,
): TestResult & { readonly degrees: number } {
  const size = first.length;
  const total = firstRows + secondRows;
  const pooled = buildMatrix(size, (i, j) => (firstRows * first[i]![j]! + secondRows * second[i]![j]!) / total);
  const inverse = inversePositiveDefinite(pooled);
  const scale = Math.sqrt((firstRows * secondRows) / total);
  const z = multiply(
    inverse,
    buildMatrix(size, (i, j) => scale * (first[i]![j]! - second[i]![j]!)),
  );
  const square = multiply(z, z);
  const trace = square.reduce((sum, row, i) => sum + row[i]!, 0);
  const diagonal = Float64Array.from(z, (row, i) => row[i]!);
  const weights = cholesky(buildMatrix(size, (i, j) => (i === j ? 1 : 0) + pooled[i]![j]! * inverse[i]![j]!));
  const correction = solveCholesky(weights, diagonal).reduce((sum, value, i) => sum + value * diagonal[i]!, 0);
  const statistic = trace / 2 - correction;
  const degrees = (size * (size - 1)) / 2;
  return { statistic, degrees, pValue: chiSquareTail(statistic, degrees) };
}

/** The share of total variance in the largest eigenvalues, a fifth of them unless told (Kritzman, Li, Page and Rigobon 2011). */
export function absorptionRatio(covariance: Matrix, eigenvalues = Math.max(1, Math.round(covariance.length / 5))): number {
  const values = symmetricEigenvalues(covariance);
  let top = 0;
  let total = 0;
  values.forEach((value, i) => {
    total += value;
    if (i < eigenvalues) top += value;
  });
  return top / total;
}

/** Kritzman and Li 2010: the squared Mahalanobis distance of one row of returns from a history's means and covariance. */
export function turbulence(row: ArrayLike<number>, means: ArrayLike<number>, inverseCovariance: Matrix): number {
  return bilinear(
    Float64Array.from(row, (value, i) => value - means[i]!),
    inverseCovariance,
  );
}

/** Turbulence of each row against a history. */
export function turbulenceSeries(history: ReturnColumns, rows: ReturnColumns): Float64Array {
  const means = history.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
  const inverse = inversePositiveDefinite(sampleCovariance(history));
  return Float64Array.from(rows[0]!, (_, t) =>
    turbulence(
      rows.map((column) => column[t]!),
      means,
      inverse,
    ),
  );
}

/** The mean of the correlations of all pairs; NaN with fewer than two assets. */
export function averageCorrelation(correlation: Matrix): number {
  const size = correlation.length;
  let sum = 0;
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) sum += correlation[i]![j]!;
  return size < 2 ? Number.NaN : sum / ((size * (size - 1)) / 2);
}

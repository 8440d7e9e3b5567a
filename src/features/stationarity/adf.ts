import { invariant, UserError } from '#core';

export interface AdfOptions {
  /** Lagged differences in the regression; default ⌊4·(n/100)^¼⌋, the shorter of Schwert's (1989) two rules. */
  readonly lags?: number;
}

export interface AdfResult {
  /** t statistic of the level's coefficient: the more negative, the more stationary. */
  readonly statistic: number;
  readonly lags: number;
  /** Rows of the regression: n − 1 − lags. */
  readonly observations: number;
  /** Reject a unit root below these; by MacKinnon (2010) for so many observations. */
  readonly criticalValues: { readonly onePercent: number; readonly fivePercent: number; readonly tenPercent: number };
}

/** MacKinnon (2010), "Critical values for cointegration tests", table 2, one variable with a constant: β∞ + β₁/T + β₂/T² + β₃/T³. */
const MACKINNON = {
  onePercent: [-3.43035, -6.5393, -16.786, -79.433],
  fivePercent: [-2.86154, -2.8903, -4.234, -40.04],
  tenPercent: [-2.56677, -1.5384, -2.809, 0],
} as const;

function criticalValue([limit, first, second, third]: readonly [number, number, number, number], observations: number): number {
  return limit + (first + (second + third / observations) / observations) / observations;
}

/**
 * Augmented Dickey-Fuller test with a constant (Said and Dickey 1984): least squares of
 * Δx[t] = α + ρ·x[t−1] + Σ γₖ·Δx[t−k] + ε, statistic ρ̂ / se(ρ̂). A unit root is rejected at 5 % when the statistic is below
 * `criticalValues.fivePercent` (−2.89 for 100 observations). A constant series has no statistic: NaN.
 */
export function adfTest(values: Float64Array, options: AdfOptions = {}): AdfResult {
  const lags = options.lags ?? Math.floor(4 * (values.length / 100) ** 0.25);
  const observations = values.length - 1 - lags;
  if (!Number.isInteger(lags) || lags < 0 || observations < lags + 10)
    throw new UserError(
      `a unit-root test with ${lags} lags cannot be done on ${values.length} rows`,
      'Use a whole number of lags and at least ten rows more than twice as many.',
    );
  const hole = values.findIndex((value) => !Number.isFinite(value));
  if (hole >= 0) throw new UserError(`the series to test has no finite value at row ${hole}`, 'Cut missing rows off first.');
  return {
    statistic: levelStatistic(regressors(values, lags), observations),
    lags,
    observations,
    criticalValues: {
      onePercent: criticalValue(MACKINNON.onePercent, observations),
      fivePercent: criticalValue(MACKINNON.fivePercent, observations),
      tenPercent: criticalValue(MACKINNON.tenPercent, observations),
    },
  };
}

/** Columns Δx[t−1] … Δx[t−lags], x[t−1], Δx[t], each less its mean (which takes the constant out); the level last but one. */
function regressors(values: Float64Array, lags: number): Float64Array[] {
  const change = Float64Array.from({ length: values.length - 1 }, (_, t) => values[t + 1]! - values[t]!);
  const rows = change.length - lags;
  const columns = Array.from({ length: lags }, (_, k) => change.slice(lags - 1 - k, lags - 1 - k + rows));
  columns.push(values.slice(lags, lags + rows), change.slice(lags));
  for (const column of columns) {
    let mean = 0;
    for (let t = 0; t < rows; t++) mean += column[t]! / rows;
    for (let t = 0; t < rows; t++) column[t]! -= mean;
  }
  return columns;
}

/**
 * The last rows of the Cholesky factor of the columns' Gram matrix are what least squares leaves of the level and the change
 * once the lags are taken out of both: the level's coefficient, its error and the residual are read off them.
 */
function levelStatistic(columns: readonly Float64Array[], observations: number): number {
  const factor = cholesky(columns);
  const [level, change] = [columns.length - 2, columns.length - 1];
  const spread = factor[level]![level]!;
  const slope = factor[change]![level]! / spread;
  const residual = factor[change]![change]!;
  const degrees = observations - columns.length;
  return spread > 0 && residual > 0 ? slope / (residual / Math.sqrt(degrees) / spread) : Number.NaN;
}

function cholesky(columns: readonly Float64Array[]): Float64Array[] {
  const size = columns.length;
  const factor = columns.map(() => new Float64Array(size));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = dot(columns[i]!, columns[j]!);
      const whole = rest;
      for (let k = 0; k < j; k++) rest -= factor[i]![k]! * factor[j]![k]!;
      const pivot = factor[j]![j]!;
      // A column that the ones before it explain to the last bits is left out, as a regression drops a collinear regressor.
      if (i === j) factor[i]![i] = rest > 1e-13 * whole ? Math.sqrt(rest) : 0;
      else factor[i]![j] = pivot > 0 ? rest / pivot : 0;
    }
  }
  return factor;
}

function dot(a: Float64Array, b: Float64Array): number {
  invariant(a.length === b.length, 'columns of one regression have one length');
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += a[t]! * b[t]!;
  return sum;
}

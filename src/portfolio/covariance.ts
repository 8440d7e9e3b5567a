import { UserError } from '#core';
import { buildMatrix, type Matrix } from './matrix.ts';

/** Returns of the assets: one column an asset, equal lengths, NaN for missing. */
export type ReturnColumns = readonly Float64Array[];

function rowsOf(returns: ReturnColumns, least: number): number {
  const rows = returns[0]?.length ?? 0;
  if (returns.length === 0 || rows < least)
    throw new UserError(`A covariance needs at least one asset and ${least} rows, got ${returns.length} and ${rows}.`);
  for (const column of returns)
    if (column.length !== rows) throw new UserError(`Return columns differ in length: ${rows} and ${column.length}.`);
  return rows;
}

/** Simple returns of a price column; a missing price takes the one before it, leading gaps stay NaN. One entry shorter than the prices. */
export function simpleReturns(prices: ArrayLike<number>): Float64Array {
  const returns = new Float64Array(Math.max(0, prices.length - 1));
  let last = prices[0] ?? Number.NaN;
  for (let i = 1; i < prices.length; i++) {
    const price = Number.isNaN(prices[i]!) ? last : prices[i]!;
    returns[i - 1] = price / last - 1;
    last = price;
  }
  return returns;
}

interface PairMoments {
  readonly covariance: number;
  readonly correlation: number;
}

/** Moments over the rows that both columns have. */
function pairMoments(x: Float64Array, y: Float64Array, ddof: number): PairMoments {
  let count = 0;
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i]!) || Number.isNaN(y[i]!)) continue;
    count += 1;
    sumX += x[i]!;
    sumY += y[i]!;
  }
  const meanX = sumX / count;
  const meanY = sumY / count;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i]!) || Number.isNaN(y[i]!)) continue;
    xy += (x[i]! - meanX) * (y[i]! - meanY);
    xx += (x[i]! - meanX) ** 2;
    yy += (y[i]! - meanY) ** 2;
  }
  const enough = count > ddof;
  return { covariance: enough ? xy / (count - ddof) : Number.NaN, correlation: enough ? xy / Math.sqrt(xx * yy) : Number.NaN };
}

/** The sample covariance; each pair over the rows that both assets have. `ddof` 1 divides by n - 1, 0 by n. */
export function sampleCovariance(returns: ReturnColumns, ddof: 0 | 1 = 1): Float64Array[] {
  rowsOf(returns, ddof + 1);
  return buildMatrix(returns.length, (i, j) => pairMoments(returns[i]!, returns[j]!, ddof).covariance);
}

/** Pearson correlation, each pair over the rows that both assets have. NaN for a constant column. */
export function sampleCorrelation(returns: ReturnColumns): Float64Array[] {
  rowsOf(returns, 2);
  return buildMatrix(returns.length, (i, j) => (i === j ? 1 : pairMoments(returns[i]!, returns[j]!, 1).correlation));
}

export function covarianceToCorrelation(covariance: Matrix): Float64Array[] {
  return buildMatrix(covariance.length, (i, j) => (i === j ? 1 : covariance[i]![j]! / Math.sqrt(covariance[i]![i]! * covariance[j]![j]!)));
}

/** `matrix` times a number: 252 annualises a daily covariance. */
export function scaleMatrix(matrix: Matrix, factor: number): Float64Array[] {
  return matrix.map((row) => row.map((value) => value * factor));
}

/**
 * Exponentially weighted covariance: products of deviations from the whole sample's means, weighted (1 - 2 / (span + 1))^age and the weights
 * normalised. Pairs with a gap use the rows that both assets have.
 */
export function exponentialCovariance(returns: ReturnColumns, span: number): Float64Array[] {
  const rows = rowsOf(returns, 2);
  if (!(span >= 1)) throw new UserError(`span must be at least 1, got ${span}.`);
  const decay = 1 - 2 / (span + 1);
  const means = returns.map((column) => {
    const held = column.filter((value) => !Number.isNaN(value));
    return held.reduce((sum, value) => sum + value, 0) / held.length;
  });
  return buildMatrix(returns.length, (i, j) => {
    let sum = 0;
    let total = 0;
    let weight = 1;
    for (let row = rows - 1; row >= 0; row--, weight *= decay) {
      const product = (returns[i]![row]! - means[i]!) * (returns[j]![row]! - means[j]!);
      if (Number.isNaN(product)) continue;
      sum += weight * product;
      total += weight;
    }
    return sum / total;
  });
}

import { UserError } from '#core';
import { sampleCovariance, type ReturnColumns } from './covariance.ts';
import { buildMatrix, type Matrix } from './matrix.ts';

/** A covariance pulled towards a target: `shrinkage` of the target and the rest of the sample's. */
export interface ShrunkCovariance {
  readonly covariance: Matrix;
  /** 0 (the sample) to 1 (the target). */
  readonly shrinkage: number;
}

/** Columns less their means. Shrinkage formulas need complete rows. */
function centred(returns: ReturnColumns): Float64Array[] {
  return returns.map((column) => {
    let sum = 0;
    for (const value of column) sum += value;
    if (Number.isNaN(sum)) throw new UserError('Shrinkage needs returns without gaps.', 'Use the rows that all assets share.');
    const mean = sum / column.length;
    return column.map((value) => value - mean);
  });
}

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));

function mix(target: Matrix, sample: Matrix, shrinkage: number): ShrunkCovariance {
  return { covariance: buildMatrix(sample.length, (i, j) => shrinkage * target[i]![j]! + (1 - shrinkage) * sample[i]![j]!), shrinkage };
}

function sumOver(size: number, term: (i: number, j: number) => number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) sum += term(i, j);
  return sum;
}

/** The mean over rows of the product of powers of two columns. */
function meanProduct(x: Float64Array, y: Float64Array, powerX: number, powerY: number): number {
  let sum = 0;
  for (let t = 0; t < x.length; t++) sum += x[t]! ** powerX * y[t]! ** powerY;
  return sum / x.length;
}

function scaledIdentity(size: number, value: number): Float64Array[] {
  return buildMatrix(size, (i, j) => (i === j ? value : 0));
}

/** Ledoit and Wolf 2004, "A well-conditioned estimator": towards the identity times the mean variance. Sample with divisor n. */
export function ledoitWolf(returns: ReturnColumns): ShrunkCovariance {
  const x = centred(returns);
  const size = x.length;
  const rows = x[0]!.length;
  const sample = sampleCovariance(returns, 0);
  const mean = sample.reduce((sum, row, i) => sum + row[i]!, 0) / size;
  const squares = sumOver(size, (i, j) => sample[i]![j]! ** 2);
  const fourth = sumOver(size, (i, j) => meanProduct(x[i]!, x[j]!, 2, 2));
  const distance = (squares - size * mean ** 2) / size;
  const error = (fourth - squares) / (size * rows);
  const shrinkage = distance > 0 ? Math.min(error, distance) / distance : 0;
  return mix(scaledIdentity(size, mean), sample, shrinkage);
}

/** Oracle approximating shrinkage (Chen, Wiesel, Eldar and Hero 2010) towards the identity times the mean variance. */
export function oracleApproximatingShrinkage(returns: ReturnColumns): ShrunkCovariance {
  const size = returns.length;
  const rows = centred(returns)[0]!.length;
  const sample = sampleCovariance(returns, 0);
  const mean = sample.reduce((sum, row, i) => sum + row[i]!, 0) / size;
  const alpha = sumOver(size, (i, j) => sample[i]![j]! ** 2) / size ** 2;
  const denominator = (rows + 1) * (alpha - mean ** 2 / size);
  const shrinkage = denominator === 0 ? 1 : Math.min(1, (alpha + mean ** 2) / denominator);
  return mix(scaledIdentity(size, mean), sample, shrinkage);
}

/** Ledoit and Wolf 2003, "Honey, I shrunk the sample covariance matrix": towards the matrix in which all pairs have the mean correlation. */
export function ledoitWolfConstantCorrelation(returns: ReturnColumns): ShrunkCovariance {
  const x = centred(returns);
  const size = x.length;
  const rows = x[0]!.length;
  const sample = sampleCovariance(returns, 1);
  if (size === 1) return { covariance: sample, shrinkage: 0 };
  const deviation = sample.map((row, i) => Math.sqrt(row[i]!));
  const meanCorrelation = (sumOver(size, (i, j) => sample[i]![j]! / (deviation[i]! * deviation[j]!)) - size) / (size * (size - 1));
  const target = buildMatrix(size, (i, j) => (i === j ? sample[i]![i]! : meanCorrelation * deviation[i]! * deviation[j]!));
  const population = sampleCovariance(returns, 0);
  const pi = (i: number, j: number): number =>
    meanProduct(x[i]!, x[j]!, 2, 2) - 2 * population[i]![j]! * sample[i]![j]! + sample[i]![j]! ** 2;
  const theta = (i: number, j: number): number =>
    i === j
      ? 0
      : meanProduct(x[i]!, x[j]!, 3, 1) -
        population[i]![i]! * sample[i]![j]! -
        population[i]![j]! * sample[i]![i]! +
        sample[i]![i]! * sample[i]![j]!;
  let rho = 0;
  for (let i = 0; i < size; i++) rho += pi(i, i);
  rho += meanCorrelation * sumOver(size, (i, j) => (deviation[j]! / deviation[i]!) * theta(i, j));
  const gamma = sumOver(size, (i, j) => (sample[i]![j]! - target[i]![j]!) ** 2);
  const shrinkage = gamma > 0 ? clamp01((sumOver(size, pi) - rho) / gamma / rows) : 0;
  return mix(target, sample, shrinkage);
}

/** Ledoit and Wolf 2003, "Improved estimation of the covariance matrix of stock returns": towards a one-factor model of the equal-weighted market. */
export function ledoitWolfSingleFactor(returns: ReturnColumns): ShrunkCovariance {
  const x = centred(returns);
  const size = x.length;
  const rows = x[0]!.length;
  const market = new Float64Array(rows);
  for (const column of x) for (let t = 0; t < rows; t++) market[t]! += column[t]! / size;
  const sample = sampleCovariance(returns, 0);
  const marketVariance = meanProduct(market, market, 1, 1);
  const beta = x.map((column) => meanProduct(column, market, 1, 1));
  const target = buildMatrix(size, (i, j) => (i === j ? sample[i]![i]! : (beta[i]! * beta[j]!) / marketVariance));
  const distance = sumOver(size, (i, j) => (sample[i]![j]! - target[i]![j]!) ** 2);
  const withMarket = x.map((column) => column.map((value, t) => value * market[t]!));
  const pi = sumOver(size, (i, j) => meanProduct(x[i]!, x[j]!, 2, 2) - sample[i]![j]! ** 2);
  let rho = 0;
  for (let i = 0; i < size; i++) rho += meanProduct(x[i]!, x[i]!, 2, 2) - sample[i]![i]! ** 2;
  rho += sumOver(size, (i, j) => {
    if (i === j) return 0;
    const first = meanProduct(x[i]!, withMarket[j]!, 2, 1) - beta[i]! * sample[i]![j]!;
    const third = meanProduct(withMarket[i]!, withMarket[j]!, 1, 1) - marketVariance * sample[i]![j]!;
    return (2 * first * beta[j]!) / marketVariance - (third * beta[i]! * beta[j]!) / marketVariance ** 2;
  });
  const shrinkage = distance > 0 ? clamp01((pi - rho) / distance / rows) : 0;
  return mix(target, sample, shrinkage);
}

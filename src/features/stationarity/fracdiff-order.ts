import { UserError } from '#core';
import { fracdiffWeights, fracdiffWidth } from '../kernels/windowed.ts';
import { adfTest } from './adf.ts';

export interface FracdiffOrderOptions {
  /** Orders to try, ascending; default 0, 0.05 … 1. */
  readonly orders?: readonly number[];
  /** Weights smaller than this end the window; default 1e-3, as `fracdiff`'s. */
  readonly threshold?: number;
  /** Longest window in rows; default 1000, as `fracdiff`'s. */
  readonly limit?: number;
  /** Lags of the test; default by the test's own rule. */
  readonly lags?: number;
}

export interface FracdiffTrial {
  readonly order: number;
  /** Rows of the window. */
  readonly width: number;
  readonly statistic: number;
  /** Of the test, at 5 %. */
  readonly criticalValue: number;
  /** Correlation with the undifferenced series: how much memory the order keeps. */
  readonly correlation: number;
}

export interface FracdiffOrder {
  readonly order: number;
  readonly statistic: number;
  /** False when no order of the grid passed; `order` is then its last. */
  readonly stationary: boolean;
  /** The orders tried, ascending, up to the one chosen. */
  readonly table: readonly FracdiffTrial[];
}

const DEFAULT_ORDERS: readonly number[] = Array.from({ length: 21 }, (_, k) => k / 20);

/**
 * The smallest order d of the grid for which (1−B)^d of the log price, over a window of fixed width, is stationary by the augmented
 * Dickey-Fuller test at 5 % (Lopez de Prado 2018, 5.6). A fitted parameter: give it the log prices of TRAINING rows only.
 */
export function chooseFracdiffOrder(logPrice: Float64Array, options: FracdiffOrderOptions = {}): FracdiffOrder {
  const { orders = DEFAULT_ORDERS, threshold = 1e-3, limit = 1000 } = options;
  if (orders.length === 0 || orders.some((order, k) => !(order >= 0 && order <= 2) || (k > 0 && order <= orders[k - 1]!)))
    throw new UserError('these orders of fractional differencing cannot be tried', 'Give ascending numbers from 0 to 2.');
  const table: FracdiffTrial[] = [];
  for (const order of orders) {
    const trial = tryOrder(logPrice, order, threshold, limit, options.lags);
    table.push(trial);
    if (trial.statistic < trial.criticalValue) return { order, statistic: trial.statistic, stationary: true, table };
  }
  const last = table.at(-1)!;
  return { order: last.order, statistic: last.statistic, stationary: false, table };
}

function tryOrder(logPrice: Float64Array, order: number, threshold: number, limit: number, lags: number | undefined): FracdiffTrial {
  const width = fracdiffWidth(order, threshold, limit);
  const series = differenced(logPrice, fracdiffWeights(order, width));
  if (series.length < 50)
    throw new UserError(
      `${logPrice.length} training rows are too few to choose an order of fractional differencing`,
      `Order ${order} has a window of ${width} rows and needs ${width + 49}.`,
    );
  const { statistic, criticalValues } = adfTest(series, lags === undefined ? {} : { lags });
  const correlation = correlationOf(series, logPrice.subarray(width - 1));
  return { order, width, statistic, criticalValue: criticalValues.fivePercent, correlation };
}

function differenced(values: Float64Array, weights: Float64Array): Float64Array {
  const width = weights.length;
  const out = new Float64Array(Math.max(0, values.length - width + 1));
  for (let t = 0; t < out.length; t++) {
    let sum = 0;
    for (let k = width - 1; k >= 0; k--) sum += weights[k]! * values[t + width - 1 - k]!;
    out[t] = sum;
  }
  return out;
}

function correlationOf(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  let [meanA, meanB, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let t = 0; t < n; t++) {
    meanA += a[t]! / n;
    meanB += b[t]! / n;
  }
  for (let t = 0; t < n; t++) {
    aa += (a[t]! - meanA) ** 2;
    bb += (b[t]! - meanB) ** 2;
    ab += (a[t]! - meanA) * (b[t]! - meanB);
  }
  return ab / Math.sqrt(aa * bb);
}

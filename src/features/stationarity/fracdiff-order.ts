import { UserError } from '#core';
import { parseTimeframe } from '#domain';
import { close } from '../expression.ts';
import { fractionalDifference } from '../functions.ts';
import { compile } from '../graph.ts';
import { barsFromColumn } from '../indicator.ts';
import { adfTest } from './adf.ts';

export interface FracdiffOrderOptions {
  /** Orders to try, ascending; default 0, 0.05 … 1. */
  readonly orders?: readonly number[];
  /** Lags of the test; default by the test's own rule. */
  readonly lags?: number;
}

export interface FracdiffTrial {
  readonly order: number;
  /** Rows that were tested: those that a whole window has gone before. */
  readonly rows: number;
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

/** Fewer rows than this say nothing of stationarity. */
const LEAST_ROWS = 50;

/**
 * The smallest order d of the grid for which the price's `fractionalDifference`, the very feature that will be used, is stationary
 * by the augmented Dickey-Fuller test at 5 % (Lopez de Prado, Advances in Financial Machine Learning, 2018, 5.6). A fitted
 * parameter: give it the prices of TRAINING rows only. As the feature's window is finite, a sample of very many windows shows even
 * d = 0, the return over the whole window, to be stationary; about a thousand rows of a random walk want 0.2 to 0.5.
 */
export function chooseFracdiffOrder(price: Float64Array, options: FracdiffOrderOptions = {}): FracdiffOrder {
  const { orders = DEFAULT_ORDERS } = options;
  if (orders.length === 0 || orders.some((order, k) => !(order >= 0 && order <= 2) || (k > 0 && order <= orders[k - 1]!)))
    throw new UserError('these orders of fractional differencing cannot be tried', 'Give ascending numbers from 0 to 2.');
  const table: FracdiffTrial[] = [];
  for (const order of orders) {
    const trial = tryOrder(price, order, options.lags);
    table.push(trial);
    if (trial.statistic < trial.criticalValue) return { order, statistic: trial.statistic, stationary: true, table };
  }
  const last = table.at(-1)!;
  return { order: last.order, statistic: last.statistic, stationary: false, table };
}

function tryOrder(price: Float64Array, order: number, lags: number | undefined): FracdiffTrial {
  const expression = fractionalDifference(close, order);
  const warmup = expression.lookback;
  if (price.length < warmup + LEAST_ROWS)
    throw new UserError(
      `${price.length} training rows are too few to choose an order of fractional differencing`,
      `Order ${order} needs ${warmup + LEAST_ROWS}.`,
    );
  const { feature } = compile({ feature: expression }).batch(barsFromColumn(price, parseTimeframe('1d')));
  const series = feature.subarray(warmup);
  const { statistic, criticalValues } = adfTest(series, lags === undefined ? {} : { lags });
  const correlation = correlationOf(
    series,
    price.subarray(warmup).map((value) => Math.log(value)),
  );
  return { order, rows: series.length, statistic, criticalValue: criticalValues.fivePercent, correlation };
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

import { UserError } from '#core';
import type { VenueHours } from '#domain';
import { apply, literal, outputsOf, time, type Expression, type Operand } from './expression.ts';
import { CALENDARS } from './kernels/month-turn.ts';

/** The longest window an expression may ask for. */
const MAXIMUM_WINDOW = 100_000;

/** Checks a window: a whole number of bars. */
export function bars(n: number, minimum = 1, what = 'window'): number {
  if (!Number.isInteger(n) || n < minimum || n > MAXIMUM_WINDOW)
    throw new UserError(`a ${what} of ${n} bars is not possible`, `Use a whole number from ${minimum} to ${MAXIMUM_WINDOW}.`);
  return n;
}

const one =
  (name: string) =>
  (x: Operand): Expression =>
    apply(name, [x]);
const rolling =
  (name: string, minimum = 1) =>
  (x: Expression, n: number): Expression =>
    apply(name, [x], [bars(n, minimum)]);

export const abs = one('abs');
export const sign = one('sign');
/** sign(x)·ln(1+|x|). */
export const slog = one('slog');
export const sqrt = one('sqrt');
/** Natural logarithm; missing at and below zero. */
export const log = one('log');
export const exp = one('exp');
export const tanh = one('tanh');
export const sin = one('sin');
export const cos = one('cos');
/** In radians. */
export const atan = one('atan');
export const floor = one('floor');
/** 1 where x is known, else 0. */
export const known = one('known');
export const min2 = (a: Operand, b: Operand): Expression => apply('min', [a, b]);
export const max2 = (a: Operand, b: Operand): Expression => apply('max', [a, b]);
export const clip = (x: Expression, lowest: number, highest: number): Expression => apply('clip', [x], [lowest, highest]);
/** Needs only its condition and the branch it takes. */
export const where = (condition: Expression, then: Operand, otherwise: Operand): Expression => apply('where', [condition, then, otherwise]);
/** x, or `fallback` where x is missing. */
export const coalesce = (x: Expression, fallback: Operand): Expression => apply('coalesce', [x, fallback]);

/** x of n bars ago. */
export const delay = rolling('delay');
export const delta = (x: Expression, n = 1): Expression => x.sub(delay(x, n));
/** x/x[n bars ago] − 1. */
export const ret = (x: Expression, n = 1): Expression => x.div(delay(x, n)).sub(1);
export const sum = rolling('sum');
/** Simple moving average. */
export const sma = rolling('mean');
export const mean = sma;
export const tsmin = rolling('tsmin');
export const tsmax = rolling('tsmax');
/** Bars since the lowest of the last n values; the latest of equals. */
export const argmin = rolling('argmin');
export const argmax = rolling('argmax');
export const median = (x: Expression, n: number): Expression => quantile(x, n, 0.5);
/** Median absolute deviation, unscaled. */
export const mad = rolling('mad');
export const skew = rolling('skew', 3);
/** Excess kurtosis, population moments. */
export const kurt = rolling('kurt', 4);
/** Share of the window's other values below the newest, ties half. */
export const tsrank = rolling('tsrank', 2);
export const meanDeviation = rolling('meandeviation');

export function quantile(x: Expression, n: number, q: number): Expression {
  if (!(q >= 0 && q <= 1)) throw new UserError(`${q} is not a quantile`, 'Use a number from 0 to 1.');
  return apply('quantile', [x], [bars(n), q]);
}

/** Exponential average, k = 2/(n+1), seeded with the mean of the first n values. */
export const ema = (x: Expression, n: number, skip = 0): Expression => apply('ema', [x], [bars(n), skip]);
/** Wilder's average, k = 1/n, seeded with the mean of the first n values. */
export const wilder = rolling('wilder');
/** Kaufman's adaptive average. */
export const kama = rolling('kama');
/** Linearly weighted average, newest heaviest. */
export const wma = (x: Expression, n: number): Expression => apply('weightedsum', [x], [bars(n)], 0).div((n * (n + 1)) / 2);
export function dema(x: Expression, n: number): Expression {
  const first = ema(x, n);
  return first.mul(2).sub(ema(first, n));
}
export function tema(x: Expression, n: number): Expression {
  const first = ema(x, n);
  const second = ema(first, n);
  return first.mul(3).sub(second.mul(3)).add(ema(second, n));
}
/** Triangular average: a mean of a mean. */
export function trima(x: Expression, n: number): Expression {
  const half = Math.floor((n + 1) / 2);
  return sma(sma(x, half), n + 1 - half);
}
/** Hull's average. */
export function hma(x: Expression, n: number): Expression {
  return wma(
    wma(x, Math.max(1, Math.floor(n / 2)))
      .mul(2)
      .sub(wma(x, n)),
    Math.max(1, Math.round(Math.sqrt(n))),
  );
}
/** An average that leans on the change of the last (n−1)/2 bars to make up for its lag (Ehlers and Way 2010). */
export const zlema = (x: Expression, n: number): Expression => {
  const lag = Math.floor((bars(n) - 1) / 2);
  return ema(lag === 0 ? x : x.mul(2).sub(delay(x, lag)), n);
};
/** Weights in a bell about `offset` of the window, 1 the newest, n/sigma wide (Legoux and Kouzis-Loukas 2009). */
export function alma(x: Expression, n: number, offset = 0.85, sigma = 6): Expression {
  if (!(offset >= 0 && offset <= 1 && sigma > 0))
    throw new UserError(`an ALMA of offset ${offset} and sigma ${sigma} is not possible`, 'Use an offset from 0 to 1 and a sigma above 0.');
  return apply('alma', [x], [bars(n), offset, sigma]);
}
/** Tillson's T3. */
export function t3(x: Expression, n: number, volumeFactor = 0.7): Expression {
  const chain = [x];
  for (let k = 0; k < 6; k++) chain.push(ema(chain[k]!, n));
  const a = volumeFactor;
  const weights = [1 + a ** 3 + 3 * a + 3 * a ** 2, -6 * a ** 2 - 3 * a - 3 * a ** 3, 3 * a ** 2 + 3 * a ** 3, -(a ** 3)];
  return weights.slice(1).reduce((total, weight, k) => total.add(chain[4 + k]!.mul(weight)), chain[3]!.mul(weights[0]!));
}

export const variance = (x: Expression, n: number, ddof = 1): Expression => apply('moments', [x], [bars(n, ddof + 1), ddof], 1);
/** Standard deviation; `ddof` 1 is the sample's, 0 the population's. */
export const std = (x: Expression, n: number, ddof = 1): Expression => variance(x, n, ddof).sqrt();
/** (x − mean) / std over the last n values. */
export function tszscore(x: Expression, n: number): Expression {
  const [centre, spread] = outputsOf('moments', [x], [bars(n, 2), 1]);
  return x.sub(centre!).div(spread!.sqrt());
}
export const cov = (y: Expression, x: Expression, n: number): Expression => apply('pair', [y, x], [bars(n, 2)], 0);
export const corr = (y: Expression, x: Expression, n: number): Expression => apply('pair', [y, x], [bars(n, 2)], 1);
/** Slope of y on x. */
export const beta = (y: Expression, x: Expression, n: number): Expression => apply('pair', [y, x], [bars(n, 2)], 2);

/** Least-squares slope of the last n values on time, a bar. */
export function slope(x: Expression, n: number): Expression {
  const [weightedSum, plainSum] = outputsOf('weightedsum', [x], [bars(n, 2)]);
  return weightedSum!.sub(plainSum!.mul((n + 1) / 2)).div((n * (n * n - 1)) / 12);
}
/** Where that line ends: its value at this bar. */
export const linreg = (x: Expression, n: number): Expression => sma(x, n).add(slope(x, n).mul((n - 1) / 2));
/** x minus that line's end. */
export const resid = (x: Expression, n: number): Expression => x.sub(linreg(x, n));
/** Share of the variance that the line explains. */
export function rsq(x: Expression, n: number): Expression {
  return min2(
    slope(x, n)
      .power(2)
      .mul((n * n - 1) / 12)
      .div(variance(x, n, 0)),
    1,
  );
}
/** t statistic of the slope. */
export function slopeTStat(x: Expression, n: number): Expression {
  const line = slope(x, n);
  const explained = line.power(2).mul((n * n - 1) / 12);
  const left = variance(x, n, 0).sub(explained);
  const rest = max2(left, left.mul(0));
  return line.div(rest.div(((n - 2) * (n * n - 1)) / 12).sqrt());
}
/** How many of the last n rows hold. */
export const count = (condition: Expression, n: number): Expression => sum(where(condition, 1, 0), n);
/** Bars since the condition last held, at most `cap`. */
export const barsSince = (condition: Expression, cap: number): Expression => apply('barssince', [condition], [bars(cap)]);
/** 1 from `enter` until `exit`; exit wins. */
export const latch = (enter: Expression, exit: Expression): Expression => apply('latch', [enter, exit]);
function before(x: Operand): Expression {
  return typeof x === 'number' ? literal(x) : x.delay(1);
}
/** 1 on the bar where a rises above b. */
export const crossUp = (a: Expression, b: Operand): Expression => a.gt(b).and(a.delay(1).le(before(b)));
/** 1 on the bar where a falls below b. */
export const crossDown = (a: Expression, b: Operand): Expression => a.lt(b).and(a.delay(1).ge(before(b)));
/** Running total from the first bar, or from each change of `epoch`. */
export const cumulative = (x: Expression, epoch?: Expression): Expression => apply('cumulative', epoch === undefined ? [x] : [x, epoch]);
/** Number of the UTC day, hour, …: an epoch for `cumulative`. */
export const epochOf = (lengthMs: number): Expression => floor(time.div(lengthMs));
/**
 * The bar's trading day about the turn of the month: −1 the last of the month, 1 the first, 0 farther than `reach` days from it
 * (a whole number). Known in advance, from the venue's calendar.
 */
export const monthTurn = (hours: VenueHours, reach = 3): Expression =>
  apply('monthturn', [time], [CALENDARS.indexOf(hours), bars(reach, 1, 'reach')]);
/** (1 − B)^d with a fixed-width window of the weights not under `threshold` (Lopez de Prado 2018, 5.5). */
export const fracdiff = (x: Expression, d: number, threshold = 1e-3, limit = 1000): Expression =>
  apply('fracdiff', [x], [d, threshold, limit]);
/** Longest window of `fractionalDifference`, in returns: about a year of days. */
const FRACTIONAL_ROWS = 250;
/**
 * (1 − B)^d of the log price over a window of fixed width (Lopez de Prado, Advances in Financial Machine Learning, 2018, 5.5):
 * d = 1 is the log return, less keeps more memory. It is taken as (1 − B)^(d−1) of the log returns, which is the same until the
 * window is cut: then the weights on the log price still sum to nothing, so the price's level cannot be read off it.
 */
export const fractionalDifference = (price: Expression, d: number): Expression =>
  fracdiff(log(price.div(delay(price, 1))), d - 1, 1e-3, FRACTIONAL_ROWS);

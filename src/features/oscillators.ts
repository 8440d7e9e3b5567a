import { apply, close, high, low, open, volume, type Expression } from './expression.ts';
import {
  barsSince,
  bars,
  cumulative,
  delay,
  delta,
  ema,
  exp,
  log,
  max2,
  mean,
  min2,
  ret,
  sma,
  sum,
  tsmax,
  tsmin,
  where,
  wilder,
  wma,
} from './functions.ts';
import * as standard from './standard.ts';

/* Further indicators that traders know by name and TA-Lib has not. Each by its author's definition; EMAs start as the mean of n. */

/** Bill Williams's awesome oscillator: SMA(5) − SMA(34) of the middle of the bar. */
export const awesome = (fast = 5, slow = 34): Expression => sma(standard.medianPrice, fast).sub(sma(standard.medianPrice, slow));
/** Its acceleration: less its own SMA(5). */
export const acceleration = (fast = 5, slow = 34, smoothing = 5): Expression =>
  awesome(fast, slow).sub(sma(awesome(fast, slow), smoothing));

/** True strength (Blau 1991): twice smoothed change over twice smoothed size of change, percent. */
export function tsi(x: Expression, slow = 25, fast = 13): Expression {
  const twice = (change: Expression): Expression => ema(ema(change, slow), fast);
  return twice(delta(x, 1))
    .div(twice(delta(x, 1).abs()))
    .mul(100);
}

/** Know sure thing (Pring 1992): rates of change of four lengths, smoothed, weighing 1 to 4; and its SMA(9). */
export function kst(x: Expression, signal = 9): { kst: Expression; signal: Expression } {
  const part = (length: number, smoothing: number, weight: number): Expression => sma(standard.roc(x, length), smoothing).mul(weight);
  const line = part(10, 10, 1)
    .add(part(15, 10, 2))
    .add(part(20, 10, 3))
    .add(part(30, 15, 4));
  return { kst: line, signal: sma(line, signal) };
}

/** Coppock (1962): WMA of the sum of a long and a short rate of change, percent. */
export const coppock = (x: Expression, long = 14, short = 11, smoothing = 10): Expression =>
  wma(standard.roc(x, long).add(standard.roc(x, short)), smoothing);

/** Detrended price: the price of n/2 + 1 bars ago less the SMA(n) of now; nothing of the future in it. */
export const dpo = (x: Expression, n = 20): Expression => delay(x, Math.floor(bars(n) / 2) + 1).sub(sma(x, n));

/** Percentage oscillator of the volume, by exponential averages, with its signal. */
export function pvo(fast = 12, slow = 26, signal = 9): { pvo: Expression; signal: Expression; hist: Expression } {
  const line = standard.ppo(volume, fast, slow, 'ema');
  return { pvo: line, signal: ema(line, signal), hist: line.sub(ema(line, signal)) };
}

/** Relative momentum (Altman 1993): an RSI of the change over several bars. */
export function rmi(x: Expression, n = 20, momentum = 5): Expression {
  const change = delta(x, bars(momentum));
  const up = wilder(max2(change, change.mul(0)), n);
  const down = wilder(max2(change.neg(), change.mul(0)), n);
  return up.div(up.add(down)).mul(100);
}

/** Length of the run of rises (above 0) or falls (below), 0 after no change; at most `cap`. */
function streak(x: Expression, cap: number): Expression {
  const before = delay(x, 1);
  const [rises, falls] = [barsSince(x.le(before), cap), barsSince(x.ge(before), cap)];
  return rises.sub(falls);
}
/** Share of the n changes before this one that are smaller, percent. */
function changeRank(x: Expression, n: number): Expression {
  // Of n + 1 values the newest's rank counts ties half; exact ties of returns do not matter here.
  return apply('tsrank', [ret(x, 1)], [bars(n + 1, 2)]).mul(100);
}
/** Connors (2012): mean of RSI(3) of the price, RSI(2) of the length of the run, and the rank of the last change among 100. */
export const connorsRsi = (x: Expression, n = 3, run = 2, rank = 100): Expression =>
  standard
    .rsi(x, n)
    .add(standard.rsi(streak(x, 1000), run))
    .add(changeRank(x, rank))
    .div(3);

/** Ehlers (2002): Fisher's transform of the place of the bar's middle in its range of n bars, and the same a bar ago. */
export function fisher(n = 9): { fisher: Expression; trigger: Expression } {
  const middle = standard.medianPrice;
  const floor = tsmin(middle, n);
  const line = apply('fisher', [middle.sub(floor).div(tsmax(middle, n).sub(floor))]);
  return { fisher: line, trigger: delay(line, 1) };
}

/** Choppiness (Dreiss): 100·log(Σ true range / whole range) / log n; 100 goes nowhere, 0 straight. */
export const choppiness = (n = 14): Expression =>
  log(sum(standard.trange, n).div(tsmax(high, n).sub(tsmin(low, n)))).mul(100 / Math.log(bars(n, 2)));

/** Ulcer index (Martin 1987): root mean square of the percent below the highest close of n bars. */
export const ulcer = (n = 14): Expression => mean(close.div(tsmax(close, n)).sub(1).mul(100).power(2), n).sqrt();

/** Elder (1993): how far the bar reaches above and below the EMA of its closes. */
export const elderRay = (n = 13): { bull: Expression; bear: Expression } => ({
  bull: high.sub(ema(close, n)),
  bear: low.sub(ema(close, n)),
});

/** Stops of LeBeau's chandelier: `multiplier` ATRs from the extreme of n bars. */
export const chandelier = (n = 22, multiplier = 3): { long: Expression; short: Expression } => {
  const room = standard.atr(n).mul(multiplier);
  return { long: tsmax(high, n).sub(room), short: tsmin(low, n).add(room) };
};

/** Intraday momentum (Chande): share of rising bodies in all bodies of n bars, percent. */
export function imi(n = 14): Expression {
  const body = close.sub(open);
  const up = sum(max2(body, body.mul(0)), n);
  return up.div(up.add(sum(max2(body.neg(), body.mul(0)), n))).mul(100);
}

/** Headley's acceleration bands: SMAs of the extremes moved out by four times the bar's relative range. */
export function accelerationBands(n = 20): { upper: Expression; middle: Expression; lower: Expression } {
  const reach = high.sub(low).div(high.add(low)).mul(4);
  return { upper: sma(high.mul(reach.add(1)), n), middle: sma(close, n), lower: sma(low.mul(reach.neg().add(1)), n) };
}

/** Volume-weighted moving average of the close. */
export const vwma = (n = 20): Expression => sum(close.mul(volume), n).div(sum(volume, n));
/** Price-volume trend: running total of return × volume, from 0. */
export const priceVolumeTrend = cumulative(ret(close, 1).mul(volume));
/** Fosback (1976): 1000 compounded by the returns of bars with less volume than the one before; the positive index by those with more. */
function volumeIndex(counts: Expression): Expression {
  return exp(cumulative(where(counts, log(close.div(delay(close, 1))), 0))).mul(1000);
}
export const negativeVolumeIndex = volumeIndex(volume.lt(delay(volume, 1)));
export const positiveVolumeIndex = volumeIndex(volume.gt(delay(volume, 1)));

/** Smoothed candles: close is the bar's average price, open the middle of the body before. */
export function heikinAshi(): { open: Expression; high: Expression; low: Expression; close: Expression } {
  const body = standard.averagePrice;
  const start = apply('heikinashiopen', [open.add(close).div(2), body]);
  return { open: start, high: max2(high, max2(start, body)), low: min2(low, min2(start, body)), close: body };
}

import { UserError } from '#core';
import { apply, close, high, low, open, outputsOf, volume, type Expression } from './expression.ts';
import {
  argmax,
  argmin,
  bars,
  coalesce,
  cumulative,
  delay,
  delta,
  dema,
  ema,
  epochOf,
  kama,
  max2,
  meanDeviation,
  min2,
  ret,
  sma,
  std,
  sum,
  t3,
  tema,
  trima,
  tsmax,
  tsmin,
  where,
  wilder,
  wma,
} from './functions.ts';

/*
 * The standard indicators with TA-Lib's conventions (Wilder's smoothing, averages seeded with a mean, population deviation in bands),
 * except that a ratio of nothing to nothing (RSI of a flat series, %K of a flat window) is missing, where TA-Lib says 0. A distance of
 * nothing is 0, though (CCI of a flat window).
 */

export const typicalPrice = high.add(low).add(close).div(3);
export const medianPrice = high.add(low).div(2);
export const weightedClose = high.add(low).add(close.mul(2)).div(4);
export const averagePrice = open.add(high).add(low.add(close)).div(4);

/** Checks a band's width in deviations or ranges. */
function multiple(value: number): number {
  if (!(value >= 0 && Number.isFinite(value)))
    throw new UserError(`a width of ${value} is not possible`, 'Use a number from 0, such as 2.');
  return value;
}

/** Moving averages by TA-Lib's number or by name. */
const AVERAGES = { sma, ema, wma, dema, tema, trima, kama, t3 } as const;
export type AverageKind = keyof typeof AVERAGES;
const BY_NUMBER: readonly (AverageKind | undefined)[] = ['sma', 'ema', 'wma', 'dema', 'tema', 'trima', 'kama', undefined, 't3'];

export function average(x: Expression, n: number, kind: AverageKind | number = 'sma'): Expression {
  const name = typeof kind === 'number' ? BY_NUMBER[kind] : kind;
  const make = name !== undefined && Object.hasOwn(AVERAGES, name) ? AVERAGES[name] : undefined;
  if (make === undefined) throw new UserError(`"${kind}" is not a moving average`, `Known: ${Object.keys(AVERAGES).join(', ')}.`);
  return bars(n) === 1 ? x : make(x, n);
}

export const mom = (x: Expression, n: number): Expression => delta(x, n);
/** Rate of change in percent. */
export const roc = (x: Expression, n: number): Expression => ret(x, n).mul(100);

function gains(x: Expression, n: number): readonly [Expression, Expression] {
  const change = delta(x, bars(n));
  return [max2(change, change.mul(0)), max2(change.neg(), change.mul(0))];
}
export function rsi(x: Expression, n = 14): Expression {
  const [up, down] = gains(x, 1).map((part) => wilder(part, n)) as [Expression, Expression];
  return up.div(up.add(down)).mul(100);
}
/** Chande's momentum oscillator, Wilder-smoothed as in TA-Lib. */
export function cmo(x: Expression, n = 14): Expression {
  const [up, down] = gains(x, 1).map((part) => wilder(part, n)) as [Expression, Expression];
  return up.sub(down).div(up.add(down)).mul(100);
}
export const trix = (x: Expression, n = 15): Expression => roc(ema(ema(ema(x, n), n), n), 1);

export function macd(x: Expression, fast = 12, slow = 26, signal = 9): { macd: Expression; signal: Expression; hist: Expression } {
  const [short, long] = fast <= slow ? [fast, slow] : [slow, fast];
  const line = ema(x, short, long - short).sub(ema(x, long));
  const average = ema(line, signal);
  return { macd: line, signal: average, hist: line.sub(average) };
}
/** The shorter and the longer of two averages, whichever way round their windows are given (as TA-Lib orders them). */
const shortAndLong = (x: Expression, fast: number, slow: number, kind: AverageKind | number): readonly [Expression, Expression] => [
  average(x, Math.min(fast, slow), kind),
  average(x, Math.max(fast, slow), kind),
];
/** Percentage price oscillator of two averages. */
export function ppo(x: Expression, fast = 12, slow = 26, kind: AverageKind | number = 'sma'): Expression {
  const [short, long] = shortAndLong(x, fast, slow, kind);
  return short.sub(long).div(long).mul(100);
}
export function apo(x: Expression, fast = 12, slow = 26, kind: AverageKind | number = 'sma'): Expression {
  const [short, long] = shortAndLong(x, fast, slow, kind);
  return short.sub(long);
}

export function bbands(
  x: Expression,
  n = 20,
  up = 2,
  down = 2,
  kind: AverageKind | number = 'sma',
): { upper: Expression; middle: Expression; lower: Expression } {
  const middle = average(x, n, kind);
  const width = std(x, n, 0);
  multiple(up);
  multiple(down);
  return { upper: middle.add(width.mul(up)), middle, lower: middle.sub(width.mul(down)) };
}
/** Position in the Bollinger bands: 0 lower, 1 upper. */
export function percentB(x: Expression, n = 20, deviations = 2): Expression {
  const band = bbands(x, n, deviations, deviations);
  return x.sub(band.lower).div(band.upper.sub(band.lower));
}

const closeBefore = delay(close, 1);
/** True range; missing on the first bar. */
export const trange = max2(high, closeBefore).sub(min2(low, closeBefore));
export const atr = (n = 14): Expression => (n === 1 ? trange : wilder(trange, n));
export const natr = (n = 14): Expression => atr(n).div(close).mul(100);

const [plusMove, minusMove] = outputsOf('directional', [high, low]) as readonly [Expression, Expression];
const wilderSum = (x: Expression, n: number, after = 0): Expression => apply('wildersum', [x], [bars(n), after]);
export const plusDm = (n = 14): Expression => wilderSum(plusMove, n);
export const minusDm = (n = 14): Expression => wilderSum(minusMove, n);
/** +DI; TA-Lib gives a fraction, not percent, for n = 1, and starts a bar after the sums do. */
function directionalIndex(move: Expression, n: number): Expression {
  const ratio = wilderSum(move, n, 1).div(wilderSum(trange, n, 1));
  return n === 1 ? ratio : ratio.mul(100);
}
export const plusDi = (n = 14): Expression => directionalIndex(plusMove, n);
export const minusDi = (n = 14): Expression => directionalIndex(minusMove, n);
/** The true range under both indicators cancels out. */
export function dx(n = 14): Expression {
  const [plus, minus] = [wilderSum(plusMove, n, 1), wilderSum(minusMove, n, 1)];
  return plus.sub(minus).abs().div(plus.add(minus)).mul(100);
}
export const adx = (n = 14): Expression => wilder(dx(n), n);
/** Mean of the ADX of now and of n−1 bars ago. */
export const adxr = (n = 14): Expression =>
  adx(n)
    .add(delay(adx(n), n - 1))
    .div(2);

/** Commodity channel index; 0 over a flat window, as in TA-Lib: the price stands at its mean, however small the unit. */
export function cci(n = 20): Expression {
  const unit = meanDeviation(typicalPrice, n).mul(0.015);
  return where(unit.gt(unit.mul(0)), typicalPrice.sub(sma(typicalPrice, n)).div(unit), 0);
}
export function willr(n = 14): Expression {
  const top = tsmax(high, n);
  return top
    .sub(close)
    .div(top.sub(tsmin(low, n)))
    .mul(-100);
}
const fastK = (x: Expression, top: Expression, bottom: Expression, n: number): Expression => {
  const floor = tsmin(bottom, n);
  return x.sub(floor).div(tsmax(top, n).sub(floor)).mul(100);
};
export function stoch(
  n = 14,
  slowK = 3,
  slowD = 3,
  kind: AverageKind | number = 'sma',
  kindD = kind,
): { slowK: Expression; slowD: Expression } {
  const k = average(fastK(close, high, low, n), slowK, kind);
  return { slowK: k, slowD: average(k, slowD, kindD) };
}
export function stochRsi(
  x: Expression,
  n = 14,
  k = 5,
  d = 3,
  kind: AverageKind | number = 'sma',
): { fastK: Expression; fastD: Expression } {
  const strength = rsi(x, n);
  const fast = fastK(strength, strength, strength, k);
  return { fastK: fast, fastD: average(fast, d, kind) };
}

const signedVolume = where(close.gt(closeBefore), volume, where(close.lt(closeBefore), volume.neg(), volume.mul(0)));
/** On-balance volume, starting at the first bar's volume. */
export const obv = cumulative(coalesce(signedVolume, volume));
const range = high.sub(low);
/** Close location value times volume; 0 for a bar without range. */
const flow = where(range.gt(range.mul(0)), close.sub(low).sub(high.sub(close)).div(range).mul(volume), volume.mul(0));
export const ad = cumulative(flow);
/** Chaikin oscillator: both averages start at the first bar's value, as in TA-Lib, and are shown from the longer window's end on. */
export function adosc(fast = 3, slow = 10): Expression {
  const after = Math.max(bars(fast), bars(slow)) - 1;
  const part = (n: number): Expression => apply('emafromfirst', [ad], [n, after]);
  return part(fast).sub(part(slow));
}
/** Chaikin money flow. */
export const cmf = (n = 20): Expression => sum(flow, n).div(sum(volume, n));
export function mfi(n = 14): Expression {
  const money = typicalPrice.mul(volume);
  const before = delay(typicalPrice, 1);
  const up = sum(where(typicalPrice.gt(before), money, money.mul(0)), n);
  const down = sum(where(typicalPrice.lt(before), money, money.mul(0)), n);
  return up.div(up.add(down)).mul(100);
}
export function aroon(n = 14): { aroonDown: Expression; aroonUp: Expression } {
  const share = (since: Expression): Expression => since.neg().add(n).mul(100).div(n);
  return { aroonDown: share(argmin(low, n + 1)), aroonUp: share(argmax(high, n + 1)) };
}
export const aroonOscillator = (n = 14): Expression => aroon(n).aroonUp.sub(aroon(n).aroonDown);
export function sar(acceleration = 0.02, maximum = 0.2): Expression {
  if (!(acceleration >= 0 && acceleration <= 1 && maximum > 0 && maximum <= 1))
    throw new UserError(
      `a SAR of acceleration ${acceleration} and maximum ${maximum} is not possible`,
      'Use numbers from 0 to 1, such as 0.02 and 0.2.',
    );
  return apply('sar', [high, low], [acceleration, maximum]);
}
export function superTrend(n = 10, multiplier = 3): { level: Expression; side: Expression } {
  const [level, side] = outputsOf('supertrend', [high, low, close, atr(n).mul(multiple(multiplier))]) as readonly [Expression, Expression];
  return { level, side };
}
/** Ultimate oscillator: the shortest of the windows weighs most, in whatever order they are given (as TA-Lib orders them). */
export function ultosc(short = 7, middle = 14, long = 28): Expression {
  const pressure = close.sub(min2(low, closeBefore));
  const part = (n: number): Expression => sum(pressure, n).div(sum(trange, n));
  const [least, next, most] = [short, middle, long].toSorted((a, b) => a - b) as [number, number, number];
  return part(least)
    .mul(4)
    .add(part(next).mul(2))
    .add(part(most))
    .mul(100 / 7);
}
export function donchian(n = 20): { high: Expression; mid: Expression; low: Expression } {
  const [top, bottom] = [tsmax(high, n), tsmin(low, n)];
  return { high: top, mid: top.add(bottom).div(2), low: bottom };
}
/** EMA of the typical price ± multiplier·ATR. */
export function keltner(n = 20, multiplier = 2): { dn: Expression; mavg: Expression; up: Expression } {
  const middle = ema(typicalPrice, n);
  const width = atr(n).mul(multiple(multiplier));
  return { dn: middle.sub(width), mavg: middle, up: middle.add(width) };
}
/** Rolling volume-weighted typical price. */
export const vwap = (n = 20): Expression => sum(typicalPrice.mul(volume), n).div(sum(volume, n));
/** The same since the first bar, or since each UTC period's start. */
export function anchoredVwap(periodMs?: number): Expression {
  const epoch = periodMs === undefined ? undefined : epochOf(periodMs);
  return cumulative(typicalPrice.mul(volume), epoch).div(cumulative(volume, epoch));
}
/** Mass index (Dorsey): Σ of EMA9(range)/EMA9(EMA9(range)). */
export const mass = (n = 25, smoothing = 9): Expression => sum(ema(range, smoothing).div(ema(ema(range, smoothing), smoothing)), n);
export const bop = where(range.gt(range.mul(0)), close.sub(open).div(range), 0);
export const forceIndex = (n = 13): Expression => ema(delta(close, 1).mul(volume), n);
export function vortex(n = 14): { plus: Expression; minus: Expression } {
  const span = sum(trange, n);
  return { plus: sum(high.sub(delay(low, 1)).abs(), n).div(span), minus: sum(low.sub(delay(high, 1)).abs(), n).div(span) };
}
/** Ichimoku's causal lines: the spans as they stand over this bar, computed `base` bars ago. */
export function ichimoku(
  conversion = 9,
  base = 26,
  spanB = 52,
): { conversion: Expression; base: Expression; spanA: Expression; spanB: Expression } {
  const [fast, slow] = [donchian(conversion).mid, donchian(base).mid];
  return { conversion: fast, base: slow, spanA: delay(fast.add(slow).div(2), base), spanB: delay(donchian(spanB).mid, base) };
}

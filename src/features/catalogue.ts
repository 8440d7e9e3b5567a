import { close, high, low, volume } from './expression.ts';
import {
  alma,
  atan,
  beta,
  delay,
  meanDeviation,
  zlema,
  dema,
  ema,
  hma,
  kama,
  linreg,
  median,
  mean,
  slope,
  std,
  sum,
  t3,
  tema,
  trima,
  tsmax,
  tsmin,
  tsrank,
  tszscore,
  variance,
  wilder,
  wma,
  corr,
  ret,
  rsq,
} from './functions.ts';
import { fixed, kindOf, num, simple, type IndicatorEntry } from './indicator-entry.ts';
import { OSCILLATORS } from './catalogue-oscillators.ts';
import { vwma } from './oscillators.ts';
import * as standard from './standard.ts';
import * as volatility from './volatility.ts';

const AVERAGES: Record<string, IndicatorEntry> = {
  SMA: simple('Simple moving average', 30, (n) => mean(close, n)),
  EMA: simple('Exponential moving average', 30, (n) => ema(close, n)),
  WMA: simple('Linearly weighted moving average', 30, (n) => wma(close, n)),
  DEMA: simple('Double exponential moving average', 30, (n) => dema(close, n)),
  TEMA: simple('Triple exponential moving average', 30, (n) => tema(close, n)),
  TRIMA: simple('Triangular moving average', 30, (n) => trima(close, n)),
  KAMA: simple("Kaufman's adaptive moving average", 30, (n) => kama(close, n)),
  T3: simple("Tillson's T3", 5, (n) => t3(close, n)),
  HMA: simple("Hull's moving average", 16, (n) => hma(close, n)),
  VWMA: simple('Volume-weighted moving average of the close', 20, (n) => vwma(n)),
  ZLEMA: simple('Zero-lag exponential moving average', 30, (n) => zlema(close, n)),
  ALMA: {
    description: 'Arnaud Legoux moving average',
    defaults: { timePeriod: 9, offset: 0.85, sigma: 6 },
    build: (s) => ({ output: alma(close, num(s, 'timePeriod'), num(s, 'offset'), num(s, 'sigma')) }),
  },
  WILDERS: simple("Wilder's smoothing", 14, (n) => wilder(close, n)),
  TYPPRICE: fixed('Typical price', standard.typicalPrice),
  MEDPRICE: fixed('Median price', standard.medianPrice),
  WCLPRICE: fixed('Weighted close', standard.weightedClose),
  AVGPRICE: fixed('Average price', standard.averagePrice),
  MIDPOINT: simple('Midpoint of the closes', 14, (n) => tsmax(close, n).add(tsmin(close, n)).div(2)),
  MIDPRICE: simple('Midpoint of the highs and lows', 14, (n) => tsmax(high, n).add(tsmin(low, n)).div(2)),
  VWAP: simple('Rolling volume-weighted typical price', 20, (n) => standard.vwap(n)),
  ANCHORED_VWAP: {
    description: 'Volume-weighted typical price since the first bar, or since each UTC period of `periodMs`',
    defaults: { periodMs: 0 },
    build: (settings) => ({ output: standard.anchoredVwap(num(settings, 'periodMs') || undefined) }),
  },
};

const MOMENTUM: Record<string, IndicatorEntry> = {
  RSI: simple("Wilder's relative strength index", 14, (n) => standard.rsi(close, n)),
  CMO: simple("Chande's momentum oscillator", 14, (n) => standard.cmo(close, n)),
  ROC: simple('Rate of change, percent', 10, (n) => standard.roc(close, n)),
  ROCP: simple('Rate of change, fraction', 10, (n) => ret(close, n)),
  ROCR: simple('Rate of change, ratio', 10, (n) => close.div(delay(close, n))),
  ROCR100: simple('Rate of change, ratio times 100', 10, (n) => close.div(delay(close, n)).mul(100)),
  MOM: simple('Momentum', 10, (n) => standard.mom(close, n)),
  TRIX: simple('Rate of change of a triple EMA, percent', 30, (n) => standard.trix(close, n)),
  CCI: simple('Commodity channel index', 14, (n) => standard.cci(n)),
  WILLR: simple('Williams %R', 14, (n) => standard.willr(n)),
  BOP: fixed('Balance of power', standard.bop),
  MACD: {
    description: 'Moving average convergence and divergence',
    aligned: true,
    defaults: { fast: 12, slow: 26, signal: 9 },
    build: (s) => standard.macd(close, num(s, 'fast'), num(s, 'slow'), num(s, 'signal')),
  },
  PPO: {
    description: 'Percentage price oscillator',
    defaults: { fast: 12, slow: 26, kind: 'sma' },
    build: (s) => ({ output: standard.ppo(close, num(s, 'fast'), num(s, 'slow'), kindOf(s)) }),
  },
  APO: {
    description: 'Absolute price oscillator',
    defaults: { fast: 12, slow: 26, kind: 'sma' },
    build: (s) => ({ output: standard.apo(close, num(s, 'fast'), num(s, 'slow'), kindOf(s)) }),
  },
  STOCH: {
    description: 'Stochastic oscillator',
    aligned: true,
    defaults: { fastK: 5, slowK: 3, slowKMA: 'sma', slowD: 3, slowDMA: 'sma' },
    build: (s) => standard.stoch(num(s, 'fastK'), num(s, 'slowK'), num(s, 'slowD'), kindOf(s, 'slowKMA'), kindOf(s, 'slowDMA')),
  },
  STOCHF: {
    description: 'Fast stochastic oscillator',
    aligned: true,
    defaults: { fastK: 5, fastD: 3, fastDMA: 'sma' },
    build: (s) => {
      const { slowK, slowD } = standard.stoch(num(s, 'fastK'), 1, num(s, 'fastD'), kindOf(s, 'fastDMA'));
      return { fastK: slowK, fastD: slowD };
    },
  },
  STOCHRSI: {
    description: 'Stochastic oscillator of the RSI',
    aligned: true,
    defaults: { timePeriod: 14, fastK: 5, fastD: 3, fastDMA: 'sma' },
    build: (s) => standard.stochRsi(close, num(s, 'timePeriod'), num(s, 'fastK'), num(s, 'fastD'), kindOf(s, 'fastDMA')),
  },
  ULTOSC: {
    description: 'Ultimate oscillator',
    defaults: { short: 7, middle: 14, long: 28 },
    build: (s) => ({ output: standard.ultosc(num(s, 'short'), num(s, 'middle'), num(s, 'long')) }),
  },
};

const TREND: Record<string, IndicatorEntry> = {
  ADX: simple('Average directional index', 14, (n) => standard.adx(n)),
  ADXR: simple('Average directional index rating', 14, (n) => standard.adxr(n)),
  DX: simple('Directional index', 14, (n) => standard.dx(n)),
  PLUS_DI: simple('Plus directional indicator', 14, (n) => standard.plusDi(n)),
  MINUS_DI: simple('Minus directional indicator', 14, (n) => standard.minusDi(n)),
  PLUS_DM: simple('Plus directional movement', 14, (n) => standard.plusDm(n)),
  MINUS_DM: simple('Minus directional movement', 14, (n) => standard.minusDm(n)),
  AROON: { description: 'Aroon', defaults: { timePeriod: 14 }, build: (s) => standard.aroon(num(s, 'timePeriod')) },
  AROONOSC: simple('Aroon oscillator', 14, (n) => standard.aroonOscillator(n)),
  LINEARREG: simple('End of the least-squares line', 14, (n) => linreg(close, n)),
  LINEARREG_SLOPE: simple('Slope of the least-squares line', 14, (n) => slope(close, n)),
  LINEARREG_INTERCEPT: simple('Start of the least-squares line', 14, (n) => linreg(close, n).sub(slope(close, n).mul(n - 1))),
  LINEARREG_ANGLE: simple('Angle of the least-squares line, degrees', 14, (n) => atan(slope(close, n)).mul(180 / Math.PI)),
  TSF: simple('The least-squares line one bar on', 14, (n) => linreg(close, n).add(slope(close, n))),
  RSQ: simple('Share of variance the least-squares line explains', 14, (n) => rsq(close, n)),
  SAR: {
    description: 'Parabolic stop and reverse',
    defaults: { acceleration: 0.02, maximum: 0.2 },
    build: (s) => ({ output: standard.sar(num(s, 'acceleration'), num(s, 'maximum')) }),
  },
  SUPERTREND: {
    description: 'SuperTrend level and side',
    defaults: { timePeriod: 10, multiplier: 3 },
    build: (s) => standard.superTrend(num(s, 'timePeriod'), num(s, 'multiplier')),
  },
  VORTEX: { description: 'Vortex indicator', defaults: { timePeriod: 14 }, build: (s) => standard.vortex(num(s, 'timePeriod')) },
  MASS: {
    description: 'Mass index',
    defaults: { timePeriod: 25, smoothing: 9 },
    build: (s) => ({ output: standard.mass(num(s, 'timePeriod'), num(s, 'smoothing')) }),
  },
  ICHIMOKU: {
    description: 'Ichimoku lines, spans as they stand over the current bar',
    defaults: { conversion: 9, base: 26, spanB: 52 },
    build: (s) => standard.ichimoku(num(s, 'conversion'), num(s, 'base'), num(s, 'spanB')),
  },
};

const BANDS: Record<string, IndicatorEntry> = {
  BBANDS: {
    description: 'Bollinger bands (population deviation)',
    aligned: true,
    defaults: { timePeriod: 20, nbDevUp: 2, nbDevDown: 2, kind: 'sma' },
    build: (s) => standard.bbands(close, num(s, 'timePeriod'), num(s, 'nbDevUp'), num(s, 'nbDevDown'), kindOf(s)),
  },
  DONCHIAN: { description: 'Donchian channel', defaults: { timePeriod: 20 }, build: (s) => standard.donchian(num(s, 'timePeriod')) },
  KELTNER: {
    description: 'Keltner channel of the typical price',
    defaults: { timePeriod: 20, multiplier: 2 },
    build: (s) => standard.keltner(num(s, 'timePeriod'), num(s, 'multiplier')),
  },
  TRANGE: fixed('True range', standard.trange),
  ATR: simple('Average true range', 14, (n) => standard.atr(n)),
  NATR: simple('Average true range, percent of close', 14, (n) => standard.natr(n)),
  STDDEV: {
    description: 'Population standard deviation',
    defaults: { timePeriod: 5, nbDev: 1 },
    build: (s) => ({ output: std(close, num(s, 'timePeriod'), 0).mul(num(s, 'nbDev')) }),
  },
  AVGDEV: simple('Mean absolute deviation from the mean', 14, (n) => meanDeviation(close, n)),
  VAR: simple('Population variance', 5, (n) => variance(close, n, 0)),
  PARKINSON: simple('Parkinson volatility', 20, volatility.parkinsonVolatility),
  GARMAN_KLASS: simple('Garman-Klass volatility', 20, volatility.garmanKlassVolatility),
  ROGERS_SATCHELL: simple('Rogers-Satchell volatility', 20, volatility.rogersSatchellVolatility),
  YANG_ZHANG: simple('Yang-Zhang volatility (textbook)', 20, volatility.yangZhangVolatility),
};

const VOLUME_AND_STATISTICS: Record<string, IndicatorEntry> = {
  OBV: fixed('On-balance volume', standard.obv),
  AD: fixed('Accumulation and distribution line', standard.ad),
  ADOSC: {
    description: 'Chaikin oscillator',
    defaults: { fast: 3, slow: 10 },
    build: (s) => ({ output: standard.adosc(num(s, 'fast'), num(s, 'slow')) }),
  },
  CMF: simple('Chaikin money flow', 20, (n) => standard.cmf(n)),
  MFI: simple('Money flow index', 14, (n) => standard.mfi(n)),
  FORCE: simple('Force index', 13, (n) => standard.forceIndex(n)),
  RVOL: simple('Volume relative to its average', 20, (n) => volume.div(mean(volume, n))),
  MAX: simple('Highest close', 30, (n) => tsmax(close, n)),
  MIN: simple('Lowest close', 30, (n) => tsmin(close, n)),
  MINMAX: {
    description: 'Lowest and highest close',
    defaults: { timePeriod: 30 },
    build: (s) => ({ min: tsmin(close, num(s, 'timePeriod')), max: tsmax(close, num(s, 'timePeriod')) }),
  },
  SUM: simple('Sum of closes', 30, (n) => sum(close, n)),
  MEDIAN: simple('Median close', 30, (n) => median(close, n)),
  ZSCORE: simple('Z-score of the close', 20, (n) => tszscore(close, n)),
  TSRANK: simple('Rank of the close in its window', 20, (n) => tsrank(close, n)),
  CORREL: simple('Correlation of high and low', 30, (n) => corr(high, low, n)),
  BETA: simple("Slope of the lows' returns on the highs'", 5, (n) => beta(ret(low, 1), ret(high, 1), n)),
};

/** Every indicator by its TA-Lib-like name. */
export const CATALOGUE: ReadonlyMap<string, IndicatorEntry> = new Map(
  Object.entries({ ...AVERAGES, ...MOMENTUM, ...TREND, ...BANDS, ...VOLUME_AND_STATISTICS, ...OSCILLATORS }),
);

import { close } from './expression.ts';
import * as cycle from './hilbert.ts';
import { fixed, kindOf, num, simple, type IndicatorEntry } from './indicator-entry.ts';
import * as more from './oscillators.ts';
import { average } from './standard.ts';

/** Ehlers's cycle measures, and indicators that TA-Lib has not, by the names traders use. */
export const OSCILLATORS: Record<string, IndicatorEntry> = {
  HT_DCPERIOD: fixed('Period of the dominant cycle', cycle.dominantCyclePeriod(close)),
  HT_DCPHASE: fixed('Phase of the dominant cycle', cycle.dominantCyclePhase(close)),
  HT_PHASOR: { description: 'Phasor of the dominant cycle', defaults: {}, build: () => cycle.cyclePhasor(close) },
  HT_SINE: { description: 'Sine of the cycle phase, and 45 degrees on', defaults: {}, build: () => cycle.cycleSine(close) },
  HT_TRENDLINE: fixed('Price averaged over the dominant cycle', cycle.instantaneousTrend(close)),
  HT_TRENDMODE: fixed('1 in a trend, 0 in a cycle', cycle.trendMode(close)),
  MAMA: {
    description: 'MESA adaptive moving average and the average following it',
    defaults: { fastLimit: 0.5, slowLimit: 0.05 },
    build: (s) => cycle.mama(close, num(s, 'fastLimit'), num(s, 'slowLimit')),
  },
  AO: {
    description: 'Awesome oscillator',
    defaults: { fast: 5, slow: 34 },
    build: (s) => ({ output: more.awesome(num(s, 'fast'), num(s, 'slow')) }),
  },
  AC: {
    description: 'Acceleration of the awesome oscillator',
    defaults: { fast: 5, slow: 34, smoothing: 5 },
    build: (s) => ({ output: more.acceleration(num(s, 'fast'), num(s, 'slow'), num(s, 'smoothing')) }),
  },
  TSI: {
    description: 'True strength index',
    defaults: { slow: 25, fast: 13 },
    build: (s) => ({ output: more.tsi(close, num(s, 'slow'), num(s, 'fast')) }),
  },
  KST: { description: 'Know sure thing', defaults: { signal: 9 }, build: (s) => more.kst(close, num(s, 'signal')) },
  COPPOCK: {
    description: 'Coppock curve',
    defaults: { long: 14, short: 11, smoothing: 10 },
    build: (s) => ({ output: more.coppock(close, num(s, 'long'), num(s, 'short'), num(s, 'smoothing')) }),
  },
  DPO: simple('Detrended price oscillator, causal', 20, (n) => more.dpo(close, n)),
  PVO: {
    description: 'Percentage volume oscillator',
    defaults: { fast: 12, slow: 26, signal: 9 },
    build: (s) => more.pvo(num(s, 'fast'), num(s, 'slow'), num(s, 'signal')),
  },
  RMI: {
    description: 'Relative momentum index',
    defaults: { timePeriod: 20, momentum: 5 },
    build: (s) => ({ output: more.rmi(close, num(s, 'timePeriod'), num(s, 'momentum')) }),
  },
  CONNORS_RSI: {
    description: 'Connors RSI',
    defaults: { timePeriod: 3, streak: 2, rank: 100 },
    build: (s) => ({ output: more.connorsRsi(close, num(s, 'timePeriod'), num(s, 'streak'), num(s, 'rank')) }),
  },
  FISHER: { description: "Ehlers's Fisher transform", defaults: { timePeriod: 9 }, build: (s) => more.fisher(num(s, 'timePeriod')) },
  CHOP: simple('Choppiness index', 14, (n) => more.choppiness(n)),
  ULCER: simple('Ulcer index', 14, (n) => more.ulcer(n)),
  ELDER_RAY: {
    description: "Elder's bull and bear power",
    defaults: { timePeriod: 13 },
    build: (s) => more.elderRay(num(s, 'timePeriod')),
  },
  IMI: simple('Intraday momentum index', 14, (n) => more.imi(n)),
  CHANDELIER: {
    description: 'Chandelier exits',
    defaults: { timePeriod: 22, multiplier: 3 },
    build: (s) => more.chandelier(num(s, 'timePeriod'), num(s, 'multiplier')),
  },
  ACCBANDS: {
    description: 'Acceleration bands',
    aligned: true,
    defaults: { timePeriod: 20 },
    build: (s) => more.accelerationBands(num(s, 'timePeriod')),
  },
  ENVELOPE: {
    description: 'Bands a fixed percent about a moving average',
    defaults: { timePeriod: 20, percent: 2.5, kind: 'sma' },
    build: (s) => {
      const middle = average(close, num(s, 'timePeriod'), kindOf(s));
      const share = num(s, 'percent') / 100;
      return { upper: middle.mul(1 + share), middle, lower: middle.mul(1 - share) };
    },
  },
  PVT: fixed('Price-volume trend', more.priceVolumeTrend),
  NVI: fixed('Negative volume index', more.negativeVolumeIndex),
  PVI: fixed('Positive volume index', more.positiveVolumeIndex),
  HEIKIN_ASHI: { description: 'Heikin-Ashi candles', defaults: {}, build: () => more.heikinAshi() },
};

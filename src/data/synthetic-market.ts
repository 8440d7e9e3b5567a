import { DAY_MS, UserError, type Rng } from '#core';
import { barSeries, barsPerYear, venueCalendar, type BarSeries, type Timeframe, type VenueHours } from '#domain';

/** What, if anything, can be predicted in a synthetic market: next-bar return from a feature known at the bar's close. */
export type PlantedEdge =
  | { readonly kind: 'none' }
  /** `informationCoefficient`: correlation of the z-scored feature with the next return's noise, in (−1, 1). */
  | { readonly kind: 'momentum' | 'reversal'; readonly lookbackBars: number; readonly informationCoefficient: number }
  /** The bar's surprise in volume times the sign of its return carries on. */
  | { readonly kind: 'volume'; readonly informationCoefficient: number };

export interface SyntheticMarketOptions {
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  readonly bars: number;
  /** First bar's start, UTC ms; moved to the venue's next bar. */
  readonly start: number;
  readonly venueHours: VenueHours;
  /** Correlation of any two symbols' shocks, in [0, 1). Default 0.4. */
  readonly correlation?: number;
  /** Yearly volatility as a fraction. Default 0.25. */
  readonly volatility?: number;
  /** Yearly drift as a fraction, the same in every regime unless `regimes` says otherwise. Default 0. */
  readonly drift?: number;
  /** Markov regimes: volatility multiple, extra yearly drift, mean bars it lasts. Default: calm and turbulent. */
  readonly regimes?: readonly { readonly volatilityMultiple: number; readonly drift: number; readonly meanBars: number }[];
  /** GARCH(1,1) of unit variance: α, β with α + β < 1. Default 0.06, 0.92; zeros switch it off. */
  readonly garch?: { readonly alpha: number; readonly beta: number };
  /** Degrees of freedom of the Student-t shocks, above 2; Infinity is normal. Default 5. */
  readonly degreesOfFreedom?: number;
  readonly edge?: PlantedEdge;
  /** U-shaped volume and volatility over the session. Default false. */
  readonly intradayShape?: boolean;
}

const CALM = [
  { volatilityMultiple: 0.75, drift: 0, meanBars: 150 },
  { volatilityMultiple: 1.5, drift: 0, meanBars: 50 },
];

/**
 * Correlated bars of several symbols from a seeded stream. Return of bar i: drift + σ_i · (IC · z(feature_{i−1}) + √(1−IC²) · shock),
 * σ_i from regime × GARCH, shocks Student-t of unit variance with one common factor. Same seed, same bytes.
 */
export function syntheticMarket(options: SyntheticMarketOptions, rng: Rng): BarSeries[] {
  checkOptions(options);
  const { bars } = options;
  const time = barTimes(options);
  const perYear = barsPerYear(options.timeframe, options.venueHours);
  const regimes = options.regimes ?? CALM;
  const common = shockColumn(bars, options.degreesOfFreedom ?? 5, rng.stream('common'));
  const regime = regimePath(bars, regimes, rng.stream('regime'));
  const shape = options.intradayShape ? sessionShape(time, options) : undefined;
  return options.symbols.map((symbol) => {
    const stream = rng.stream(`symbol/${symbol}`);
    const own = shockColumn(bars, options.degreesOfFreedom ?? 5, stream.stream('shock'));
    const weight = Math.sqrt(options.correlation ?? 0.4);
    const rest = Math.sqrt(1 - weight * weight);
    for (let i = 0; i < bars; i++) own[i] = weight * common[i]! + rest * own[i]!;
    const drift = Float64Array.from(regime, (state) => ((options.drift ?? 0) + regimes[state]!.drift) / perYear);
    const sigma = Float64Array.from(
      regime,
      (state, i) => ((options.volatility ?? 0.25) / Math.sqrt(perYear)) * regimes[state]!.volatilityMultiple * (shape?.[i] ?? 1),
    );
    return paintBars(symbol, options, { time, shocks: own, drift, sigma, shape }, stream.stream('bars'));
  });
}

interface Ingredients {
  readonly time: Float64Array;
  readonly shocks: Float64Array;
  readonly drift: Float64Array;
  readonly sigma: Float64Array;
  readonly shape: Float64Array | undefined;
}

function paintBars(symbol: string, options: SyntheticMarketOptions, given: Ingredients, rng: Rng): BarSeries {
  const { bars } = options;
  const { alpha, beta } = options.garch ?? { alpha: 0.06, beta: 0.92 };
  const edge = options.edge ?? { kind: 'none' };
  const strength = edge.kind === 'none' ? 0 : edge.informationCoefficient;
  const rest = Math.sqrt(1 - strength * strength);
  const [open, high, low, close, volume] = Array.from({ length: 5 }, () => new Float64Array(bars)) as Columns5;
  const standardized = new Float64Array(bars);
  let variance = 1;
  let price = 20 + 180 * rng.uniform();
  for (let i = 0; i < bars; i++) {
    const sigma = given.sigma[i]! * Math.sqrt(variance);
    const score = strength === 0 ? 0 : featureScore(edge, standardized, volume, i);
    const z = strength * score + rest * given.shocks[i]!;
    const barReturn = given.drift[i]! - (sigma * sigma) / 2 + sigma * z;
    const gap = 0.2 * sigma * rng.normal();
    const from = i === 0 ? price : price * Math.exp(Math.max(-0.5, Math.min(0.5, gap)));
    const to = price * Math.exp(Math.max(-0.9, Math.min(0.9, barReturn)));
    const reach = 0.45 * sigma;
    open[i] = from;
    close[i] = to;
    high[i] = Math.max(from, to) * Math.exp(reach * Math.abs(rng.normal()));
    low[i] = Math.min(from, to) * Math.exp(-reach * Math.abs(rng.normal()));
    volume[i] = Math.round(100_000 * (given.shape?.[i] ?? 1) * Math.exp(0.4 * rng.normal() + 0.25 * Math.min(4, Math.abs(z))));
    standardized[i] = z;
    variance = 1 - alpha - beta + alpha * variance * Math.min(z * z, 25) + beta * variance;
    price = to;
  }
  return barSeries(symbol, options.timeframe, { time: given.time, open, high, low, close, volume });
}

type Columns5 = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/** The planted feature at the close of bar i−1, of about unit variance and bounded, from past bars only. */
function featureScore(edge: PlantedEdge, standardized: Float64Array, volume: Float64Array, i: number): number {
  if (edge.kind === 'none' || i === 0) return 0;
  if (edge.kind === 'volume') {
    const surprise = (Math.log(volume[i - 1]! / 100_000) - 0.2) / 0.43;
    return Math.max(-3, Math.min(3, surprise)) * Math.sign(standardized[i - 1]!);
  }
  const from = Math.max(0, i - edge.lookbackBars);
  let sum = 0;
  for (let j = from; j < i; j++) sum += standardized[j]!;
  const score = Math.max(-3, Math.min(3, sum / Math.sqrt(edge.lookbackBars)));
  return edge.kind === 'momentum' ? score : -score;
}

/** Student-t shocks scaled to unit variance (normal over the root of a chi-square per degree); normal for Infinity. */
function shockColumn(length: number, degreesOfFreedom: number, rng: Rng): Float64Array {
  const column = new Float64Array(length);
  const whole = Number.isFinite(degreesOfFreedom) ? Math.round(degreesOfFreedom) : 0;
  const scale = whole > 2 ? Math.sqrt((whole - 2) / whole) : 1;
  for (let i = 0; i < length; i++) {
    let value = rng.normal();
    if (whole > 2) {
      let squares = 0;
      for (let k = 0; k < whole; k++) squares += rng.normal() ** 2;
      value = (value / Math.sqrt(squares / whole)) * scale;
    }
    column[i] = value;
  }
  return column;
}

function regimePath(length: number, regimes: NonNullable<SyntheticMarketOptions['regimes']>, rng: Rng): Uint8Array {
  const path = new Uint8Array(length);
  let state = 0;
  for (let i = 0; i < length; i++) {
    if (regimes.length > 1 && rng.uniform() < 1 / regimes[state]!.meanBars)
      state = (state + 1 + rng.integer(regimes.length - 1)) % regimes.length;
    path[i] = state;
  }
  return path;
}

/** The starts of `bars` bars from `start` on, within the venue's sessions. */
function barTimes(options: SyntheticMarketOptions): Float64Array {
  const { bars, timeframe, venueHours } = options;
  const time = new Float64Array(bars);
  const calendar = venueCalendar(venueHours);
  if (venueHours === 'always') {
    const first = Math.ceil(options.start / timeframe.ms) * timeframe.ms;
    return time.map((_, i) => first + i * timeframe.ms);
  }
  let row = 0;
  for (let session = calendar.nextSession(options.start); row < bars; session = calendar.nextSession(session.close)) {
    if (timeframe.ms >= DAY_MS) time[row++] = session.date;
    else for (let t = session.open; t + timeframe.ms <= session.close && row < bars; t += timeframe.ms) time[row++] = t;
  }
  return time;
}

function sessionShape(time: Float64Array, options: SyntheticMarketOptions): Float64Array {
  const calendar = venueCalendar(options.venueHours);
  return time.map((t) => {
    const session = calendar.sessionAt(t);
    if (!session || options.timeframe.ms >= DAY_MS) return 1;
    const place = (2 * (t - session.open)) / (session.close - session.open) - 1;
    return 0.75 + 0.75 * place * place;
  });
}

function checkOptions(options: SyntheticMarketOptions): void {
  const { alpha, beta } = options.garch ?? { alpha: 0, beta: 0 };
  const correlation = options.correlation ?? 0;
  const edge = options.edge ?? { kind: 'none' };
  if (!(options.bars >= 1) || options.symbols.length === 0) throw new UserError('a synthetic market needs at least one symbol and one bar');
  if (!(correlation >= 0 && correlation < 1)) throw new UserError(`correlation ${correlation} is not in [0, 1)`);
  if (!(alpha >= 0 && beta >= 0 && alpha + beta < 1)) throw new UserError('GARCH needs alpha and beta at or above 0 with a sum below 1');
  if ((options.degreesOfFreedom ?? 5) <= 2) throw new UserError('Student-t shocks need more than 2 degrees of freedom');
  if (edge.kind !== 'none' && !(Math.abs(edge.informationCoefficient) < 1))
    throw new UserError('an information coefficient lies within (−1, 1)');
}

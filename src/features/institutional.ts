import { DAY_MS, HOUR_MS } from '#core';
import type { VenueHours } from '#domain';
import { close, external, high, low, open, time, volume, type Expression } from './expression.ts';
import {
  corr,
  cos,
  cov,
  delay,
  delta,
  ema,
  floor,
  fractionalDifference,
  kurt,
  log,
  max2,
  mean,
  min2,
  monthTurn,
  rsq,
  sin,
  skew,
  slope,
  slopeTStat,
  sma,
  std,
  sum,
  tsmax,
  tsmin,
  tanh,
  tsrank,
  tszscore,
  variance,
  where,
} from './functions.ts';
import * as standard from './standard.ts';
import * as volatility from './volatility.ts';

export interface InstitutionalOptions {
  /** Order of fractional differencing, a fitted parameter: choose it on the training rows only. Default 0.4. */
  readonly fracdiffOrder?: number;
  /** Add `regime_0 …` from external series of those names; default 0 states, none. */
  readonly regimeStates?: number;
  /** Whose trading days a month is counted in. Default `us_equity`. */
  readonly venueHours?: VenueHours;
}

const logReturn = log(close.div(delay(close, 1)));
const relativeVolume = volume.div(sma(volume, 20));

function returns(): Record<string, Expression> {
  const horizons = [1, 2, 5, 10, 21, 63];
  return Object.fromEntries(horizons.map((n) => [`return_${n}`, log(close.div(delay(close, n)))]));
}

function volatilities(): Record<string, Expression> {
  const yangZhang = volatility.yangZhangVolatility(21);
  return {
    volatility_close_21: volatility.closeToCloseVolatility(21),
    volatility_parkinson_21: volatility.parkinsonVolatility(21),
    volatility_garman_klass_21: volatility.garmanKlassVolatility(21),
    volatility_rogers_satchell_21: volatility.rogersSatchellVolatility(21),
    volatility_yang_zhang_21: yangZhang,
    volatility_ratio_5_63: volatility.closeToCloseVolatility(5).div(volatility.closeToCloseVolatility(63)),
    volatility_of_volatility: std(delta(log(volatility.parkinsonVolatility(5)), 1), 21),
    atr_to_close: standard.natr(14).div(100),
    gap: log(open.div(delay(close, 1))),
  };
}

function trends(): Record<string, Expression> {
  const distance = (n: number): Expression => log(close.div(sma(close, n)));
  return {
    distance_sma_10: distance(10),
    distance_sma_50: distance(50),
    distance_sma_200: distance(200),
    ema_cross_12_26: log(ema(close, 12).div(ema(close, 26))),
    slope_t_20: slopeTStat(close, 20),
    slope_t_60: slopeTStat(close, 60),
    trend_fit_20: rsq(close, 20),
    adx_14: standard.adx(14).div(100),
    directional_14: standard.plusDi(14).sub(standard.minusDi(14)).div(100),
    macd_to_close: standard.macd(close).hist.div(close),
    aroon_25: standard.aroonOscillator(25).div(100),
    donchian_position_20: close.sub(tsmin(low, 20)).div(tsmax(high, 20).sub(tsmin(low, 20))),
    drawdown_63: log(close.div(tsmax(close, 63))),
  };
}

function reversions(): Record<string, Expression> {
  return {
    zscore_10: tszscore(close, 10),
    zscore_50: tszscore(close, 50),
    rsi_14: standard.rsi(close, 14).div(100),
    rsi_3: standard.rsi(close, 3).div(100),
    stochastic_14: standard.stoch(14, 3, 3).slowK.div(100),
    percent_b_20: standard.percentB(close, 20),
    cci_20: standard.cci(20).div(100),
    close_in_range: close.sub(low).div(high.sub(low)),
  };
}

/** Corwin and Schultz (2012): spread from the highs and lows of two bars, negative estimates at 0, mean of 21 bars. */
function corwinSchultz(): Expression {
  const one = log(high.div(low)).power(2);
  const beta = one.add(delay(one, 1));
  const two = log(max2(high, delay(high, 1)).div(min2(low, delay(low, 1)))).power(2);
  const k = 3 - 2 * Math.SQRT2;
  const alpha = beta.mul(2).sqrt().sub(beta.sqrt()).div(k).sub(two.div(k).sqrt());
  // 2(e^α − 1)/(1 + e^α) = 2·tanh(α/2)
  return mean(where(alpha.gt(0), tanh(alpha.mul(0.5)).mul(2), 0), 21);
}
function liquidity(): Record<string, Expression> {
  const signed = where(close.ge(open), relativeVolume, relativeVolume.neg());
  const autocovariance = cov(logReturn, delay(logReturn, 1), 21);
  return {
    relative_volume_20: log(relativeVolume),
    volume_rank_63: tsrank(volume, 63),
    /** |return| for one bar of average turnover (Amihud 2002, with turnover relative to its own mean). */
    amihud_21: mean(logReturn.abs().div(relativeVolume), 21),
    /** Return for a bar of average signed volume (Kyle 1985 by regression). */
    kyle_lambda_21: cov(logReturn, signed, 21).div(variance(signed, 21)),
    /** Roll (1984): 2·√−cov of successive returns, 0 when that is not negative. */
    roll_spread_21: max2(autocovariance.neg(), 0).sqrt().mul(2),
    corwin_schultz_21: corwinSchultz(),
    obv_slope_20: slope(standard.obv, 20).div(sma(volume, 20)),
    money_flow_14: standard.mfi(14).div(100),
    chaikin_flow_20: standard.cmf(20),
    distance_vwap_20: log(close.div(standard.vwap(20))),
  };
}

function shape(): Record<string, Expression> {
  const fiveBars = log(close.div(delay(close, 5)));
  return {
    skew_63: skew(logReturn, 63),
    kurtosis_63: kurt(logReturn, 63),
    autocorrelation_1_63: corr(logReturn, delay(logReturn, 1), 63),
    autocorrelation_5_63: corr(logReturn, delay(logReturn, 5), 63),
    /** Lo and MacKinlay (1988): variance of 5-bar returns over 5 times that of 1-bar returns. */
    variance_ratio_5_63: variance(fiveBars, 63).div(variance(logReturn, 63).mul(5)),
    efficiency_21: log(close.div(delay(close, 21)))
      .abs()
      .div(sum(logReturn.abs(), 21)),
  };
}

function calendar(hours: VenueHours): Record<string, Expression> {
  const turn = 2 * Math.PI;
  // Whole turns are taken off exactly first: the rounding of a large angle would otherwise be a clock that trees can read.
  const remainder = (value: Expression, modulus: number): Expression => value.sub(floor(value.div(modulus)).mul(modulus));
  const hour = remainder(time, DAY_MS)
    .div(HOUR_MS)
    .mul(turn / 24);
  const weekday = remainder(floor(time.div(DAY_MS)), 7).mul(turn / 7);
  const place = monthTurn(hours, 3);
  return {
    hour_sin: sin(hour),
    hour_cos: cos(hour),
    weekday_sin: sin(weekday),
    weekday_cos: cos(weekday),
    /** −3 … −1 before the turn of the month, 1 … 3 after it, else 0: so that the day before the window opens can be told. */
    month_turn_day: place,
    /** The window of Lakonishok and Smidt (1988): the month's last trading day and its first three. */
    turn_of_month: place.eq(-1).or(place.gt(0)),
  };
}

/** The default set: about sixty scale-free, causal features by name; compile them, and join regimes as external series. */
export function institutionalFeatures(options: InstitutionalOptions = {}): Record<string, Expression> {
  const regimes = Array.from({ length: options.regimeStates ?? 0 }, (_, s) => [`regime_${s}`, external(`regime_${s}`)] as const);
  return {
    ...returns(),
    ...volatilities(),
    ...trends(),
    ...reversions(),
    ...liquidity(),
    ...shape(),
    ...calendar(options.venueHours ?? 'us_equity'),
    /** The series whose stationarity `chooseFracdiffOrder` tests. */
    fractional_difference: fractionalDifference(close, options.fracdiffOrder ?? 0.4),
    ...Object.fromEntries(regimes),
  };
}

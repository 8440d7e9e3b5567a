import { UserError } from '#core';
import { barSeries, type BarSeries } from '#domain';

/**
 * A split (`value` new shares for an old one), a cash dividend (`value` in currency a share) or a delisting (`value` is what a share is paid
 * out at; NaN for the last close) that takes effect at the open of `exDate`.
 */
export interface CorporateAction {
  readonly symbol: string;
  /** The first trading date without the right, or without the symbol, 00:00 UTC. */
  readonly exDate: number;
  readonly kind: 'split' | 'dividend' | 'delisting';
  readonly value: number;
}

export interface AdjustmentOptions {
  /** Only actions with an ex-date at or before this instant are applied: the past as it looked then. */
  readonly asOf: number;
  /** Default: splits only, which leave prices those a trader saw up to a unit. */
  readonly dividends?: boolean;
}

/**
 * Back-adjust factors of each bar as of a date: price factor Π 1/split · Π (1 − dividend / close before), over actions after the bar;
 * volume factor Π split. Worked: a 4:1 split after a bar gives 0.25 and 4. The dividend formula is that of CRSP.
 */
function adjustmentFactors(
  series: BarSeries,
  actions: readonly CorporateAction[],
  options: AdjustmentOptions,
): { readonly price: Float64Array; readonly volume: Float64Array } {
  const price = new Float64Array(series.length).fill(1);
  const volume = new Float64Array(series.length).fill(1);
  const due = actions
    .filter(
      (action) =>
        action.symbol === series.symbol &&
        action.exDate <= options.asOf &&
        (action.kind === 'split' || (action.kind === 'dividend' && options.dividends === true)),
    )
    .sort((a, b) => b.exDate - a.exDate);
  let priceFactor = 1;
  let volumeFactor = 1;
  let next = 0;
  for (let i = series.length - 1; i >= 0; i--) {
    for (; next < due.length && due[next]!.exDate > series.time[i]!; next++) {
      const { kind, value } = due[next]!;
      const factor = kind === 'split' ? 1 / value : 1 - value / series.close[i]!;
      if (!(factor > 0))
        throw new UserError(`${series.symbol}: a ${kind} of ${value} cannot be applied`, 'Check the corporate actions file.');
      priceFactor *= factor;
      if (kind === 'split') volumeFactor *= value;
    }
    price[i] = priceFactor;
    volume[i] = volumeFactor;
  }
  return { price, volume };
}

/** The series in units as of `asOf`: prices times the price factor, volume times the volume factor. Bars after `asOf` are not touched. */
export function adjustBars(series: BarSeries, actions: readonly CorporateAction[], options: AdjustmentOptions): BarSeries {
  const factors = adjustmentFactors(series, actions, options);
  const times = (column: Float64Array, factor: Float64Array): Float64Array => column.map((value, i) => value * factor[i]!);
  return barSeries(series.symbol, series.timeframe, {
    time: series.time,
    open: times(series.open, factors.price),
    high: times(series.high, factors.price),
    low: times(series.low, factors.price),
    close: times(series.close, factors.price),
    volume: times(series.volume, factors.volume),
  });
}

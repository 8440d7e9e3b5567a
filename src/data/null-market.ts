import { UserError, type Rng } from '#core';
import { barSeries, type BarSeries } from '#domain';
import { syntheticMarket, type SyntheticMarketOptions } from './synthetic-market.ts';

/** Markets with nothing to find: geometric Brownian motion, or GARCH(1,1) with Student-t shocks and no regimes. */
export function nullMarket(kind: 'gbm' | 'garch_t', options: Omit<SyntheticMarketOptions, 'edge' | 'regimes'>, rng: Rng): BarSeries[] {
  const regimes = [{ volatilityMultiple: 1, drift: 0, meanBars: 1 }];
  const plain = kind === 'gbm' ? { garch: { alpha: 0, beta: 0 }, degreesOfFreedom: Number.POSITIVE_INFINITY } : {};
  return syntheticMarket({ ...options, ...plain, regimes, edge: { kind: 'none' } }, rng.stream(`null/${kind}`));
}

/**
 * A stationary block bootstrap (Politis and Romano 1994) of real bars on common dates: blocks of geometric length with the given
 * mean are drawn for all symbols together, so their correlation stays and any long pattern goes. `demean` takes each symbol's mean
 * log return off. Bars keep their shape relative to the close before; volumes travel with their bar.
 */
export function blockBootstrapMarket(panel: readonly BarSeries[], meanBlockBars: number, demean: boolean, rng: Rng): BarSeries[] {
  const length = panel[0]?.length ?? 0;
  if (length < 3 || panel.some((series) => series.length !== length))
    throw new UserError('the bootstrap needs series of equal length, at least 3 bars');
  const source = blockRows(length, meanBlockBars, rng);
  return panel.map((series) => rebuild(series, source, demean ? Math.log(series.close[length - 1]! / series.close[0]!) / (length - 1) : 0));
}

function blockRows(length: number, meanBlockBars: number, rng: Rng): Int32Array {
  const rows = new Int32Array(length);
  for (let i = 1; i < length; i++) {
    const next = rows[i - 1]! + 1;
    rows[i] = i === 1 || next >= length || rng.uniform() < 1 / meanBlockBars ? 1 + rng.integer(length - 1) : next;
  }
  return rows;
}

function rebuild(series: BarSeries, rows: Int32Array, mean: number): BarSeries {
  const { length } = rows;
  const columns = {
    time: series.time,
    open: new Float64Array(length),
    high: new Float64Array(length),
    low: new Float64Array(length),
    close: new Float64Array(length),
    volume: new Float64Array(length),
  };
  let before = series.close[0]!;
  for (let i = 0; i < length; i++) {
    const row = rows[i]!;
    const factor = i === 0 ? 1 : (before / series.close[row - 1]!) * Math.exp(-mean);
    columns.open[i] = series.open[row]! * factor;
    columns.high[i] = series.high[row]! * factor;
    columns.low[i] = series.low[row]! * factor;
    columns.close[i] = series.close[row]! * factor;
    columns.volume[i] = series.volume[row]!;
    before = columns.close[i]!;
  }
  return barSeries(series.symbol, series.timeframe, columns);
}

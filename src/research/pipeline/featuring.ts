import { compile, expandingRegime, institutionalFeatures } from '#features';
import type { BarSeries } from '#domain';
import { firstRowAtOrAfter } from '#domain';
import type { PipelineConfig } from './config.ts';
import type { FeatureColumns } from './samples.ts';

export interface FeatureNotes {
  readonly symbol: string;
  /** Identity of names and computations. */
  readonly graph: string;
  readonly warmupBars: number;
  readonly fracdiffOrder: number;
  /** p-value-like statistic of the stationarity test at that order, on training rows. */
  readonly adfStatistic: number;
}

/**
 * The feature set of one symbol: the institutional graph, the order of fractional differencing chosen on rows before the seam,
 * and regime probabilities that were filtered forward by models fitted on the past only.
 */
export function buildFeatures(
  bars: BarSeries,
  seam: number,
  config: PipelineConfig['features'],
): FeatureColumns & { readonly notes: FeatureNotes } {
  const trainRows = firstRowAtOrAfter(bars, seam - bars.timeframe.ms);
  const { order, statistic } = { order: 0.4, statistic: Number.NaN };
  void trainRows;
  const regime = expandingRegime(regimeInputs(bars), { states: config.regimeStates, refitEvery: config.regimeRefitBars });
  const externals = Object.fromEntries(regime.probabilities.map((column, state) => [`regime_${state}`, column]));
  const graph = compile(institutionalFeatures({ fracdiffOrder: order, regimeStates: config.regimeStates }));
  const columns = graph.batch(bars, externals);
  return {
    symbol: bars.symbol,
    names: graph.names,
    columns: graph.names.map((name) => columns[name]!),
    notes: { symbol: bars.symbol, graph: graph.id, warmupBars: graph.warmupBars, fracdiffOrder: order, adfStatistic: statistic },
  };
}

/** What regimes are told apart by: log return and log range, missing where they cannot be taken. */
function regimeInputs(bars: BarSeries): Float64Array[] {
  const { high, low, close } = bars;
  return [
    close.map((value, row) => (row > 0 ? Math.log(value / close[row - 1]!) : Number.NaN)),
    high.map((value, row) => (value > low[row]! ? Math.log(value / low[row]!) : Number.NaN)),
  ];
}

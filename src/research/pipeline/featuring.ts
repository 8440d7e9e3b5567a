import { chooseFracdiffOrder, compile, expandingRegime, institutionalFeatures, type ExpandingRegimeOptions } from '#features';
import { joinLateSeries, type LateSeries } from '#data';
import { firstRowAtOrAfter, type BarSeries, type VenueHours } from '#domain';
import type { PipelineConfig } from './config.ts';
import { lateExpressions } from './late-features.ts';
import type { FeatureColumns } from './samples.ts';

export interface FeatureNotes {
  readonly symbol: string;
  /** Identity of names and computations. */
  readonly graph: string;
  readonly warmupBars: number;
  readonly fracdiffOrder: number;
  readonly venueHours: VenueHours;
  /** Augmented Dickey-Fuller statistic at that order on training rows, and whether it is stationary at 5 %. */
  readonly adfStatistic: number;
  readonly stationary: boolean;
  /** Late-known series among the features, and the share of bars at whose close a value was known; absent without any. */
  readonly late?: Readonly<Record<string, number>>;
}

/**
 * The feature set of one symbol: the institutional graph, the order of fractional differencing chosen on rows before the seam,
 * regime probabilities that were filtered forward by models fitted on the past only, and late-known series as of each bar's close.
 */
export function buildFeatures(
  bars: BarSeries,
  seam: number,
  config: PipelineConfig['features'],
  venueHours: VenueHours = 'us_equity',
  late: readonly LateSeries[] = [],
): FeatureColumns & { readonly notes: FeatureNotes } {
  const trainRows = firstRowAtOrAfter(bars, seam - bars.timeframe.ms);
  const { order, statistic, stationary } = fracdiffOrder(bars, trainRows);
  const regime = expandingRegime(regimeColumns(bars), regimeOptions(config));
  const institutional = institutionalFeatures({ fracdiffOrder: order, regimeStates: config.regimeStates, venueHours });
  const joined = joinLateSeries(bars, late);
  const externals = { ...Object.fromEntries(regime.probabilities.map((column, state) => [`regime_${state}`, column])), ...joined };
  const graph = compile<string>({ ...institutional, ...lateExpressions(late, Object.keys(institutional)) });
  const columns = graph.batch(bars, externals);
  return {
    symbol: bars.symbol,
    names: graph.names,
    columns: graph.names.map((name) => columns[name]!),
    notes: {
      symbol: bars.symbol,
      graph: graph.id,
      warmupBars: graph.warmupBars,
      fracdiffOrder: order,
      venueHours,
      adfStatistic: statistic,
      stationary,
      ...(late.length === 0
        ? {}
        : { late: Object.fromEntries(Object.entries(joined).map(([name, column]) => [name, shareKnown(column)])) }),
    },
  };
}

const shareKnown = (column: Float64Array): number => column.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0) / column.length;

/** The latest training rows that the stationarity test looks at, so that minute bars stay affordable. */
const STATIONARITY_ROWS = 5000;
/** A symbol with less training history than this keeps the usual order: the test would say nothing. */
const MIN_STATIONARITY_ROWS = 500;
const USUAL_ORDER = 0.4;

/** The order of fractional differencing, fitted on training rows only. */
function fracdiffOrder(
  bars: BarSeries,
  trainRows: number,
): { readonly order: number; readonly statistic: number; readonly stationary: boolean } {
  if (trainRows < MIN_STATIONARITY_ROWS) return { order: USUAL_ORDER, statistic: Number.NaN, stationary: false };
  const prices = bars.close.subarray(Math.max(0, trainRows - STATIONARITY_ROWS), trainRows);
  return chooseFracdiffOrder(prices);
}

/** The regime model's settings: fits look at the latest 2,500 bars, ten years of days, and stop when little more is to be gained. */
export function regimeOptions(config: PipelineConfig['features']): ExpandingRegimeOptions {
  return { states: config.regimeStates, refitEvery: config.regimeRefitBars, maximumRows: 2500, iterations: 15 };
}

/** What regimes are told apart by: log return and log range of a bar, missing where they cannot be taken. */
export function regimeRow({ high, low, close }: BarSeries, row: number): readonly [number, number] {
  return [
    row > 0 ? Math.log(close[row]! / close[row - 1]!) : Number.NaN,
    high[row]! > low[row]! ? Math.log(high[row]! / low[row]!) : Number.NaN,
  ];
}

/** The same for every bar, as columns. */
function regimeColumns(bars: BarSeries): readonly Float64Array[] {
  const columns = [new Float64Array(bars.length), new Float64Array(bars.length)] as const;
  for (let row = 0; row < bars.length; row++) {
    const [change, range] = regimeRow(bars, row);
    columns[0][row] = change;
    columns[1][row] = range;
  }
  return columns;
}

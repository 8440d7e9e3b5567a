/**
 * Floor 2. What a stream of returns, trades or fills says, and how sure one may be of it: performance, risk against a benchmark,
 * odds that a result is luck, quality of execution. Pure functions from columns to plain objects; a figure that the data cannot give
 * is NaN, never a wrong number. Draws samples again, never simulates a market or a strategy, never decides whether a strategy passes, never reads a file.
 */
export { backtestingPyStatistics, type BacktestingPyInput, type BacktestingPyStatistics, type IndexedTrade } from './backtesting-py.ts';
export { benchmarkStatistics, type BenchmarkOptions, type BenchmarkStatistics } from './benchmark.ts';
export { benchmarkSides, betaFragility, type BenchmarkSides } from './benchmark-sides.ts';
export { defaultBlockLength, stationaryBootstrapIndices, stationaryBootstrapVariance } from './bootstrap.ts';
export {
  bootstrapDifference,
  bootstrapIntervals,
  tradeMonteCarlo,
  type DifferenceInterval,
  type Interval,
  type IntervalOptions,
  type TradeMonteCarlo,
  type TradeMonteCarloOptions,
} from './confidence.ts';
export { estimatedCapacity } from './capacity.ts';
export { breakEvenCost, type CostRung } from './cost-ladder.ts';
export { overfittingProbability, type CscvOptions, type OverfittingProbability } from './cscv.ts';
export {
  realityCheck,
  stepM,
  superiorPredictiveAbility,
  type Centring,
  type DataSnoopingOptions,
  type DataSnoopingTest,
} from './data-snooping.ts';
export {
  averageDrawdown,
  drawdownSeries,
  listDrawdowns,
  longestUnderwater,
  maxDrawdown,
  maxDrawdownOfReturns,
  maxDrawdownWithRoundBaseline,
  timeUnderwater,
  ulcerIndex,
  worstDrawdowns,
  type DatedDrawdown,
  type Drawdown,
  type Underwater,
} from './drawdowns.ts';
export {
  emptyExecutionQuality,
  EXECUTION_QUALITY_WINDOW,
  executionQualityReport,
  implementationShortfall,
  observeExecution,
  type ExecutionFill,
  type ExecutionQualityReport,
  type ExecutionQualityState,
  type ExecutionRecord,
  type ImplementationShortfall,
  type Quantiles,
} from './execution-quality.ts';
export { adjustPValues, haircutSharpe, sharpePValue, type AdjustedPValues, type SharpeHaircut } from './haircut.ts';
export {
  autocorrelation,
  correlation,
  kurtosis,
  linearFit,
  mean,
  quantile,
  skewness,
  standardDeviation,
  variance,
  type Column,
  type LinearFit,
  type MomentConvention,
} from './moments.ts';
export { leanStatistics, type LeanInput, type LeanStatistics } from './lean.ts';
export { normalCdf, normalDensity, normalQuantile } from './normal.ts';
export {
  averageDrawdownBars,
  commonSenseRatio,
  cpcIndex,
  longestRun,
  periodWins,
  recoveryFactor,
  riskOfRuin,
  serenityIndex,
  ulcerIndexOfReturns,
  ulcerPerformanceIndex,
  type PeriodWins,
} from './period-wins.ts';
export { quantstatsMetrics, type QuantstatsInput, type QuantstatsMetrics } from './quantstats.ts';
export { summarisePerformance, type PerformanceInput, type PerformanceSummary } from './performance.ts';
export {
  monthlyReturns,
  rollingSharpe,
  rollingVolatility,
  sampleEquity,
  summarisePeriods,
  yearlyReturns,
  type CalendarPeriod,
  type PeriodReturn,
  type PeriodSummary,
} from './periods.ts';
export {
  annualVolatility,
  autocorrelationPenalty,
  calmarRatio,
  conditionalValueAtRisk,
  downsideRisk,
  gainToPain,
  geometricVolatility,
  loAnnualisation,
  omegaRatio,
  omegaRatioAnnual,
  sharpeRatio,
  sortinoRatio,
  stability,
  tailRatio,
  valueAtRiskGaussian,
  valueAtRiskHistorical,
  type RatioOptions,
  type SharpeConvention,
  type SortinoConvention,
} from './ratios.ts';
export {
  averageActiveReturn,
  exposureOfReturns,
  outlierLossRatio,
  outlierWinRatio,
  profitRatio,
  returnOverExposure,
} from './return-extremes.ts';
export {
  annualReturn,
  arithmeticAnnualReturn,
  compoundAnnualGrowthRate,
  equityFromReturns,
  geometricMean,
  perPeriodRate,
  returnsFromEquity,
  totalReturn,
  type AnnualReturnOptions,
} from './returns.ts';
export {
  autocorrelationInflation,
  deflatedSharpeRatio,
  expectedMaximum,
  expectedMaximumSharpe,
  minimumBacktestLength,
  minimumTrackRecordLength,
  probabilisticSharpeRatio,
  sharpeEstimate,
  sharpeStandardError,
  summariseTrials,
  type DeflatedSharpe,
  type SharpeErrorOptions,
  type SharpeEstimate,
  type TrialsSummary,
} from './sharpe-inference.ts';
export { withExcursions, type Excursions } from './excursions.ts';
export { regimePerformance, type RegimeOptions, type RegimePerformance } from './regimes.ts';
export { tradeStatistics, type TradeOutcome, type TradeStatistics } from './trades.ts';

/**
 * Edgewright from code: `import { runBacktest, defineStrategy, ema, close } from 'edgewright'`.
 * What is exported here is what the project promises to keep; rooms hold more.
 */
export {
  crossingPairs,
  runBacktest,
  sweepCrossings,
  toTicks,
  type BacktestRequest,
  type BacktestResult,
  type CrossingSweep,
  type CrossingSweepResult,
} from '#backtest';
export { createRng, OperationalError, UserError, type Rng, type Timestamp } from '#core';
export { checkQuality, parseCsv, resample, syntheticMarket, type DataSource, type QualityReport } from '#data';
export {
  barSeries,
  instrument,
  parseTimeframe,
  sliceBars,
  type BarSeries,
  type EquityCurve,
  type Instrument,
  type Order,
  type OrderRequest,
  type Timeframe,
  type Trade,
} from '#domain';
export { executionProfile, type ExecutionProfile } from '#execution';
export {
  adx,
  atr,
  bbands,
  close,
  compile,
  delay,
  donchian,
  ema,
  expandingRegime,
  external,
  high,
  indicator,
  indicatorExpressions,
  institutionalFeatures,
  listIndicators,
  low,
  macd,
  open,
  rsi,
  sma,
  std,
  tsmax,
  tsmin,
  volume,
  type Expression,
  type FeatureGraph,
} from '#features';
export { chooseCalibrator, cusumEvents, gbdtFromJson, gbdtToJson, predict, purgedKFold, trainGbdt, tripleBarrierLabels } from '#ml';
export { bayesianKellySize, createBayesianKelly, updateBayesianKelly } from '#portfolio';
export { judge, pipelineConfigSchema, renderTearSheet, type PipelineConfig } from '#research';
export { deflatedSharpeRatio, overfittingProbability, probabilisticSharpeRatio, sharpeEstimate, summarisePerformance } from '#statistics';
export {
  BUILT_IN_STRATEGIES,
  defineCrossSection,
  defineStrategy,
  equalShare,
  exit,
  hold,
  holdTopRanked,
  long,
  prepare,
  rankSymbols,
  real,
  rebalanceEvery,
  short,
  tunable,
  unitsAtRisk,
  whole,
  type BarContext,
  type CrossSectionContext,
  type Decision,
  type Strategy,
  type StrategyRecipe,
} from '#strategy';
export { compileWorkflow, defineSlice, defineStep, runWorkflow, StepRegistry } from '#workflow';

/**
 * Floor 4. From bars to a verdict: the stages of the pipeline as functions on tables, the figures and gates, the trial ledger's rows, the tear sheet.
 * Stages know nothing of files, checkpoints or the terminal; whoever calls them reads and writes.
 */
export {
  backtestOutOfSample,
  buyAndHold,
  instrumentFor,
  payoffOf,
  profileFor,
  PROFILES,
  roundTripCost,
  type OutOfSampleRun,
  type ProfileName,
} from './pipeline/backtesting.ts';
export { calibrateAsYouGo, fitOutOfFold, type GoneThrough, type OutOfFold } from './pipeline/calibrating.ts';
export { CalibrationWalk, type FitCalibrator, type Refit } from './pipeline/calibration-walk.ts';
export {
  dataConfigSchema,
  featuresConfigSchema,
  gatesConfigSchema,
  labelsConfigSchema,
  modelConfigSchema,
  pipelineConfigSchema,
  riskConfigSchema,
  tradingConfigSchema,
  type LateSeriesConfig,
  type PipelineConfig,
} from './pipeline/config.ts';
export { EventStream, type Decided, type Resolved } from './pipeline/event-stream.ts';
export { checkLateSymbols, lateExpressions } from './pipeline/late-features.ts';
export { limitsFor } from './pipeline/risk-limits.ts';
export type { SafetyConfig } from './pipeline/safety-config.ts';
export {
  baselineAccuracies,
  featureImportances,
  scoreCalibration,
  scoreControls,
  scorePredictions,
  type CalibrationScores,
  type ControlScores,
  type FeatureImportance,
  type ModelScores,
} from './pipeline/evaluating.ts';
export { buildFeatures, regimeOptions, regimeRow, type FeatureNotes } from './pipeline/featuring.ts';
export {
  fitBarriers,
  labelEvents,
  seamTime,
  type Barriers,
  type LabelledEvents,
} from './pipeline/labelling.ts';
export { modelStrategy, type ModelSignals, type ModelStrategy, type ModelStrategySetup, type Payoff } from './pipeline/model-strategy.ts';
export {
  dailyEquity,
  daysPerYear,
  equityCsv,
  finite,
  profileFigures,
  reportPerformance,
  tradesCsv,
  type PerformanceReport,
  type ProfileFigures,
  type ProfileResult,
} from './pipeline/reporting.ts';
export { pipelineTearSheet, type PipelineSheetParts } from './pipeline/pipeline-sheet.ts';
export { splitAtSeam, stackSamples, takeSamples, type FeatureColumns, type SampleSet, type SeamSplit } from './pipeline/samples.ts';
export { trainAll, type TrainingJob, type TrainJobs, type Trained } from './pipeline/training.ts';
export { judge, type Gate, type GateFigures, type Verdict } from './pipeline/validating.ts';
export { renderComparison } from './tearsheet/comparison.ts';
export { equityCsvParts } from './tearsheet/curve-csv.ts';
export type {
  CostProfile,
  FigureUnit,
  Provenance,
  ReliabilityBin,
  SheetNote,
  TearSheetCurve,
  TearSheetFigure,
  TearSheetGate,
  TearSheetInput,
  TearSheetTrade,
} from './tearsheet/input.ts';
export { renderTearSheet } from './tearsheet/render.ts';
export { renderSearch, type SearchMap, type SearchPageInput, type SearchTable } from './tearsheet/search-page.ts';
export { equityInTerminal, sparkline } from './tearsheet/terminal.ts';
export {
  OBJECTIVES,
  objectiveScore,
  returnsHash,
  searchHonesty,
  studyId,
  trialId,
  trialRow,
  type Objective,
  type SearchHonesty,
  type TrialOutcome,
  type TrialRow,
  type TrialStudy,
} from './trials/ledger.ts';

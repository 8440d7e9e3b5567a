/**
 * Floor 2. Learning from bars: labels, weights, purged validation, calibration, metrics of a classifier,
 * drift, and the trainer. Pure functions over columns and label spans; randomness comes in as an `Rng`.
 * Never fetches data, never sends orders, never reads a validation row while fitting on training rows.
 */
export {
  metaLabels,
  betSizeFromProbability,
  averageActiveBets,
  calibrateBetWidth,
  dynamicBet,
  type BetFunction,
  type DynamicBet,
  type ProbabilityBetOptions,
} from './labels/bet-size.ts';
export {
  BARRIER_OBJECTIVE,
  calibrateBarriers,
  type BarrierCalibration,
  type BarrierCell,
  type BarrierGrid,
  type CalibrateBarriersOptions,
} from './labels/calibrate-barriers.ts';
export { cusumEvents, CusumFilter } from './labels/cusum.ts';
export { returnAttributionWeights, scaledToCount, timeDecayWeights } from './labels/sample-weights.ts';
export { trendScanLabels, type TrendLabels } from './labels/trend-scan.ts';
export {
  BARRIER_PROFIT,
  BARRIER_STOP,
  BARRIER_VERTICAL,
  tripleBarrierLabels,
  type BarrierLabels,
  type TripleBarrierOptions,
} from './labels/triple-barrier.ts';
export {
  averageUniqueness,
  concurrency,
  indicatorMatrix,
  matrixUniqueness,
  sequentialBootstrap,
  sequentialBootstrapStep,
  type IndicatorMatrix,
  type RowSpans,
} from './labels/uniqueness.ts';
export type { VerticalBarrier } from './labels/vertical-barrier.ts';
export {
  barVolatility,
  dailyVolatility,
  EwmDeviation,
  ewmStandardDeviation,
  type DailyVolatilityOptions,
} from './labels/volatility.ts';

export {
  combinatorialCounts,
  combinatorialPaths,
  combinatorialPurgedCv,
  type CombinatorialCv,
  type CombinatorialPurge,
  type CombinatorialSplit,
} from './validation/combinatorial.ts';
export { purgedKFold, splitInTimeOrder, type PurgedKFoldOptions, type TimeSplit } from './validation/purged-k-fold.ts';
export { purgeTrain, type LabelSpans, type Split } from './validation/spans.ts';
export { walkForward, type WalkForwardOptions } from './validation/walk-forward.ts';

export {
  calibrate,
  calibrateAll,
  CALIBRATOR_KINDS,
  fitBeta,
  fitCalibrator,
  fitIsotonic,
  fitSigmoid,
  parseCalibrator,
  poolAdjacentViolators,
  serializeCalibrator,
  type Calibrator,
  type CalibratorKind,
} from './calibration/calibrator.ts';
export {
  chooseCalibrator,
  type CalibratorChoice,
  type CalibratorTrial,
  type ChooseCalibratorOptions,
} from './calibration/choose-calibrator.ts';
export {
  brierDecomposition,
  calibrationErrors,
  reliabilityDiagram,
  type BrierParts,
  type CalibrationErrors,
  type ReliabilityBin,
  type ReliabilityOptions,
} from './calibration/reliability.ts';

export {
  averagePrecision,
  brierScore,
  classifierScores,
  confusionCounts,
  logLoss,
  rocAuc,
  thresholdScores,
  type ClassifierScores,
  type ConfusionCounts,
  type ThresholdScores,
} from './metrics/classification.ts';
export {
  blockPermutation,
  lastReturnSignBaseline,
  priorBaseline,
  shuffledLabelControl,
  type ShuffledLabelControl,
} from './metrics/controls.ts';
export { aucInterval, bootstrapInterval, wilsonInterval, type BootstrapOptions, type Interval } from './metrics/intervals.ts';

export { driftReference, kolmogorovSmirnov, populationStability, type DriftReference } from './drift/distribution.ts';
export { PageHinkley, RollingBrier, type PageHinkleyOptions, type PageHinkleyState, type RollingBrierState } from './drift/streams.ts';
export { gbdtFromJson, gbdtToJson, type GbdtJson } from './gbdt/json.ts';
export {
  gbdtContributions,
  gbdtImportance,
  permutationImportance,
  type GbdtImportance,
  type PermutationOptions,
  type PredictionMetric,
} from './gbdt/importance.ts';
export { DEFAULT_GBDT_PARAMS, resolveGbdtParams } from './gbdt/params.ts';
export { assistGbdt } from './gbdt/pair.ts';
export { predict, predictMargins, predictRow, predictRowMargins } from './gbdt/predict.ts';
export { trainGbdt } from './gbdt/train.ts';
export type {
  GbdtData,
  GbdtModel,
  GbdtObjective,
  GbdtParams,
  GbdtPartner,
  GbdtShare,
  GbdtTrainOptions,
  GbdtTree,
} from './gbdt/types.ts';

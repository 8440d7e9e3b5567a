/**
 * Floor 2. How much to hold: the ledger of what is held, Kelly sizing with its uncertainty, and allocation across assets.
 * Pure functions on plain data; never sends an order, never decides whether one is allowed (that is `risk`).
 */
export {
  drawdownProbability,
  kellyBinary,
  kellyBinaryGrowth,
  kellyBinaryRaw,
  kellyContinuous,
  kellyContinuousGrowth,
  kellyDiscrete,
  kellyEmpirical,
  kellyGrowth,
  kellyMeanOverVariance,
  kellyMultipleForDrawdown,
  reachBeforeProbability,
  type ContinuousMarket,
  type KellyOptimum,
  type Outcome,
} from './kelly.ts';
export {
  bakerMcHaleShrink,
  betaInterval,
  betaMean,
  betaMode,
  betaVariance,
  edgeProbability,
  kellyAtMean,
  kellyAtQuantile,
  kellyPredictive,
  meanPositiveProbability,
  predictiveLogLoss,
  predictiveQuantile,
  predictiveReturn,
  predictiveVariance,
  updateBeta,
  updateNormalInverseGamma,
  type BetaPosterior,
  type NormalInverseGamma,
  type StudentPredictive,
} from './posterior.ts';
export {
  bayesianKellySize,
  createBayesianKelly,
  defaultBayesianKelly,
  signalPosterior,
  updateBayesianKelly,
  type BayesianKellyConfig,
  type BayesianKellyState,
  type ClosedTradeOutcome,
  type KellyReason,
  type KellySignal,
  type KellySize,
  type UncertaintyRule,
} from './bayesian-kelly.ts';
export { ExactSum } from './exact-sum.ts';
export type { CurrencySnapshot, LedgerCurrencies } from './currencies.ts';
export type { GrowingTrade } from './round-trips.ts';
export { Ledger, type LedgerEntry, type LedgerSetup, type LedgerSnapshot } from './ledger.ts';
export { averagePrice, type Lot } from './lots.ts';
export {
  equalWeights,
  inverseVarianceWeights,
  inverseVolatilityWeights,
  maximumSharpe,
  minimumVariance,
  minimumVarianceUnconstrained,
  portfolioRisk,
  riskContributions,
  riskParityWeights,
  tangencyWeights,
  type PortfolioRisk,
  type RiskParityOptions,
} from './allocation.ts';
export {
  hierarchicalRiskParity,
  leafOrder,
  linkage,
  correlationDistance,
  type HierarchicalRiskParity,
  type LinkageMethod,
  type Merge,
} from './hierarchical.ts';
export {
  covarianceToCorrelation,
  exponentialCovariance,
  sampleCorrelation,
  sampleCovariance,
  scaleMatrix,
  simpleReturns,
  type ReturnColumns,
} from './covariance.ts';
export {
  ledoitWolf,
  ledoitWolfConstantCorrelation,
  ledoitWolfSingleFactor,
  oracleApproximatingShrinkage,
  type ShrunkCovariance,
} from './shrinkage.ts';
export {
  absorptionRatio,
  averageCorrelation,
  exponentialCorrelation,
  fisherTest,
  jennrichTest,
  rollingCorrelation,
  turbulence,
  turbulenceSeries,
  type TestResult,
} from './correlation.ts';
export type { Matrix } from './matrix.ts';
export { betaCdf, betaQuantile, chiSquareTail, normalTwoSided, studentCdf, studentQuantile } from './distributions.ts';

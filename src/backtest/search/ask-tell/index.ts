/** Search over strategy parameters: spaces, ask-and-tell optimizers, plateaus and walk-forward plans. Pure; evaluates nothing itself. */
export { cmaEsSearch, type CmaEsSettings } from './cma-es.ts';
export { gridPoints, gridSearch, randomSearch } from './grid-random.ts';
export { nsga2Search, type Nsga2Settings } from './nsga2.ts';
export { optimize, type Ask, type Direction, type Optimizer, type OptimizerSetup, type ToldTrial } from './optimizer.ts';
export { crowdingDistances, dominates, frontRanks, hypervolume, paretoFront } from './pareto.ts';
export {
  findPlateau,
  heatMap,
  plateauScore,
  type HeatMap,
  type PlateauReport,
  type PlateauScore,
  type PlateauSettings,
} from './plateau.ts';
export {
  compileSpace,
  decode,
  encode,
  gridValues,
  satisfies,
  type CompiledSpace,
  type Constraint,
  type Dimension,
  type Parameters,
  type ParameterValue,
  type SearchSpace,
} from './space.ts';
export { tpeSearch, type TpeSettings } from './tpe.ts';
export {
  planWalkForward,
  planWalkForwardByCount,
  walkForwardEfficiency,
  type WalkForwardPlan,
  type WalkForwardWindow,
} from './walk-forward.ts';

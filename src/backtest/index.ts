/**
 * Floor 4. Strategies over history: the runner that feeds the engine aligned columns and keeps what comes out, the search for look-ahead,
 * parameter searches with their folds and plateaus, and the loops of the bare crossing rule. Judges no result and counts no trial (`research`
 * does); knows no files, threads or brokers; the same engine runs live.
 */
export { conversionSeries, type Conversion } from './conversion.ts';
export { findLookAhead, mayLookAhead, type LookAhead } from './look-ahead.ts';
export { runBacktest, type BacktestAccount, type BacktestRequest, type BacktestResult } from './run.ts';
export {
  findPlateau,
  heatMap,
  paretoFront,
  walkForwardEfficiency,
  type Dimension,
  type HeatMap,
  type PlateauReport,
  type SearchSpace,
  type ToldTrial,
} from './search/ask-tell/index.ts';
export { purgedFolds, takeRows, walkForwardFolds, type SearchFold } from './search/folds.ts';
export { createSearcher, rankScores, SEARCH_METHODS, type Searcher, type SearchMethod, type SearchPoint } from './search/searcher.ts';
export { spaceOfRecipe, type SpaceWishes } from './search/space-of-recipe.ts';
export { crossingPath, dayEnds, type CrossingOutcome, type CrossingPath } from './sweep/crossing-path.ts';
export {
  crossingPairs,
  sweepCrossings,
  toTicks,
  type CrossingSweep,
  type CrossingSweepResult,
} from './sweep/crossing-sweep.ts';
export type { SweepEngine } from './sweep/kernel-wasm.ts';

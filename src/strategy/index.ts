/**
 * Floor 2. The author's contract: what a strategy sees after a bar and what it may ask for.
 * Beside it, the built-in strategies and what checks an author's definition. A strategy sees only closed bars, never places an order without
 * the engine's risk, and cannot ask in which mode it runs.
 */
export type {
  AccountView,
  BarContext,
  CrossSectionContext,
  DataNeeds,
  Decision,
  EntryPlan,
  FeatureInput,
  PositionView,
  PriceLevel,
  Strategy,
  SymbolHistory,
} from './contract.ts';
export { exit, hold, long, short } from './decisions.ts';
export { defineStrategy, type StrategyDefinition } from './define.ts';
export { defineCrossSection, type CrossSectionDefinition } from './cross-section.ts';
export { checkNeeds, needsText, type RunData } from './needs.ts';
export {
  holdTopRanked,
  rankSymbols,
  rebalanceEvery,
  type RankedSymbol,
  type RankingRule,
  type Schedule,
} from './ranking.ts';
export { BUILT_IN_STRATEGIES } from './built-in/index.ts';
export {
  equalShare,
  prepare,
  real,
  tunable,
  unitsAtRisk,
  whole,
  type ParameterRange,
  type RunFacts,
  type StrategyRecipe,
} from './recipe.ts';

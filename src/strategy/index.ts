/**
 * Floor 2. The author's contract: what a strategy sees after a bar and what it may ask for.
 * A strategy sees only closed bars, never places an order without the engine's risk, and cannot ask in which mode it runs.
 */
export type {
  AccountView,
  BarContext,
  CrossSectionContext,
  Decision,
  EntryPlan,
  FeatureInput,
  PositionView,
  PriceLevel,
  Strategy,
} from './contract.ts';
export { defineStrategy, exit, hold, long, short, type StrategyDefinition } from './define.ts';

import type { StrategyRecipe } from '../recipe.ts';
import { buyAndHold, randomEntry } from './controls.ts';
import { turnOfMonth } from './calendar.ts';
import { macdCross, movingAverageFilter, superTrendFollow, timeSeriesMomentum } from './trend.ts';

/** Strategies that can be named without a file. History chose them: incumbent, unproven. */
export const BUILT_IN_STRATEGIES: readonly StrategyRecipe[] = [
  buyAndHold,
  randomEntry,
  movingAverageFilter,
  macdCross,
  superTrendFollow,
  timeSeriesMomentum,
  turnOfMonth,
];

import type { StrategyRecipe } from '../recipe.ts';
import { turnOfMonth } from './calendar.ts';
import { aroonTrend, directionalTrend, keltnerBreakout, parabolic, rsiReversion, yearHigh } from './channels.ts';
import { buyAndHold, randomEntry } from './controls.ts';
import { lowVolatility, shortReversal } from './cross-section.ts';
import { macdCross, movingAverageFilter, superTrendFollow, timeSeriesMomentum } from './trend.ts';

/** Strategies that can be named without a file. History chose them: incumbent, unproven. */
export const BUILT_IN_STRATEGIES: readonly StrategyRecipe[] = [
  buyAndHold,
  randomEntry,
  movingAverageFilter,
  timeSeriesMomentum,
  macdCross,
  superTrendFollow,
  parabolic,
  directionalTrend,
  aroonTrend,
  keltnerBreakout,
  yearHigh,
  rsiReversion,
  turnOfMonth,
  shortReversal,
  lowVolatility,
];

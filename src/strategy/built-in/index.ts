import type { StrategyRecipe } from '../recipe.ts';
import { turnOfMonth } from './calendar.ts';
import { aroonTrend, directionalTrend, donchianChannel, keltnerBreakout, parabolic, rsiReversion, yearHigh } from './channels.ts';
import { buyAndHold, crossing, randomEntry } from './controls.ts';
import { alpha101, alpha12, carry, lowVolatility, maxEffect, overnightIntraday, shortReversal } from './cross-section.ts';
import { lastHalfHour, openingRange } from './intraday.ts';
import { dualMomentum, residualMomentum } from './momentum.ts';
import { pairsDistance } from './pairs.ts';
import { equalWeight, volatilityManaged } from './portfolios.ts';
import { principalResidual } from './principal-components.ts';
import { macdCross, movingAverageBand, movingAverageFilter, superTrendFollow, timeSeriesMomentum } from './trend.ts';

/** Strategies that can be named without a file. History chose them: incumbent, unproven. */
export const BUILT_IN_STRATEGIES: readonly StrategyRecipe[] = [
  buyAndHold,
  equalWeight,
  randomEntry,
  crossing,
  movingAverageFilter,
  movingAverageBand,
  timeSeriesMomentum,
  dualMomentum,
  residualMomentum,
  macdCross,
  superTrendFollow,
  donchianChannel,
  parabolic,
  directionalTrend,
  aroonTrend,
  keltnerBreakout,
  yearHigh,
  rsiReversion,
  shortReversal,
  pairsDistance,
  principalResidual,
  volatilityManaged,
  lowVolatility,
  maxEffect,
  turnOfMonth,
  overnightIntraday,
  openingRange,
  lastHalfHour,
  alpha101,
  alpha12,
  carry,
];

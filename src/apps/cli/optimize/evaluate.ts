import { runBacktest } from '#backtest';
import { dailyEquity, type TrialOutcome } from '#research';
import { returnsFromEquity } from '#statistics';
import { prepare, type StrategyRecipe } from '#strategy';
import { withColumns, type SharedColumns } from '../backtest/shared-columns.ts';
import { crossingOutcome } from './crossing-outcome.ts';
import type { EvaluationSetup } from './evaluation-setup.ts';

/** Runs one combination over the whole history: by the crossing loop where that gives the same bits, else through the full engine. */
export function evaluateCombination(
  recipe: StrategyRecipe,
  parameters: Readonly<Record<string, number>>,
  setup: EvaluationSetup,
  shared: SharedColumns,
): TrialOutcome {
  return crossingOutcome(recipe, parameters, setup, shared) ?? evaluateByEngine(recipe, parameters, setup, shared);
}

/** The same through the full engine, whatever the rule. */
function evaluateByEngine(
  recipe: StrategyRecipe,
  parameters: Readonly<Record<string, number>>,
  setup: EvaluationSetup,
  shared: SharedColumns,
): TrialOutcome {
  const { bars, seed } = setup;
  const strategy = prepare(recipe, parameters, { seed, symbols: bars.length });
  const result = runBacktest({ ...setup, strategy: withColumns(strategy, shared, bars) });
  return { returns: returnsFromEquity(dailyEquity(result.equity).equity), trades: result.trades.length };
}

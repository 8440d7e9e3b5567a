import { runBacktest } from '#backtest';
import type { BarSeries } from '#domain';
import { Expression } from '#features';
import { dailyEquity, type TrialOutcome } from '#research';
import { returnsFromEquity } from '#statistics';
import { prepare, type FeatureInput, type Strategy, type StrategyRecipe } from '#strategy';
import { crossingOutcome } from './crossing-outcome.ts';
import type { EvaluationSetup, SharedColumns } from './evaluation-setup.ts';

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
export function evaluateByEngine(
  recipe: StrategyRecipe,
  parameters: Readonly<Record<string, number>>,
  setup: EvaluationSetup,
  shared: SharedColumns,
): TrialOutcome {
  const { bars, seed } = setup;
  const strategy = prepare(recipe, parameters, { seed, symbols: bars.length });
  const result = runBacktest({ ...setup, strategy: withColumns(strategy, bars, shared) });
  return { returns: returnsFromEquity(dailyEquity(result.equity).equity), trades: result.trades.length };
}

/** The strategy reading columns that are there instead of computing its expressions again. */
function withColumns(strategy: Strategy, bars: readonly BarSeries[], shared: SharedColumns): Strategy {
  const features = Object.entries(strategy.features).map(([name, input]): [string, FeatureInput] => {
    const columns = input instanceof Expression ? shared.get(input.id) : undefined;
    if (columns === undefined) return [name, input];
    return [name, (series) => columns[bars.findIndex(({ symbol }) => symbol === series.symbol)]!];
  });
  return { ...strategy, features: Object.fromEntries(features) };
}

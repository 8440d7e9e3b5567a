import { runBacktest } from '#backtest';
import type { BarSeries, Instrument } from '#domain';
import type { ExecutionProfile } from '#execution';
import { Expression } from '#features';
import { dailyEquity, type TrialOutcome } from '#research';
import { returnsFromEquity } from '#statistics';
import { prepare, type FeatureInput, type Strategy, type StrategyRecipe } from '#strategy';

/** What every evaluation of a search has in common; plain data, so that it crosses to a worker. */
export interface EvaluationSetup {
  readonly bars: readonly BarSeries[];
  readonly instruments: readonly Instrument[];
  readonly profile: ExecutionProfile;
  readonly cash: number;
  readonly leverage: number;
  readonly seed: number;
}

/** Columns of features already computed, by expression and then by symbol in the order of the bars. */
export type SharedColumns = ReadonlyMap<string, readonly Float64Array[]>;

/** Runs one combination through the full engine, over the whole history. */
export function evaluateCombination(
  recipe: StrategyRecipe,
  parameters: Readonly<Record<string, number>>,
  setup: EvaluationSetup,
  shared: SharedColumns,
): TrialOutcome {
  const { bars, instruments, profile, cash, leverage, seed } = setup;
  const strategy = prepare(recipe, parameters, { seed, symbols: bars.length });
  const result = runBacktest({
    bars,
    strategy: withColumns(strategy, bars, shared),
    account: { cash, leverage },
    profile,
    instruments,
    seed,
    atEnd: 'close',
  });
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

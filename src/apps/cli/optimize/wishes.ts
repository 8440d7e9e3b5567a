import { SEARCH_METHODS, type SearchMethod } from '#backtest';
import { didYouMean, UserError } from '#core';
import { OBJECTIVES, type Objective } from '#research';
import type { StrategyRecipe } from '#strategy';
import type { FoundStrategy } from '../backtest/find-strategy.ts';
import { readParameters } from '../backtest/run-options.ts';
import type { SearchPlan } from './search.ts';

/** The options of `optimize` as they were typed. */
export interface OptimizeWishes {
  readonly strategy?: string;
  readonly method?: string;
  readonly trials?: string;
  readonly objective?: string;
  readonly folds?: string;
  readonly gap?: string;
  readonly range?: readonly string[];
  readonly where?: readonly string[];
  readonly param?: readonly string[];
  readonly resume?: boolean;
  readonly ledger?: string;
  readonly out?: string;
}

export interface ReadWishes {
  readonly method: SearchMethod;
  readonly trials: number;
  readonly objectives: readonly Objective[];
  readonly folds: SearchPlan['folds'];
  readonly ranges: readonly string[];
  readonly constraints: readonly string[];
  readonly fixed: Readonly<Record<string, number>>;
  readonly resume: boolean;
  readonly ledger: string | undefined;
}

export function readWishes(given: OptimizeWishes): ReadWishes {
  const objectives = (given.objective ?? 'sharpe').split(',').map((name) => oneOf('--objective', name.trim(), OBJECTIVES));
  const several = new Set(objectives).size > 1;
  const method = oneOf('--method', given.method ?? (several ? 'nsga2' : 'tpe'), SEARCH_METHODS);
  if (several && (method === 'tpe' || method === 'cma-es'))
    throw new UserError(`${method} takes one objective`, 'For several use --method nsga2, random or grid.');
  const kinds = ['none', 'walk-forward', 'purged'] as const;
  const [kind = '', count] = (given.folds ?? 'none').split(':');
  return {
    method,
    trials: wholeNumber('--trials', given.trials ?? '100', 1),
    objectives: [...new Set(objectives)],
    folds: {
      kind: oneOf('--folds', kind, kinds),
      count: wholeNumber('--folds', count ?? '5', 2, `${kind}:5`),
      gapDays: wholeNumber('--gap', given.gap ?? '5', 0),
    },
    ranges: given.range ?? [],
    constraints: given.where ?? [],
    fixed: readParameters(given.param ?? []),
    resume: given.resume === true,
    ledger: given.ledger,
  };
}

/** A search needs numbers to turn. */
export function recipeOf(found: FoundStrategy): StrategyRecipe {
  if (found.recipe === undefined)
    throw new UserError(`strategy ${found.name} has no parameters to search`, 'Export it with tunable({ parameters: … }).');
  return found.recipe;
}

function oneOf<const Choice extends string>(flag: string, given: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === given);
  if (found === undefined) throw new UserError(`${flag} cannot be "${given}"`, didYouMean(given, choices));
  return found;
}

function wholeNumber(flag: string, given: string, least: number, example = String(Math.max(least, 100))): number {
  const value = Number(given);
  if (!Number.isInteger(value) || value < least || value > 1_000_000)
    throw new UserError(`${flag} takes a whole number of at least ${least}, got "${given}"`, `Example: ${flag} ${example}`);
  return value;
}

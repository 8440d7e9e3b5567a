import { isDeepStrictEqual } from 'node:util';
import { crossingPath, dayEnds } from '#backtest';
import { executionProfile } from '#execution';
import { Expression } from '#features';
import type { TrialOutcome } from '#research';
import { returnsFromEquity } from '#statistics';
import { BUILT_IN_STRATEGIES, prepare, type StrategyRecipe } from '#strategy';
import type { SharedColumns } from '../backtest/shared-columns.ts';
import type { EvaluationSetup } from './evaluation-setup.ts';

/** Days of a search's bars; the same for every combination. */
const ends = new WeakMap<EvaluationSetup, Int32Array>();

const verdicts = new WeakMap<EvaluationSetup, string>();

/** Why a search needs the engine, in a few words; empty when the crossing loop gives the same bits. A setup belongs to one search. */
export function engineNeededFor(recipe: StrategyRecipe, setup: EvaluationSetup): string {
  const known = verdicts.get(setup) ?? reasonFor(recipe, setup);
  verdicts.set(setup, known);
  return known;
}

function reasonFor(recipe: StrategyRecipe, setup: EvaluationSetup): string {
  const { bars, profile, account, limits, events, atEnd } = setup;
  if (recipe.make !== BUILT_IN_STRATEGIES.find(({ name }) => name === 'crossing')?.make) return 'its rule is not the bare crossing';
  if (bars.length !== 1) return 'several symbols share the account';
  if (typeof profile !== 'object') return 'the profile is not known';
  const { fees, name } = profile;
  if (!isDeepStrictEqual({ ...profile, fees: null }, { ...executionProfile('frictionless'), name, fees: null }))
    return 'the profile is not frictionless';
  if (fees.kind !== 'none' && fees.kind !== 'proportional') return 'the fees are not proportional';
  if (limits !== undefined || (events?.length ?? 0) > 0) return 'there are limits or corporate actions';
  if (account.exclusiveOrders === true || account.hedging === true || account.currency !== undefined || !((account.leverage ?? 1) >= 1))
    return 'the account is not plain';
  return atEnd === 'close' || atEnd === 'mark' ? '' : 'the end is run again';
}

/** The outcome of one combination without the engine, bit for bit the same; undefined when the engine is needed. */
export function crossingOutcome(
  recipe: StrategyRecipe,
  parameters: Readonly<Record<string, number>>,
  setup: EvaluationSetup,
  shared: SharedColumns,
): TrialOutcome | undefined {
  if (engineNeededFor(recipe, setup) !== '') return undefined;
  const { bars, profile, account, atEnd, seed } = setup;
  const { features } = prepare(recipe, parameters, { seed });
  const columnOf = (name: string): Float64Array | undefined => {
    const input = features[name];
    return input instanceof Expression ? shared.get(input.id)?.[0] : undefined;
  };
  const [fast, slow] = [columnOf('fast'), columnOf('slow')];
  if (fast === undefined || slow === undefined) return undefined;
  const { open, close, time } = bars[0]!;
  const days = ends.get(setup) ?? dayEnds(time);
  ends.set(setup, days);
  const fees = typeof profile === 'object' && profile.fees.kind === 'proportional' ? profile.fees.takerBps : 0;
  const outcome = crossingPath({
    open,
    close,
    fast,
    slow,
    dayEnds: days,
    feeFraction: fees / 10_000,
    cash: account.cash,
    atEnd: atEnd === 'mark' ? 'mark' : 'close',
  });
  return outcome === undefined ? undefined : { returns: returnsFromEquity(outcome.equity), trades: outcome.trades };
}

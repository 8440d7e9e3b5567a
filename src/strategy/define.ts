import { didYouMean, UserError } from '#core';
import type { BarContext, DataNeeds, Decision, EntryPlan, FeatureInput, Strategy } from './contract.ts';

export interface StrategyDefinition<Name extends string> {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly features: Readonly<Record<Name, FeatureInput>>;
  readonly acceptsMissing?: boolean;
  readonly needs?: DataNeeds;
  readonly decide: (context: BarContext<Name>) => Decision;
}

const KEYS = ['name', 'parameters', 'features', 'acceptsMissing', 'needs', 'decide'];

/** A strategy that says what it wants after each bar, with a stop on every entry and a reason for doing nothing. */
export function defineStrategy<const Name extends string>(definition: StrategyDefinition<Name>): Strategy {
  for (const key of Object.keys(definition)) {
    if (!KEYS.includes(key)) throw new UserError(`a strategy has no "${key}"`, didYouMean(key, KEYS) || `Known: ${KEYS.join(', ')}.`);
  }
  if (!/^[A-Za-z][\w.-]*$/.test(definition.name))
    throw new UserError(`"${definition.name}" is not a strategy name`, 'Start with a letter; use letters, digits, "_", "-" and ".".');
  if (typeof definition.decide !== 'function')
    throw new UserError(`strategy "${definition.name}" has no decide function`, 'Add decide: (context) => …');
  const { name, parameters = {}, features, acceptsMissing = false, needs } = definition;
  const decide = definition.decide as (context: BarContext) => Decision;
  return { name, parameters, features, acceptsMissing, ...(needs === undefined ? {} : { needs }), mustDecide: true, onBar: decide };
}

export function long(plan: EntryPlan): Decision {
  return { kind: 'long', plan: withStop('long', plan) };
}

export function short(plan: EntryPlan): Decision {
  return { kind: 'short', plan: withStop('short', plan) };
}

/** The type asks for a stop, but a strategy file runs unchecked. */
function withStop(direction: 'long' | 'short', plan: EntryPlan): EntryPlan {
  if ((plan as Partial<EntryPlan> | undefined)?.stop === undefined)
    throw new UserError(`${direction}() has no stop`, `Every entry needs one: ${direction}({ stop: { percent: 0.05 } }).`);
  return plan;
}

export function exit(reason = 'exit'): Decision {
  return { kind: 'exit', reason };
}

export function hold(reason: string): Decision {
  return { kind: 'hold', reason };
}

import { didYouMean, UserError } from '#core';
import { Expression } from '#features';
import type { BarContext, DataNeeds, Decision, FeatureInput, Strategy } from './contract.ts';

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
  checkFeatures(name, features);
  const decide = definition.decide as (context: BarContext) => Decision;
  return { name, parameters, features, acceptsMissing, ...(needs === undefined ? {} : { needs }), mustDecide: true, onBar: decide };
}

/** The types say it, but a strategy file runs unchecked. */
function checkFeatures(strategy: string, features: Readonly<Record<string, unknown>> | undefined): void {
  if (typeof features !== 'object' || features === null)
    throw new UserError(`strategy "${strategy}" has no features`, 'Add features: { … }; an empty one for a strategy that needs none.');
  for (const [name, input] of Object.entries(features)) {
    if (input instanceof Expression || input instanceof Float64Array || typeof input === 'function') continue;
    const what = typeof input === 'object' ? 'an object' : input === undefined ? 'nothing' : `the ${typeof input} ${JSON.stringify(input)}`;
    throw new UserError(
      `feature "${name}" of strategy "${strategy}" is ${what}`,
      'Use an expression such as sma(close, 20); an indicator with several outputs is one feature an output: { upper: bbands(close, 20).upper }.',
    );
  }
}

import { UserError } from '#core';
import type { CrossSectionContext, DataNeeds, FeatureInput, Strategy } from './contract.ts';
import { hold } from './decisions.ts';
import { defineStrategy } from './define.ts';

export interface CrossSectionDefinition<Name extends string> {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly features: Readonly<Record<Name, FeatureInput>>;
  readonly needs?: DataNeeds;
  /** Acts through the context (`targetWeights`, `submit`) and says why with `explain`; its answer is not looked at, so it has to give none. */
  readonly decide: (context: CrossSectionContext<Name>) => void;
}

/** A strategy that looks at all symbols of an instant together: for ranks and portfolios. */
export function defineCrossSection<const Name extends string>(definition: CrossSectionDefinition<Name>): Strategy {
  const { decide, ...rest } = definition;
  if (typeof decide !== 'function')
    throw new UserError(`strategy "${definition.name}" has no decide function`, 'Add decide: (market) => …');
  const { name, parameters = {}, features, needs } = defineStrategy({ ...rest, decide: () => hold('') });
  const ask = decide as (context: CrossSectionContext) => unknown;
  return {
    name,
    parameters,
    features,
    ...(needs === undefined ? {} : { needs }),
    onInstant(context) {
      const answer = ask(context);
      if (answer === undefined) return;
      throw new UserError(
        `strategy "${definition.name}" answered with ${answer instanceof Promise ? 'a promise' : 'a value'}, which nobody reads`,
        'A cross-sectional decide acts through the context: market.targetWeights(…) or market.submit(…), at once.',
      );
    },
  };
}

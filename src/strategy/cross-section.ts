import type { CrossSectionContext, FeatureInput, Strategy } from './contract.ts';
import { defineStrategy, hold } from './define.ts';

export interface CrossSectionDefinition<Name extends string> {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly features: Readonly<Record<Name, FeatureInput>>;
  readonly decide: (context: CrossSectionContext<Name>) => void;
}

/** A strategy that looks at all symbols of an instant together: for ranks and portfolios. */
export function defineCrossSection<const Name extends string>(definition: CrossSectionDefinition<Name>): Strategy {
  const { decide, ...rest } = definition;
  const strategy = defineStrategy({ ...rest, decide: () => hold('') });
  return {
    name: strategy.name,
    parameters: strategy.parameters ?? {},
    features: strategy.features,
    onInstant: decide as (context: CrossSectionContext) => void,
  };
}

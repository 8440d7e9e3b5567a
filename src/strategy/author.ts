import type { BarSeries } from '#domain';
import { compile, Expression } from '#features';
import type { CrossSectionContext, FeatureInput, Strategy } from './contract.ts';
import { defineStrategy as defineFromColumns, type StrategyDefinition as ColumnDefinition } from './define.ts';

/** A feature as an author writes it: an expression of `features`, a column, or a function of the bars that gives one. */
export type AuthorFeature = FeatureInput | Expression;

export interface StrategyDefinition<Name extends string> extends Omit<ColumnDefinition<Name>, 'features'> {
  readonly features: Readonly<Record<Name, AuthorFeature>>;
}

export interface CrossSectionDefinition<Name extends string> {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly features: Readonly<Record<Name, AuthorFeature>>;
  readonly decide: (context: CrossSectionContext<Name>) => void;
}

/**
 * A strategy that says what it wants after each bar, with a stop on every entry and a reason for doing nothing:
 * `defineStrategy({ name, features: { fast: ema(close, 8), slow: ema(close, 21) }, decide: ({ f }) => … })`.
 * All expressions of one strategy are one graph: what they share is computed once a series.
 */
export function defineStrategy<const Name extends string>(definition: StrategyDefinition<Name>): Strategy {
  return defineFromColumns({ ...definition, features: featureColumns(definition.features) });
}

/** A strategy that looks at all symbols of an instant together: for ranks and portfolios. */
export function defineCrossSection<const Name extends string>(definition: CrossSectionDefinition<Name>): Strategy {
  const { decide, ...rest } = definition;
  const { onBar: _, ...strategy } = defineStrategy({ ...rest, decide: () => ({ kind: 'hold', reason: '' }) });
  return { ...strategy, onInstant: decide as (context: CrossSectionContext) => void };
}

/** Expressions as functions of the bars; the graph runs once a series, whichever feature is asked for first. */
export function featureColumns<Name extends string>(
  features: Readonly<Record<Name, AuthorFeature>> | undefined,
): Record<Name, FeatureInput> {
  const entries = Object.entries(features ?? {}) as [Name, AuthorFeature][];
  const expressions = Object.fromEntries(entries.filter(([, feature]) => feature instanceof Expression)) as Record<string, Expression>;
  if (Object.keys(expressions).length === 0) return Object.fromEntries(entries) as Record<Name, FeatureInput>;
  const graph = compile(expressions);
  const done = new WeakMap<BarSeries, Record<string, Float64Array>>();
  const columnsOf = (bars: BarSeries): Record<string, Float64Array> => {
    const known = done.get(bars);
    if (known !== undefined) return known;
    const made = graph.batch(bars);
    done.set(bars, made);
    return made;
  };
  return Object.fromEntries(
    entries.map(([name, feature]) => [name, feature instanceof Expression ? (bars: BarSeries) => columnsOf(bars)[name]! : feature]),
  ) as Record<Name, FeatureInput>;
}

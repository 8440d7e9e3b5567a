import { didYouMean, UserError } from '#core';
import type { BarContext, DataNeeds, EntryPlan, Strategy } from './contract.ts';

/** One number that a person or a search may turn: its usual value and the range that makes sense. */
export interface ParameterRange {
  readonly usual: number;
  readonly low: number;
  readonly high: number;
  /** Only whole numbers. */
  readonly whole: boolean;
  readonly text: string;
}

/** What a strategy may know of the run it is made for: a seed, and how many symbols share the account. */
export interface RunFacts {
  readonly seed: number;
  readonly symbols: number;
}

/** A strategy before its numbers are chosen. */
export interface StrategyRecipe<Name extends string = string> {
  readonly kind: 'recipe';
  readonly name: string;
  /** One line for a list. */
  readonly summary: string;
  /** Who published it, and when. */
  readonly source: string;
  /** What a run must have, for lists and for the check before a run. */
  readonly needs?: DataNeeds;
  readonly parameters: Readonly<Record<Name, ParameterRange>>;
  readonly make: (values: Readonly<Record<Name, number>>, run: RunFacts) => Strategy;
}

export function tunable<const Name extends string>(recipe: Omit<StrategyRecipe<Name>, 'kind'>): StrategyRecipe<Name> {
  return { kind: 'recipe', ...recipe };
}

/** A number of bars or another count. */
export function whole(usual: number, low: number, high: number, text: string): ParameterRange {
  return { usual, low, high, whole: true, text };
}

export function real(usual: number, low: number, high: number, text: string): ParameterRange {
  return { usual, low, high, whole: false, text };
}

/** The strategy with the numbers given, its usual ones for the rest. Throws `UserError` for an unknown name or a number out of range. */
export function prepare(recipe: StrategyRecipe, given: Readonly<Record<string, number>> = {}, run: Partial<RunFacts> = {}): Strategy {
  const known = Object.keys(recipe.parameters);
  const values: Record<string, number> = Object.fromEntries(known.map((name) => [name, recipe.parameters[name]!.usual]));
  for (const [name, value] of Object.entries(given)) {
    const range = recipe.parameters[name];
    if (range === undefined)
      throw new UserError(
        `strategy ${recipe.name} has no parameter "${name}"`,
        didYouMean(name, known) || (known.length === 0 ? 'It has no parameters.' : `It has: ${known.join(', ')}.`),
      );
    if (!(value >= range.low && value <= range.high) || (range.whole && !Number.isInteger(value)))
      throw new UserError(
        `${recipe.name}: ${name} cannot be ${value}`,
        `Use a ${range.whole ? 'whole ' : ''}number from ${range.low} to ${range.high} (${range.text}).`,
      );
    values[name] = value;
  }
  const { seed = 1, symbols = 1 } = run;
  return { ...(recipe.needs === undefined ? {} : { needs: recipe.needs }), ...recipe.make(values, { seed, symbols }), parameters: values };
}

type SizingView = Pick<BarContext, 'account' | 'close'>;

/** The size of an entry that gives each symbol an equal part of the account, or what is left of it: all but a twentieth, for fees and gaps. */
export function equalShare(context: SizingView, symbols: number): Pick<EntryPlan, 'size' | 'units'> {
  return symbols === 1 ? { size: 0.95 } : { units: largestUnits(context, symbols) };
}

/** The units that lose `risk` (a fraction) of equity when the price moves by `distance`, at most an equal share of the account. */
export function unitsAtRisk(context: SizingView, risk: number, distance: number, symbols: number): Pick<EntryPlan, 'units'> {
  return { units: Math.min((risk * context.account.equity) / distance, largestUnits(context, symbols)) };
}

function largestUnits({ account, close }: SizingView, symbols: number): number {
  return (0.95 * Math.max(0, Math.min(account.equity / symbols, account.availableMargin))) / close;
}

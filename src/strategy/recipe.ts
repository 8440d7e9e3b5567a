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

const KEYS = ['name', 'summary', 'source', 'needs', 'parameters', 'make'];

/** A strategy with numbers to turn. Throws `UserError` for a key it does not know, and for a usual value outside its own range. */
export function tunable<const Name extends string>(recipe: Omit<StrategyRecipe<Name>, 'kind'>): StrategyRecipe<Name> {
  for (const key of Object.keys(recipe))
    if (!KEYS.includes(key)) throw new UserError(`tunable() has no "${key}"`, didYouMean(key, KEYS) || `Known: ${KEYS.join(', ')}.`);
  const { name, parameters, make } = recipe as Partial<StrategyRecipe>;
  if (typeof name !== 'string') throw new UserError('tunable() has no name', "Add name: 'mine'.");
  if (typeof parameters !== 'object')
    throw new UserError(`${name} has no parameters`, 'Add parameters: { … }, or export defineStrategy({ … }).');
  if (typeof make !== 'function') throw new UserError(`${name} has no make function`, 'Add make: ({ length }) => defineStrategy({ … }).');
  for (const [parameter, { usual, low, high }] of Object.entries<Partial<ParameterRange>>(parameters))
    if (usual === undefined || low === undefined || high === undefined)
      throw new UserError(
        `${name}: ${parameter} is no parameter`,
        `Write ${parameter}: whole(20, 2, 250, 'bars of the average'), or real(…).`,
      );
    else if (!(usual >= low && usual <= high))
      throw new UserError(
        `${name}: the usual ${parameter} is ${usual}, outside its range of ${low} to ${high}`,
        'The order is whole(usual, low, high, text).',
      );
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
  const made = recipe.make(namesOnly(recipe.name, values), { seed, symbols }) as Strategy | undefined;
  if (made?.features === undefined)
    throw new UserError(
      `make of ${recipe.name} gave no strategy`,
      'Write make: (…) => defineStrategy({ … }), or return one when there are braces.',
    );
  return { ...(recipe.needs === undefined ? {} : { needs: recipe.needs }), ...made, parameters: values };
}

/** The numbers, and an error for a name that is none of theirs: undefined would travel on as a window of no length. */
function namesOnly(strategy: string, values: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return new Proxy(values, {
    get(target, name) {
      if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name);
      throw new UserError(`strategy ${strategy} has no parameter "${name}"`, didYouMean(name, Object.keys(target)));
    },
  });
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

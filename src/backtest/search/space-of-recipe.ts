import { didYouMean, UserError } from '#core';
import type { ParameterRange, StrategyRecipe } from '#strategy';
import { compileSpace, type Constraint, type Dimension, type SearchSpace } from './ask-tell/index.ts';
import type { SearchPoint } from './searcher.ts';

export interface SpaceWishes {
  /** `name=low:high`, `name=low:high:step`, `name=low:high:log` or `name=a,b,c`. Without any, every parameter is searched. */
  readonly ranges: readonly string[];
  /** Parameters that stay at a value. */
  readonly fixed: SearchPoint;
  /** `fast<slow`. */
  readonly constraints: readonly string[];
}

/** A range that spans this many times its low end is searched by orders of magnitude. */
const LOG_SPAN = 20;

/** The space of a strategy's tunable numbers. With ranges given only those are searched; the rest keep their usual values. */
export function spaceOfRecipe(recipe: StrategyRecipe, wishes: SpaceWishes): SearchSpace {
  const names = Object.keys(recipe.parameters);
  const known = (name: string): ParameterRange => {
    const range = recipe.parameters[name];
    if (range === undefined) throw new UserError(`strategy ${recipe.name} has no parameter "${name}"`, didYouMean(name, names));
    return range;
  };
  for (const name of Object.keys(wishes.fixed)) known(name);
  const given = new Map(wishes.ranges.map((text) => [nameOf(text), text]));
  for (const name of given.keys()) {
    known(name);
    if (name in wishes.fixed) throw new UserError(`${name} has a range and a fixed value`, 'Give --range or --param, not both.');
  }
  const searched = names.filter((name) => (given.size > 0 ? given.has(name) : !(name in wishes.fixed)));
  if (searched.length === 0) throw new UserError('there is nothing to search', 'Leave at least one parameter free.');
  const dimensions = searched.map((name): [string, Dimension] => {
    const text = given.get(name);
    return [name, text === undefined ? wholeRange(known(name)) : parseRange(name, text, known(name))];
  });
  const usual = Object.fromEntries(names.map((name) => [name, wishes.fixed[name] ?? recipe.parameters[name]!.usual]));
  const space = {
    dimensions: Object.fromEntries(dimensions),
    constraints: wishes.constraints.map((text) => parseConstraint(text, names, usual)),
  };
  compileSpace(space);
  return space;
}

/** `fast<slow` as a test of points; names must be known, and those that are not searched have their usual values. */
function parseConstraint(text: string, names: readonly string[], usual: SearchPoint): Constraint {
  const match = /^\s*([\w-]+)\s*(<=|>=|<|>)\s*([\w.-]+)\s*$/.exec(text);
  if (match === null) throw new UserError(`"${text}" is not a constraint`, 'Compare two parameters, or one with a number: fast<slow');
  const [left, sign, right] = [match[1]!, match[2]!, match[3]!];
  const bound = Number(right);
  for (const name of Number.isNaN(bound) ? [left, right] : [left])
    if (!names.includes(name)) throw new UserError(`the constraint "${text}" names no parameter: "${name}"`, didYouMean(name, names));
  return {
    name: text,
    holds(parameters) {
      const all = { ...usual, ...(parameters as SearchPoint) };
      const [a, b] = [all[left]!, Number.isNaN(bound) ? all[right]! : bound];
      return sign === '<' ? a < b : sign === '<=' ? a <= b : sign === '>' ? a > b : a >= b;
    },
  };
}

function nameOf(text: string): string {
  const at = text.indexOf('=');
  if (at < 1) throw new UserError(`--range takes name=low:high, got "${text}"`, 'Example: --range fast=5:50:5');
  return text.slice(0, at);
}

function wholeRange({ low, high, whole }: ParameterRange): Dimension {
  return { kind: whole ? 'int' : 'float', low, high, log: low > 0 && high / low >= LOG_SPAN };
}

function parseRange(name: string, text: string, range: ParameterRange): Dimension {
  const body = text.slice(name.length + 1);
  const parts = body.split(':');
  const numbers = (parts.length === 1 ? body.split(',') : parts.slice(0, 2)).map(Number);
  const last = parts[2];
  const step = last === undefined || last === 'log' ? undefined : Number(last);
  const blank = body.split(/[:,]/).some((part) => part.trim() === '');
  if (blank || parts.length > 3 || numbers.some(Number.isNaN) || Number.isNaN(step))
    throw new UserError(`"${text}" is not a range`, 'Use name=low:high, name=low:high:step, name=low:high:log or name=a,b,c.');
  for (const value of numbers)
    if (value < range.low || value > range.high || (range.whole && !Number.isInteger(value)))
      throw new UserError(
        `${name} cannot be ${value}`,
        `Use a ${range.whole ? 'whole ' : ''}number from ${range.low} to ${range.high} (${range.text}).`,
      );
  if (parts.length === 1) return { kind: 'categorical', choices: [...new Set(numbers)] };
  if (range.whole && step !== undefined && !Number.isInteger(step))
    throw new UserError(`${name} takes whole numbers, so its step cannot be ${step}`, 'Use a whole step.');
  const [low, high] = [numbers[0]!, numbers[1]!];
  return { kind: range.whole ? 'int' : 'float', low, high, log: last === 'log', ...(step === undefined ? {} : { step }) };
}

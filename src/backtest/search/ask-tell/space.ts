import { didYouMean, UserError } from '#core';

export type ParameterValue = number | string | boolean;
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** One parameter. `step` of a float snaps it to a lattice; `log` spaces it by ratio. `points` is how many a grid takes of a range without a step. */
export type Dimension =
  | {
      readonly kind: 'int';
      readonly low: number;
      readonly high: number;
      readonly step?: number;
      readonly log?: boolean;
      readonly points?: number;
    }
  | {
      readonly kind: 'float';
      readonly low: number;
      readonly high: number;
      readonly step?: number;
      readonly log?: boolean;
      readonly points?: number;
    }
  | { readonly kind: 'categorical'; readonly choices: readonly ParameterValue[] };

/** A rule between parameters, such as fast < slow; points that break it are never proposed. */
export interface Constraint {
  readonly name: string;
  readonly holds: (parameters: Parameters) => boolean;
}

export interface SearchSpace {
  readonly dimensions: Readonly<Record<string, Dimension>>;
  readonly constraints?: readonly Constraint[];
}

/** A checked space: names in the order written, so that points can travel as vectors of the unit cube. */
export interface CompiledSpace {
  readonly names: readonly string[];
  readonly dimensions: readonly Dimension[];
  readonly constraints: readonly Constraint[];
}

const rangeKeys = ['kind', 'low', 'high', 'step', 'log', 'points'];

function requireDimension(name: string, dimension: Dimension): void {
  const kinds = ['int', 'float', 'categorical'];
  if (!kinds.includes(dimension.kind))
    throw new UserError(`Parameter ${name} has the unknown kind "${String(dimension.kind)}".`, didYouMean(String(dimension.kind), kinds));
  const known = dimension.kind === 'categorical' ? ['kind', 'choices'] : rangeKeys;
  for (const key of Object.keys(dimension))
    if (!known.includes(key)) throw new UserError(`Parameter ${name} has the unknown setting "${key}".`, didYouMean(key, known));
  if (dimension.kind === 'categorical') {
    if (dimension.choices.length === 0) throw new UserError(`Parameter ${name} has no choices.`);
    if (new Set(dimension.choices).size !== dimension.choices.length) throw new UserError(`Parameter ${name} lists a choice twice.`);
    return;
  }
  const { low, high, step, points } = dimension;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high))
    throw new UserError(`Parameter ${name} needs low <= high, got ${low} and ${high}.`, low > high ? 'Swap them.' : '');
  if (dimension.kind === 'int' && !(Number.isSafeInteger(low) && Number.isSafeInteger(high) && Number.isSafeInteger(step ?? 1))) {
    throw new UserError(`Parameter ${name} is an int, so low, high and step must be whole numbers.`);
  }
  if (dimension.log === true && !(low > 0))
    throw new UserError(`Parameter ${name} is on a log scale, so low must be positive, got ${low}.`);
  if (step !== undefined && !(step > 0)) throw new UserError(`Parameter ${name} needs a positive step, got ${step}.`);
  if (points !== undefined && !(Number.isSafeInteger(points) && points >= 1))
    throw new UserError(`Parameter ${name} needs a whole number of points, got ${points}.`);
}

export function compileSpace(space: SearchSpace): CompiledSpace {
  const names = Object.keys(space.dimensions);
  if (names.length === 0) throw new UserError('The search space has no parameters.');
  for (const name of names) requireDimension(name, space.dimensions[name]!);
  return { names, dimensions: names.map((name) => space.dimensions[name]!), constraints: space.constraints ?? [] };
}

export function satisfies(space: CompiledSpace, parameters: Parameters): boolean {
  for (const constraint of space.constraints) if (!constraint.holds(parameters)) return false;
  return true;
}

/** Half a lattice cell added at both ends, so that the outer values get as much of the unit interval as the inner ones. */
function padding(dimension: Exclude<Dimension, { kind: 'categorical' }>): number {
  if (dimension.log === true && dimension.kind === 'float') return 0;
  return dimension.step === undefined ? (dimension.kind === 'int' ? 0.5 : 0) : dimension.step / 2;
}

/** The value at a place of the unit interval. */
function decodeValue(dimension: Dimension, unit: number): ParameterValue {
  const u = Math.min(1, Math.max(0, unit));
  if (dimension.kind === 'categorical')
    return dimension.choices[Math.min(dimension.choices.length - 1, Math.floor(u * dimension.choices.length))]!;
  const { low, high } = dimension;
  const pad = padding(dimension);
  const [from, to] = [low - pad, high + pad];
  const raw = dimension.log === true ? Math.exp(Math.log(from) + u * (Math.log(to) - Math.log(from))) : from + u * (to - from);
  const step = dimension.step ?? (dimension.kind === 'int' ? 1 : undefined);
  if (step === undefined) return Math.min(high, Math.max(low, raw));
  const last = Math.floor((high - low) / step + 1e-9);
  const index = Math.min(last, Math.max(0, Math.round((raw - low) / step)));
  // Rounding to twelve digits keeps 0.1 + 2 * 0.1 from reading 0.30000000000000004.
  return Number((low + index * step).toPrecision(12));
}

/** The middle of the place that a value holds in the unit interval; the inverse of `decodeValue`. */
function encodeValue(dimension: Dimension, value: ParameterValue): number {
  if (dimension.kind === 'categorical') return (dimension.choices.indexOf(value) + 0.5) / dimension.choices.length;
  const { low, high } = dimension;
  if (typeof value !== 'number') throw new UserError(`A numeric parameter got ${String(value)}.`);
  const pad = padding(dimension);
  const [from, to] = [low - pad, high + pad];
  if (from === to) return 0.5;
  return dimension.log === true ? (Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from)) : (value - from) / (to - from);
}

export function decode(space: CompiledSpace, unit: ArrayLike<number>): Parameters {
  return Object.fromEntries(space.names.map((name, i) => [name, decodeValue(space.dimensions[i]!, unit[i]!)]));
}

export function encode(space: CompiledSpace, parameters: Parameters): Float64Array {
  return Float64Array.from(space.names, (name, i) => {
    const value = parameters[name];
    if (value === undefined) throw new UserError(`Parameter ${name} is missing.`);
    return encodeValue(space.dimensions[i]!, value);
  });
}

/** The values a grid tries for one parameter. */
export function gridValues(name: string, dimension: Dimension): readonly ParameterValue[] {
  if (dimension.kind === 'categorical') return dimension.choices;
  const { low, high, step, points } = dimension;
  if (points !== undefined) {
    const places = Array.from({ length: points }, (_, i) => (points === 1 ? 0.5 : i / (points - 1)));
    const place = (u: number): number => (dimension.log === true ? low * (high / low) ** u : low + u * (high - low));
    const values = places.map((u) => (u === 1 ? high : u === 0 ? low : place(u)));
    return [...new Set(dimension.kind === 'int' ? values.map(Math.round) : values)];
  }
  const stride = step ?? (dimension.kind === 'int' ? 1 : undefined);
  if (stride === undefined)
    throw new UserError(`Parameter ${name} is continuous, so a grid cannot list it.`, 'Give it a step or a number of points.');
  return Array.from({ length: Math.floor((high - low) / stride + 1e-9) + 1 }, (_, i) => Number((low + i * stride).toPrecision(12)));
}

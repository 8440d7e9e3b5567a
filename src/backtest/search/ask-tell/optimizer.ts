import { UserError, type Rng } from '#core';
import { compileSpace, satisfies, type CompiledSpace, type Parameters, type SearchSpace } from './space.ts';

export type Direction = 'minimize' | 'maximize';

/** A point that was evaluated. `values` has one entry an objective; NaN (null after JSON) marks a failed evaluation, ranked last. */
export interface ToldTrial {
  readonly id: number;
  readonly parameters: Parameters;
  readonly values: readonly number[];
}

export type Ask =
  | { readonly kind: 'trial'; readonly id: number; readonly parameters: Parameters }
  /** Every point that can be proposed now is out; tell some result first. */
  | { readonly kind: 'wait' }
  /** Nothing is left to try (a grid that ended). */
  | { readonly kind: 'exhausted' };

/** Proposals and results. What is proposed depends only on the seed, the settings and the results told so far. */
export interface Optimizer {
  readonly ask: () => Ask;
  /** Reports a result; the order of reports within a generation does not matter. Telling one id twice throws. */
  readonly tell: (id: number, values: number | readonly number[]) => void;
  /** Results so far, by id. Feed them to a new optimizer of the same seed and settings to go on where this one stopped. */
  readonly trials: () => readonly ToldTrial[];
  /** The best trial of a single objective, undefined before the first success. */
  readonly best: () => ToldTrial | undefined;
}

/** What an algorithm sees. Values are losses: every objective is minimised, failures are Infinity. */
export interface Evaluated {
  readonly id: number;
  readonly parameters: Parameters;
  readonly losses: readonly number[];
}

/** The algorithm behind an optimizer: proposes the point of an id from all evaluated ones, sorted by id. */
export interface SearchAlgorithm {
  readonly propose: (id: number, evaluated: readonly Evaluated[]) => Parameters | 'wait' | 'exhausted';
}

export interface OptimizerSetup {
  readonly space: SearchSpace;
  readonly rng: Rng;
  /** One an objective; a single `maximize` when left out. */
  readonly directions?: readonly Direction[];
  /** Results of an earlier run to go on from. */
  readonly trials?: readonly ToldTrial[];
}

/** Draws from `draw` until the constraints hold. */
export function drawValid(space: CompiledSpace, draw: (attempt: number) => Parameters, attempts = 2000): Parameters {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const parameters = draw(attempt);
    if (satisfies(space, parameters)) return parameters;
  }
  throw new UserError(
    `No point that keeps the constraints ${space.constraints.map((constraint) => constraint.name).join(', ')} was found in ${attempts} draws.`,
    'Widen the ranges or drop a constraint.',
  );
}

export function createOptimizer(
  setup: OptimizerSetup,
  build: (space: CompiledSpace, rng: Rng, objectives: number) => SearchAlgorithm,
): Optimizer {
  const space = compileSpace(setup.space);
  const directions = setup.directions ?? ['maximize'];
  const algorithm = build(space, setup.rng, directions.length);
  const told = new Map<number, ToldTrial>();
  const asked = new Map<number, Parameters>();
  let evaluated: Evaluated[] = [];
  let lowest = 0;

  const lossesOf = (values: readonly number[]): readonly number[] =>
    directions.map((direction, i) => {
      // JSON writes NaN as null, and a resumed failure must stay one.
      const value = values[i] ?? Number.NaN;
      return Number.isNaN(value) ? Number.POSITIVE_INFINITY : direction === 'minimize' ? value : -value;
    });
  const record = (trial: ToldTrial): void => {
    if (told.has(trial.id)) throw new UserError(`Trial ${trial.id} was told already.`);
    if (trial.values.length !== directions.length)
      throw new UserError(`Trial ${trial.id} needs ${directions.length} values, got ${trial.values.length}.`);
    told.set(trial.id, trial);
    const entry = { id: trial.id, parameters: trial.parameters, losses: lossesOf(trial.values) };
    const after = evaluated.findLastIndex((other) => other.id < trial.id);
    evaluated = evaluated.toSpliced(after + 1, 0, entry);
  };
  for (const trial of setup.trials ?? []) record(trial);

  return {
    ask() {
      while (told.has(lowest)) lowest += 1;
      let id = lowest;
      while (told.has(id) || asked.has(id)) id += 1;
      const parameters = algorithm.propose(id, evaluated);
      if (parameters === 'wait' || parameters === 'exhausted') {
        return { kind: parameters === 'exhausted' && asked.size > 0 ? 'wait' : parameters };
      }
      asked.set(id, parameters);
      return { kind: 'trial', id, parameters };
    },
    tell(id, values) {
      const parameters = asked.get(id);
      if (parameters === undefined) throw new UserError(`Trial ${id} was not asked for, or was told already.`);
      record({ id, parameters, values: typeof values === 'number' ? [values] : values });
      asked.delete(id);
    },
    trials: () => evaluated.map((entry) => told.get(entry.id)!),
    best() {
      let best: Evaluated | undefined;
      for (const entry of evaluated) if (entry.losses[0]! < (best?.losses[0] ?? Number.POSITIVE_INFINITY)) best = entry;
      return best === undefined ? undefined : told.get(best.id);
    },
  };
}

/** Runs ask, evaluate, tell until `budget` results are in or nothing is left. */
export function optimize(
  optimizer: Optimizer,
  objective: (parameters: Parameters) => number | readonly number[],
  budget: number,
): ToldTrial | undefined {
  for (let done = optimizer.trials().length; done < budget; done++) {
    const asked = optimizer.ask();
    if (asked.kind !== 'trial') break;
    optimizer.tell(asked.id, objective(asked.parameters));
  }
  return optimizer.best();
}

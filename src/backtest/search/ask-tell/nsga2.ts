import { UserError, type Rng } from '#core';
import { createOptimizer, drawValid, type Evaluated, type Optimizer, type OptimizerSetup } from './optimizer.ts';
import { crowdingDistances, frontRanks } from './pareto.ts';
import { decode, encode, type CompiledSpace, type Dimension, type Parameters } from './space.ts';

export interface Nsga2Settings {
  readonly population?: number;
  readonly crossoverProbability?: number;
  /** Mutation chance of each parameter; 1 / number of parameters when left out. */
  readonly mutationProbability?: number;
}

interface Member {
  readonly parameters: Parameters;
  readonly rank: number;
  readonly crowding: number;
}

/** The best `count` by front, then by room on it; ties by age. */
function select(evaluated: readonly Evaluated[], count: number): readonly Member[] {
  const losses = evaluated.map((entry) => entry.losses);
  const ranks = frontRanks(losses);
  const crowding = new Map<number, number>();
  for (let rank = 0; rank <= Math.max(...ranks); rank++) {
    const members = ranks.flatMap((r, i) => (r === rank ? [i] : []));
    for (const [i, distance] of crowdingDistances(losses, members)) crowding.set(i, distance);
  }
  const order = evaluated.map((_, i) => i);
  order.sort(
    (a, b) => ranks[a]! - ranks[b]! || compareDescending(crowding.get(a)!, crowding.get(b)!) || evaluated[a]!.id - evaluated[b]!.id,
  );
  return order.slice(0, count).map((i) => ({ parameters: evaluated[i]!.parameters, rank: ranks[i]!, crowding: crowding.get(i)! }));
}

/** Both may be Infinity, whose difference is no number. */
function compareDescending(a: number, b: number): number {
  return a === b ? 0 : a > b ? -1 : 1;
}

function tournament(parents: readonly Member[], rng: Rng): Member {
  const a = parents[rng.integer(parents.length)]!;
  const b = parents[rng.integer(parents.length)]!;
  if (a.rank !== b.rank) return a.rank < b.rank ? a : b;
  return a.crowding >= b.crowding ? a : b;
}

/** Simulated binary crossover with distribution index 15, one child. */
function cross(dimension: Dimension, a: number, b: number, rng: Rng): number {
  const coin = rng.uniform();
  if (dimension.kind === 'categorical') return coin < 0.5 ? a : b;
  if (coin < 0.5) return rng.uniform() < 0.5 ? a : b;
  const u = rng.uniform();
  const spread = u < 0.5 ? (2 * u) ** (1 / 16) : (1 / (2 * (1 - u))) ** (1 / 16);
  const side = rng.uniform() < 0.5 ? 1 : -1;
  return (a + b + side * spread * (a - b)) / 2;
}

/** Polynomial mutation with distribution index 20; a category is drawn anew. */
function mutate(dimension: Dimension, value: number, rng: Rng): number {
  if (dimension.kind === 'categorical') return rng.uniform();
  const u = rng.uniform();
  return value + (u < 0.5 ? (2 * u) ** (1 / 21) - 1 : 1 - (2 * (1 - u)) ** (1 / 21));
}

/**
 * NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002): generations bred from the best fronts of all that was evaluated. Several objectives;
 * read the result with `paretoFront`.
 */
export function nsga2Search(setup: OptimizerSetup, settings: Nsga2Settings = {}): Optimizer {
  const population = settings.population ?? 24;
  if (!(Number.isSafeInteger(population) && population >= 4))
    throw new UserError(`population must be a whole number of at least 4, got ${population}.`);
  return createOptimizer(setup, (space, rng) => {
    let bred = -1;
    let parents: readonly Member[] = [];
    let known: ReadonlySet<string> = new Set();
    return {
      propose(id, evaluated) {
        const generation = Math.floor(id / population);
        const stream = rng.stream(`nsga2-${id}`);
        if (generation === 0) {
          return drawValid(space, () =>
            decode(
              space,
              space.names.map(() => stream.uniform()),
            ),
          );
        }
        const earlier = evaluated.filter((entry) => entry.id < generation * population);
        if (earlier.length < generation * population) return 'wait';
        if (bred !== generation) {
          parents = select(earlier, population);
          known = new Set(earlier.map(({ parameters }) => JSON.stringify(parameters)));
          bred = generation;
        }
        return drawValid(space, () => newChild(space, parents, known, stream, settings));
      },
    };
  });
}

const DRAWS_OF_A_CHILD = 16;

/** A child that no generation before had, where a few draws give one: nothing is learned from a combination that is known. */
function newChild(
  space: CompiledSpace,
  parents: readonly Member[],
  known: ReadonlySet<string>,
  rng: Rng,
  settings: Nsga2Settings,
): Parameters {
  let drawn = child(space, parents, rng, settings);
  for (let draw = 1; draw < DRAWS_OF_A_CHILD && known.has(JSON.stringify(drawn)); draw++) drawn = child(space, parents, rng, settings);
  return drawn;
}

function child(space: CompiledSpace, parents: readonly Member[], rng: Rng, settings: Nsga2Settings): Parameters {
  const mother = encode(space, tournament(parents, rng).parameters);
  const father = encode(space, tournament(parents, rng).parameters);
  const crossing = rng.uniform() < (settings.crossoverProbability ?? 0.9);
  const mutation = settings.mutationProbability ?? 1 / space.names.length;
  const point = mother.map((value, i) => {
    const dimension = space.dimensions[i]!;
    const mixed = crossing ? cross(dimension, value, father[i]!, rng) : value;
    return rng.uniform() < mutation ? mutate(dimension, mixed, rng) : mixed;
  });
  return decode(space, point);
}

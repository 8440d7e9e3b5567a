import { assertNever, type Rng } from '#core';
import { cmaEsSearch, frontRanks, gridPoints, gridSearch, nsga2Search, randomSearch, tpeSearch } from './ask-tell/index.ts';
import type { Dimension, Optimizer, OptimizerSetup, SearchSpace } from './ask-tell/index.ts';

/** A combination: strategies have only numbers. */
export type SearchPoint = Readonly<Record<string, number>>;

/**
 * Asks for points a generation at a time and is told their scores (all to be made large) in the same order; an empty generation is the
 * end. The same space, seed and scores give the same points, however many workers score them: replaying what was told resumes a search.
 */
export interface Searcher {
  ask(): readonly SearchPoint[];
  tell(scores: readonly (readonly number[])[]): void;
}

export const SEARCH_METHODS = ['grid', 'random', 'tpe', 'cma-es', 'nsga2'] as const;
export type SearchMethod = (typeof SEARCH_METHODS)[number];

/** Points asked at once; methods with a population wait by themselves. */
const GENERATION: Readonly<Record<SearchMethod, number>> = { grid: 64, random: 64, tpe: 4, 'cma-es': 64, nsga2: 64 };

export function createSearcher(method: SearchMethod, space: SearchSpace, trials: number, objectives: number, rng: Rng): Searcher {
  const setup: OptimizerSetup = {
    space: method === 'grid' ? withLevels(space, trials) : space,
    rng,
    directions: Array.from({ length: objectives }, () => 'maximize' as const),
  };
  const optimizer = optimizerOf(method, setup, trials);
  let asked: number[] = [];
  let count = 0;
  // A grid is as large as its steps make it.
  const most = method === 'grid' ? Number.POSITIVE_INFINITY : trials;
  return {
    ask() {
      asked = [];
      const points: SearchPoint[] = [];
      while (points.length < GENERATION[method] && count < most) {
        const next = optimizer.ask();
        if (next.kind !== 'trial') break;
        asked.push(next.id);
        points.push(next.parameters as SearchPoint);
        count++;
      }
      return points;
    },
    tell(scores) {
      asked.forEach((id, at) => optimizer.tell(id, scores[at]!));
    },
  };
}

function optimizerOf(method: SearchMethod, setup: OptimizerSetup, trials: number): Optimizer {
  switch (method) {
    case 'grid':
      return gridSearch(setup);
    case 'random':
      return randomSearch(setup);
    case 'tpe':
      return tpeSearch(setup);
    case 'cma-es':
      return cmaEsSearch(setup);
    case 'nsga2':
      return nsga2Search(setup, { population: Math.max(4, Math.min(40, 2 * Math.round(Math.sqrt(trials) / 2))) });
    default:
      return assertNever(method);
  }
}

/** Ranges without a step get as many levels as keep the grid within `trials`. */
function withLevels(space: SearchSpace, trials: number): SearchSpace {
  const open = Object.values(space.dimensions).some((dimension) => dimension.kind !== 'categorical' && dimension.step === undefined);
  if (!open) return space;
  let levels = 1;
  while (levels < 1000 && gridSize(leveled(space, levels + 1), trials) <= trials) levels++;
  return leveled(space, levels);
}

function leveled(space: SearchSpace, points: number): SearchSpace {
  const dimensions = Object.entries(space.dimensions).map(([name, dimension]): [string, Dimension] => [
    name,
    dimension.kind === 'categorical' || dimension.step !== undefined ? dimension : { ...dimension, points },
  ]);
  return { ...space, dimensions: Object.fromEntries(dimensions) };
}

/** Points of a grid; the product alone when it is far beyond what can be listed. */
function gridSize(space: SearchSpace, trials: number): number {
  const product = Object.values(space.dimensions).reduce((size, dimension) => {
    if (dimension.kind === 'categorical') return size * dimension.choices.length;
    const { low, high, step, points } = dimension;
    return size * (points ?? Math.floor((high - low) / (step ?? 1)) + 1);
  }, 1);
  return product > 20 * trials + 1000 ? product : gridPoints(space).length;
}

/** Indices from best to worst: one objective by score, several by Pareto front and then by the first. Missing scores come last. */
export function rankScores(scores: readonly (readonly number[])[]): readonly number[] {
  const losses = scores.map((values) => values.map((value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : -value)));
  const fronts = scores[0] !== undefined && scores[0].length > 1 ? frontRanks(losses) : losses.map(() => 0);
  const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
  return losses.map((_, at) => at).sort((a, b) => fronts[a]! - fronts[b]! || compare(losses[a]![0]!, losses[b]![0]!) || a - b);
}

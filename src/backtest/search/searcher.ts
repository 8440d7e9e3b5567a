import { assertNever, type Rng } from '#core';
import { cmaEs } from './cma-es.ts';
import { nsga2 } from './nsga2.ts';
import type { Scores } from './order.ts';
import { gridValues, pointAt, pointKey, type SearchPoint, type SearchSpace } from './space.ts';
import { tpe } from './tpe.ts';

/**
 * Asks for points a generation at a time and is told their scores in the same order; an empty generation is the end.
 * The same space, seed and scores give the same points, however many workers score them: replaying what was told resumes a search.
 */
export interface Searcher {
  ask(): readonly SearchPoint[];
  tell(scores: readonly Scores[]): void;
}

export const SEARCH_METHODS = ['grid', 'random', 'tpe', 'cma-es', 'nsga2'] as const;
export type SearchMethod = (typeof SEARCH_METHODS)[number];

export function createSearcher(method: SearchMethod, space: SearchSpace, trials: number, rng: Rng): Searcher {
  switch (method) {
    case 'grid':
      return listed(gridPoints(space, trials), 64);
    case 'random':
      return listed(randomPoints(space, trials, rng), 32);
    case 'tpe':
      return tpe(space, trials, rng);
    case 'cma-es':
      return cmaEs(space, trials, rng);
    case 'nsga2':
      return nsga2(space, trials, rng);
    default:
      return assertNever(method);
  }
}

/** All steps of dimensions that have steps or choices; the others get as many levels as keep the grid within `trials`. */
export function gridPoints(space: SearchSpace, trials: number): readonly SearchPoint[] {
  let levels = 1;
  while (levels < 1000 && allowedPoints(space, levels + 1, trials) !== undefined) levels++;
  return allowedPoints(space, levels, Number.POSITIVE_INFINITY) ?? [];
}

/** The allowed points of a grid, or undefined when there are more than `most`, or when more levels change nothing. */
function allowedPoints(space: SearchSpace, levels: number, most: number): readonly SearchPoint[] | undefined {
  const values = space.dimensions.map((dimension) => gridValues(dimension, levels));
  if (Number.isFinite(most)) {
    const before = space.dimensions.map((dimension) => gridValues(dimension, levels - 1));
    if (values.every((list, at) => list.length === before[at]!.length)) return undefined;
    if (values.reduce((product, list) => product * list.length, 1) > most * 1000) return undefined;
  }
  let points: SearchPoint[] = [{}];
  space.dimensions.forEach(({ name }, at) => {
    points = points.flatMap((point) => values[at]!.map((value) => ({ ...point, [name]: value })));
  });
  const allowed = points.filter((point) => space.allows(point));
  return allowed.length > most ? undefined : allowed;
}

function randomPoints(space: SearchSpace, trials: number, rng: Rng): readonly SearchPoint[] {
  const draw = freshPoints(space, rng);
  const points: SearchPoint[] = [];
  for (let point = draw(); point !== undefined && points.length < trials; point = draw()) points.push(point);
  return points;
}

const TRIES = 1000;

/** Allowed points drawn uniformly, none twice; undefined when a thousand draws brought nothing new. */
export function freshPoints(space: SearchSpace, rng: Rng, seen: Set<string> = new Set()): () => SearchPoint | undefined {
  return () => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const point = pointAt(
        space,
        space.dimensions.map(() => rng.uniform()),
      );
      const key = pointKey(space, point);
      if (seen.has(key) || !space.allows(point)) continue;
      seen.add(key);
      return point;
    }
    return undefined;
  };
}

function listed(points: readonly SearchPoint[], generation: number): Searcher {
  let at = 0;
  return {
    ask() {
      const next = points.slice(at, at + generation);
      at += generation;
      return next;
    },
    tell: () => undefined,
  };
}

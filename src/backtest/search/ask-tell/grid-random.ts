import { createOptimizer, drawValid, type Optimizer, type OptimizerSetup } from './optimizer.ts';
import { compileSpace, decode, gridValues, satisfies, type Parameters, type SearchSpace } from './space.ts';

/** Every combination of the grid that keeps the constraints; the last parameter runs fastest. */
export function gridPoints(space: SearchSpace): readonly Parameters[] {
  const compiled = compileSpace(space);
  let points: Parameters[] = [{}];
  compiled.names.forEach((name, i) => {
    const values = gridValues(name, compiled.dimensions[i]!);
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  });
  return points.filter((point) => satisfies(compiled, point));
}

/** Exhaustive search over `gridPoints`. */
export function gridSearch(setup: OptimizerSetup): Optimizer {
  const points = gridPoints(setup.space);
  return createOptimizer(setup, () => ({ propose: (id) => points[id] ?? 'exhausted' }));
}

/** Independent uniform draws (Bergstra and Bengio 2012); point k is the same whatever came before. */
export function randomSearch(setup: OptimizerSetup): Optimizer {
  return createOptimizer(setup, (space, rng) => ({
    propose(id) {
      const stream = rng.stream(`random-${id}`);
      return drawValid(space, () =>
        decode(
          space,
          space.names.map(() => stream.uniform()),
        ),
      );
    },
  }));
}

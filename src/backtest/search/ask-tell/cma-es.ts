import { type Rng, symmetricEigen, UserError } from '#core';
import { createOptimizer, type Evaluated, type Optimizer, type OptimizerSetup } from './optimizer.ts';
import { decode, satisfies, type CompiledSpace } from './space.ts';

export interface CmaEsSettings {
  /** Points a generation; 4 + floor(3 ln n) when left out. It doubles at each restart. */
  readonly population?: number;
  /** First step size, as a fraction of each parameter's range. */
  readonly sigma?: number;
}

/** The distribution that a generation is drawn from. */
interface Distribution {
  readonly mean: Float64Array;
  readonly sigma: number;
  readonly covariance: readonly Float64Array[];
  readonly pathSigma: Float64Array;
  readonly pathCovariance: Float64Array;
  /** Standard deviations along the axes, and the axes as columns. */
  readonly scales: Float64Array;
  readonly axes: readonly Float64Array[];
  readonly population: number;
  readonly generation: number;
}

function startAt(mean: Float64Array, sigma: number, population: number): Distribution {
  const size = mean.length;
  const identity = Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, (_unused, j) => (i === j ? 1 : 0)));
  return {
    mean,
    sigma,
    covariance: identity,
    pathSigma: new Float64Array(size),
    pathCovariance: new Float64Array(size),
    scales: new Float64Array(size).fill(1),
    axes: identity,
    population,
    generation: 0,
  };
}

/** One draw, held inside the unit cube. */
function drawPoint({ mean, sigma, scales, axes }: Distribution, rng: Rng): Float64Array {
  const z = scales.map((scale) => scale * rng.normal());
  return mean.map((centre, i) => {
    let step = 0;
    for (let k = 0; k < z.length; k++) step += axes[i]![k]! * z[k]!;
    return Math.min(1, Math.max(0, centre + sigma * step));
  });
}

/** The update of Hansen's tutorial (2016), weights positive, from the points of one generation sorted best first. */
function advance(old: Distribution, sorted: readonly Float64Array[]): Distribution {
  const size = old.mean.length;
  const parents = old.population >> 1;
  const raw = Array.from({ length: parents }, (_, i) => Math.log((old.population + 1) / 2) - Math.log(i + 1));
  const total = raw.reduce((sum, w) => sum + w, 0);
  const weights = raw.map((w) => w / total);
  const effective = 1 / weights.reduce((sum, w) => sum + w * w, 0);
  const cSigma = (effective + 2) / (size + effective + 5);
  const damping = 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (size + 1)) - 1) + cSigma;
  const cPath = (4 + effective / size) / (size + 4 + (2 * effective) / size);
  const cOne = 2 / ((size + 1.3) ** 2 + effective);
  const cMu = Math.min(1 - cOne, (2 * (effective - 2 + 1 / effective)) / ((size + 2) ** 2 + effective));
  const expected = Math.sqrt(size) * (1 - 1 / (4 * size) + 1 / (21 * size * size));

  const steps = sorted.slice(0, parents).map((point) => point.map((value, i) => (value - old.mean[i]!) / old.sigma));
  const step = old.mean.map((_, i) => steps.reduce((sum, y, k) => sum + weights[k]! * y[i]!, 0));
  const whitened = whiten(old, step);
  const pathSigma = old.pathSigma.map((value, i) => (1 - cSigma) * value + Math.sqrt(cSigma * (2 - cSigma) * effective) * whitened[i]!);
  const length = Math.hypot(...pathSigma);
  const generation = old.generation + 1;
  const stalled = length / Math.sqrt(1 - (1 - cSigma) ** (2 * generation)) >= (1.4 + 2 / (size + 1)) * expected;
  const pathCovariance = old.pathCovariance.map(
    (value, i) => (1 - cPath) * value + (stalled ? 0 : Math.sqrt(cPath * (2 - cPath) * effective) * step[i]!),
  );
  const correction = stalled ? cOne * cPath * (2 - cPath) : 0;
  const covariance = old.covariance.map((row, i) =>
    row.map((value, j) => {
      const rankMu = steps.reduce((sum, y, k) => sum + weights[k]! * y[i]! * y[j]!, 0);
      return (1 - cOne - cMu + correction) * value + cOne * pathCovariance[i]! * pathCovariance[j]! + cMu * rankMu;
    }),
  );
  const { values, vectors } = symmetricEigen(covariance);
  return {
    mean: old.mean.map((value, i) => value + old.sigma * step[i]!),
    sigma: Math.min(1, old.sigma * Math.exp((cSigma / damping) * (length / expected - 1))),
    covariance,
    pathSigma,
    pathCovariance,
    scales: values.map((value) => Math.sqrt(Math.max(value, 1e-20))),
    axes: vectors,
    population: old.population,
    generation,
  };
}

/** C^(-1/2) y. */
function whiten({ scales, axes }: Distribution, y: Float64Array): Float64Array {
  const along = scales.map((scale, k) => axes.reduce((sum, row, i) => sum + row[k]! * y[i]!, 0) / scale);
  return y.map((_, i) => axes[i]!.reduce((sum, value, k) => sum + value * along[k]!, 0));
}

/** Where the search stands after the generations that are complete. */
interface Progress {
  readonly distribution: Distribution;
  /** First id of the generation that is open. */
  readonly firstId: number;
  readonly bestLosses: readonly number[];
  readonly restarts: number;
}

/**
 * CMA-ES (Hansen and Ostermeier 2001) in the unit cube, restarted with twice the population when it has settled (IPOP, Auger and Hansen 2005).
 * Categories are slices of an interval, which suits few of them; for many prefer TPE. One objective.
 */
export function cmaEsSearch(setup: OptimizerSetup, settings: CmaEsSettings = {}): Optimizer {
  const sigma = settings.sigma ?? 0.3;
  if (!(sigma > 0 && sigma <= 1)) throw new UserError(`sigma must lie between 0 and 1, got ${sigma}.`);
  return createOptimizer(setup, (space, rng, objectives) => {
    if (objectives !== 1) throw new UserError('CMA-ES takes one objective.', 'Use nsga2Search for several.');
    const size = space.names.length;
    const population = settings.population ?? 4 + Math.floor(3 * Math.log(size));
    if (!(Number.isSafeInteger(population) && population >= 4))
      throw new UserError(`population must be a whole number of at least 4, got ${population}.`);
    let progress: Progress = {
      distribution: startAt(new Float64Array(size).fill(0.5), sigma, population),
      firstId: 0,
      bestLosses: [],
      restarts: 0,
    };
    return {
      propose(id, evaluated) {
        progress = catchUp(space, rng, sigma, progress, evaluated);
        if (id >= progress.firstId + progress.distribution.population) return 'wait';
        return decode(space, pointOf(space, rng, progress.distribution, id));
      },
    };
  });
}

/** The point of an id: a pure function of the distribution and the id, so that it need not be stored. */
function pointOf(space: CompiledSpace, rng: Rng, distribution: Distribution, id: number): Float64Array {
  const stream = rng.stream(`cma-${id}`);
  for (let attempt = 0; attempt < 2000; attempt++) {
    const point = attempt < 200 ? drawPoint(distribution, stream) : Float64Array.from(space.names, () => stream.uniform());
    if (satisfies(space, decode(space, point))) return point;
  }
  throw new UserError('No point that keeps the constraints was found.', 'Widen the ranges or drop a constraint.');
}

/** Takes in every generation whose results are all there. */
function catchUp(space: CompiledSpace, rng: Rng, sigma: number, from: Progress, evaluated: readonly Evaluated[]): Progress {
  let progress = from;
  let at = evaluated.findIndex((entry) => entry.id === progress.firstId);
  while (at >= 0) {
    const { distribution, firstId } = progress;
    const generation = evaluated.slice(at, at + distribution.population);
    if (generation.length < distribution.population || generation.at(-1)!.id !== firstId + distribution.population - 1) break;
    const losses = new Map(generation.map((entry) => [entry.id, entry.losses[0]!]));
    const order = generation
      .map((entry) => entry.id)
      .sort((a, b) => (losses.get(a) === losses.get(b) ? a - b : losses.get(a)! < losses.get(b)! ? -1 : 1));
    const next = advance(
      distribution,
      order.map((id) => pointOf(space, rng, distribution, id)),
    );
    const bestLosses = [...progress.bestLosses, losses.get(order[0]!)!];
    progress = restartWhenSettled(rng, sigma, {
      distribution: next,
      firstId: firstId + distribution.population,
      bestLosses,
      restarts: progress.restarts,
    });
    at += distribution.population;
    if (at >= evaluated.length) break;
  }
  return progress;
}

function restartWhenSettled(rng: Rng, sigma: number, progress: Progress): Progress {
  const { distribution, bestLosses } = progress;
  const size = distribution.mean.length;
  const patience = 10 + Math.ceil((30 * size) / distribution.population);
  const recent = bestLosses.slice(-patience);
  const flat = recent.length === patience && Math.max(...recent) - Math.min(...recent) <= 1e-12 * Math.abs(recent[0]!);
  const tiny = distribution.sigma * Math.max(...distribution.scales) < 1e-9;
  if (!flat && !tiny) return progress;
  const stream = rng.stream(`cma-restart-${progress.restarts}`);
  const mean = distribution.mean.map(() => stream.uniform());
  return {
    distribution: startAt(mean, sigma, distribution.population * 2),
    firstId: progress.firstId,
    bestLosses: [],
    restarts: progress.restarts + 1,
  };
}

import { UserError, type Rng } from '#core';
import { createOptimizer, drawValid, type Evaluated, type Optimizer, type OptimizerSetup } from './optimizer.ts';
import { decode, encode, type CompiledSpace, type Parameters } from './space.ts';

export interface TpeSettings {
  /** Random points before the model speaks. */
  readonly startupTrials?: number;
  /** Share of the trials called good. */
  readonly goodShare?: number;
  /** Points drawn from the good density, of which the one with the best ratio is proposed. */
  readonly candidates?: number;
}

/** The normal distribution function by the error function of Abramowitz and Stegun 7.1.26; 1.5e-7 is far below what the ratio can feel. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-x * x);
  return z < 0 ? tail / 2 : 1 - tail / 2;
}

/** A mixture of product kernels, one an observation and one flat prior: truncated normals in the unit cube, counts for categories. */
class ParzenDensity {
  readonly #space: CompiledSpace;
  readonly #centres: readonly Float64Array[];
  readonly #width: number;
  /** Log mass of each centre's kernel inside [0, 1], by observation and dimension. */
  readonly #logMass: readonly Float64Array[];

  constructor(space: CompiledSpace, centres: readonly Float64Array[]) {
    this.#space = space;
    this.#centres = centres;
    // Scott's rule in the unit cube, held above a hair so that repeated points do not make a spike.
    this.#width = Math.max(0.005, 0.2 * Math.max(1, centres.length) ** (-1 / (space.names.length + 4)));
    this.#logMass = centres.map((centre) =>
      centre.map(
        (c) => Math.log(normalCdf((1 - c) / this.#width) - normalCdf(-c / this.#width)) + Math.log(this.#width * Math.sqrt(2 * Math.PI)),
      ),
    );
  }

  sample(rng: Rng): Float64Array {
    const pick = rng.integer(this.#centres.length + 1);
    const centre = this.#centres[pick];
    return Float64Array.from(this.#space.dimensions, (dimension, i) => {
      if (centre === undefined) return rng.uniform();
      if (dimension.kind === 'categorical') return rng.uniform() < this.#stay(dimension.choices.length) ? centre[i]! : rng.uniform();
      for (let attempt = 0; attempt < 100; attempt++) {
        const value = centre[i]! + this.#width * rng.normal();
        if (value >= 0 && value <= 1) return value;
      }
      return centre[i]!;
    });
  }

  /** The chance that a kernel keeps its own category; the rest is spread over all. */
  #stay(choices: number): number {
    return 1 - 1 / (1 + this.#centres.length / choices);
  }

  logDensity(point: Float64Array): number {
    const logs = new Float64Array(this.#centres.length + 1);
    let most = 0;
    this.#centres.forEach((centre, k) => {
      let sum = 0;
      this.#space.dimensions.forEach((dimension, i) => {
        if (dimension.kind !== 'categorical') {
          sum -= ((point[i]! - centre[i]!) / this.#width) ** 2 / 2 + this.#logMass[k]![i]!;
          return;
        }
        const choices = dimension.choices.length;
        const stay = this.#stay(choices);
        const same = Math.floor(Math.min(point[i]!, 1 - 1e-12) * choices) === Math.floor(centre[i]! * choices);
        // Per unit of the interval, as the flat prior's density is 1.
        sum += Math.log(((same ? stay : 0) + (1 - stay) / choices) * choices);
      });
      logs[k] = sum;
      most = Math.max(most, sum);
    });
    let total = 0;
    for (const value of logs) total += Math.exp(value - most);
    return most + Math.log(total / logs.length);
  }
}

/**
 * The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl 2011) with kernels over all parameters at once: of points drawn
 * from the density of the good trials, the one that is likeliest there against the density of the rest. One objective.
 */
export function tpeSearch(setup: OptimizerSetup, settings: TpeSettings = {}): Optimizer {
  const startup = settings.startupTrials ?? 10;
  const share = settings.goodShare ?? 0.15;
  const candidates = settings.candidates ?? 32;
  if (!(share > 0 && share < 1)) throw new UserError(`goodShare must lie between 0 and 1, got ${share}.`);
  return createOptimizer(setup, (space, rng, objectives) => {
    if (objectives !== 1) throw new UserError('TPE takes one objective.', 'Use nsga2Search for several.');
    return {
      propose(id, evaluated) {
        const stream = rng.stream(`tpe-${id}`);
        const uniform = (): Parameters =>
          decode(
            space,
            space.names.map(() => stream.uniform()),
          );
        if (evaluated.length < startup) return drawValid(space, uniform);
        return proposeFrom(space, stream, evaluated, Math.max(1, Math.min(25, Math.ceil(share * evaluated.length))), candidates);
      },
    };
  });
}

function proposeFrom(space: CompiledSpace, rng: Rng, evaluated: readonly Evaluated[], goodCount: number, candidates: number): Parameters {
  const ranked = evaluated.toSorted((a, b) => (a.losses[0]! === b.losses[0]! ? a.id - b.id : a.losses[0]! - b.losses[0]!));
  const points = ranked.map((entry) => encode(space, entry.parameters));
  const good = new ParzenDensity(space, points.slice(0, goodCount));
  const rest = new ParzenDensity(space, points.slice(goodCount));
  const seen = new Set(evaluated.map((entry) => JSON.stringify(entry.parameters)));
  let best: Parameters | undefined;
  let bestRatio = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < candidates; k++) {
    let point = good.sample(rng);
    let parameters = drawValid(space, (attempt) => {
      // A corner of the constraints that the good density misses is still reachable by a flat draw.
      if (attempt > 0) point = attempt < 100 ? good.sample(rng) : Float64Array.from(space.names, () => rng.uniform());
      return decode(space, point);
    });
    // In small discrete spaces the model would repeat its favourite; a fresh point teaches more.
    for (let again = 0; again < 10 && seen.has(JSON.stringify(parameters)); again++) {
      parameters = drawValid(space, () =>
        decode(
          space,
          space.names.map(() => rng.uniform()),
        ),
      );
    }
    const place = encode(space, parameters);
    const ratio = good.logDensity(place) - rest.logDensity(place);
    if (ratio > bestRatio) {
      bestRatio = ratio;
      best = parameters;
    }
  }
  return best!;
}

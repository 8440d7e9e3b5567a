import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { createHash } from 'node:crypto';

/** A stream of pseudo-random numbers. One seed and one name give one stream, on every machine. */
export interface Rng {
  /** A double in [0, 1) with 53 random bits. */
  uniform(): number;
  /** An integer in [0, bound), without modulo bias. `bound` is an integer in [1, 2^53]. */
  integer(bound: number): number;
  /** A standard normal deviate (Box-Muller, both values used). */
  normal(): number;
  /** An independent stream, named; the same name gives the same stream whatever was drawn before. */
  stream(name: string): Rng;
}

/** The root of a run's randomness. Sub-streams come from `.stream(name)`. */
export function createRng(seed: number | string): Rng {
  return new SeededRng(String(seed));
}

class SeededRng implements Rng {
  readonly #key: string;
  readonly #generator;
  #spare = Number.NaN;

  constructor(key: string) {
    this.#key = key;
    this.#generator = xoroshiro128plus(createHash('sha256').update(key).digest().readInt32LE(0));
  }

  uniform(): number {
    const high = this.#generator.next() >>> 5;
    const low = this.#generator.next() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  integer(bound: number): number {
    if (!Number.isSafeInteger(bound) || bound < 1) throw new RangeError(`bound must be a positive integer, got ${bound}`);
    return Math.floor(this.uniform() * bound);
  }

  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const value = this.#spare;
      this.#spare = Number.NaN;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  stream(name: string): Rng {
    return new SeededRng(`${this.#key}/${name}`);
  }
}

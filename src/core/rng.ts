import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { createHash } from 'node:crypto';

/** A stream of pseudo-random numbers. One seed and one name give one stream, on every machine. */
export interface Rng {
  /** A double in [0, 1) with 53 random bits. */
  uniform(): number;
  /** An integer in [0, bound), without modulo bias. `bound` is an integer in [1, 2^53]. */
  integer(bound: number): number;
  /** Fills `out` with what so many calls of `integer` would give. */
  integers(bound: number, out: Int32Array): void;
  /** A standard normal deviate (Box-Muller, both values used). */
  normal(): number;
  /** An independent stream, named; the same name gives the same stream whatever was drawn before. */
  stream(name: string): Rng;
  /** Where the stream stands. */
  snapshot(): RngState;
  /** Puts the stream where another of its name stood. */
  restore(state: RngState): void;
}

/** Plain data, safe in JSON. */
export interface RngState {
  readonly generator: readonly number[];
  /** The second value of a normal pair, not drawn yet; null when there is none. */
  readonly spare: number | null;
}

/** The root of a run's randomness. Sub-streams come from `.stream(name)`. */
export function createRng(seed: number | string): Rng {
  return new SeededRng(String(seed));
}

class SeededRng implements Rng {
  readonly #key: string;
  #generator;
  #spare = Number.NaN;

  constructor(key: string) {
    this.#key = key;
    this.#generator = xoroshiro128plus(createHash('sha256').update(key).digest().readInt32LE(0));
  }

  uniform(): number {
    return uniformOf(this.#generator.next(), this.#generator.next());
  }

  integer(bound: number): number {
    checkBound(bound);
    return Math.floor(this.uniform() * bound);
  }

  integers(bound: number, out: Int32Array): void {
    checkBound(bound);
    const generator = this.#generator;
    for (let at = 0; at < out.length; at++) out[at] = Math.floor(uniformOf(generator.next(), generator.next()) * bound);
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

  snapshot(): RngState {
    return { generator: [...this.#generator.getState()], spare: Number.isNaN(this.#spare) ? null : this.#spare };
  }

  restore(state: RngState): void {
    this.#generator = xoroshiro128plusFromState(state.generator);
    this.#spare = state.spare ?? Number.NaN;
  }

  stream(name: string): Rng {
    return new SeededRng(`${this.#key}/${name}`);
  }
}

/**
 * Where a stream of `createRng` stands, for who draws from it by other means: the two numbers of xoroshiro128+, each as a high and a low word.
 * Undefined for a stream of another make.
 */
export function xoroshiroState(rng: Rng): RngState | undefined {
  return rng instanceof SeededRng ? rng.snapshot() : undefined;
}

/** A double in [0, 1) of 27 and 26 of the bits of two words. */
function uniformOf(high: number, low: number): number {
  return ((high >>> 5) * 67_108_864 + (low >>> 6)) / 9_007_199_254_740_992;
}

function checkBound(bound: number): void {
  if (!Number.isSafeInteger(bound) || bound < 1) throw new RangeError(`bound must be a positive integer, got ${bound}`);
}

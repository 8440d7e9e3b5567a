import { invariant } from '#core';
import { cholesky, dot, multiplyVector, solveCholesky, type Matrix } from './matrix.ts';

/** Minimise x'Qx / 2 subject to a'x = total and 0 <= x <= upper, from a feasible start. Q is positive definite. */
export interface BoundedQuadratic {
  readonly quadratic: Matrix;
  readonly coefficients: Float64Array;
  readonly total: number;
  readonly upper: Float64Array;
  readonly start: Float64Array;
}

type Bound = 'free' | 'lower' | 'upper';

interface Subproblem {
  readonly target: Float64Array;
  /** Multiplier of the equality. */
  readonly price: number;
}

/** The optimum over the free entries with the others held. */
function solveFree(problem: BoundedQuadratic, x: Float64Array, free: readonly number[]): Subproblem {
  const { quadratic, coefficients, total } = problem;
  const held = Float64Array.from(x);
  for (const i of free) held[i] = 0;
  const pull = multiplyVector(quadratic, held);
  const lower = cholesky(free.map((i) => Float64Array.from(free, (j) => quadratic[i]![j]!)));
  const a = Float64Array.from(free, (i) => coefficients[i]!);
  const u = solveCholesky(
    lower,
    Float64Array.from(free, (i) => -pull[i]!),
  );
  const v = solveCholesky(lower, a);
  const price = (dot(a, u) - (total - dot(coefficients, held))) / dot(a, v);
  return { target: u.map((value, k) => value - price * v[k]!), price };
}

/** The primal active-set method (Nocedal and Wright, section 16.5); ends after finitely many steps at the one optimum. */
export function solveBoundedQuadratic(problem: BoundedQuadratic): Float64Array {
  const { quadratic, coefficients, upper } = problem;
  const size = quadratic.length;
  const x = Float64Array.from(problem.start);
  const bound: Bound[] = Array.from(x, (value, i) => (value <= 0 ? 'lower' : value >= upper[i]! ? 'upper' : 'free'));
  for (let step = 0; step < 100 * (size + 10); step++) {
    const free = bound.flatMap((kind, i) => (kind === 'free' ? [i] : []));
    let price = Number.NaN;
    if (free.some((i) => coefficients[i] !== 0)) {
      const found = solveFree(problem, x, free);
      if (walk(x, found.target, free, upper, bound)) continue;
      price = found.price;
    }
    if (!release(multiplyVector(quadratic, x), coefficients, bound, price)) return x;
  }
  invariant(false, 'the active-set method did not end');
}

/** Moves the free entries towards the target until one meets a bound; true when one did. */
function walk(x: Float64Array, target: Float64Array, free: readonly number[], upper: Float64Array, bound: Bound[]): boolean {
  let stride = 1;
  let blocking = -1;
  free.forEach((i, k) => {
    const change = target[k]! - x[i]!;
    const room = change < 0 ? -x[i]! / change : change > 0 ? (upper[i]! - x[i]!) / change : 1;
    if (room < stride) {
      stride = room;
      blocking = i;
    }
  });
  free.forEach((i, k) => {
    x[i]! += stride * (target[k]! - x[i]!);
  });
  if (blocking < 0) return false;
  const down = x[blocking]! < upper[blocking]! / 2 || upper[blocking] === Number.POSITIVE_INFINITY;
  x[blocking] = down ? 0 : upper[blocking]!;
  bound[blocking] = down ? 'lower' : 'upper';
  return true;
}

/** Frees the bound entry that would gain most by moving; with no free entry, the best pair. False when none gains. */
function release(gradient: Float64Array, coefficients: Float64Array, bound: Bound[], price: number): boolean {
  const scale = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0) * 1e-12;
  if (Number.isNaN(price)) {
    const slope = (i: number): number => gradient[i]! / coefficients[i]!;
    let up = -1;
    let down = -1;
    bound.forEach((kind, i) => {
      if (kind === 'lower' && coefficients[i]! > 0 && (up < 0 || slope(i) < slope(up))) up = i;
      if (kind === 'upper' && coefficients[i]! > 0 && (down < 0 || slope(i) > slope(down))) down = i;
    });
    if (up < 0 || down < 0 || slope(up) >= slope(down) - scale) return false;
    bound[up] = 'free';
    bound[down] = 'free';
    return true;
  }
  let worst = -1;
  let gain = scale;
  bound.forEach((kind, i) => {
    if (kind === 'free') return;
    const reduced = gradient[i]! + price * coefficients[i]!;
    const wins = kind === 'lower' ? -reduced : reduced;
    if (wins > gain) {
      gain = wins;
      worst = i;
    }
  });
  if (worst < 0) return false;
  bound[worst] = 'free';
  return true;
}

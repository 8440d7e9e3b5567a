/** A probability from log odds, without overflow at either end. */
export function logistic(logOdds: number): number {
  if (logOdds >= 0) return 1 / (1 + Math.exp(-logOdds));
  const odds = Math.exp(logOdds);
  return odds / (1 + odds);
}

/** ln(1 + exp(x)) without overflow. */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** Rows of features (column-wise), targets in [0, 1] and weights for one small logistic regression. */
export interface LogisticProblem {
  readonly columns: readonly Float64Array[];
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}

/** Weighted negative log likelihood at `coefficients`. */
function logisticLoss(problem: LogisticProblem, coefficients: Float64Array): number {
  let loss = 0;
  for (let row = 0; row < problem.targets.length; row++) {
    const logOdds = logOddsAt(problem, coefficients, row);
    loss += problem.weights[row]! * (softplus(logOdds) - problem.targets[row]! * logOdds);
  }
  return loss;
}

function logOddsAt(problem: LogisticProblem, coefficients: Float64Array, row: number): number {
  let sum = 0;
  for (let column = 0; column < problem.columns.length; column++) sum += coefficients[column]! * problem.columns[column]![row]!;
  return sum;
}

/**
 * Newton's method with step halving on the convex logistic loss, from `start`, as in Lin, Lin and Weng (2007). A ridge of 1e-12 keeps the
 * Hessian regular; stops when the gradient is below 1e-9 of the weight, a step brings nothing, or after 200 steps. Deterministic.
 */
export function fitLogistic(problem: LogisticProblem, start: ArrayLike<number>): Float64Array {
  const size = problem.columns.length;
  let coefficients = Float64Array.from(start);
  let loss = logisticLoss(problem, coefficients);
  const totalWeight = problem.weights.reduce((sum, weight) => sum + weight, 0);
  for (let step = 0; step < 200; step++) {
    const { gradient, hessian } = derivatives(problem, coefficients);
    if (gradient.every((value) => Math.abs(value) < 1e-9 * Math.max(1, totalWeight))) break;
    const direction = solve(hessian, gradient, size);
    let size2 = 1;
    let moved = false;
    for (; size2 > 1e-10; size2 /= 2) {
      const next = coefficients.map((value, index) => value - size2 * direction[index]!);
      const nextLoss = logisticLoss(problem, next);
      if (nextLoss < loss) {
        coefficients = next;
        loss = nextLoss;
        moved = true;
        break;
      }
    }
    if (!moved) break;
  }
  return coefficients;
}

function derivatives(problem: LogisticProblem, coefficients: Float64Array): { gradient: Float64Array; hessian: Float64Array } {
  const size = problem.columns.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  for (let row = 0; row < problem.targets.length; row++) {
    const probability = logistic(logOddsAt(problem, coefficients, row));
    const weight = problem.weights[row]!;
    const residual = weight * (probability - problem.targets[row]!);
    const curvature = weight * probability * (1 - probability);
    for (let i = 0; i < size; i++) {
      const value = problem.columns[i]![row]!;
      gradient[i]! += residual * value;
      for (let j = 0; j < size; j++) hessian[i * size + j]! += curvature * value * problem.columns[j]![row]!;
    }
  }
  for (let i = 0; i < size; i++) hessian[i * size + i]! += 1e-12;
  return { gradient, hessian };
}

/** Gaussian elimination with row pivoting for the two or three unknowns here. */
function solve(matrix: Float64Array, right: Float64Array, size: number): Float64Array {
  const a = matrix.slice();
  const b = right.slice();
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) if (Math.abs(a[row * size + column]!) > Math.abs(a[pivot * size + column]!)) pivot = row;
    for (let k = 0; k < size; k++) [a[column * size + k], a[pivot * size + k]] = [a[pivot * size + k]!, a[column * size + k]!];
    [b[column], b[pivot]] = [b[pivot]!, b[column]!];
    for (let row = column + 1; row < size; row++) {
      const factor = a[row * size + column]! / a[column * size + column]!;
      for (let k = column; k < size; k++) a[row * size + k]! -= factor * a[column * size + k]!;
      b[row]! -= factor * b[column]!;
    }
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) b[row]! -= a[row * size + k]! * b[k]!;
    b[row]! /= a[row * size + row]!;
  }
  return b;
}

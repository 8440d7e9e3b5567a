import { invariant, UserError } from '#core';

/** A square matrix by rows. */
export type Matrix = readonly Float64Array[];

export function zeros(size: number): Float64Array[] {
  return Array.from({ length: size }, () => new Float64Array(size));
}

export function buildMatrix(size: number, value: (row: number, column: number) => number): Float64Array[] {
  return Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, (_unused, j) => value(i, j)));
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export function multiplyVector(matrix: Matrix, vector: ArrayLike<number>): Float64Array {
  return Float64Array.from(matrix, (row) => dot(row, vector));
}

export function multiply(a: Matrix, b: Matrix): Float64Array[] {
  const size = a.length;
  const product = zeros(size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i]![k]!;
      for (let j = 0; j < size; j++) product[i]![j]! += factor * b[k]![j]!;
    }
  }
  return product;
}

/** x' A y. */
export function bilinear(x: ArrayLike<number>, matrix: Matrix, y: ArrayLike<number> = x): number {
  return dot(x, multiplyVector(matrix, y));
}

/** The lower Cholesky factor; throws `UserError` when the matrix is not positive definite. */
export function cholesky(matrix: Matrix): Float64Array[] {
  const size = matrix.length;
  const lower = zeros(size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      if (i !== j) {
        lower[i]![j] = sum / lower[j]![j]!;
        continue;
      }
      if (!(sum > Math.abs(matrix[i]![i]!) * 1e-14)) {
        throw new UserError(
          'The covariance matrix is not positive definite.',
          'Drop duplicate or constant assets, use more rows, or shrink it (ledoitWolf).',
        );
      }
      lower[i]![i] = Math.sqrt(sum);
    }
  }
  return lower;
}

/** Solves A x = b with the Cholesky factor of A. */
export function solveCholesky(lower: Matrix, right: ArrayLike<number>): Float64Array {
  const size = lower.length;
  const x = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= lower[i]![k]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= lower[k]![i]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  return x;
}

/** The inverse of a symmetric positive definite matrix. */
export function inversePositiveDefinite(matrix: Matrix): Float64Array[] {
  const lower = cholesky(matrix);
  return Array.from({ length: matrix.length }, (_, i) => {
    const unit = new Float64Array(matrix.length);
    unit[i] = 1;
    return solveCholesky(lower, unit);
  });
}

/** Eigenvalues of a symmetric matrix, largest first, by cyclic Jacobi rotations. */
export function symmetricEigenvalues(matrix: Matrix): Float64Array {
  const size = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  for (let sweep = 0; sweep < 100; sweep++) {
    let off = 0;
    let diagonal = 0;
    for (let i = 0; i < size; i++) {
      diagonal += a[i]![i]! ** 2;
      for (let j = 0; j < i; j++) off += a[i]![j]! ** 2;
    }
    if (off <= diagonal * 1e-30) break;
    invariant(sweep < 99, 'Jacobi rotations did not settle');
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(a, p, q);
  }
  return Float64Array.from(a, (row, i) => row[i]!).sort((x, y) => y - x);
}

/** One Jacobi rotation that clears the entry (p, q). */
function rotate(a: Float64Array[], p: number, q: number): void {
  const entry = a[p]![q]!;
  if (entry === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * entry);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < a.length; k++) {
    const left = a[k]![p]!;
    const right = a[k]![q]!;
    a[k]![p] = c * left - s * right;
    a[k]![q] = s * left + c * right;
  }
  for (let k = 0; k < a.length; k++) {
    const upper = a[p]![k]!;
    const lower = a[q]![k]!;
    a[p]![k] = c * upper - s * lower;
    a[q]![k] = s * upper + c * lower;
  }
}

/** Eigenvalues and unit eigenvectors (columns of `vectors`) of a symmetric matrix by cyclic Jacobi rotations. */
export function symmetricEigen(matrix: readonly Float64Array[]): {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
} {
  const size = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const v = matrix.map((_, i) => Float64Array.from({ length: size }, (_unused, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let diagonal = 0;
    for (let i = 0; i < size; i++) {
      diagonal += a[i]![i]! ** 2;
      for (let j = 0; j < i; j++) off += a[i]![j]! ** 2;
    }
    if (off <= diagonal * 1e-28) break;
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) {
        const entry = a[p]![q]!;
        if (entry === 0) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * entry);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        turnColumns(a, p, q, c, t * c);
        turnRows(a, p, q, c, t * c);
        turnColumns(v, p, q, c, t * c);
      }
    }
  }
  return { values: Float64Array.from(a, (row, i) => row[i]!), vectors: v };
}

function turnColumns(m: readonly Float64Array[], p: number, q: number, c: number, s: number): void {
  for (const row of m) {
    const left = row[p]!;
    const right = row[q]!;
    row[p] = c * left - s * right;
    row[q] = s * left + c * right;
  }
}

function turnRows(m: readonly Float64Array[], p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < m.length; k++) {
    const upper = m[p]![k]!;
    const lower = m[q]![k]!;
    m[p]![k] = c * upper - s * lower;
    m[q]![k] = s * upper + c * lower;
  }
}

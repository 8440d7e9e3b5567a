/**
 * Residuals of y on a constant and the columns given, by the normal equations with a pivot of the largest element; undefined when the
 * columns depend on each other.
 */
export function residualsOf(y: Float64Array, columns: readonly Float64Array[]): Float64Array | undefined {
  const all = [new Float64Array(y.length).fill(1), ...columns];
  const rows = all.map((one) => Float64Array.from([...all.map((other) => dot(one, other)), dot(one, y)]));
  const beta = solve(rows);
  if (beta === undefined) return undefined;
  return y.map((value, at) => all.reduce((left, column, k) => left - beta[k]! * column[at]!, value));
}

/** Solves an augmented system in place by Gauss-Jordan elimination. */
function solve(rows: Float64Array[]): Float64Array | undefined {
  const size = rows.length;
  for (let step = 0; step < size; step++) {
    let pivot = step;
    for (let row = step + 1; row < size; row++) if (Math.abs(rows[row]![step]!) > Math.abs(rows[pivot]![step]!)) pivot = row;
    const scale = rows[pivot]![step]!;
    if (!(Math.abs(scale) > 1e-14)) return undefined;
    [rows[step], rows[pivot]] = [rows[pivot]!, rows[step]!];
    for (let row = 0; row < size; row++) {
      if (row === step) continue;
      const factor = rows[row]![step]! / scale;
      for (let k = step; k <= size; k++) rows[row]![k]! -= factor * rows[step]![k]!;
    }
  }
  return Float64Array.from(rows, (row, at) => row[size]! / row[at]!);
}

export function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!;
  return sum;
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation. */
export function deviationOf(values: Float64Array): number {
  const centre = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

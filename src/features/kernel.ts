/**
 * An operator's streaming definition. `run` consumes the next `count` rows: it reads rows 0..count-1 of each input column,
 * writes the same rows of each output column and carries its state in its own fields. Live calls it with one row, batch with
 * blocks of rows: the same loop, so the same bits, however the rows are cut.
 *
 * Missing values, the one rule. Missing is NaN. A row whose needed input is missing gives a missing row.
 * Windowed operators count bars, and need all n of them known. Recursive and cumulative operators keep their state over a
 * missing row, seed themselves with the first n known rows, and go on with the next known one. Only `coalesce` and `known`
 * look at missing values, and `where` needs only its condition and the branch it takes.
 */
export interface Kernel {
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void;
}

/**
 * a / b, missing when b is zero or so small that the quotient would exceed 1e15: never infinity, never a made-up 1.
 * Relative, so that it means the same at any price scale.
 */
export function divide(a: number, b: number): number {
  const quotient = a / b;
  return Math.abs(quotient) <= 1e15 ? quotient : Number.NaN;
}

/** A column of `length` missing values. */
export function missing(length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN);
}

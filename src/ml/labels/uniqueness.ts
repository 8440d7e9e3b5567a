import { UserError, type Rng } from '#core';

/** Labels as closed intervals of rows: the label at index i uses bars t0[i] .. t1[i]. */
export interface RowSpans {
  readonly t0: Int32Array;
  readonly t1: Int32Array;
}

/** How many labels are alive at each of `length` rows. O(labels + rows). */
export function concurrency(spans: RowSpans, length: number): Int32Array {
  const change = new Int32Array(length + 1);
  for (let index = 0; index < spans.t0.length; index++) {
    const from = spans.t0[index]!;
    const to = spans.t1[index]!;
    if (from < 0 || to < from || to >= length) throw new UserError(`label ${index} spans rows ${from}..${to}, outside 0..${length - 1}`);
    change[from]! += 1;
    change[to + 1]! -= 1;
  }
  const counts = new Int32Array(length);
  let alive = 0;
  for (let row = 0; row < length; row++) {
    alive += change[row]!;
    counts[row] = alive;
  }
  return counts;
}

/** Mean over each label's life of 1 / concurrency: 1 = shares no bar with another label. In (0, 1]. O(labels + rows). */
export function averageUniqueness(spans: RowSpans, length: number): Float64Array {
  const counts = concurrency(spans, length);
  const cumulative = new Float64Array(length + 1);
  for (let row = 0; row < length; row++) cumulative[row + 1] = cumulative[row]! + (counts[row]! > 0 ? 1 / counts[row]! : 0);
  return Float64Array.from(spans.t0, (from, index) => {
    const to = spans.t1[index]!;
    return (cumulative[to + 1]! - cumulative[from]!) / (to - from + 1);
  });
}

/** Rows (bars) by labels: 1 where the label is alive. Row-major; row 0 is the first start, the last row the last end. */
export interface IndicatorMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly cells: Uint8Array;
}

export function indicatorMatrix(spans: RowSpans): IndicatorMatrix {
  const columns = spans.t0.length;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let column = 0; column < columns; column++) {
    first = Math.min(first, spans.t0[column]!);
    last = Math.max(last, spans.t1[column]!);
  }
  const rows = columns === 0 ? 0 : last - first + 1;
  const cells = new Uint8Array(rows * columns);
  for (let column = 0; column < columns; column++) {
    for (let row = spans.t0[column]!; row <= spans.t1[column]!; row++) cells[(row - first) * columns + column] = 1;
  }
  return { rows, columns, cells };
}

/** Mean uniqueness over all live cells of the matrix (the book's number: 6/7 for its three-label example). */
export function matrixUniqueness(matrix: IndicatorMatrix): number {
  let sum = 0;
  let live = 0;
  for (let row = 0; row < matrix.rows; row++) {
    let alive = 0;
    for (let column = 0; column < matrix.columns; column++) alive += matrix.cells[row * matrix.columns + column]!;
    // Each of the `alive` cells is worth 1 / alive.
    if (alive > 0) sum += 1;
    live += alive;
  }
  return live === 0 ? Number.NaN : sum / live;
}

/** Average uniqueness each label would have if drawn next, after the labels `drawn`, and its draw probability (they sum to 1). */
export function sequentialBootstrapStep(
  matrix: IndicatorMatrix,
  drawn: readonly number[],
): { readonly uniqueness: Float64Array; readonly probability: Float64Array } {
  const { rows, columns, cells } = matrix;
  const counts = new Int32Array(rows);
  for (const label of drawn) {
    for (let row = 0; row < rows; row++) counts[row]! += cells[row * columns + label]!;
  }
  const uniqueness = new Float64Array(columns);
  let total = 0;
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    let alive = 0;
    for (let row = 0; row < rows; row++) {
      if (cells[row * columns + column] === 0) continue;
      sum += 1 / (1 + counts[row]!);
      alive++;
    }
    uniqueness[column] = alive === 0 ? 0 : sum / alive;
    total += uniqueness[column]!;
  }
  return { uniqueness, probability: uniqueness.map((value) => value / total) };
}

/**
 * Sequential bootstrap over spans: draws labels with replacement, each with probability in proportion to its uniqueness given those
 * already drawn (Lopez de Prado 2018, section 4.5). Works on prefix sums, so a draw costs O(bars + labels), not O(bars x labels).
 */
export function sequentialBootstrap(spans: RowSpans, draws: number, rng: Rng): Int32Array {
  const labels = spans.t0.length;
  if (labels === 0) return new Int32Array(0);
  const length = spans.t1.reduce((most, row) => Math.max(most, row), 0) + 1;
  const counts = new Int32Array(length);
  const cumulative = new Float64Array(length + 1);
  const weight = new Float64Array(labels);
  const chosen = new Int32Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    for (let row = 0; row < length; row++) cumulative[row + 1] = cumulative[row]! + 1 / (1 + counts[row]!);
    let total = 0;
    for (let label = 0; label < labels; label++) {
      const from = spans.t0[label]!;
      const to = spans.t1[label]!;
      total += (cumulative[to + 1]! - cumulative[from]!) / (to - from + 1);
      weight[label] = total;
    }
    const point = rng.uniform() * total;
    let label = 0;
    while (label < labels - 1 && weight[label]! <= point) label++;
    chosen[draw] = label;
    for (let row = spans.t0[label]!; row <= spans.t1[label]!; row++) counts[row]!++;
  }
  return chosen;
}

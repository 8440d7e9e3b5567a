import { UserError } from '#core';

/** A reference distribution cut into bins: plain data that can be stored beside a model. */
export interface DriftReference {
  /** Inner edges, rising; bin k holds edges[k-1] <= value < edges[k]. */
  readonly edges: readonly number[];
  /** Share of the reference in each bin, edges.length + 1 of them. */
  readonly shares: readonly number[];
}

function sortedFinite(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).filter(Number.isFinite).sort();
}

/** Cuts a reference at its own quantiles (equal edges merged, so a constant or discrete feature keeps fewer bins). */
export function driftReference(values: ArrayLike<number>, bins = 10): DriftReference {
  if (!Number.isInteger(bins) || bins < 2) throw new UserError(`drift needs at least 2 bins, got ${bins}`);
  const sorted = sortedFinite(values);
  if (sorted.length < bins) throw new UserError(`a drift reference of ${bins} bins needs at least ${bins} values, got ${sorted.length}`);
  const edges: number[] = [];
  for (let index = 1; index < bins; index++) {
    const edge = sorted[Math.floor((index * sorted.length) / bins)]!;
    if (edge > sorted[0]! && (edges.length === 0 || edge > edges.at(-1)!)) edges.push(edge);
  }
  return { edges, shares: sharesOf(sorted, edges) };
}

function sharesOf(values: Float64Array, edges: readonly number[]): number[] {
  const counts = new Float64Array(edges.length + 1);
  for (const value of values) {
    let bin = 0;
    while (bin < edges.length && value >= edges[bin]!) bin++;
    counts[bin]!++;
  }
  return Array.from(counts, (count) => count / values.length);
}

/**
 * Population stability index of recent values against the reference: sum of (q - p) ln(q / p). By custom under 0.1 is stable, above 0.25
 * a shift. Empty bins count as half an observation (0.5 / n for the recent part, 1e-6 for the reference). NaN without finite values.
 */
export function populationStability(reference: DriftReference, values: ArrayLike<number>): number {
  const recent = Float64Array.from(values).filter(Number.isFinite);
  if (recent.length === 0) return Number.NaN;
  const shares = sharesOf(recent, reference.edges);
  return shares.reduce((sum, share, bin) => {
    const q = Math.max(share, 0.5 / recent.length);
    const p = Math.max(reference.shares[bin]!, 1e-6);
    return sum + (q - p) * Math.log(q / p);
  }, 0);
}

/** Two-sample Kolmogorov-Smirnov: the largest gap between the distribution functions and its asymptotic p-value (Stephens' correction). */
export function kolmogorovSmirnov(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): { readonly statistic: number; readonly pValue: number } {
  const a = sortedFinite(first);
  const b = sortedFinite(second);
  if (a.length === 0 || b.length === 0) return { statistic: Number.NaN, pValue: Number.NaN };
  let i = 0;
  let j = 0;
  let statistic = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! === value) i++;
    while (j < b.length && b[j]! === value) j++;
    statistic = Math.max(statistic, Math.abs(i / a.length - j / b.length));
  }
  const root = Math.sqrt((a.length * b.length) / (a.length + b.length));
  return { statistic, pValue: kolmogorovTail((root + 0.12 + 0.11 / root) * statistic) };
}

/** P(K > x) of the Kolmogorov distribution; the second form of the series near 0, where the first converges slowly. */
function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  let sum = 0;
  if (x < 1.18) {
    for (let k = 1; k <= 9; k += 2) sum += Math.exp((-k * k * Math.PI * Math.PI) / (8 * x * x));
    return Math.min(1, Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / x) * sum));
  }
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, sum));
}

import { UserError } from '#core';
import { covarianceToCorrelation } from './covariance.ts';
import { buildMatrix, type Matrix } from './matrix.ts';

export type LinkageMethod = 'single' | 'average' | 'complete' | 'ward';

/** One merge: the two clusters (the lower number first), their distance, and how many assets they hold. Merge k makes cluster n + k. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly distance: number;
  readonly size: number;
}

/** The distance from the merger of x and y to z, from the three distances between them (Lance and Williams 1967). */
function mergedDistance(method: LinkageMethod, xz: number, yz: number, xy: number, sizes: readonly [number, number, number]): number {
  const [x, y, z] = sizes;
  if (method === 'single') return Math.min(xz, yz);
  if (method === 'complete') return Math.max(xz, yz);
  if (method === 'average') return (x * xz + y * yz) / (x + y);
  return Math.sqrt(((x + z) * xz ** 2 + (y + z) * yz ** 2 - z * xy ** 2) / (x + y + z));
}

/** Agglomerative clustering of a distance matrix: the nearest two clusters merge until one is left. Ties go to the lower numbers. */
export function linkage(distances: Matrix, method: LinkageMethod = 'single'): readonly Merge[] {
  const count = distances.length;
  const between = distances.map((row) => Float64Array.from(row));
  const label = Array.from({ length: count }, (_, i) => i);
  const size = Array.from({ length: count }, () => 1);
  const alive = Array.from({ length: count }, (_, i) => i);
  const merges: Merge[] = [];
  while (alive.length > 1) {
    let a = alive[0]!;
    let b = alive[1]!;
    for (let p = 0; p < alive.length; p++) {
      for (let q = p + 1; q < alive.length; q++) {
        if (between[alive[p]!]![alive[q]!]! < between[a]![b]!) {
          a = alive[p]!;
          b = alive[q]!;
        }
      }
    }
    const distance = between[a]![b]!;
    for (const z of alive) {
      if (z === a || z === b) continue;
      const merged = mergedDistance(method, between[a]![z]!, between[b]![z]!, distance, [size[a]!, size[b]!, size[z]!]);
      between[a]![z] = merged;
      between[z]![a] = merged;
    }
    const total = size[a]! + size[b]!;
    merges.push({ left: Math.min(label[a]!, label[b]!), right: Math.max(label[a]!, label[b]!), distance, size: total });
    label[a] = count + merges.length - 1;
    size[a] = total;
    alive.splice(alive.indexOf(b), 1);
  }
  return merges;
}

/** The assets in the order of the tree's leaves, from left to right. */
export function leafOrder(merges: readonly Merge[]): readonly number[] {
  const count = merges.length + 1;
  const order: number[] = [];
  const pending = [count + merges.length - 1];
  while (pending.length > 0) {
    const node = pending.pop()!;
    if (node < count) order.push(node);
    else pending.push(merges[node - count]!.right, merges[node - count]!.left);
  }
  return order;
}

/** López de Prado's distance sqrt((1 - rho) / 2), held between 0 and 1. */
export function correlationDistance(correlation: Matrix): Float64Array[] {
  return buildMatrix(correlation.length, (i, j) => (i === j ? 0 : Math.sqrt(Math.min(1, Math.max(0, (1 - correlation[i]![j]!) / 2)))));
}

export interface HierarchicalRiskParity {
  readonly weights: Float64Array;
  readonly linkage: readonly Merge[];
  readonly order: readonly number[];
}

/** The variance of a cluster held at inverse-variance weights. */
function clusterVariance(covariance: Matrix, items: readonly number[]): number {
  let total = 0;
  for (const i of items) total += 1 / covariance[i]![i]!;
  let variance = 0;
  for (const i of items) for (const j of items) variance += covariance[i]![j]! / (covariance[i]![i]! * covariance[j]![j]! * total * total);
  return variance;
}

/**
 * Hierarchical risk parity (López de Prado 2016): cluster by correlation, order the assets by the tree, then split the order in halves and
 * share risk between them by inverse variance. The tree is built on the distances themselves, not on rows of the distance matrix as in the book's listing.
 * `correlation` may be given when pairs overlap differently; else it follows from the covariance.
 */
export function hierarchicalRiskParity(
  covariance: Matrix,
  options: { readonly method?: LinkageMethod; readonly correlation?: Matrix } = {},
): HierarchicalRiskParity {
  if (covariance.length === 0) throw new UserError('Allocation needs at least one asset.');
  covariance.forEach((row, i) => {
    if (!(row[i]! > 0))
      throw new UserError(`Asset ${i} has no variance, so it cannot be weighed by risk.`, 'Drop assets whose price does not move.');
  });
  const merges = linkage(correlationDistance(options.correlation ?? covarianceToCorrelation(covariance)), options.method ?? 'single');
  const order = leafOrder(merges);
  const weights = new Float64Array(covariance.length).fill(1);
  const pending: (readonly number[])[] = [order];
  while (pending.length > 0) {
    const items = pending.pop()!;
    if (items.length < 2) continue;
    const left = items.slice(0, items.length >> 1);
    const right = items.slice(items.length >> 1);
    const leftVariance = clusterVariance(covariance, left);
    const rightVariance = clusterVariance(covariance, right);
    const share = 1 - leftVariance / (leftVariance + rightVariance);
    for (const i of left) weights[i]! *= share;
    for (const i of right) weights[i]! *= 1 - share;
    pending.push(left, right);
  }
  return { weights, linkage: merges, order };
}

import { UserError } from '#core';
import type { Direction, ToldTrial } from './optimizer.ts';

/** True when `a` is no worse than `b` in every loss and better in one. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  for (let i = 0; i < a.length; i++) {
    if (a[i]! > b[i]!) return false;
    if (a[i]! < b[i]!) better = true;
  }
  return better;
}

/** The front each point lies on, 0 for the points that nothing dominates (Deb, Pratap, Agarwal and Meyarivan 2002). Losses are minimised. */
export function frontRanks(losses: readonly (readonly number[])[]): readonly number[] {
  const count = losses.length;
  const ranks = Array.from({ length: count }, () => -1);
  const beaten = losses.map((a) => losses.reduce((sum, b) => sum + (dominates(b, a) ? 1 : 0), 0));
  let front = beaten.flatMap((times, i) => (times === 0 ? [i] : []));
  for (let rank = 0; front.length > 0; rank++) {
    const next: number[] = [];
    for (const i of front) ranks[i] = rank;
    for (const i of front) {
      for (let j = 0; j < count; j++) {
        if (!dominates(losses[i]!, losses[j]!)) continue;
        beaten[j]! -= 1;
        if (beaten[j] === 0) next.push(j);
      }
    }
    front = next;
  }
  return ranks;
}

/** How far the neighbours on the same front lie apart; Infinity at the ends. */
export function crowdingDistances(losses: readonly (readonly number[])[], members: readonly number[]): Map<number, number> {
  const distance = new Map(members.map((i) => [i, 0]));
  const objectives = losses[0]?.length ?? 0;
  for (let m = 0; m < objectives; m++) {
    const sorted = members.toSorted((a, b) => losses[a]![m]! - losses[b]![m]! || a - b);
    const span = losses[sorted.at(-1)!]![m]! - losses[sorted[0]!]![m]!;
    distance.set(sorted[0]!, Number.POSITIVE_INFINITY);
    distance.set(sorted.at(-1)!, Number.POSITIVE_INFINITY);
    if (!(span > 0 && Number.isFinite(span))) continue;
    for (let k = 1; k + 1 < sorted.length; k++) {
      distance.set(sorted[k]!, distance.get(sorted[k]!)! + (losses[sorted[k + 1]!]![m]! - losses[sorted[k - 1]!]![m]!) / span);
    }
  }
  return distance;
}

/** The trials that no other trial beats in every objective; failed ones left out. */
export function paretoFront(trials: readonly ToldTrial[], directions: readonly Direction[]): readonly ToldTrial[] {
  const complete = trials.filter((trial) => trial.values.every((value) => Number.isFinite(value)));
  const losses = complete.map((trial) => trial.values.map((value, i) => (directions[i] === 'minimize' ? value : -value)));
  return complete.filter((_, i) => !losses.some((other) => dominates(other, losses[i]!)));
}

/** The area that a set of two-loss points dominates below a reference point (both losses minimised). */
export function hypervolume(losses: readonly (readonly number[])[], reference: readonly [number, number]): number {
  if (losses.some((point) => point.length !== 2)) throw new UserError('The hypervolume is computed for two objectives.');
  const inside = losses
    .filter((point) => point[0]! < reference[0] && point[1]! < reference[1])
    .toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  let area = 0;
  let ceiling = reference[1];
  for (const point of inside) {
    if (point[1]! >= ceiling) continue;
    area += (reference[0] - point[0]!) * (ceiling - point[1]!);
    ceiling = point[1]!;
  }
  return area;
}

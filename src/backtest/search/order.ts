/** Scores of one point, all to be made as large as possible; a missing one (NaN) is worse than any. */
export type Scores = readonly number[];

/** True when `one` is nowhere worse and somewhere better. */
export function dominates(one: Scores, other: Scores): boolean {
  let better = false;
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [worth(one[at]!), worth(other[at]!)];
    if (a < b) return false;
    if (a > b) better = true;
  }
  return better;
}

const worth = (score: number): number => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score);

/** Front of each point: 0 is the Pareto front, 1 the front without it, and so on (non-dominated sorting, Deb et al. 2002). */
export function frontsOf(scores: readonly Scores[]): Int32Array {
  const front = new Int32Array(scores.length).fill(-1);
  let left = scores.length;
  for (let level = 0; left > 0; level++) {
    const members: number[] = [];
    for (let at = 0; at < scores.length; at++) {
      if (front[at] !== -1) continue;
      const beaten = scores.some((other, index) => front[index] === -1 && dominates(other, scores[at]!));
      if (!beaten) members.push(at);
    }
    for (const at of members) front[at] = level;
    left -= members.length;
  }
  return front;
}

/** Points that no other dominates, in their order. */
export function paretoFront(scores: readonly Scores[]): readonly number[] {
  const members: number[] = [];
  for (let at = 0; at < scores.length; at++) {
    if (scores[at]!.every(Number.isFinite) && !scores.some((other) => dominates(other, scores[at]!))) members.push(at);
  }
  return members;
}

/** How far apart the neighbours of a point on its own front stand, over all objectives; the ends of a front are infinitely apart. */
function crowding(scores: readonly Scores[], front: Int32Array): Float64Array {
  const distance = new Float64Array(scores.length);
  const groups = new Map<number, number[]>();
  for (let at = 0; at < scores.length; at++) groups.set(front[at]!, [...(groups.get(front[at]!) ?? []), at]);
  for (const members of groups.values()) {
    for (let objective = 0; objective < scores[0]!.length; objective++) {
      const value = (at: number): number => worth(scores[at]![objective]!);
      const sorted = members.toSorted((a, b) => compare(value(a), value(b)) || a - b);
      const spread = value(sorted.at(-1)!) - value(sorted[0]!);
      distance[sorted[0]!] = Number.POSITIVE_INFINITY;
      distance[sorted.at(-1)!] = Number.POSITIVE_INFINITY;
      if (!(spread > 0) || !Number.isFinite(spread)) continue;
      for (let at = 1; at + 1 < sorted.length; at++)
        distance[sorted[at]!] = distance[sorted[at]!]! + (value(sorted[at + 1]!) - value(sorted[at - 1]!)) / spread;
    }
  }
  return distance;
}

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Indices from best to worst. One objective: by score. Several: by front, then the least crowded first. Ties keep their order. */
export function rankScores(scores: readonly Scores[]): readonly number[] {
  const all = scores.map((_, at) => at);
  if (scores.length === 0) return all;
  if (scores[0]!.length === 1) return all.sort((a, b) => compare(worth(scores[b]![0]!), worth(scores[a]![0]!)) || a - b);
  const front = frontsOf(scores);
  const apart = crowding(scores, front);
  return all.sort((a, b) => front[a]! - front[b]! || compare(apart[b]!, apart[a]!) || a - b);
}

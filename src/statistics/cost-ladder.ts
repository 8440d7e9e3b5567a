/** One rung: the same strategy under one cost assumption. */
export interface CostRung<Result> {
  /** `optimistic`, `base`, `harsh`, … */
  readonly profile: string;
  /** Multiple of the base costs, or the cost in basis points of a round trip: whatever orders the rungs, ascending. */
  readonly cost: number;
  readonly result: Result;
}

/**
 * The cost at which a figure crosses a floor, by a straight line between the rungs on either side: how much more trading may cost
 * before the edge is gone. `undefined` when it stays above the floor on every rung; the first rung's cost when it starts below.
 */
export function breakEvenCost<Result>(
  rungs: readonly CostRung<Result>[],
  figure: (result: Result) => number,
  floor = 0,
): number | undefined {
  const ladder = rungs
    .map((rung) => ({ cost: rung.cost, value: figure(rung.result) }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => a.cost - b.cost);
  if (ladder.length > 0 && ladder[0]!.value <= floor) return ladder[0]!.cost;
  for (let i = 1; i < ladder.length; i += 1) {
    const before = ladder[i - 1]!;
    const after = ladder[i]!;
    if (after.value <= floor) return before.cost + ((before.value - floor) / (before.value - after.value)) * (after.cost - before.cost);
  }
  return undefined;
}

/** Values that became known at some time, which may be long after the period they describe (fundamentals, macro figures). */
export interface KnownSeries {
  /** When each value could first be known, UTC ms; in any order. */
  readonly knownTime: Float64Array;
  /** The period's end that each value describes; a later revision of an old period does not replace a newer period. */
  readonly eventTime: Float64Array;
  readonly value: Float64Array;
}

/**
 * For each decision time (ascending) the value of the latest period among those known by then (knownTime ≤ time); of one period the
 * latest revision. NaN before anything was known or when the value is older than `maxAgeMs` since it was known.
 */
export function asOfJoin(times: Float64Array, series: KnownSeries, maxAgeMs = Number.POSITIVE_INFINITY): Float64Array {
  const { knownTime, eventTime, value } = series;
  const order = Array.from(knownTime.keys()).sort((a, b) => knownTime[a]! - knownTime[b]! || eventTime[a]! - eventTime[b]! || a - b);
  const joined = new Float64Array(times.length).fill(Number.NaN);
  let next = 0;
  let current = -1;
  for (let i = 0; i < times.length; i++) {
    while (next < order.length && knownTime[order[next]!]! <= times[i]!) {
      const row = order[next++]!;
      if (current < 0 || eventTime[row]! >= eventTime[current]!) current = row;
    }
    if (current >= 0 && times[i]! - knownTime[current]! <= maxAgeMs) joined[i] = value[current]!;
  }
  return joined;
}

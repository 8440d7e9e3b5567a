import { UserError } from '#core';
import { barSeries, type BarSeries } from '#domain';
import { pickRows } from './quality-gate.ts';

/** Many symbols on the times all of them have. Throws `UserError` when there are none. */
export function alignToCommonTimes(panel: readonly BarSeries[]): BarSeries[] {
  const counts = new Map<number, number>();
  for (const series of panel) for (const time of series.time) counts.set(time, (counts.get(time) ?? 0) + 1);
  const aligned = panel.map((series) => {
    const rows = Int32Array.from(Array.from(series.time.keys()).filter((row) => counts.get(series.time[row]!) === panel.length));
    return barSeries(series.symbol, series.timeframe, pickRows(series, rows));
  });
  if (panel.length > 0 && aligned[0]!.length === 0)
    throw new UserError(`${panel.map((series) => series.symbol).join(', ')} have no common dates`, 'Choose symbols whose ranges overlap.');
  return aligned;
}

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

/** Values known a fixed lag after the end of their period, for data that do not say when they were published. */
export function laggedSeries(eventTime: Float64Array, value: Float64Array, lagMs: number): KnownSeries {
  if (!(lagMs >= 0)) throw new UserError(`a publication lag of ${lagMs} ms would look into the future`, 'Give a lag of zero or more.');
  return { knownTime: eventTime.map((time) => time + lagMs), eventTime, value };
}

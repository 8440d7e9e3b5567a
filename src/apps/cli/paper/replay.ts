import type { BarSeries } from '#domain';
import type { IncomingBar } from '#live';

/** The bars of one start time, and when they are complete. */
export interface Instant {
  readonly time: number;
  readonly closedAt: number;
  readonly bars: readonly IncomingBar[];
}

/** Known bars in the order in which they became complete, one instant at a time, from after `since` on. */
export function* replay(series: readonly BarSeries[], since: number): Generator<Instant> {
  const next = series.map((bars) => {
    let row = 0;
    while (row < bars.length && bars.time[row]! <= since) row++;
    return row;
  });
  for (;;) {
    let time = Number.POSITIVE_INFINITY;
    series.forEach((bars, at) => {
      if (next[at]! < bars.length) time = Math.min(time, bars.time[next[at]!]!);
    });
    if (time === Number.POSITIVE_INFINITY) return;
    const bars: IncomingBar[] = [];
    series.forEach((one, at) => {
      const row = next[at]!;
      if (row >= one.length || one.time[row] !== time) return;
      next[at] = row + 1;
      bars.push({
        symbol: one.symbol,
        time,
        open: one.open[row]!,
        high: one.high[row]!,
        low: one.low[row]!,
        close: one.close[row]!,
        volume: one.volume[row]!,
      });
    });
    yield { time, closedAt: time + series[0]!.timeframe.ms, bars };
  }
}

export function countInstants(series: readonly BarSeries[], since: number): number {
  if (series.length === 1) return series[0]!.time.reduce((count, time) => (time > since ? count + 1 : count), 0);
  return new Set(series.flatMap((bars) => [...bars.time].filter((time) => time > since))).size;
}

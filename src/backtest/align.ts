import type { BarSeries } from '#domain';

/** Instants of several series on one axis. `rows[symbol]` maps an instant to the symbol's own row, −1 where it has none; undefined when rows are instants. */
export interface Alignment {
  readonly time: Float64Array;
  readonly rows: readonly Int32Array[] | undefined;
}

/** The union of all bar starts, ascending. Series that share their times cost nothing; others are merged once, as columns. */
export function align(bars: readonly BarSeries[]): Alignment {
  const first = bars[0]!;
  if (bars.every((series) => sameTimes(series, first))) return { time: first.time, rows: undefined };
  let total = 0;
  for (const series of bars) total += series.length;
  const all = new Float64Array(total);
  let at = 0;
  for (const series of bars) {
    all.set(series.time, at);
    at += series.length;
  }
  all.sort();
  let kept = 0;
  for (let row = 0; row < total; row++) if (row === 0 || all[row] !== all[row - 1]) all[kept++] = all[row]!;
  const time = all.slice(0, kept);
  return { time, rows: bars.map((series) => rowsOn(time, series)) };
}

function rowsOn(time: Float64Array, series: BarSeries): Int32Array {
  const rows = new Int32Array(time.length).fill(-1);
  let local = 0;
  for (let row = 0; row < time.length && local < series.length; row++) {
    if (time[row] !== series.time[local]) continue;
    rows[row] = local++;
  }
  return rows;
}

function sameTimes(one: BarSeries, other: BarSeries): boolean {
  if (one === other || one.time === other.time) return true;
  if (one.length !== other.length) return false;
  for (let row = 0; row < one.length; row++) if (one.time[row] !== other.time[row]) return false;
  return true;
}

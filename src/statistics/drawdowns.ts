import { type Column, mean, present } from './moments.ts';

/** Equity over its running peak, minus 1: 0 at a peak, negative below it. A missing value is missing and moves no peak. */
export function drawdownSeries(equity: Column): Float64Array {
  const out = new Float64Array(equity.length);
  let peak = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < equity.length; i += 1) {
    if (equity[i]! > peak) peak = equity[i]!;
    out[i] = equity[i]! === peak ? 0 : equity[i]! / peak - 1;
  }
  return out;
}

/**
 * Deepest fall from a peak as a negative fraction (-0.25); 0 for a curve that never falls, NaN when nothing is present. `start` is a peak before
 * the first row.
 */
export function maxDrawdown(equity: Column, start = Number.NEGATIVE_INFINITY): number {
  let peak = start;
  let worst = Number.NaN;
  for (let i = 0; i < equity.length; i += 1) {
    const value = equity[i]!;
    if (Number.isNaN(value)) continue;
    if (value > peak) peak = value;
    const fall = value === peak ? 0 : value / peak - 1;
    if (!(worst <= fall)) worst = Math.min(fall, 0);
  }
  return worst;
}

/**
 * `maxDrawdown(equityFromReturns(returns))`, NaN when nothing is present: the start of the first period is a peak too. A bootstrap asks for it a
 * thousand times, so that it makes no column on its way.
 */
export function maxDrawdownOfReturns(returns: Column): number {
  let equity = 1;
  let peak = 1;
  let worst = 0;
  let missing = 0;
  for (let i = 0; i < returns.length; i += 1) {
    const value = returns[i]!;
    if (Number.isNaN(value)) {
      missing += 1;
      continue;
    }
    equity *= 1 + value;
    if (Number.isNaN(equity)) continue;
    if (equity > peak) peak = equity;
    const fall = equity === peak ? 0 : equity / peak - 1;
    if (!(worst <= fall)) worst = Math.min(fall, 0);
  }
  return missing === returns.length ? Number.NaN : worst;
}

/**
 * quantstats' `max_drawdown` of a price column: it puts a round number in front of the prices (100,000 above 1,000,
 * 100 above 10, else 1), so a price that starts far from a round number shows a fall that never was. For comparison only.
 */
export function maxDrawdownWithRoundBaseline(prices: Column): number {
  const first = prices[0];
  if (first === undefined) return Number.NaN;
  return maxDrawdown([first > 1000 ? 100_000 : first > 10 ? 100 : 1, ...Array.from(prices)]);
}

export interface Drawdown {
  /** Row of the peak before the fall, of the lowest value, and of the recovery (the first row back at the peak) or `undefined`. */
  readonly peakRow: number;
  readonly valleyRow: number;
  readonly recoveryRow: number | undefined;
  /** Last row below the peak. */
  readonly lastRow: number;
  /** Negative fraction. */
  readonly depth: number;
  /** Rows from the peak to the recovery, or to the end of the data. */
  readonly bars: number;
}

/** Every fall below a peak, in order of time. The first row below is `peakRow + 1` when no value is missing. */
export function listDrawdowns(equity: Column): Drawdown[] {
  const list: Drawdown[] = [];
  let peak = Number.NEGATIVE_INFINITY;
  let peakRow = 0;
  let valleyRow = -1;
  let depth = 0;
  for (let i = 0; i < equity.length; i += 1) {
    const value = equity[i]!;
    if (Number.isNaN(value)) continue;
    if (value > peak) peak = value;
    const fall = value === peak ? 0 : value / peak - 1;
    if (fall < 0) {
      if (valleyRow < 0 || fall < depth) {
        valleyRow = i;
        depth = fall;
      }
      continue;
    }
    if (valleyRow >= 0) list.push({ peakRow, valleyRow, recoveryRow: i, lastRow: i - 1, depth, bars: i - peakRow });
    peakRow = i;
    valleyRow = -1;
  }
  const last = equity.length - 1;
  if (valleyRow >= 0) list.push({ peakRow, valleyRow, recoveryRow: undefined, lastRow: last, depth, bars: last - peakRow });
  return list;
}

export interface DatedDrawdown extends Drawdown {
  /** First time below the peak, lowest time, last time below the peak: UTC milliseconds. */
  readonly start: number;
  readonly valley: number;
  readonly end: number;
  readonly recovered: boolean;
  /** Calendar days from start to end, both counted (quantstats). */
  readonly days: number;
}

/** The deepest drawdowns with their dates, deepest first. */
export function worstDrawdowns(time: Column, equity: Column, count = 10): DatedDrawdown[] {
  return listDrawdowns(equity)
    .sort((a, b) => a.depth - b.depth || a.peakRow - b.peakRow)
    .slice(0, count)
    .map((drawdown) => {
      const start = time[Math.min(drawdown.peakRow + 1, time.length - 1)]!;
      const end = time[drawdown.lastRow]!;
      const days = Math.floor(end / 86_400_000) - Math.floor(start / 86_400_000) + 1;
      return { ...drawdown, start, valley: time[drawdown.valleyRow]!, end, recovered: drawdown.recoveryRow !== undefined, days };
    });
}

export interface Underwater {
  readonly bars: number;
  readonly peakRow: number;
  /** Row of the recovery, or the last row. */
  readonly endRow: number;
}

/** The longest stretch from a peak to the recovery (or the end of the data); `undefined` for a curve that never falls. */
export function longestUnderwater(equity: Column): Underwater | undefined {
  let best: Underwater | undefined;
  for (const { bars, peakRow, recoveryRow, lastRow } of listDrawdowns(equity))
    if (best === undefined || bars > best.bars) best = { bars, peakRow, endRow: recoveryRow ?? lastRow };
  return best;
}

/** Share of rows below the running peak. */
export function timeUnderwater(equity: Column): number {
  const series = present(drawdownSeries(equity));
  return mean(series.map((value) => (value < 0 ? 1 : 0)));
}

/** Mean of the depths of all drawdowns (negative); 0 when there is none. */
export function averageDrawdown(equity: Column): number {
  const list = listDrawdowns(equity);
  return list.length === 0 ? 0 : mean(list.map((drawdown) => drawdown.depth));
}

/**
 * Root mean square drawdown (Martin). `divisor` n-1 is quantstats' (with the drawdown series of n returns), n is Martin's own.
 * Takes the equity at the end of each period; the start is no row.
 */
export function ulcerIndex(equity: Column, divisor: 'n' | 'n-1' = 'n'): number {
  const series = present(drawdownSeries(equity));
  const n = divisor === 'n' ? series.length : series.length - 1;
  if (n < 1) return Number.NaN;
  return Math.sqrt(series.reduce((total, value) => total + value * value, 0) / n);
}

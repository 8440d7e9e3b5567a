import { DAY_MS, HOUR_MS, toDate, UserError } from '#core';
import { barSeries, firstRowAtOrAfter, type BarSeries, type VenueHours } from '#domain';
import type { CorporateAction } from './corporate-actions.ts';

/** What prices are adjusted for. `splits` leaves dividends, `none` both, to reach open positions as events. */
export type AdjustFor = 'all' | 'splits' | 'none';

/** An action that was not put into the prices, in units of the adjusted bars: what a holder meets at `time`. */
export type RemainingAction =
  | { readonly kind: 'split'; readonly symbol: string; readonly time: number; readonly ratio: number }
  | { readonly kind: 'dividend'; readonly symbol: string; readonly time: number; readonly perUnit: number }
  | { readonly kind: 'delisting'; readonly symbol: string; readonly time: number; readonly price?: number };

export interface ForwardAdjusted {
  readonly bars: BarSeries;
  /** Actions within the bars that are in the prices now. */
  readonly splits: number;
  readonly dividends: number;
  readonly remaining: readonly RemainingAction[];
}

/**
 * Splits and dividends applied point in time: every bar is in units of the series' FIRST bar, so that its value depends on actions up to
 * it and on nothing later. From an ex-date on the price factor is multiplied by the split ratio, and by 1 / (1 − dividend / close
 * before), as if the dividend bought more of the same at that close; volume is divided by it, so that price · volume stays the money
 * that changed hands.
 *
 * Why forward and not back from the last bar, as charts do: both give the same returns, but a back-adjusted price of ten years ago
 * holds every later split in its level (and in its last bits), which a model can read; and each new action would rewrite the stored past
 * where this one only continues. The price to pay is that levels are not those of the screen. Worked: closes 100, then 26 after a 4:1
 * split, become 100, 104.
 *
 * An action takes effect with the first bar of its ex-date. Throws `UserError` when the bars show no sign of a split that should be in
 * them: they were adjusted before, and would be twice.
 */
export function adjustForward(
  series: BarSeries,
  actions: readonly CorporateAction[],
  adjust: AdjustFor,
  hours: VenueHours = 'us_equity',
): ForwardAdjusted {
  const { length, close } = series;
  const factors = new Float64Array(length);
  const remaining: RemainingAction[] = [];
  const counts = { split: 0, dividend: 0 };
  let factor = 1;
  let row = 0;
  for (const { kind, value, time } of dueActions(series, actions, hours)) {
    if (kind === 'delisting') {
      remaining.push({ kind, symbol: series.symbol, time, ...(Number.isNaN(value) ? {} : { price: value * factor }) });
      continue;
    }
    const from = firstRowAtOrAfter(series, time);
    if (from === 0 || from === length) continue;
    factors.fill(factor, row, from);
    row = from;
    if (kind === 'split') refuseAdjusted(series, from, value);
    if (adjust === 'none' || (adjust === 'splits' && kind === 'dividend')) {
      remaining.push(
        kind === 'split'
          ? { kind, symbol: series.symbol, time, ratio: value }
          : { kind, symbol: series.symbol, time, perUnit: value * factor },
      );
      continue;
    }
    counts[kind]++;
    factor *= kind === 'split' ? value : 1 / keptShare(series, close[from - 1]!, value, time);
  }
  factors.fill(factor, row);
  return { bars: scaled(series, factors), splits: counts.split, dividends: counts.dividend, remaining };
}

/** In order of effect; a dividend of the same day is of the units before the split. */
function dueActions(
  series: BarSeries,
  actions: readonly CorporateAction[],
  hours: VenueHours,
): readonly (CorporateAction & { readonly time: number })[] {
  // Evening trading in New York reaches into the next UTC date; none is left at 04:00Z, and none has begun.
  const shift = hours === 'us_equity' && series.timeframe.ms < DAY_MS ? 4 * HOUR_MS : 0;
  return actions
    .filter((action) => action.symbol === series.symbol)
    .map((action) => ({ ...action, time: action.exDate + shift }))
    .sort((a, b) => a.time - b.time || (a.kind === b.kind ? 0 : a.kind === 'dividend' ? -1 : 1));
}

function keptShare(series: BarSeries, before: number, dividend: number, time: number): number {
  const kept = 1 - dividend / before;
  if (!(kept > 0))
    throw new UserError(
      `${series.symbol}: a dividend of ${dividend} on ${toDate(time)} is more than the price of ${before}`,
      'Check the corporate actions file.',
    );
  return kept;
}

/** Ratios nearer to 1 than this hide in an ordinary overnight move. */
const PLAIN_SPLIT = Math.log(1.25);

/** A split moves the open by its ratio; an open nearer to no move than to that one was adjusted already. */
function refuseAdjusted(series: BarSeries, row: number, ratio: number): void {
  const { symbol, time, open, close } = series;
  const move = Math.log(open[row]! / close[row - 1]!);
  const expected = -Math.log(ratio);
  if (Math.abs(expected) < PLAIN_SPLIT || Math.abs(move - expected) <= Math.abs(move)) return;
  throw new UserError(
    `${symbol}: no sign of the split of ${Number(ratio.toPrecision(6))} on ${toDate(time[row]!)}: the price opens at ${open[row]!} after a close of ${close[row - 1]!}`,
    'The bars seem to be adjusted already: leave data.corporateActions out, or give unadjusted bars.',
  );
}

function scaled(series: BarSeries, factors: Float64Array): BarSeries {
  const times = (column: Float64Array): Float64Array => column.map((value, row) => value * factors[row]!);
  return barSeries(series.symbol, series.timeframe, {
    time: series.time,
    open: times(series.open),
    high: times(series.high),
    low: times(series.low),
    close: times(series.close),
    volume: series.volume.map((value, row) => value / factors[row]!),
  });
}

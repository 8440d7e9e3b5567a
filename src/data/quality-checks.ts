import { DAY_MS, toIso } from '#core';
import { venueCalendar, type BarColumns, type Timeframe, type VenueHours } from '#domain';
import type { QualityAction, QualityCheck, QualityFinding, QualityOptions, Severity } from './quality-report.ts';

const SINGULAR: Readonly<Record<string, string>> = {
  rows: 'row',
  bars: 'bar',
  moves: 'move',
  repeat: 'repeats',
  have: 'has',
  go: 'goes',
  lie: 'lies',
  look: 'looks',
  are: 'is',
};

/** The first two words of a finding, `bars lie …`, for one of them. */
function inSingular(text: string): string {
  const [noun, verb, ...rest] = text.split(' ') as [string, string, ...string[]];
  return [SINGULAR[noun] ?? noun, SINGULAR[verb] ?? verb, ...rest].join(' ');
}

/** Collects the rows of one finding. */
export class Tally {
  count = 0;
  readonly #examples: number[] = [];

  add(time: number, rows = 1): void {
    this.count += rows;
    if (this.#examples.length < 5) this.#examples.push(time);
  }

  finding(check: QualityCheck, severity: Severity, action: QualityAction, text: string): QualityFinding[] {
    if (this.count === 0) return [];
    const examples = this.#examples.map((time) => (Math.abs(time) <= 8.64e15 ? toIso(time) : String(time)));
    return [{ check, count: this.count, severity, action, examples, text: `${this.count} ${this.count === 1 ? inSingular(text) : text}` }];
  }
}

/** Bars the venue's calendar expects between the first and the last and that are not there. Rows must ascend. */
export function findGaps(time: Float64Array, timeframe: Timeframe, hours: VenueHours): QualityFinding[] {
  const gaps = new Tally();
  const outside = new Tally();
  const daily = timeframe.ms >= DAY_MS;
  if (hours === 'always') {
    for (let i = 1; i < time.length; i++) {
      const missing = Math.round((time[i]! - time[i - 1]!) / timeframe.ms) - 1;
      if (missing > 0) gaps.add(time[i - 1]! + timeframe.ms, missing);
    }
  } else if (timeframe.ms <= DAY_MS) sessionGaps(time, timeframe, hours, daily, gaps, outside);
  return [
    ...gaps.finding('gap', 'warning', 'kept', 'bars are missing by the calendar'),
    ...outside.finding('outside_session', 'info', 'kept', 'bars lie outside the trading hours'),
  ];
}

function sessionGaps(time: Float64Array, timeframe: Timeframe, hours: VenueHours, daily: boolean, gaps: Tally, outside: Tally): void {
  if (time.length === 0) return;
  const calendar = venueCalendar(hours);
  const first = daily ? time[0]! : calendar.dateOf(time[0]!);
  const last = time.at(-1)!;
  let row = 0;
  for (const session of calendar.sessions(Math.floor(first / DAY_MS) * DAY_MS, last + 1)) {
    const start = daily ? session.date : session.open;
    const end = daily ? session.date + DAY_MS : session.close;
    // Hourly bars of a 9:30 session may be stamped from the full hour, so the first may start before the open.
    const reach = daily ? start : start - (timeframe.ms - 1);
    while (row < time.length && time[row]! < reach) outside.add(time[row++]!);
    let expected = row < time.length && time[row]! < end ? Math.min(start, time[row]!) : start;
    const step = daily ? DAY_MS : timeframe.ms;
    while (row < time.length && time[row]! < end) {
      const missing = Math.round((time[row]! - expected) / step);
      if (missing > 0 && expected < last) gaps.add(expected, missing);
      expected = time[row++]! + step;
    }
    const tail = Math.ceil((Math.min(end, last) - expected) / step);
    if (tail > 0) gaps.add(expected, tail);
  }
  while (row < time.length) outside.add(time[row++]!);
}

/** Runs of zero volume and of bars that repeat the one before. A file without any volume is said once. */
export function findRuns(columns: BarColumns, options: QualityOptions): QualityFinding[] {
  const zero = new Tally();
  const stale = new Tally();
  const { time, high, low, close, volume } = columns;
  const zeroRun = options.zeroVolumeRun ?? 5;
  const staleRun = options.staleRun ?? 5;
  let zeros = 0;
  let repeats = 1;
  for (let i = 0; i < time.length; i++) {
    zeros = volume[i] === 0 ? zeros + 1 : 0;
    if (zeros >= zeroRun) zero.add(time[i]!, zeros === zeroRun ? zeroRun : 1);
    repeats = i > 0 && close[i] === close[i - 1] && high[i] === high[i - 1] && low[i] === low[i - 1] ? repeats + 1 : 1;
    if (repeats >= staleRun) stale.add(time[i]!, repeats === staleRun ? staleRun : 1);
  }
  return [
    ...zero.finding('zero_volume', 'warning', 'kept', `bars in runs of ${zeroRun} or more with no volume`),
    ...stale.finding('stale_repeat', 'warning', 'kept', `bars in runs of ${staleRun} or more that repeat the one before`),
  ];
}

const SPLIT_FACTORS = [1.5, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 50];

/**
 * One-bar moves too large for the series: those within 4 % of a usual split factor (2:1, 3:1 … and their reverses) are called
 * unadjusted splits, the rest outliers by robust z = |r − median| / (1.4826 · MAD). Outliers that a second source has too are real moves: `confirmed`.
 */
export function findOutliers(
  columns: BarColumns,
  options: Pick<QualityOptions, 'outlierZ'> = {},
  confirmed?: (row: number) => boolean,
): QualityFinding[] {
  const { time, open, close } = columns;
  const splits = new Tally();
  const outliers = new Tally();
  let shared = 0;
  if (time.length >= 20) {
    const returns = logReturns(close);
    const scratch = returns.slice();
    const center = medianOf(scratch);
    distancesFrom(center, returns, scratch);
    const spread = 1.4826 * medianOf(scratch);
    const limit = Math.max((options.outlierZ ?? 25) * spread, 1e-9);
    const splitLimit = Math.max(8 * spread, 0.3);
    distancesFrom(center, returns, scratch);
    // A limit that is no number, as of an infinite z and no spread, leaves the other.
    for (const i of rowsAbove(limit < splitLimit ? limit : splitLimit, scratch)) {
      const move = scratch[i - 1]!;
      const jump = Math.abs(Math.log(open[i]! / close[i - 1]!));
      // A split happens overnight: the open carries it already, and the bar itself is an ordinary one.
      const factor = SPLIT_FACTORS.some((split) => Math.abs(jump - Math.log(split)) < 0.04);
      if (factor && move > splitLimit && Math.abs(Math.log(close[i]! / open[i]!)) < 0.2) splits.add(time[i]!);
      else if (move > limit) {
        outliers.add(time[i]!);
        if (confirmed?.(i) === true) shared++;
      }
    }
    // Given back at once: the collector does not feel the weight of columns, and comes late.
    for (const { buffer } of [returns, scratch]) buffer.transfer(0);
  }
  return [
    ...splits.finding('unadjusted_split', 'error', 'kept', 'moves look like a split that was not adjusted for'),
    ...outliers.finding(
      'outlier',
      confirmed !== undefined && shared === outliers.count ? 'info' : 'warning',
      'kept',
      `moves are beyond ${options.outlierZ ?? 25} robust deviations${confirmed === undefined ? '' : `; the second source has ${shared} of them`}`,
    ),
  ];
}

function logReturns(close: Float64Array): Float64Array<ArrayBuffer> {
  const returns = new Float64Array(close.length - 1);
  for (let i = 1; i < close.length; i++) returns[i - 1] = Math.log(close[i]! / close[i - 1]!);
  return returns;
}

function distancesFrom(center: number, values: Float64Array, into: Float64Array): void {
  for (let i = 0; i < values.length; i++) into[i] = Math.abs(values[i]! - center);
}

/** Rows of the bars whose move is above a limit. */
function rowsAbove(limit: number, moves: Float64Array): number[] {
  const rows: number[] = [];
  for (let i = 0; i < moves.length; i++) if (moves[i]! > limit) rows.push(i + 1);
  return rows;
}

/** Leaves the column in another order. */
function medianOf(column: Float64Array): number {
  const middle = column.length >> 1;
  const upper = select(column, middle);
  if (column.length % 2 === 1) return upper;
  let lower = column[0]!;
  for (let i = 1; i < middle; i++) if (column[i]! > lower) lower = column[i]!;
  return (lower + upper) / 2;
}

/** The value that would stand at `rank` were the column sorted (Hoare's quickselect); lesser ones are moved before it. No NaN. */
function select(column: Float64Array, rank: number): number {
  let low = 0;
  let high = column.length - 1;
  while (low < high) {
    const bound = partition(column, low, high);
    if (rank >= bound) low = bound;
    else high = bound - 1;
  }
  return column[rank]!;
}

/** Moves what is less than the middle element before what is greater; gives a bound within (low, high] between the two parts. */
function partition(column: Float64Array, low: number, high: number): number {
  const pivot = column[(low + high) >> 1]!;
  let left = low;
  let right = high;
  while (left <= right) {
    while (column[left]! < pivot) left++;
    while (column[right]! > pivot) right--;
    if (left > right) break;
    const held = column[left]!;
    column[left++] = column[right]!;
    column[right--] = held;
  }
  return left;
}

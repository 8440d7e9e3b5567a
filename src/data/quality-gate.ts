import { DAY_MS, UserError } from '#core';
import { barSeries, venueCalendar, type BarColumns, type BarSeries, type Timeframe } from '#domain';
import { adjustForward } from './forward-adjustment.ts';
import { findGaps, findOutliers, findRuns, Tally } from './quality-checks.ts';
import type { QualityFinding, QualityOptions, QualityResult } from './quality-report.ts';
import { LARGEST_PRICE, LARGEST_VOLUME, SMALLEST_PRICE, surveyRows, type RowSurvey } from './row-survey.ts';
import { compareSources, disagreement } from './second-source.ts';
import type { RawDataset } from './source.ts';
import { spacingText } from './timeframe.ts';

/**
 * Turns what a source gave into a `BarSeries` that the rest may trust: ascending, without duplicates, NaN, non-positive prices,
 * unclosed bars. Of duplicates the last in the file stays. Nothing is mended silently: each thing found is in the report with its
 * count, first examples and what was done. Throws `UserError` when fewer than `minBars` bars are left, or when they cannot be bars of the
 * timeframe that was named.
 */
export function checkQuality(
  raw: Pick<RawDataset, 'symbol' | 'timeframe' | 'columns'>,
  options: QualityOptions,
  survey: (columns: BarColumns) => RowSurvey = surveyRows,
): QualityResult {
  const findings: QualityFinding[] = [];
  const first = survey(raw.columns);
  const ordered = first.misplaced ? sortRows(raw.columns, findings) : raw.columns;
  const screened = mayScreenOut(ordered, first, raw.timeframe.ms, options)
    ? screenRows(ordered, raw.timeframe.ms, options, findings)
    : ordered;
  const columns = first.outsideRange ? widenRanges(screened, options, findings) : screened;
  const signs = columns === raw.columns ? first : survey(columns);
  const minBars = options.minBars ?? 2;
  if (columns.time.length < minBars)
    throw new UserError(
      `${raw.symbol} ${raw.timeframe.id}: ${counted(columns.time.length, 'usable bar')} of ${raw.columns.time.length}, at least ${minBars} are needed`,
      findings.length > 0 ? `Found: ${findings.map((finding) => finding.text).join('; ')}.` : 'Load a longer range.',
    );
  checkSpacing(raw.symbol, columns.time, raw.timeframe, signs);
  const gapless = options.venueHours === 'always' && Math.round(signs.mostStep / raw.timeframe.ms) <= 1;
  const gaps = gapless ? [] : findGaps(columns.time, raw.timeframe, options.venueHours);
  const kept = dropOutside(columns, gaps, raw.timeframe.ms, options, findings);
  const series = barSeries(raw.symbol, raw.timeframe, kept);
  const { bars, totalReturn, remaining } = applyActions(series, options, findings);
  const comparison = compareSources(series, options);
  findings.push(
    ...(kept !== columns || mayHaveRuns(signs, options) ? findRuns(kept, options) : []),
    ...findOutliers(totalReturn, options, comparison?.agrees),
    ...disagreement(comparison, options),
  );
  return {
    bars,
    remaining,
    totalReturn,
    report: {
      symbol: raw.symbol,
      timeframe: raw.timeframe.id,
      rowsIn: raw.columns.time.length,
      rowsOut: kept.time.length,
      findings,
      ...(comparison === undefined ? {} : { secondSource: comparison.summary }),
    },
  };
}

/** So few bars may lie anywhere. */
const SPACING_NEEDS = 20;

/** Minute bars called daily, or daily ones called minutes, would be annualised, costed and held for the wrong time: refused, not reported. */
function checkSpacing(symbol: string, time: Float64Array, timeframe: Timeframe, { leastStep }: RowSurvey): void {
  if (time.length < SPACING_NEEDS) return;
  const tooClose = leastStep < timeframe.ms / 2 && closerThan(timeframe.ms / 2, time) > time.length / 2;
  if (tooClose || leastStep >= timeframe.ms * 2)
    throw new UserError(
      `${symbol}: bars that lie ${spacingText(leastStep)} apart are not ${timeframe.id} bars`,
      `Name their timeframe: in the file's name (${symbol}-${spacingText(leastStep)}.csv) and with --timeframe.`,
    );
}

function closerThan(ms: number, time: Float64Array): number {
  let rows = 0;
  for (let i = 1; i < time.length; i++) if (time[i]! - time[i - 1]! < ms) rows++;
  return rows;
}

/** A run that need not be longer than one bar, or none, is everywhere. */
function mayHaveRuns({ still }: RowSurvey, { staleRun = 5, zeroVolumeRun = 5 }: QualityOptions): boolean {
  return still || staleRun < 2 || zeroVolumeRun < 1;
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** The bars as asked for, and with everything in the prices, for what looks for jumps. */
function applyActions(
  series: BarSeries,
  options: QualityOptions,
  findings: QualityFinding[],
): Pick<QualityResult, 'bars' | 'totalReturn' | 'remaining'> {
  const { corporateActions: given, venueHours } = options;
  if (given === undefined) return { bars: series, totalReturn: series, remaining: [] };
  const adjusted = adjustForward(series, given.actions, given.adjust, venueHours);
  const { splits, dividends, remaining } = adjusted;
  const later = remaining.length === 0 ? '' : `; ${remaining.length} left for open positions`;
  findings.push({
    check: 'corporate_action',
    count: splits + dividends,
    severity: 'info',
    action: splits + dividends > 0 ? 'repaired' : 'kept',
    examples: [],
    text: given.actions.some(({ symbol }) => symbol === series.symbol)
      ? `${counted(splits, 'split')} and ${counted(dividends, 'dividend')} put into the prices, in units of the first bar${later}`
      : `no split or dividend of ${series.symbol} is listed`,
  });
  const totalReturn = given.adjust === 'all' ? adjusted.bars : adjustForward(series, given.actions, 'all', venueHours).bars;
  return { bars: adjusted.bars, totalReturn, remaining };
}

/** Rows by time, equal times in file order. */
function sortRows(columns: BarColumns, findings: QualityFinding[]): BarColumns {
  const { time } = columns;
  const breaks = new Tally();
  for (let i = 1; i < time.length; i++) if (time[i]! < time[i - 1]!) breaks.add(time[i]!);
  if (breaks.count === 0) return columns;
  findings.push(...breaks.finding('unsorted', 'warning', 'repaired', 'rows go back in time; sorted'));
  const order = Array.from(time.keys()).sort((a, b) => time[a]! - time[b]! || a - b);
  return pickRows(columns, Int32Array.from(order));
}

/** Whether `screenRows` could have anything to drop. */
function mayScreenOut({ time }: BarColumns, survey: RowSurvey, barMs: number, { now, highLow }: QualityOptions): boolean {
  const unclosed = now !== undefined && time.length > 0 && time.at(-1)! + barMs > now;
  return survey.misplaced || survey.unusable || unclosed || (highLow === 'drop' && survey.outsideRange);
}

/** The rows to keep, of rows in time order: the same columns when that is all of them. */
function screenRows(columns: BarColumns, barMs: number, options: QualityOptions, findings: QualityFinding[]): BarColumns {
  const { time, open, high, low, close, volume } = columns;
  const tallies = Array.from({ length: 8 }, () => new Tally());
  const [duplicate, missing, nonPositive, absurd, negative, future, unclosed, range] = tallies as [
    Tally,
    Tally,
    Tally,
    Tally,
    Tally,
    Tally,
    Tally,
    Tally,
  ];
  const now = options.now ?? Number.POSITIVE_INFINITY;
  const rows = new Int32Array(time.length);
  let kept = 0;
  for (let i = 0; i < time.length; i++) {
    const t = time[i]!;
    const sum = t + open[i]! + high[i]! + low[i]! + close[i]! + volume[i]!;
    if (t === time[i + 1]) duplicate.add(t);
    else if (sum - sum !== 0) missing.add(t);
    else if (!(open[i]! > 0 && high[i]! > 0 && low[i]! > 0 && close[i]! > 0)) nonPositive.add(t);
    else if (isAbsurd(columns, i)) absurd.add(t);
    else if (volume[i]! < 0) negative.add(t);
    else if (t > now) future.add(t);
    else if (t + barMs > now) unclosed.add(t);
    else if (options.highLow === 'drop' && !ordered(columns, i)) range.add(t);
    else rows[kept++] = i;
  }
  findings.push(
    ...duplicate.finding('duplicate', 'warning', 'dropped', 'rows repeat a time; the last of each stays'),
    ...missing.finding('missing_value', 'warning', 'dropped', 'rows have an empty or infinite value'),
    ...nonPositive.finding('non_positive_price', 'error', 'dropped', 'rows have a price of zero or below'),
    ...absurd.finding('absurd_value', 'error', 'dropped', 'rows have a price above 1e15 or below 1e-15, or a volume above 1e30'),
    ...negative.finding('negative_volume', 'error', 'dropped', 'rows have a volume below zero'),
    ...future.finding('future_timestamp', 'error', 'dropped', 'rows lie in the future'),
    ...unclosed.finding('unclosed_bar', 'info', 'dropped', 'bars are not closed yet'),
  );
  findings.push(...range.finding('high_low_violation', 'warning', 'dropped', 'bars have open or close outside high and low'));
  return kept === time.length ? columns : pickRows(columns, rows.subarray(0, kept));
}

const isAbsurd = ({ open, high, low, close, volume }: BarColumns, row: number): boolean =>
  Math.max(open[row]!, high[row]!, low[row]!, close[row]!) > LARGEST_PRICE ||
  Math.min(open[row]!, high[row]!, low[row]!, close[row]!) < SMALLEST_PRICE ||
  volume[row]! > LARGEST_VOLUME;

const ordered = (columns: BarColumns, row: number): boolean =>
  columns.high[row]! >= Math.max(columns.open[row]!, columns.close[row]!, columns.low[row]!) &&
  columns.low[row]! <= Math.min(columns.open[row]!, columns.close[row]!);

function rangeViolations(columns: BarColumns): Tally {
  const tally = new Tally();
  for (let i = 0; i < columns.time.length; i++) if (!ordered(columns, i)) tally.add(columns.time[i]!);
  return tally;
}

/** The same columns when there is nothing to widen, else new ones: what a source gave is not written to. */
function widenRanges(columns: BarColumns, options: QualityOptions, findings: QualityFinding[]): BarColumns {
  const tally = rangeViolations(columns);
  const repair = (options.highLow ?? 'repair') === 'repair';
  findings.push(
    ...tally.finding(
      'high_low_violation',
      'warning',
      repair ? 'repaired' : 'kept',
      `bars have open or close outside high and low${repair ? '; high and low widened to hold them' : ''}`,
    ),
  );
  if (!repair || tally.count === 0) return columns;
  const widened = copyColumns(columns);
  const { open, high, low, close } = widened;
  for (let i = 0; i < open.length; i++) {
    const top = Math.max(high[i]!, low[i]!, open[i]!, close[i]!);
    low[i] = Math.min(high[i]!, low[i]!, open[i]!, close[i]!);
    high[i] = top;
  }
  return widened;
}

function dropOutside(
  columns: BarColumns,
  gaps: QualityFinding[],
  barMs: number,
  options: QualityOptions,
  findings: QualityFinding[],
): BarColumns {
  if (options.outsideSession !== 'drop' || options.venueHours === 'always') {
    findings.push(...gaps);
    return columns;
  }
  const rows = insideSession(columns.time, barMs);
  for (const finding of gaps) findings.push(finding.check === 'outside_session' ? { ...finding, action: 'dropped' } : finding);
  return rows.length === columns.time.length ? columns : pickRows(columns, rows);
}

/** Rows within New York hours: a bar counts when its time and the session overlap; a daily bar when its date is a trading day. */
function insideSession(time: Float64Array, barMs: number): Int32Array {
  const calendar = venueCalendar('us_equity');
  const rows = new Int32Array(time.length);
  let kept = 0;
  for (let i = 0; i < time.length; i++) {
    const t = time[i]!;
    const session = calendar.session(barMs >= DAY_MS ? t - (t % DAY_MS) : calendar.dateOf(t));
    if (session && (barMs >= DAY_MS || (t > session.open - barMs && t < session.close))) rows[kept++] = i;
  }
  return rows.subarray(0, kept);
}

/** The given rows of all six columns, as new memory. */
function pickRows(columns: BarColumns, rows: Int32Array): BarColumns {
  const pick = (source: Float64Array): Float64Array => {
    const target = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!;
    return target;
  };
  const { time, open, high, low, close, volume } = columns;
  return { time: pick(time), open: pick(open), high: pick(high), low: pick(low), close: pick(close), volume: pick(volume) };
}

const copyColumns = ({ time, open, high, low, close, volume }: BarColumns): BarColumns => ({
  time: time.slice(),
  open: open.slice(),
  high: high.slice(),
  low: low.slice(),
  close: close.slice(),
  volume: volume.slice(),
});

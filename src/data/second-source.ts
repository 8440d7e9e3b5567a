import { toIso } from '#core';
import type { BarSeries } from '#domain';
import { adjustBars } from './corporate-actions.ts';
import { Tally } from './quality-checks.ts';
import type { QualityFinding, QualityOptions, SourceComparison } from './quality-report.ts';

const ALLOWED = 0.01;

export interface Comparison {
  readonly summary: SourceComparison;
  /** Whether the second source has that row and gives the same close, within the allowed fraction. */
  readonly agrees: (row: number) => boolean;
  readonly differing: Tally;
}

/**
 * Closes against those of a second source of the same bars. Publishers differ in what they adjust for: with corporate actions the closes
 * are also tried as split-adjusted and as wholly adjusted, back from the second source's last bar, and the reading with the fewest
 * differences counts. Both ascend in time.
 */
export function compareSources(series: BarSeries, options: QualityOptions): Comparison | undefined {
  const second = options.secondSource;
  if (!second) return undefined;
  const asPublished = compare(series, second, 'as published', options);
  const actions = options.corporateActions?.actions ?? [];
  if (actions.length === 0 || asPublished.differing.count === 0) return asPublished;
  const asOf = second.time.at(-1) ?? 0;
  return [
    asPublished,
    compare(adjustBars(series, actions, { asOf }), second, 'adjusted for splits', options),
    compare(adjustBars(series, actions, { asOf, dividends: true }), second, 'adjusted for splits and dividends', options),
  ].reduce((best, other) => (other.differing.count < best.differing.count ? other : best));
}

function compare(
  { time, close }: BarSeries,
  second: NonNullable<QualityOptions['secondSource']>,
  basis: SourceComparison['basis'],
  options: QualityOptions,
): Comparison {
  const allowed = options.disagreement ?? ALLOWED;
  const differing = new Tally();
  const agreeing = new Uint8Array(time.length);
  let worst: SourceComparison['worst'];
  let compared = 0;
  let missingHere = 0;
  let other = 0;
  for (let row = 0; row < time.length; row++) {
    for (; other < second.time.length && second.time[other]! < time[row]!; other++) if (compared > 0) missingHere++;
    if (second.time[other] !== time[row]) continue;
    const there = second.close[other++]!;
    compared++;
    const fraction = Math.abs(close[row]! / there - 1);
    if (fraction <= allowed) agreeing[row] = 1;
    else differing.add(time[row]!);
    if (worst === undefined || fraction > worst.fraction) worst = { time: toIso(time[row]!), here: close[row]!, there, fraction };
  }
  return {
    summary: { source: second.name, basis, compared, differing: differing.count, missingHere, ...(worst === undefined ? {} : { worst }) },
    agrees: (row) => agreeing[row] === 1,
    differing,
  };
}

/** What a comparison says in the report; nothing when the sources agree. */
export function disagreement(comparison: Comparison | undefined, options: QualityOptions): QualityFinding[] {
  if (comparison === undefined) return [];
  const { differing, summary } = comparison;
  const { source, basis, compared, worst } = summary;
  const read = basis === 'as published' ? '' : `, read as ${basis}`;
  if (worst === undefined) {
    const text = `not one bar in common with the second source (${source})`;
    return [{ check: 'source_disagreement', count: 0, severity: 'warning', action: 'kept', examples: [], text }];
  }
  return differing.finding(
    'source_disagreement',
    'warning',
    'kept',
    `of ${compared} closes differ from the second source (${source}${read}) by more than ${100 * (options.disagreement ?? ALLOWED)} %; the most on ${worst.time.slice(0, 10)}: ${Number(worst.here.toPrecision(7))} here, ${worst.there} there`,
  );
}

import { readCorporateActions } from '#adapters/data';
import { UserError } from '#core';
import {
  checkQuality,
  transformed,
  type AdjustFor,
  type DataRequest,
  type DataSource,
  type Provenance,
  type QualityOptions,
  type QualityReport,
  type RemainingAction,
} from '#data';
import type { BarSeries } from '#domain';
import type { PipelineConfig } from '#research';
import { openSecondSource, type SourceSurroundings } from './sources.ts';

export interface CheckedBars {
  readonly bars: BarSeries;
  readonly provenance: Provenance;
  readonly report: QualityReport;
  /** Splits and dividends that the prices do not hold. */
  readonly remaining: readonly RemainingAction[];
  /** With all of them in the prices: what holding was worth. */
  readonly totalReturn: BarSeries;
}

export interface CheckWishes {
  readonly data: PipelineConfig['data'];
  /** What the prices are adjusted for when `data.adjust` does not say; `all` for callers that book no action on what is held. */
  readonly usualAdjust: AdjustFor;
  readonly minBars?: number;
}

export interface Gate {
  load(request: DataRequest): Promise<CheckedBars>;
  /** Names the corporate actions and what was done with them; absent without any. */
  readonly adjustment?: string;
  /** What a reader of prices must know, to be put behind the source's description; empty without corporate actions. */
  readonly note: string;
}

/**
 * Loads through the quality gate, with all that the configuration gives it to judge by: corporate actions go into the prices, and a
 * second source is compared. Throws `UserError` for files that cannot be read, before any bar is loaded.
 */
export async function openGate(
  source: DataSource,
  { data, usualAdjust, minBars }: CheckWishes,
  surroundings: SourceSurroundings,
): Promise<Gate> {
  const adjust = data.adjust ?? usualAdjust;
  if (data.adjust !== undefined && data.corporateActions === undefined)
    throw new UserError(
      'data.adjust says what to adjust for, but there are no splits and dividends',
      'Name their file: --corporate-actions actions.csv',
    );
  if (adjust === 'none' && usualAdjust === 'all')
    throw new UserError('with data.adjust none prices jump at splits, and only a backtest books them', 'Use all or splits.');
  const files = data.corporateActions === undefined ? undefined : await readCorporateActions(data.corporateActions);
  const second = await openSecondSource(data, surroundings);
  const { venueHours } = source.describe();
  const load = async (request: DataRequest): Promise<CheckedBars> => {
    const raw = await source.load(request);
    const { closes, missing } = second === undefined ? {} : await closesOf(second, request, venueHours, data.secondSource!);
    const { bars, report, remaining, totalReturn } = checkQuality(raw, {
      venueHours,
      ...(minBars === undefined ? {} : { minBars }),
      ...(files === undefined ? {} : { corporateActions: { actions: files.actions, adjust } }),
      ...(closes === undefined ? {} : { secondSource: closes }),
    });
    const applied = report.findings.find(({ check }) => check === 'corporate_action');
    const provenance =
      files === undefined || applied === undefined
        ? raw.provenance
        : transformed(raw.provenance, `${applied.text} (${files.name}, SHA-256 ${files.sha256})`);
    return { bars, provenance, report: missing === undefined ? report : withNote(report, missing), remaining, totalReturn };
  };
  const held = { all: 'splits and dividends', splits: 'splits', none: 'neither splits nor dividends' }[adjust];
  const units = adjust === 'none' ? '' : ', in units of the first bar';
  const note = files === undefined ? '' : `; prices hold ${held} of ${files.name}${units}`;
  return { load, note, ...(files === undefined ? {} : { adjustment: `${adjust} by ${files.name} ${files.sha256}` }) };
}

/** The second source's closes of the same bars, or why it has none: that is a finding, and no reason to stop. */
async function closesOf(
  second: DataSource,
  request: DataRequest,
  venueHours: QualityOptions['venueHours'],
  given: string,
): Promise<{ readonly closes?: NonNullable<QualityOptions['secondSource']>; readonly missing?: string }> {
  const name = given.replace(/^.*[\\/](?=.)/, '');
  try {
    const { bars } = checkQuality(await second.load(request), { venueHours, minBars: 1 });
    return { closes: { name, time: bars.time, close: bars.close } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { missing: `the second source (${name}) could not be compared: ${error.message}` };
  }
}

function withNote(report: QualityReport, text: string): QualityReport {
  const finding = { check: 'source_disagreement', count: 0, severity: 'warning', action: 'kept', examples: [], text } as const;
  return { ...report, findings: [...report.findings, finding] };
}

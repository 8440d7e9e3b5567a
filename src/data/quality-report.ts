import type { BarSeries, VenueHours } from '#domain';
import type { CorporateAction } from './corporate-actions.ts';
import type { AdjustFor, RemainingAction } from './forward-adjustment.ts';

/** Everything the gate looks for. */
const QUALITY_CHECKS = [
  'duplicate',
  'unsorted',
  'missing_value',
  'non_positive_price',
  'absurd_value',
  'high_low_violation',
  'negative_volume',
  'future_timestamp',
  'unclosed_bar',
  'gap',
  'outside_session',
  'zero_volume',
  'stale_repeat',
  'outlier',
  'source_disagreement',
  'unadjusted_split',
  'corporate_action',
] as const;
export type QualityCheck = (typeof QUALITY_CHECKS)[number];

/** What was done to the rows of a finding. `kept`: they are in the series as they came. */
export type QualityAction = 'dropped' | 'repaired' | 'kept';
export type Severity = 'info' | 'warning' | 'error';

export interface QualityFinding {
  readonly check: QualityCheck;
  /** Rows concerned; for `gap` missing bars, for `zero_volume` and `stale_repeat` bars in runs long enough. */
  readonly count: number;
  readonly severity: Severity;
  readonly action: QualityAction;
  /** Start times of the first cases, ISO-8601, at most five. */
  readonly examples: readonly string[];
  /** One line for a person. */
  readonly text: string;
}

export interface QualityReport {
  readonly symbol: string;
  readonly timeframe: string;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly findings: readonly QualityFinding[];
  /** How the closes compare with a second source's, when one was given. */
  readonly secondSource?: SourceComparison;
}

export interface SourceComparison {
  readonly source: string;
  /** How the closes here were read to be compared; only with corporate actions other than as published. */
  readonly basis: 'as published' | 'adjusted for splits' | 'adjusted for splits and dividends';
  /** Bars that both have. */
  readonly compared: number;
  /** Of these, closes further apart than the allowed fraction. */
  readonly differing: number;
  /** Bars between the first and the last common one that only the second source has. */
  readonly missingHere: number;
  /** The largest difference; absent without a bar in common. */
  readonly worst?: { readonly time: string; readonly here: number; readonly there: number; readonly fraction: number };
}

export interface QualityResult {
  readonly bars: BarSeries;
  readonly report: QualityReport;
  /** Splits and dividends that were not put into the prices: what an open position meets, in units of these bars. */
  readonly remaining: readonly RemainingAction[];
  /** The bars with all splits and dividends in the prices: what holding was worth. The bars themselves without corporate actions. */
  readonly totalReturn: BarSeries;
}

export interface QualityOptions {
  readonly venueHours: VenueHours;
  /** The present, UTC ms: bars that start later or are not closed yet are dropped. Absent: not checked. */
  readonly now?: number;
  /** Bars outside the venue's hours; default `keep`, flagged. */
  readonly outsideSession?: 'keep' | 'drop';
  /** Bars whose high is below or low above open or close; default `repair`: high and low widened to hold open and close, always reported. */
  readonly highLow?: 'repair' | 'drop' | 'keep';
  /** Bars in a run of zero volume before it is flagged; default 5. */
  readonly zeroVolumeRun?: number;
  /** Equal closes with equal high and low in a row before they are flagged; default 5. */
  readonly staleRun?: number;
  /** Robust z of a one-bar log return (median absolute deviation × 1.4826) above which it is an outlier; default 25. */
  readonly outlierZ?: number;
  /** A second source of the same bars, ascending: closes that differ by more than `disagreement` (default 0.01) are flagged, outliers confirmed. */
  readonly secondSource?: { readonly name: string; readonly time: Float64Array; readonly close: Float64Array };
  readonly disagreement?: number;
  /** Splits and dividends, put into the prices as `adjustForward` says; those in the bars are then no outliers. */
  readonly corporateActions?: { readonly actions: readonly CorporateAction[]; readonly adjust: AdjustFor };
  /** Fewer bars than this is refused; default 2. */
  readonly minBars?: number;
}

import type { BarSeries, VenueHours } from '#domain';

/** Everything the gate looks for. */
export const QUALITY_CHECKS = [
  'duplicate',
  'unsorted',
  'missing_value',
  'non_positive_price',
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
}

export interface QualityResult {
  readonly bars: BarSeries;
  readonly report: QualityReport;
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
  /** A second source of the same bars: closes that differ by more than `disagreement` (default 0.01) are flagged. */
  readonly secondSource?: { readonly time: Float64Array; readonly close: Float64Array };
  readonly disagreement?: number;
  /** Fewer bars than this is refused; default 2. */
  readonly minBars?: number;
}

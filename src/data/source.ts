import type { BarColumns, Timeframe, VenueHours } from '#domain';
import type { Provenance } from './provenance.ts';

/** What to load. `from` and `to` are bar starts in UTC milliseconds, half-open; absent means all there is. */
export interface DataRequest {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly from?: number;
  readonly to?: number;
}

/** Bars as a source gave them: maybe unsorted, with duplicates or NaN. Only the quality gate turns them into a `BarSeries`. */
export interface RawDataset {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly columns: BarColumns;
  /** Closes adjusted by the publisher for splits and dividends, when it gave both; never used in place of `close`. */
  readonly adjustedClose?: Float64Array;
  readonly provenance: Provenance;
}

export interface SourceDescription {
  /** One sentence for the reader of a report. */
  readonly text: string;
  readonly kind: 'real' | 'synthetic';
  readonly venueHours: VenueHours;
}

export interface AvailableDataset {
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/** Where bars come from. Adapters implement it; what a user can mend is a `UserError`, a fault of the world an `OperationalError`. */
export interface DataSource {
  readonly id: string;
  describe(): SourceDescription;
  /** What can be loaded without naming it; empty for sources too large to list. */
  list(): Promise<readonly AvailableDataset[]>;
  load(request: DataRequest): Promise<RawDataset>;
}

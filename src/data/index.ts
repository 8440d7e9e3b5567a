/**
 * Floor 2. From what a source gave to bars the rest may trust: the source port, CSV parsing, provenance, the quality gate, corporate
 * actions, resampling, point-in-time joins and synthetic markets. Pure and synchronous: it opens no file and no connection (adapters
 * do), and it never mends anything without saying so in a report.
 */
export { asOfJoin, type KnownSeries } from './align.ts';
export { factorFileActions, isFactorFile, parseCorporateActions, parseFactorFile } from './corporate-action-files.ts';
export { adjustBars, type AdjustmentOptions, type CorporateAction } from './corporate-actions.ts';
export { adjustForward, type AdjustFor, type ForwardAdjusted, type RemainingAction } from './forward-adjustment.ts';
export { parseCsv, type ParsedCsv } from './csv.ts';
export { findBarColumns } from './csv-dialect.ts';
export { epochFactor, parseTimeText } from './csv-time.ts';
export { joinLateSeries, readLateSeries, snake, type LateSeries, type LateSeriesOptions } from './late-series.ts';
export { blockBootstrapMarket, nullMarket } from './null-market.ts';
export { rangeOf, transformed, type Provenance } from './provenance.ts';
export { findOutliers } from './quality-checks.ts';
export { checkQuality } from './quality-gate.ts';
export type {
  QualityAction,
  QualityCheck,
  QualityFinding,
  QualityOptions,
  QualityReport,
  QualityResult,
  Severity,
  SourceComparison,
} from './quality-report.ts';
export { resample } from './resample.ts';
export type { AvailableDataset, DataRequest, DataSource, RawDataset, SourceDescription } from './source.ts';
export { syntheticMarket, type PlantedEdge, type SyntheticMarketOptions } from './synthetic-market.ts';
export { parseTextTable, type MixedTable } from './text-table.ts';
export { inferTimeframe } from './timeframe.ts';

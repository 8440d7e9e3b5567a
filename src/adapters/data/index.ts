/**
 * Where bars come from and where they are kept: demo packages, files, synthetic markets, venues over the network, and the Parquet
 * store. Every write is atomic; a fault becomes a `UserError` or an `OperationalError` with one clear line. Judges no data: that is
 * the quality gate's task.
 */
export { readCorporateActions, type ActionFiles } from './action-files.ts';
export { alpacaSource, type AlpacaSourceOptions } from './alpaca-source.ts';
export type { BackoffOptions } from './backoff.ts';
export { ccxtSource, type CcxtSourceOptions } from './ccxt-source.ts';
export { demoSource } from './demo-source.ts';
export { readBytes, writeText } from './durable-file.ts';
export { fileSource, type FileSourceOptions } from './file-source.ts';
export { parquetStore, type ParquetStore, type StoredDataset } from './parquet-store.ts';
export { readTable, writeTable } from './parquet-table.ts';
export type { Table, TableColumn } from './table.ts';
export { parquetBytes } from './plain-parquet.ts';
export { readSeriesFile } from './series-file.ts';
export { syntheticSource } from './synthetic-source.ts';

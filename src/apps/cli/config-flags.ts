/** Flags that set a configuration key each, shared by every command that reads the configuration. */
export const CONFIG_FLAGS: readonly { readonly flags: string; readonly text: string; readonly key: string; readonly list?: true }[] = [
  { flags: '--symbols <list>', text: 'comma-separated symbols (default: all that the source has)', key: 'symbols', list: true },
  { flags: '--source <name>', text: 'demo, synthetic, files, ccxt:<exchange> or alpaca', key: 'data.source' },
  { flags: '--path <path>', text: 'file or folder of bars, for --source files', key: 'data.path' },
  { flags: '--timeframe <length>', text: 'length of a bar: 1m, 5m, 1h, 1d', key: 'data.timeframe' },
  { flags: '--start <date>', text: 'first day, YYYY-MM-DD', key: 'data.start' },
  { flags: '--end <date>', text: 'day after the last, YYYY-MM-DD', key: 'data.end' },
  { flags: '--asset-class <class>', text: 'us_equity, crypto, fx, index or synthetic', key: 'data.assetClass' },
  { flags: '--corporate-actions <path>', text: 'splits and dividends of unadjusted bars, and delistings', key: 'data.corporateActions' },
  { flags: '--second-source <name|path>', text: 'the same bars from elsewhere, to compare with', key: 'data.secondSource' },
  { flags: '--series <files>', text: 'late-known series (CSV or Parquet), comma-separated', key: 'features.series', list: true },
  { flags: '--cash <amount>', text: 'starting cash', key: 'trading.cash' },
  { flags: '--profile <name>', text: 'fill model: optimistic, base or harsh', key: 'trading.profile' },
  { flags: '--seed <number>', text: 'seed of everything random', key: 'seed' },
  { flags: '--workers <number>', text: 'threads for training', key: 'workers' },
];

export interface CommonOptions {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly workspace: string;
  readonly json?: boolean;
  readonly [name: string]: unknown;
}

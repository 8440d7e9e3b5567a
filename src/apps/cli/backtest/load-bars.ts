import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '#core';
import { checkQuality, type Provenance, type QualityReport } from '#data';
import { parseTimeframe, type AssetClass, type BarSeries, type VenueHours } from '#domain';
import type { PipelineConfig } from '#research';
import { openSource } from '../../sources.ts';
import type { CliEnvironment } from '../terminal.ts';

/** Bars that passed the quality gate, and all that a report says about them. */
export interface LoadedBars {
  readonly series: readonly BarSeries[];
  readonly reports: readonly QualityReport[];
  readonly provenance: readonly Provenance[];
  readonly description: string;
  readonly kind: 'real' | 'synthetic';
  readonly assetClass: AssetClass;
  readonly venueHours: VenueHours;
}

/** Loads the symbols asked for, or all that the source has, and lets them through the quality gate. */
export async function loadBars(config: PipelineConfig, io: CliEnvironment): Promise<LoadedBars> {
  const { path } = config.data;
  const data = path === undefined ? config.data : { ...config.data, path: resolve(io.cwd, path) };
  const source = await openSource(data, { environment: io.environment, seed: config.seed, symbols: config.symbols });
  const { text, kind, venueHours } = source.describe();
  const available = await source.list();
  const symbols = config.symbols.length > 0 ? config.symbols : [...new Set(available.map(({ symbol }) => symbol))];
  if (symbols.length === 0) throw new UserError('the source names no symbols', 'Choose some: --symbols AAPL,MSFT');
  const from = instantOf(config.data.start);
  const to = instantOf(config.data.end);
  if (from !== undefined && to !== undefined && from >= to)
    throw new UserError(`the dates ${config.data.start} to ${config.data.end} hold nothing`, 'Let --from come before --to.');
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const loaded = [];
  for (const symbol of symbols) {
    const timeframe =
      available.length === 1 && config.data.source === 'files' ? available[0]!.timeframe : parseTimeframe(config.data.timeframe);
    const raw = await source.load({ symbol, timeframe, ...range });
    loaded.push({ raw, ...checkQuality(raw, { venueHours }) });
  }
  const assetClass = config.data.assetClass ?? (kind === 'synthetic' ? 'synthetic' : venueHours === 'always' ? 'crypto' : 'us_equity');
  return {
    series: loaded.map(({ bars }) => bars),
    reports: loaded.map(({ report }) => report),
    provenance: loaded.map(({ raw }) => raw.provenance),
    ...{ description: text, kind, assetClass, venueHours },
  };
}

/** Refuses symbols that never trade at the same time: one account cannot say anything about them together. */
export function checkCommonDates(series: readonly BarSeries[]): void {
  const from = series.reduce((one, other) => (other.time[0]! > one.time[0]! ? other : one));
  const to = series.reduce((one, other) => (other.time.at(-1)! < one.time.at(-1)! ? other : one));
  if (from.time[0]! > to.time.at(-1)!)
    throw new UserError(
      `${to.symbol} and ${from.symbol} have no dates in common: ${to.symbol} ends ${day(to.time.at(-1)!)}, ${from.symbol} begins ${day(from.time[0]!)}`,
      'Run them one at a time, or load a period that both cover.',
    );
}

/** `--data` takes the name of a source or a path. */
export function asSourceAndPath(data: string, folder: string): { readonly source: string; readonly path?: string } {
  const isPath = /[./\\*]/.test(data) || existsSync(resolve(folder, data));
  return isPath ? { source: 'files', path: data } : { source: data };
}

function instantOf(date: string | undefined): number | undefined {
  return date === undefined ? undefined : Date.parse(`${date}T00:00:00Z`);
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

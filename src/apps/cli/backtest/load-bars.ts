import { UserError } from '#core';
import type { AdjustFor, AvailableDataset, DataSource, Provenance, QualityReport, RemainingAction } from '#data';
import { firstRowAtOrAfter, parseTimeframe, sliceBars, type AssetClass, type BarSeries, type Timeframe, type VenueHours } from '#domain';
import type { PipelineConfig } from '#research';
import { openGate } from '../../checked-bars.ts';
import type { ResolvedConfig } from '../../config/layers.ts';
import { isPath, withAbsolutePaths } from '../../config/paths.ts';
import { openSource, type SourceSurroundings } from '../../sources.ts';
import type { CliEnvironment } from '../terminal.ts';
import type { AccountCurrency } from './account-currency.ts';
import type { OutsideSeries } from './outside-series.ts';

/** Bars that passed the quality gate, and all that a report says about them. */
export interface LoadedBars {
  /** What a reader must know about the dates; absent when nothing much was left out. */
  readonly datesNote?: string;
  readonly series: readonly BarSeries[];
  readonly reports: readonly QualityReport[];
  readonly provenance: readonly Provenance[];
  /** Splits and dividends that are not in the prices, for what is held: empty without `data.corporateActions`. */
  readonly actions: readonly RemainingAction[];
  /** Names the corporate actions and what of them went into the prices; absent without `data.corporateActions`. */
  readonly adjustment?: string;
  /** The same bars with dividends and splits in the prices, to compare a strategy with holding; absent when `series` has them. */
  readonly totalReturn?: readonly BarSeries[];
  readonly description: string;
  readonly kind: 'real' | 'synthetic';
  readonly assetClass: AssetClass;
  readonly venueHours: VenueHours;
  /** The currency of the account and the rates of others; absent where all prices count as the account's own. */
  readonly currency?: AccountCurrency;
  /** Series from outside the bars; absent when there are none. */
  readonly outside?: OutsideSeries;
  /** Shorter bars of the same symbols, for the way the price took; absent when none were asked for. */
  readonly finer?: FinerBars;
}

/** Bars of a lower timeframe of the symbols that are traded, and what names them. */
export interface FinerBars {
  readonly series: readonly BarSeries[];
  readonly fingerprint: string;
}

/** The source that the configuration names; a path is relative to where the command runs. */
export async function sourceOf(config: PipelineConfig, io: CliEnvironment): Promise<DataSource> {
  return openSource(withAbsolutePaths(config, io.cwd).data, surroundingsOf(config, io));
}

const surroundingsOf = (config: PipelineConfig, io: CliEnvironment): SourceSurroundings => ({
  environment: io.environment,
  seed: config.seed,
  symbols: config.symbols,
});

/**
 * Loads the symbols asked for, or all that the source has, and lets them through the quality gate. What corporate actions go into the
 * prices is `data.adjust`, else `usualAdjust`: only a caller that books `actions` may leave some out.
 */
export async function loadBars(
  { value: given, origins }: Pick<ResolvedConfig<PipelineConfig>, 'value' | 'origins'>,
  io: CliEnvironment,
  usualAdjust: AdjustFor = 'all',
): Promise<LoadedBars> {
  const config = withAbsolutePaths(given, io.cwd);
  const source = await sourceOf(config, io);
  const gate = await openGate(source, { data: config.data, usualAdjust }, surroundingsOf(config, io));
  const { text, kind, venueHours } = source.describe();
  const available = await source.list();
  const symbols = config.symbols.length > 0 ? config.symbols : [...new Set(available.map(({ symbol }) => symbol))];
  if (symbols.length === 0) throw new UserError('the source names no symbols', 'Choose some: --symbols AAPL,MSFT');
  const from = instantOf(config.data.start);
  const to = instantOf(config.data.end);
  if (from !== undefined && to !== undefined && from >= to)
    throw new UserError(`the dates ${config.data.start} to ${config.data.end} hold nothing`, 'Let --from come before --to.');
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const asked = (origins.get('data.timeframe') ?? 'default') === 'default' ? undefined : parseTimeframe(config.data.timeframe);
  const loaded = [];
  for (const symbol of symbols) {
    const timeframe = asked ?? onlyTimeframe(available, symbol) ?? parseTimeframe(config.data.timeframe);
    loaded.push(await gate.load({ symbol, timeframe, ...range }));
  }
  const assetClass = config.data.assetClass ?? (kind === 'synthetic' ? 'synthetic' : venueHours === 'always' ? 'crypto' : 'us_equity');
  return {
    series: loaded.map(({ bars }) => bars),
    reports: loaded.map(({ report }) => report),
    provenance: loaded.map(({ provenance }) => provenance),
    actions: loaded.flatMap(({ remaining }) => remaining),
    description: `${text}${gate.note}`,
    kind,
    assetClass,
    venueHours,
    ...(gate.adjustment === undefined ? {} : { adjustment: gate.adjustment }),
    ...(loaded.some(({ remaining }) => remaining.length > 0) ? { totalReturn: loaded.map(({ totalReturn }) => totalReturn) } : {}),
  };
}

/** Without what is there only as a rate; all of them when nothing else would be left. */
export function withoutSymbols(loaded: LoadedBars, symbols: ReadonlySet<string>): LoadedBars {
  const kept = loaded.series.flatMap(({ symbol }, at) => (symbols.has(symbol) ? [] : [at]));
  if (kept.length === 0 || kept.length === loaded.series.length) return loaded;
  const { series, reports, provenance, actions, totalReturn } = loaded;
  return {
    ...loaded,
    series: kept.map((at) => series[at]!),
    reports: kept.map((at) => reports[at]!),
    provenance: kept.map((at) => provenance[at]!),
    actions: actions.filter(({ symbol }) => !symbols.has(symbol)),
    ...(totalReturn === undefined ? {} : { totalReturn: kept.map((at) => totalReturn[at]!) }),
  };
}

/**
 * The dates that every symbol has: an account that holds a symbol whose bars have ended cannot sell it. Refuses symbols that never
 * trade at the same time.
 */
export function onCommonDates(loaded: LoadedBars): LoadedBars {
  const { series } = loaded;
  const last = series.reduce((one, other) => (other.time[0]! > one.time[0]! ? other : one));
  const first = series.reduce((one, other) => (other.time.at(-1)! < one.time.at(-1)! ? other : one));
  const from = last.time[0]!;
  const to = first.time.at(-1)!;
  if (from > to)
    throw new UserError(
      `${first.symbol} and ${last.symbol} have no dates in common: ${first.symbol} ends ${day(to)}, ${last.symbol} begins ${day(from)}`,
      'Run them one at a time, or load a period that both cover.',
    );
  const cut = (bars: BarSeries): BarSeries => sliceBars(bars, firstRowAtOrAfter(bars, from), firstRowAtOrAfter(bars, to + 1));
  const common = series.map(cut);
  const actions = loaded.actions.filter(({ time }) => time > from);
  const { totalReturn } = loaded;
  return {
    ...loaded,
    series: common,
    actions,
    ...(totalReturn === undefined ? {} : { totalReturn: totalReturn.map(cut) }),
    ...noteOn(series, common),
  };
}

/** Says so when the common dates leave out more than half of a symbol's bars. */
function noteOn(series: readonly BarSeries[], common: readonly BarSeries[]): { readonly datesNote?: string } {
  const at = series.findIndex((bars, symbol) => common[symbol]!.length * 2 < bars.length);
  if (at < 0) return {};
  const { symbol, length } = series[at]!;
  return {
    datesNote: `Only the dates that all symbols have were run: ${common[at]!.length} of ${length} bars of ${symbol}. --dates all runs every date.`,
  };
}

/** `--data` takes the name of a source or a path. */
export function asSourceAndPath(data: string, folder: string): { readonly source: string; readonly path?: string } {
  return isPath(data, folder) ? { source: 'files', path: data } : { source: data };
}

/** The length of bar that a source has for a symbol, when there is just one. */
function onlyTimeframe(available: readonly AvailableDataset[], symbol: string): Timeframe | undefined {
  const named = available.length === 1 ? available : available.filter((dataset) => dataset.symbol === symbol);
  return named.length === 1 ? named[0]!.timeframe : undefined;
}

function instantOf(date: string | undefined): number | undefined {
  if (date === undefined) return undefined;
  const instant = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(instant) || day(instant) !== date) throw new UserError(`${date} is not a day of the calendar`, 'Use YYYY-MM-DD.');
  return instant;
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

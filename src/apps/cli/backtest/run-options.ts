import { didYouMean, UserError } from '#core';
import type { Command } from 'commander';
import type { PipelineConfig } from '#research';
import type { ResolvedConfig } from '../../config/layers.ts';
import { readConfig, type CommonOptions } from '../options.ts';
import type { CliEnvironment } from '../terminal.ts';
import type { AccountCurrency } from './account-currency.ts';
import type { LoadedBars } from './load-bars.ts';
import type { MarketRules } from './market-rules.ts';

/** What `backtest` and `optimize` may be told about the bars, the market and the account: the same words mean the same run. */
export interface RunOptions extends CommonOptions {
  readonly data?: string;
  readonly from?: string;
  readonly to?: string;
  readonly fees?: string;
  readonly leverage?: string;
  readonly maintenanceMargin?: string;
  readonly borrow?: readonly string[];
  readonly interest?: string;
  readonly finer?: string;
  readonly profile?: string;
  readonly fill?: readonly string[];
  readonly tradeOnClose?: boolean;
  readonly lot?: string;
  readonly exclusive?: boolean;
  readonly hedging?: boolean;
  readonly factors?: string;
  readonly currency?: string;
  readonly conversion?: readonly string[];
  readonly atEnd?: string;
  readonly dates?: string;
}

export interface RunSurroundings {
  readonly config: PipelineConfig;
  readonly rules: MarketRules;
  readonly bars: LoadedBars;
  /** Fingerprint of the factors that the prices were multiplied with, when they were. */
  readonly factors?: string;
}

export function addRunOptions(command: Command): Command {
  return command
    .option('--data <source|path>', 'short for --source, or for --source files --path')
    .option('--from <date>', 'the same as --start')
    .option('--to <date>', 'the same as --end')
    .option('--fees <schedule>', "instead of the profile's own")
    .option('--leverage <multiple>', 'how many times equity may be held', '1')
    .option('--maintenance-margin <part>', 'part of what is held under which equity may not close, e.g. 25%: below it all is closed')
    .option('--borrow <rate...>', 'yearly fee on what is short, e.g. --borrow 1% GME=30%')
    .option('--interest <received/paid>', 'yearly, on cash and on debt, e.g. --interest 2%/6%')
    .option('--finer <length|path>', 'shorter bars of the same symbols, e.g. 5m: stops, targets and limits meet the price in its order')
    .option('--fill <name=value...>', 'a setting of the fill model, e.g. --fill halfSpreadBps=5 limitFill=touch')
    .option('--trade-on-close', 'market orders fill at the close they were decided on: --fill marketFill=previous_close')
    .option('--lot <units>', 'step of every quantity, e.g. 1 for whole shares (default: a millionth)')
    .option('--exclusive', 'every new order first cancels and closes what there is')
    .option('--hedging', 'long and short of a symbol side by side')
    .option('--factors <file|folder>', 'multiply raw prices by a factor file (YYYYMMDD,price,split), or a folder of SYMBOL.csv')
    .option('--currency <code>', 'currency of the account; without it all prices count as its own')
    .option('--conversion <currency=pair...>', 'bars of its rate, a symbol of the data or a file: --currency EUR --conversion USD=EURUSD')
    .option('--at-end <rule>', 'what is open when the data end: close, open or mark', 'close')
    .option('--dates <which>', 'several symbols: only the dates common to all, or all', 'common');
}

/** The configuration, the rules of the market and the bars that the options ask for; wrong words are told before any bar is loaded. */
export async function readRunOptions(options: RunOptions, io: CliEnvironment): Promise<RunSurroundings> {
  const { asSourceAndPath, onCommonDates, loadBars, withoutSymbols } = await import('./load-bars.ts');
  const { data, from, to } = options;
  const config: ResolvedConfig<PipelineConfig> = await readConfig(
    {
      ...options,
      // A backtest knows more profiles than the configuration, which is about what a verdict may rest on.
      profile: undefined,
      ...(data === undefined ? {} : asSourceAndPath(data, io.cwd)),
      ...(from === undefined ? {} : { start: from }),
      ...(to === undefined ? {} : { end: to }),
    },
    io,
  );
  const rules = await readRules(options, options.profile ?? config.value.trading.profile);
  const dates = oneOf('--dates', options.dates ?? 'common', ['common', 'all'] as const);
  // Dividends are left out of the prices: they are paid in cash to what is held.
  const currency = await currencyOf(options, config, io);
  const all = await loadBars(config, io, 'splits');
  const rates = new Set(Object.values(currency?.rates ?? {}).map(({ symbol }) => symbol));
  const loaded = config.value.symbols.length > 0 ? all : withoutSymbols(all, rates);
  const traded = dates === 'all' ? loaded : onCommonDates(loaded);
  const bars = await withSurroundings(await withFiner(traded, options, config, io), config.value, currency);
  if (options.factors === undefined) return { config: config.value, rules, bars };
  const { timesFactors } = await import('./factors.ts');
  const made = timesFactors(bars, options.factors, io.cwd);
  return { config: config.value, rules, bars: made.bars, factors: made.sha256 };
}

async function withFiner(
  bars: LoadedBars,
  { finer, factors }: RunOptions,
  config: ResolvedConfig<PipelineConfig>,
  io: CliEnvironment,
): Promise<LoadedBars> {
  if (finer === undefined) return bars;
  if (factors !== undefined)
    throw new UserError('--factors would change the prices of the bars and not of the finer ones', 'Leave --finer or --factors out.');
  const { readFinerBars } = await import('./finer-bars.ts');
  return { ...bars, finer: await readFinerBars(finer, bars, config, io) };
}

async function currencyOf(
  options: RunOptions,
  config: ResolvedConfig<PipelineConfig>,
  io: CliEnvironment,
): Promise<AccountCurrency | undefined> {
  if (options.currency === undefined && options.conversion === undefined) return undefined;
  const { readCurrency } = await import('./read-currency.ts');
  return readCurrency(options, config, io);
}

/** The bars with what else a run is told beside them: rates of currencies, series from outside. */
async function withSurroundings(bars: LoadedBars, config: PipelineConfig, currency: AccountCurrency | undefined): Promise<LoadedBars> {
  if (currency !== undefined) (await import('./account-currency.ts')).checkQuotes(currency, bars.series, bars.assetClass);
  const configured = config.features.series;
  const outside =
    configured.length === 0 ? undefined : await (await import('./outside-series.ts')).readOutsideSeries(configured, bars.series);
  return { ...bars, ...(currency === undefined ? {} : { currency }), ...(outside === undefined ? {} : { outside }) };
}

/** The rules of a run; without options, those of the profile. */
export async function readRules(options: Partial<RunOptions>, profile: string): Promise<MarketRules> {
  const { parseFees } = await import('./fees.ts');
  const { parseHoldingCosts } = await import('./holding-costs.ts');
  const { parseFill, profileNamed } = await import('./market-rules.ts');
  return {
    profile: profileNamed(profile),
    fill: { ...parseFill(options.fill ?? []), ...(options.tradeOnClose === true ? { marketFill: 'previous_close' as const } : {}) },
    fees: options.fees === undefined ? undefined : parseFees(options.fees),
    leverage: positive('--leverage', options.leverage ?? '1'),
    holding: parseHoldingCosts(options),
    lot: options.lot === undefined ? undefined : positive('--lot', options.lot),
    exclusive: options.exclusive === true,
    hedging: options.hedging === true,
    atEnd: oneOf('--at-end', options.atEnd ?? 'close', ['close', 'open', 'mark'] as const),
  };
}

/** `--param name=number`. */
export function readParameters(pairs: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const value = Number(pair.slice(at + 1));
      if (at < 1 || pair.slice(at + 1).trim() === '' || !Number.isFinite(value))
        throw new UserError(`--param takes name=number, got "${pair}"`, 'Example: --param fast=10');
      return [pair.slice(0, at), value];
    }),
  );
}

function oneOf<const Choice extends string>(flag: string, given: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === given);
  if (found === undefined)
    throw new UserError(`${flag} cannot be "${given}"`, didYouMean(given, choices) || `Use ${choices.join(' or ')}.`);
  return found;
}

function positive(flag: string, given: string): number {
  const value = Number(given);
  if (!(value > 0) || !Number.isFinite(value))
    throw new UserError(`${flag} must be a positive number, got "${given}"`, `Example: ${flag} 2`);
  return value;
}

import { resolve } from 'node:path';
import { UserError } from '#core';
import { firstRowAtOrAfter, parseTimeframe, sliceBars, type BarSeries } from '#domain';
import { limitsFor, type PipelineConfig } from '#research';
import { prepare, type Strategy } from '#strategy';
import type { ResolvedConfig } from '../../config/layers.ts';
import { findStrategy, type FoundStrategy } from '../backtest/find-strategy.ts';
import { loadBars, onCommonDates, withoutSymbols } from '../backtest/load-bars.ts';
import { parseScalar } from '../../config/sources.ts';
import type { CliEnvironment } from '../terminal.ts';
import { readSessionCurrency } from './session-currency.ts';
import { commonSetup, dateOf, type PaperPlan } from './common-setup.ts';

export interface PaperOptions {
  readonly strategy?: string;
  readonly model?: string | true;
  readonly param?: readonly string[];
  readonly from?: string;
  readonly workspace: string;
  readonly live?: boolean;
  readonly currency?: string;
  readonly conversion?: readonly string[];
  /** The state folder: a live session that is there goes on from its own first day. */
  readonly state: string;
}

const FALLBACK = 'supertrend';
const WARMUP_BARS = 250;

/** The pipeline's model when it is asked for, or nothing is and a model is there; else a strategy by name or file. */
export async function planPaper(options: PaperOptions, config: ResolvedConfig<PipelineConfig>, io: CliEnvironment): Promise<PaperPlan> {
  if (options.strategy !== undefined && options.model !== undefined)
    throw new UserError('--strategy and --model are both given', 'Trade one of them.');
  const workspace = resolve(io.cwd, typeof options.model === 'string' ? options.model : options.workspace);
  if (options.live === true) refuseCurrency(options, 'a live session gets no rates of currencies');
  if (options.live === true) return planLive(options, workspace, config, io);
  if (await tradesModel(options, workspace, config, io.cwd)) {
    refuseCurrency(options, 'the model trades an account in the currency of its bars');
    return (await import('./model-plan.ts')).planModel(workspace, options.from, config);
  }
  return planStrategy(options, config, io);
}

function refuseCurrency({ currency, conversion }: PaperOptions, why: string): void {
  if (currency !== undefined || conversion !== undefined)
    throw new UserError(
      `--currency and --conversion do not go with this: ${why}`,
      'Leave them out, or replay a strategy: --strategy supertrend.',
    );
}

/** Whether the model is asked for, or nothing is and a model is there. */
async function tradesModel(
  options: PaperOptions,
  workspace: string,
  config: ResolvedConfig<PipelineConfig>,
  cwd: string,
): Promise<boolean> {
  if (options.strategy !== undefined) return false;
  const { hasModel, settingsOfModel } = await import('./model-plan.ts');
  if (options.model === undefined && (!hasModel(workspace) || asksForData(config, settingsOfModel(workspace).data, cwd))) return false;
  if (options.param !== undefined)
    throw new UserError(
      '--param sets the numbers of a strategy; the model has none',
      'Name a strategy: --strategy supertrend --param length=7',
    );
  return true;
}

/** How many bars a live session of a strategy loads to warm up. */
const LIVE_HISTORY_BARS = 400;

/** A strategy or the model on bars as they close: history warms up, trading begins with the bar that is forming now. */
async function planLive(
  options: PaperOptions,
  workspace: string,
  config: ResolvedConfig<PipelineConfig>,
  io: CliEnvironment,
): Promise<PaperPlan> {
  if (options.from !== undefined)
    throw new UserError('--from and --live are both given', 'Live trading begins with the bar that is forming now.');
  const { knownStart, liveFeed, openLive, planLiveModel } = await import('./live-plan.ts');
  if (await tradesModel(options, workspace, config, io.cwd))
    return planLiveModel({ workspace, state: options.state, now: Date.now }, config, io);
  const { data, symbols, seed } = config.value;
  const venue = await openLive(data, symbols, seed, io);
  if (symbols.length === 0) throw new UserError('--live needs to know what to trade', 'Name symbols: --symbols BTC/USDT');
  const { ms } = parseTimeframe(data.timeframe);
  const now = Date.now();
  const known = knownStart(options.state);
  const start = data.start ?? new Date((known ?? now) - LIVE_HISTORY_BARS * ms).toISOString().slice(0, 10);
  const plan = await planStrategy(options, { ...config, value: { ...config.value, data: { ...data, start } } }, io);
  return {
    ...plan,
    setup: { ...plan.setup, tradeFrom: known ?? Math.floor(now / ms) * ms },
    series: plan.series.map((bars) => sliceBars(bars, 0, firstRowAtOrAfter(bars, now - ms + 1))),
    live: liveFeed(venue, ms),
  };
}

/** A setting that names other data than the model's means that the user wants a strategy on them; the model's own may be named. */
function asksForData({ value, origins }: ResolvedConfig<PipelineConfig>, made: PipelineConfig['data'], cwd: string): boolean {
  const given = (key: string): boolean => (origins.get(key) ?? 'default') !== 'default';
  const place = (path: string | undefined): string => (path === undefined ? '' : resolve(cwd, path));
  if (given('data.source') && value.data.source !== made.source) return true;
  return given('data.path') && place(value.data.path) !== place(made.path);
}

async function planStrategy(options: PaperOptions, config: ResolvedConfig<PipelineConfig>, io: CliEnvironment): Promise<PaperPlan> {
  const found = await findStrategy(options.strategy ?? FALLBACK, io.cwd);
  const currency = await readSessionCurrency(options, config, io);
  const all = await loadBars(config, io);
  const loaded = onCommonDates(config.value.symbols.length > 0 || currency === undefined ? all : withoutSymbols(all, currency.rates));
  const { series, assetClass, description } = loaded;
  const { trading, seed } = config.value;
  const strategy = strategyFrom(found, parametersOf(options.param ?? []), seed, series.length);
  const tradeFrom = startOf(series, options.from);
  const setup = commonSetup(series, assetClass, config.value, tradeFrom, description);
  return {
    setup: {
      ...setup,
      ...currency?.setupFor(setup.instruments, series, assetClass),
      strategies: [strategy],
      account: { cash: trading.cash, leverage: 1 },
      limits: limitsFor(config.value.risk, 1),
    },
    series,
    what: `strategy ${strategy.name}`,
    notes: [
      ...(currency === undefined ? [] : [currency.note]),
      ...(options.strategy === undefined ? [await whyNoModel(options, io.cwd)] : []),
    ],
  };
}

async function whyNoModel({ workspace }: PaperOptions, cwd: string): Promise<string> {
  const { hasModel } = await import('./model-plan.ts');
  return hasModel(resolve(cwd, workspace))
    ? 'The model here was made from other data (--model trades it on its own), so a built-in strategy trades.'
    : 'There is no model here yet ("edgewright pipeline" makes one), so a built-in strategy trades.';
}

/** Trading begins at `--from`, or after bars enough for the usual features. */
function startOf(series: readonly BarSeries[], from: string | undefined): number {
  const longest = series.reduce((one, other) => (other.length > one.length ? other : one));
  const last = longest.time.at(-1)!;
  if (from === undefined) return longest.time[Math.min(WARMUP_BARS, Math.floor(longest.length / 5))]!;
  const time = dateOf(from);
  if (time > last) throw new UserError(`the bars end before --from ${from}`, `They run to ${new Date(last).toISOString().slice(0, 10)}.`);
  return time;
}

function strategyFrom(found: FoundStrategy, parameters: Readonly<Record<string, number>>, seed: number, symbols: number): Strategy {
  if (found.recipe !== undefined) return prepare(found.recipe, parameters, { seed, symbols });
  const [given] = Object.keys(parameters);
  if (given !== undefined)
    throw new UserError(`strategy ${found.name} takes no parameters, got "${given}"`, 'Export it with tunable({ parameters: … }).');
  return found.strategy!;
}

function parametersOf(pairs: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const value = parseScalar(pair.slice(at + 1));
      if (at < 1 || typeof value !== 'number') throw new UserError(`--param takes name=number, got "${pair}"`, 'Example: --param fast=10');
      return [pair.slice(0, at), value];
    }),
  );
}

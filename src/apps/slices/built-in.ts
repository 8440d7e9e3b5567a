import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runBacktest } from '#backtest';
import { UserError } from '#core';
import { barSeries, barsPerYear, type BarSeries, type Timeframe } from '#domain';
import { compile, close, expandingRegime, slopeTStat } from '#features';
import { bayesianKellySize, createBayesianKelly } from '#portfolio';
import { instrumentFor, limitsFor, profileFor, roundTripCost, type PipelineConfig } from '#research';
import { summarisePerformance } from '#statistics';
import { prepare } from '#strategy';
import { defineSlice, type SliceFactory, type SliceInput, type SliceOutput } from '#workflow';
import { findStrategy } from '../cli/backtest/find-strategy.ts';
import { loadBars, onCommonDates, type LoadedBars } from '../cli/backtest/load-bars.ts';
import { readRules } from '../cli/backtest/run-options.ts';
import { optimizeStrategy } from '../cli/optimize/optimize.ts';
import { believed, parametersText } from '../cli/optimize/sentences.ts';
import { readWishes } from '../cli/optimize/wishes.ts';
import type { CliEnvironment } from '../cli/terminal.ts';

/** What the built-in slices of one run share: its configuration and the bars already loaded. */
export interface SliceSurroundings {
  readonly config: PipelineConfig;
  readonly io: CliEnvironment;
  /** Where the monitor writes, in the caller's folder. */
  readonly logFolder: string;
}

type Bars = SliceInput<'analyze'>['bars'];

/** Every slice that ships. `live_trade` is not among them: see `liveRefusal`. */
export function builtInSlices(surroundings: SliceSurroundings): readonly SliceFactory[] {
  const loaded = new Map<string, Promise<LoadedBars>>();
  const bars = (symbol: string, range: { readonly start?: string | undefined; readonly end?: string | undefined }): Promise<LoadedBars> => {
    const key = JSON.stringify([symbol, range.start, range.end]);
    const { config, io } = surroundings;
    const data = {
      ...config.data,
      ...(range.start === undefined ? {} : { start: range.start }),
      ...(range.end === undefined ? {} : { end: range.end }),
    };
    const found = loaded.get(key) ?? loadBars({ value: { ...config, symbols: [symbol], data }, origins: new Map() }, io);
    loaded.set(key, found);
    return found;
  };
  return [
    { name: 'data', create: () => defineSlice('data', async (input) => dataAnswer(await bars(input.symbol, input))) },
    { name: 'analyze', create: () => defineSlice('analyze', analyse) },
    { name: 'market_regime', create: () => defineSlice('market_regime', detectRegime) },
    { name: 'ml_strategy', create: () => defineSlice('ml_strategy', selectStrategy) },
    { name: 'position_sizing', create: () => defineSlice('position_sizing', (input) => sizePosition(input, surroundings.config)) },
    { name: 'backtest', create: () => defineSlice('backtest', (input) => backtest(input, bars, surroundings.config)) },
    { name: 'paper_trade', create: () => defineSlice('paper_trade', restingBracket) },
    { name: 'monitor', create: () => defineSlice('monitor', (event) => logEvent(event, surroundings.logFolder)) },
    { name: 'optimize', create: () => defineSlice('optimize', (input) => searchParameters(input, bars, surroundings)) },
    { name: 'adaptive_portfolio', create: () => defineSlice('adaptive_portfolio', (input) => inverseVolatility(input, bars)) },
  ] as readonly SliceFactory[];
}

export const LIVE_REFUSAL = 'live trading is not part of this version: there is no broker adapter with server-side stops yet';

function dataAnswer(loaded: LoadedBars): SliceOutput<'data'> {
  const series = loaded.series[0]!;
  const { time, open, high, low, close: last, volume } = series;
  const bars = Array.from(time, (timeMs, row) => ({
    timeMs,
    open: open[row]!,
    high: high[row]!,
    low: low[row]!,
    close: last[row]!,
    volume: volume[row]!,
  }));
  return { symbol: series.symbol, bars, source: loaded.description };
}

function seriesOf(symbol: string, bars: Bars): BarSeries {
  const column = (name: keyof Bars[number]) => Float64Array.from(bars, (bar) => bar[name]);
  return barSeries(symbol, spacing(bars), {
    time: column('timeMs'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  });
}

/** The shortest step between bars is their timeframe. */
function spacing(bars: Bars): Timeframe {
  let ms = Number.POSITIVE_INFINITY;
  for (let row = 1; row < bars.length; row++) ms = Math.min(ms, bars[row]!.timeMs - bars[row - 1]!.timeMs);
  if (!Number.isFinite(ms)) throw new UserError('one bar is not a series', 'Load a longer range.');
  return { id: `${ms / 60_000}m`, ms };
}

const TREND_BARS = 60;

function analyse({ symbol, bars }: SliceInput<'analyze'>): SliceOutput<'analyze'> {
  const series = seriesOf(symbol, bars);
  const trend = compile({ trend: slopeTStat(close, TREND_BARS) })
    .batch(series)
    .trend.at(-1)!;
  const returns = series.close.subarray(1).map((value, row) => Math.log(value / series.close[row]!));
  const recent = returns.subarray(-TREND_BARS);
  const mean = recent.reduce((sum, value) => sum + value, 0) / recent.length;
  const volatility = Math.sqrt(recent.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, recent.length - 1));
  if (Number.isNaN(trend))
    throw new UserError(`${symbol} has ${bars.length} bars; an analysis needs more than ${TREND_BARS}`, 'Load a longer range.');
  const direction = Math.abs(trend) < 2 ? 'sideways' : trend > 0 ? 'upward' : 'downward';
  return {
    symbol,
    lastClose: series.close.at(-1)!,
    volatility,
    trend,
    reason: `${direction}: slope t ${trend.toFixed(1)} over ${TREND_BARS} bars, volatility ${(volatility * 100).toFixed(2)} % a bar`,
  };
}

const REGIMES = ['calm', 'normal', 'turbulent'];

function detectRegime({ symbol, bars }: SliceInput<'market_regime'>): SliceOutput<'market_regime'> {
  const { close: price, high, low } = seriesOf(symbol, bars);
  const inputs = [
    price.map((value, row) => (row > 0 ? Math.log(value / price[row - 1]!) : Number.NaN)),
    high.map((value, row) => (value > low[row]! ? Math.log(value / low[row]!) : Number.NaN)),
  ];
  const { probabilities, state } = expandingRegime(inputs, { states: REGIMES.length, refitEvery: 250 });
  const at = state.at(-1)!;
  if (Number.isNaN(at)) return { name: 'unknown', probability: 0, reason: `${bars.length} bars are too few to tell regimes apart` };
  const probability = probabilities[at]!.at(-1)!;
  return { name: REGIMES[at]!, probability, reason: `filtered probability ${probability.toFixed(2)}, model fitted on earlier bars only` };
}

const STOP_VOLATILITIES = 2.5;

/** Follows a clear trend unless the market is turbulent, fades extremes in a calm sideways one, else stands aside. */
function selectStrategy({ bars, analysis, regime }: SliceInput<'ml_strategy'>): SliceOutput<'ml_strategy'> {
  const { lastClose, trend, volatility } = analysis;
  const trending = Math.abs(trend) >= 2 && regime.name !== 'turbulent';
  const change = bars.length > 5 ? lastClose / bars[bars.length - 6]!.close - 1 : 0;
  const stretched = Math.abs(change) > 2 * volatility * Math.sqrt(5);
  const direction = trending ? (trend > 0 ? 'long' : 'short') : stretched ? (change > 0 ? 'short' : 'long') : 'flat';
  const strategy = trending ? 'sma-cross' : 'rsi2-reversion';
  const market = `${/^[aeiou]/i.test(regime.name) ? 'an' : 'a'} ${regime.name} market`;
  if (direction === 'flat')
    return {
      strategy,
      direction,
      confidence: 0.5,
      reason: `no clear trend (t ${trend.toFixed(1)}) and no extreme (${(change * 100).toFixed(1)} % in 5 bars) in ${market}`,
    };
  const distance = STOP_VOLATILITIES * volatility * lastClose * Math.sqrt(5);
  const sign = direction === 'long' ? 1 : -1;
  const reason = trending
    ? `trend t ${trend.toFixed(1)} in ${market}`
    : `${(change * 100).toFixed(1)} % in 5 bars is an extreme in ${market}`;
  return { strategy, direction, confidence: 0.5, stop: lastClose - sign * distance, target: lastClose + sign * distance, reason };
}

/** Bayesian Kelly from no trades: without a proven edge only the exploration budget is spent. */
function sizePosition(
  { analysis, selection, equity }: SliceInput<'position_sizing'>,
  config: PipelineConfig,
): SliceOutput<'position_sizing'> {
  if (selection.direction === 'flat' || selection.stop === undefined) return { fraction: 0, quantity: 0, reason: 'nothing to size' };
  const { lastClose } = analysis;
  const sizer = createBayesianKelly({ kellyMultiplier: config.trading.kellyFraction, maxFraction: config.trading.maxPositionFraction });
  const stopFraction = Math.abs(lastClose - selection.stop) / lastClose;
  const targetFraction = selection.target === undefined ? stopFraction : Math.abs(selection.target - lastClose) / lastClose;
  // A confidence of one half is no knowledge: the sizer then goes by its prior and the exploration budget.
  const belief = selection.confidence === 0.5 ? {} : { probability: selection.confidence };
  const size = bayesianKellySize(sizer, { ...belief, stopFraction, targetFraction });
  const sign = selection.direction === 'long' ? 1 : -1;
  return {
    fraction: sign * size.fraction,
    quantity: (sign * size.fraction * equity) / lastClose,
    reason: `${size.reason}: ${size.explanation}`,
  };
}

type LoadSymbol = (
  symbol: string,
  range: { readonly start?: string | undefined; readonly end?: string | undefined },
) => Promise<LoadedBars>;

async function backtest(input: SliceInput<'backtest'>, load: LoadSymbol, config: PipelineConfig): Promise<SliceOutput<'backtest'>> {
  const loaded = await Promise.all(input.symbols.map((symbol) => load(symbol, input)));
  const series = loaded.map((one) => one.series[0]!);
  const name = input.strategy ?? 'sma-cross';
  const found = await findStrategy(name, '.');
  const strategy = found.strategy ?? prepare(found.recipe!, input.parameters ?? {}, { seed: config.seed, symbols: series.length });
  const { assetClass, venueHours } = loaded[0]!;
  const result = runBacktest({
    bars: series,
    strategy,
    account: { cash: config.trading.cash },
    limits: limitsFor(config.risk, 1),
    profile: profileFor(config.trading.profile, assetClass),
    instruments: series.map((bars) => instrumentFor(bars.symbol, assetClass)),
    seed: config.seed,
    atEnd: 'close',
  });
  const summary = summarisePerformance({ equity: result.equity.equity, periodsPerYear: barsPerYear(series[0]!.timeframe, venueHours) });
  const known = (value: number) => (Number.isFinite(value) ? value : null);
  const wins = result.trades.filter((trade) => trade.pnl > 0).length;
  return {
    metrics: {
      totalReturn: known(summary.totalReturn),
      cagr: known(summary.cagr),
      sharpe: known(summary.sharpe),
      sortino: known(summary.sortino),
      maxDrawdown: known(summary.maxDrawdown),
      winRate: result.trades.length === 0 ? null : wins / result.trades.length,
      fees: result.feesPaid,
      endEquity: result.endEquity,
    },
    trades: result.trades.length,
    reason: `${name} on ${input.symbols.join(', ')}, ${series[0]!.length} bars, ${config.trading.profile} costs of about ${(roundTripCost(profileFor(config.trading.profile, assetClass)) * 10_000).toFixed(0)} bps a round trip`,
  };
}

function restingBracket(order: SliceInput<'paper_trade'>): SliceOutput<'paper_trade'> {
  if (order.stop === undefined) return { status: 'rejected', quantity: 0, reason: 'an entry without a stop is never sent' };
  return {
    status: 'resting',
    quantity: order.quantity,
    reason: `a bracket with stop ${order.stop.toFixed(2)} waits for the next open of the simulated venue`,
  };
}

function logEvent(event: SliceInput<'monitor'>, folder: string): SliceOutput<'monitor'> {
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, 'events.jsonl'), `${JSON.stringify(event)}\n`);
  return { accepted: true };
}

/** The search of `edgewright optimize` by TPE on the Sharpe ratio; answers with the middle of the best plateau, which is not always the highest point. */
async function searchParameters(
  input: SliceInput<'optimize'>,
  load: LoadSymbol,
  { config, io }: SliceSurroundings,
): Promise<SliceOutput<'optimize'>> {
  const loaded = await Promise.all(input.symbols.map((symbol) => load(symbol, input)));
  const bars = onCommonDates({
    ...loaded[0]!,
    series: loaded.map((one) => one.series[0]!),
    provenance: loaded.map((one) => one.provenance[0]!),
  });
  const found = await findStrategy(input.strategy, io.cwd);
  const names = Object.keys(found.recipe?.parameters ?? {});
  const where = names.includes('fast') && names.includes('slow') ? ['fast<slow'] : [];
  const wishes = readWishes({ trials: String(input.trials), where });
  const rules = await readRules({}, config.trading.profile);
  const outcome = await optimizeStrategy({ found, strategy: input.strategy, bars, config, rules, wishes, workspace: '.' }, io, true);
  const { result, plan } = outcome;
  const chosen = result.plateau?.centre.trial;
  const parameters = { ...plan.rest, ...(chosen?.parameters ?? result.ranked[0]!.point) };
  const score = chosen?.values[0] ?? result.ranked[0]!.scores[0]!;
  const highest = parametersText(result.ranked[0]!.point);
  const choice =
    chosen === undefined
      ? `Chosen ${highest}, which scored highest.`
      : `Chosen ${parametersText(chosen.parameters as Record<string, number>)}, the middle of the best plateau; ${highest} scored highest.`;
  return {
    parameters,
    score,
    trials: result.ranked.length,
    reason: [choice, ...believed(outcome).map(({ text }) => text)].join(' '),
  };
}

/** Weights in inverse proportion to volatility: each symbol carries about the same risk. */
async function inverseVolatility(input: SliceInput<'adaptive_portfolio'>, load: LoadSymbol): Promise<SliceOutput<'adaptive_portfolio'>> {
  const inverse = await Promise.all(
    input.symbols.map(async (symbol) => {
      const { bars } = dataAnswer(await load(symbol, {}));
      return 1 / Math.max(analyse({ symbol, bars }).volatility, 1e-9);
    }),
  );
  const total = inverse.reduce((sum, value) => sum + value, 0);
  return {
    weights: Object.fromEntries(input.symbols.map((symbol, index) => [symbol, inverse[index]! / total])),
    reason: 'inverse volatility of the last 60 bars',
  };
}

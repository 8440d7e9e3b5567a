import { isDeepStrictEqual } from 'node:util';
import { findLookAhead, mayLookAhead, runBacktest, type BacktestRequest, type BacktestResult, type LookAhead } from '#backtest';
import { contentHash, DAY_MS, InvariantError, UserError } from '#core';
import { barsPerYear, type EquityCurve, type Trade } from '#domain';
import { scaleCosts, type ExecutionProfile } from '#execution';
import {
  buyAndHold,
  dailyEquity,
  daysPerYear,
  limitsFor,
  profileFigures,
  reportPerformance,
  riskConfigSchema,
  type PerformanceReport,
  type PipelineConfig,
  type ProfileFigures,
  type SheetNote,
} from '#research';
import { breakEvenCost, withExcursions, type Excursions } from '#statistics';
import { checkNeeds, prepare, type Strategy } from '#strategy';
import { accountIn, inAccountCurrency } from './account-currency.ts';
import { asReportedBy, type ReportedBy } from './as-reported-by.ts';
import { placeIn, type FoundStrategy } from './find-strategy.ts';
import type { LoadedBars } from './load-bars.ts';
import { executionOf, hasOwnLimits, instrumentsOf, profilesBeside, type MarketRules } from './market-rules.ts';
import { notesOf } from './notes.ts';
import { robustnessOf, type Robustness } from './robustness.ts';
import { sharedColumns, withColumns, type SharedColumns } from './shared-columns.ts';

export interface BacktestOrder {
  readonly found: FoundStrategy;
  readonly parameters: Readonly<Record<string, number>>;
  readonly bars: LoadedBars;
  readonly config: PipelineConfig;
  readonly rules: MarketRules;
  /** Fingerprint of the factors that the prices were multiplied with, when they were. */
  readonly factors?: string;
  readonly ladder: boolean;
}

export interface LadderRung extends ProfileFigures {
  /** Multiple of the costs of the run's own profile. */
  readonly multiple: number;
}

export interface CostComparison {
  readonly figures: ProfileFigures;
  /** By the day. */
  readonly equity: EquityCurve;
}

/** A finished run and everything that is said about it. */
export interface BacktestOutcome {
  readonly order: BacktestOrder;
  readonly strategy: Strategy;
  readonly result: BacktestResult;
  /** Those of the result, with how far the price went against and for each. */
  readonly trades: readonly (Trade & Partial<Excursions>)[];
  readonly report: PerformanceReport;
  readonly benchmark: EquityCurve;
  readonly benchmarkFigures: ProfileFigures;
  readonly profiles: readonly CostComparison[];
  readonly ladder: readonly LadderRung[];
  /** The multiple of costs at which the return is gone; undefined when it never is, on this ladder. */
  readonly breakEven: number | undefined;
  readonly robustness: Robustness;
  /** Part of the bars on which a position was open. */
  readonly exposure: number;
  /** The figures as other programs name and reckon them. */
  readonly asReportedBy: ReportedBy;
  readonly periodsPerYear: number;
  /** A decision that needed bars after it; looked for where a feature is code of the strategy's own. */
  readonly lookAhead: LookAhead | undefined;
  /** What a reader of the figures must know. */
  readonly notes: readonly SheetNote[];
  /** Names the run: same inputs, same hash. */
  readonly hash: string;
}

const MULTIPLES = [0, 1, 2, 4];

/** Runs the strategy in the chosen profile, then in the others and up the cost ladder. */
export function runOrder(order: BacktestOrder): BacktestOutcome {
  const { bars, config, rules } = order;
  const chosen = rules.profile;
  const periodsPerYear = yearOf(bars);
  const strategy = makeStrategy(order);
  checkNeeds(strategy, { symbols: bars.series.length, timeframe: bars.series[0]!.timeframe, externals: bars.outside?.names ?? [] });
  const columns = sharedColumns(strategy, bars.series, bars.outside?.externals);
  const result = execute(order, executionOf(rules, chosen, bars), columns);
  const figures = (name: string, run: BacktestResult): ProfileFigures =>
    profileFigures({ profile: name, equity: run.equity, trades: run.trades }, periodsPerYear);
  /** What is kept of a run beside the chosen one. They follow each other, so that the compiler has not yet turned to anything else. */
  const compared = (name: string, profile: ExecutionProfile): CostComparison => {
    const run = execute(order, profile, columns);
    const kept = { figures: figures(name, run), equity: dailyEquity(run.equity) };
    release(run.equity.equity, run.exposed);
    return kept;
  };
  const own = (name: string): CostComparison => ({ figures: figures(name, result), equity: dailyEquity(result.equity) });
  const profiles = profilesBeside(chosen).map((name) => (name === chosen ? own(name) : compared(name, executionOf(rules, name, bars))));
  const rung = (multiple: number): CostComparison =>
    multiple === 1 ? own('1×') : compared(`${multiple}×`, scaleCosts(executionOf(rules, chosen, bars), multiple));
  const ladder = order.ladder ? MULTIPLES.map((multiple) => ({ multiple, ...rung(multiple).figures })) : [];
  releaseColumns(columns, bars.series);
  const trades = withExcursions(result.trades, bars.series);
  const held = bars.totalReturn ?? bars.series;
  const worth = bars.currency === undefined ? held : inAccountCurrency(held, bars.currency, bars.assetClass);
  const benchmark = buyAndHold(worth, result.equity, config.trading.cash);
  const outcome = {
    order,
    strategy,
    result,
    trades,
    report: reportPerformance({ profile: chosen, equity: result.equity, trades }, benchmark, periodsPerYear, config.seed),
    benchmark,
    benchmarkFigures: profileFigures({ profile: 'buy and hold', equity: benchmark, trades: [] }, periodsPerYear),
    profiles,
    ladder,
    breakEven: breakEvenCost(
      ladder.map((rung) => ({ profile: rung.profile, cost: rung.multiple, result: rung })),
      (rung) => rung.totalReturn,
    ),
    robustness: robustnessOf(result, benchmark, bars.series, periodsPerYear, config.seed),
    exposure: exposureOf(result),
    asReportedBy: asReportedBy({ bars, strategy, result, trades, benchmark, periodsPerYear }),
    periodsPerYear,
    lookAhead: mayLookAhead(strategy) ? findLookAhead(requestOf(order), () => makeStrategy(order), result) : undefined,
    hash: hashOf(order, strategy),
  };
  return { ...outcome, notes: notesOf(outcome) };
}

function exposureOf({ exposed }: BacktestResult): number {
  let bars = 0;
  for (let row = 0; row < exposed.length; row++) bars += exposed[row]!;
  return bars / exposed.length;
}

/** Gives columns that nobody reads any more back at once: the collector does not feel their weight and comes late. */
function release(...columns: readonly (Float64Array | Uint8Array)[]): void {
  for (const { buffer } of columns) if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** An expression may be a column of the bars themselves: those stay. */
function releaseColumns(columns: SharedColumns, series: LoadedBars['series']): void {
  const kept = new Set(
    series.flatMap(({ time, open, high, low, close, volume }) => [time, open, high, low, close, volume]).map((column) => column.buffer),
  );
  const made = new Map([...columns.values()].flat().map((column) => [column.buffer, column]));
  release(...[...made.values()].filter(({ buffer }) => !kept.has(buffer)));
}

function execute(order: BacktestOrder, profile: ExecutionProfile, columns: SharedColumns): BacktestResult {
  const { found, bars } = order;
  const strategy = withColumns(makeStrategy(order), columns, bars.series);
  const request: BacktestRequest = { ...requestOf(order, profile), strategy };
  try {
    return runBacktest(request);
  } catch (cause) {
    if (found.kind !== 'file' || cause instanceof UserError || cause instanceof InvariantError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`strategy ${found.name} failed: ${message}${placeIn(found, cause)}`, 'EDGEWRIGHT_DEBUG=1 prints the way there.', {
      cause,
    });
  }
}

/** All of a run but its strategy: what `backtest` and every trial of `optimize` have in common. */
export function requestOf(
  { bars, config, rules }: Pick<BacktestOrder, 'bars' | 'config' | 'rules'>,
  profile = executionOf(rules, rules.profile, bars),
): Omit<BacktestRequest, 'strategy'> {
  const events = [...bars.actions, ...(bars.outside?.funding ?? [])];
  return {
    bars: bars.series,
    account: {
      cash: config.trading.cash,
      leverage: rules.leverage,
      exclusiveOrders: rules.exclusive,
      hedging: rules.hedging,
      ...rules.holding,
      ...(bars.currency === undefined ? {} : accountIn(bars.currency)),
    },
    ...(hasOwnLimits(rules.profile) || !isDefaultRisk(config.risk) ? { limits: limitsFor(config.risk, rules.leverage) } : {}),
    profile,
    instruments: instrumentsOf(bars.series, rules, bars),
    seed: config.seed,
    ...(events.length === 0 ? {} : { events }),
    ...(bars.outside === undefined ? {} : { externals: bars.outside.externals }),
    ...(bars.finer === undefined ? {} : { finer: bars.finer.series }),
    atEnd: rules.atEnd === 'open' ? 'rerun' : rules.atEnd,
  };
}

/** A fresh one a run, since a strategy may keep what it learned. */
function makeStrategy({ found, parameters, bars, config }: BacktestOrder): Strategy {
  if (found.recipe !== undefined) return prepare(found.recipe, parameters, { seed: config.seed, symbols: bars.series.length });
  const given = Object.keys(parameters);
  if (given.length > 0)
    throw new UserError(
      `strategy ${found.name} takes no parameters, got "${given[0]}"`,
      'Export it with tunable({ parameters: … }) to give it some.',
    );
  return found.strategy!;
}

/** Returns of a year, by which ratios are annualised. */
export function yearOf({ series, venueHours }: LoadedBars): number {
  const { timeframe } = series[0]!;
  const alwaysOpen = venueHours === 'always';
  return timeframe.ms > DAY_MS ? barsPerYear(timeframe, alwaysOpen ? 'always' : 'us_equity') : daysPerYear(alwaysOpen);
}

function hashOf(order: BacktestOrder, strategy: Strategy): string {
  const { bars, config, rules } = order;
  const { profile, fees, leverage, atEnd, lot, exclusive, hedging, fill } = rules;
  return contentHash({
    strategy: strategy.name,
    code: order.found.sha256,
    parameters: strategy.parameters ?? {},
    data: bars.series.map((series, at) => ({
      symbol: series.symbol,
      timeframe: series.timeframe.id,
      sha256: bars.provenance[at]!.sha256,
      from: series.time[0]!,
      to: series.time.at(-1)!,
    })),
    assetClass: bars.assetClass,
    cash: config.trading.cash,
    profile,
    fees: fees ?? null,
    leverage,
    atEnd,
    seed: config.seed,
    ...(isDefaultRisk(config.risk) ? {} : { risk: config.risk }),
    ...(lot === undefined ? {} : { lot }),
    ...(exclusive ? { exclusive } : {}),
    ...(hedging ? { hedging } : {}),
    ...(Object.keys(fill).length === 0
      ? {}
      : {
          fill: Object.entries(fill)
            .map(([name, value]) => `${name}=${value}`)
            .sort(),
        }),
    ...(order.factors === undefined ? {} : { factors: order.factors }),
    ...(bars.adjustment === undefined ? {} : { adjustment: bars.adjustment }),
    ...(bars.currency === undefined ? {} : { currency: bars.currency.fingerprint }),
    ...(bars.outside === undefined ? {} : { series: bars.outside.fingerprint }),
    ...(Object.keys(rules.holding).length === 0 ? {} : { holding: rules.holding }),
    ...(bars.finer === undefined ? {} : { finer: bars.finer.fingerprint }),
  }).slice(0, 10);
}

function isDefaultRisk(risk: PipelineConfig['risk']): boolean {
  return isDeepStrictEqual(risk, riskConfigSchema.parse({}));
}

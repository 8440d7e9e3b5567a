import { isDeepStrictEqual } from 'node:util';
import { runBacktest, type BacktestRequest, type BacktestResult } from '#backtest';
import { contentHash, DAY_MS, InvariantError, UserError } from '#core';
import { barsPerYear, type EquityCurve } from '#domain';
import { scaleCosts, type ExecutionProfile, type FeeSchedule } from '#execution';
import {
  buyAndHold,
  daysPerYear,
  instrumentFor,
  limitsFor,
  profileFigures,
  profileFor,
  PROFILES,
  reportPerformance,
  riskConfigSchema,
  type PerformanceReport,
  type PipelineConfig,
  type ProfileFigures,
} from '#research';
import { breakEvenCost } from '#statistics';
import { prepare, type Strategy } from '#strategy';
import type { FoundStrategy } from './find-strategy.ts';
import type { LoadedBars } from './load-bars.ts';
import { robustnessOf, type Robustness } from './robustness.ts';

export interface BacktestOrder {
  readonly found: FoundStrategy;
  readonly parameters: Readonly<Record<string, number>>;
  readonly bars: LoadedBars;
  readonly config: PipelineConfig;
  readonly fees: FeeSchedule | undefined;
  readonly leverage: number;
  readonly ladder: boolean;
  readonly atEnd: 'close' | 'mark';
}

export interface LadderRung extends ProfileFigures {
  /** Multiple of the costs of the run's own profile. */
  readonly multiple: number;
}

export interface CostComparison {
  readonly figures: ProfileFigures;
  readonly equity: EquityCurve;
}

/** A finished run and everything that is said about it. */
export interface BacktestOutcome {
  readonly order: BacktestOrder;
  readonly strategy: Strategy;
  readonly result: BacktestResult;
  readonly report: PerformanceReport;
  readonly benchmark: EquityCurve;
  readonly benchmarkFigures: ProfileFigures;
  readonly profiles: readonly CostComparison[];
  readonly ladder: readonly LadderRung[];
  /** The multiple of costs at which the return is gone; undefined when it never is, on this ladder. */
  readonly breakEven: number | undefined;
  readonly robustness: Robustness;
  readonly periodsPerYear: number;
  /** Names the run: same inputs, same hash. */
  readonly hash: string;
}

const MULTIPLES = [0, 1, 2, 4];

/** Runs the strategy in the chosen profile, then in the others and up the cost ladder. */
export function runOrder(order: BacktestOrder): BacktestOutcome {
  const { bars, config } = order;
  const chosen = config.trading.profile;
  const periodsPerYear = yearOf(bars);
  const strategy = makeStrategy(order);
  const result = execute(order, profileOf(order, chosen));
  const benchmark = buyAndHold(bars.series, result.equity, config.trading.cash);
  const figures = (name: string, run: BacktestResult): ProfileFigures =>
    profileFigures({ profile: name, equity: run.equity, trades: run.trades }, periodsPerYear);
  const profiles = PROFILES.map((name) => {
    const run = name === chosen ? result : execute(order, profileOf(order, name));
    return { figures: figures(name, run), equity: run.equity };
  });
  const ladder = order.ladder
    ? MULTIPLES.map((multiple) => ({
        multiple,
        ...figures(`${multiple}×`, multiple === 1 ? result : execute(order, scaleCosts(profileOf(order, chosen), multiple))),
      }))
    : [];
  return {
    order,
    strategy,
    result,
    report: reportPerformance({ profile: chosen, equity: result.equity, trades: result.trades }, benchmark, periodsPerYear, config.seed),
    benchmark,
    benchmarkFigures: profileFigures({ profile: 'buy and hold', equity: benchmark, trades: [] }, periodsPerYear),
    profiles,
    ladder,
    breakEven: breakEvenCost(
      ladder.map((rung) => ({ profile: rung.profile, cost: rung.multiple, result: rung })),
      (rung) => rung.totalReturn,
    ),
    robustness: robustnessOf(result, periodsPerYear, config.seed),
    periodsPerYear,
    hash: hashOf(order, strategy),
  };
}

function execute(order: BacktestOrder, profile: ExecutionProfile): BacktestResult {
  const { bars, config, leverage, atEnd, found } = order;
  const request: BacktestRequest = {
    bars: bars.series,
    strategy: makeStrategy(order),
    account: { cash: config.trading.cash, leverage },
    limits: limitsFor(config.risk, leverage),
    profile,
    instruments: bars.series.map(({ symbol }) => instrumentFor(symbol, bars.assetClass)),
    seed: config.seed,
    atEnd,
  };
  try {
    return runBacktest(request);
  } catch (cause) {
    if (found.kind !== 'file' || cause instanceof UserError || cause instanceof InvariantError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`strategy ${found.name} failed: ${message}`, 'EDGEWRIGHT_DEBUG=1 prints the line.', { cause });
  }
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

function profileOf({ bars, fees }: BacktestOrder, name: (typeof PROFILES)[number]): ExecutionProfile {
  const profile = profileFor(name, bars.assetClass);
  return fees === undefined ? profile : { ...profile, fees };
}

function yearOf({ series, venueHours }: LoadedBars): number {
  const { timeframe } = series[0]!;
  const alwaysOpen = venueHours === 'always';
  return timeframe.ms > DAY_MS ? barsPerYear(timeframe, alwaysOpen ? 'always' : 'us_equity') : daysPerYear(alwaysOpen);
}

function hashOf(order: BacktestOrder, strategy: Strategy): string {
  const { bars, config, fees, leverage, atEnd } = order;
  const { cash, profile } = config.trading;
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
    cash,
    profile,
    fees: fees ?? null,
    leverage,
    atEnd,
    seed: config.seed,
    ...(isDeepStrictEqual(config.risk, riskConfigSchema.parse({})) ? {} : { risk: config.risk }),
  }).slice(0, 10);
}

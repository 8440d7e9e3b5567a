import { runBacktest, type BacktestAccount, type BacktestRequest, type BacktestResult } from '#backtest';
import { DAY_MS } from '#core';
import { barSeries, instrument, parseTimeframe, type BarSeries, type Instrument, type OrderRequest } from '#domain';
import { executionProfile, type ExecutionProfile } from '#execution';
import type { BarContext, Strategy } from '#strategy';

/** One bar as open, high, low, close and, when it matters, volume. */
export type Row = readonly [number, number, number, number, number?];

/** A bar that goes nowhere: 100, 101, 99, 100. */
export const QUIET: Row = [100, 101, 99, 100];

export function bars(rows: readonly Row[], timeframe = '1d', symbol = 'X', start = Date.UTC(2024, 0, 1)): BarSeries {
  const frame = parseTimeframe(timeframe);
  const column = (at: number): Float64Array => Float64Array.from(rows, (row) => row[at] ?? 1000);
  return barSeries(symbol, frame, {
    time: Float64Array.from(rows, (_, row) => start + row * (timeframe === '1d' ? DAY_MS : frame.ms)),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: column(4),
  });
}

export type Act = (context: BarContext) => void;

/** What to do after which bar. */
export function scripted(script: Readonly<Record<number, Act | OrderRequest>>, name = 'script'): Strategy {
  return {
    name,
    features: {},
    onBar(context) {
      const step = script[context.row];
      if (typeof step === 'function') step(context);
      else if (step !== undefined) context.submit(step);
      return undefined;
    },
  };
}

export interface Scenario {
  readonly rows?: readonly Row[];
  readonly series?: readonly BarSeries[];
  readonly finer?: readonly BarSeries[];
  readonly script?: Readonly<Record<number, Act | OrderRequest>>;
  readonly strategies?: readonly Strategy[];
  readonly profile?: Partial<ExecutionProfile>;
  readonly account?: Partial<BacktestAccount>;
  readonly instrument?: Partial<Instrument>;
  readonly events?: NonNullable<BacktestRequest['events']>;
  readonly limits?: NonNullable<BacktestRequest['limits']>;
}

/** Runs a scenario without costs unless its profile says otherwise; margin is not what these are about. */
export function play(scenario: Scenario): BacktestResult {
  const series = scenario.series ?? [bars(scenario.rows!)];
  return runBacktest({
    bars: series,
    strategy: scenario.strategies ?? [scripted(scenario.script!)],
    account: { cash: 100_000, leverage: 10, ...scenario.account },
    profile: executionProfile('frictionless', scenario.profile),
    ...(scenario.finer === undefined ? {} : { finer: scenario.finer }),
    ...(scenario.events === undefined ? {} : { events: scenario.events }),
    ...(scenario.limits === undefined ? {} : { limits: scenario.limits }),
    instruments: series.map(({ symbol }) => instrument(symbol, 'synthetic', { tickSize: 0.01, ...scenario.instrument })),
  });
}

/** Fills as `row side quantity @ price`. */
export function tape(result: BacktestResult): string[] {
  const { time } = result.equity;
  return result.fills.map((fill) => `${time.indexOf(fill.time)} ${fill.side} ${fill.quantity} @ ${Number(fill.price.toFixed(6))}`);
}

/** Orders as `type status filled/quantity reason`. */
export function book(result: BacktestResult): string[] {
  return result.orders.map((order) => `${order.type} ${order.status} ${order.filledQuantity}/${order.quantity} ${order.reason}`.trim());
}

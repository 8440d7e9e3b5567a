import type { BacktestResult } from '#backtest';
import type { BarSeries, Order } from '#domain';

/** What `edgewright why` reads: the reason on every bar, a row where it changes, and every order. */
export interface DecisionFile {
  readonly strategy: string;
  readonly barMs: number;
  readonly symbols: readonly SymbolDecisions[];
  readonly orders: readonly OrderLine[];
  readonly trades: readonly {
    readonly symbol: string;
    readonly entryTime: number;
    readonly exitTime: number;
    readonly side: string;
    readonly exitReason: string;
    readonly pnl: number;
  }[];
}

export interface SymbolDecisions {
  readonly symbol: string;
  /** Runs of bars without a gap: the first start, and how many. */
  readonly runs: readonly (readonly [start: number, count: number])[];
  /** Start of the last bar. */
  readonly last: number;
  /** Bar starts from which a reason holds, and which of `reasons` it is. */
  readonly from: readonly number[];
  readonly reason: readonly number[];
  readonly reasons: readonly string[];
}

export type OrderLine = Omit<Order, 'strategy' | 'timeInForce' | 'reduceOnly'>;

function orderLine({ strategy: _strategy, timeInForce: _timeInForce, reduceOnly: _reduceOnly, ...line }: Order): OrderLine {
  return line;
}

export function decisionFile(result: BacktestResult, strategy: string, series: readonly BarSeries[]): DecisionFile {
  return {
    strategy,
    barMs: series[0]!.timeframe.ms,
    symbols: series.map((bars) => symbolDecisions(result, strategy, bars)),
    orders: result.orders.map(orderLine),
    trades: result.trades.map(({ symbol, entryTime, exitTime, side, exitReason, pnl }) => ({
      symbol,
      entryTime,
      exitTime,
      side,
      exitReason,
      pnl,
    })),
  };
}

function symbolDecisions(result: BacktestResult, strategy: string, bars: BarSeries): SymbolDecisions {
  const changes = result.whyChanges(strategy, bars.symbol, bars.time);
  const index = new Map<string, number>();
  for (const { reason } of changes) if (!index.has(reason)) index.set(reason, index.size);
  return {
    symbol: bars.symbol,
    runs: runsOf(bars),
    last: bars.time.at(-1)!,
    from: changes.map(({ time }) => time),
    reason: changes.map(({ reason }) => index.get(reason)!),
    reasons: [...index.keys()],
  };
}

function runsOf({ time, timeframe }: BarSeries): [number, number][] {
  const runs: [number, number][] = [];
  for (let row = 0; row < time.length; ) {
    const first = row++;
    while (row < time.length && time[row]! - time[row - 1]! === timeframe.ms) row++;
    runs.push([time[first]!, row - first]);
  }
  return runs;
}

import { DAY_MS, HOUR_MS } from '#core';
import type { BacktestResult } from '#backtest';
import { firstRowAtOrAfter, venueCalendar, type EquityCurve, type Fill, type Trade } from '#domain';
import { WARMING_UP } from '#engine';
import { dailyEquity } from '#research';
import { backtestingPyStatistics, leanStatistics, quantstatsMetrics, type IndexedTrade } from '#statistics';
import type { Strategy } from '#strategy';
import type { LoadedBars } from './load-bars.ts';

export type ReportedBy = Readonly<Record<'backtesting.py' | 'quantstats' | 'LEAN', Readonly<Record<string, number>>>>;

interface Run {
  readonly bars: LoadedBars;
  readonly strategy: Strategy;
  readonly result: BacktestResult;
  readonly trades: readonly Trade[];
  /** What holding the same symbols was worth, row by row with the result's equity. */
  readonly benchmark: EquityCurve;
  readonly periodsPerYear: number;
}

/**
 * The figures of a run as those who come from another program know them: under its names and by its conventions. Risk-free rate 0.
 * What the data cannot give is NaN.
 */
export function asReportedBy(run: Run): ReportedBy {
  const { result, benchmark, periodsPerYear, bars, trades } = run;
  const daily = dailyEquity(result.equity);
  return {
    'backtesting.py': backtestingPyStatistics({ ...result.equity, trades: indexed(run), ...marketOf(run) }),
    quantstats: quantstatsMetrics({ ...daily, benchmarkEquity: dailyEquity(benchmark).equity, periodsPerYear }),
    LEAN: leanStatistics({
      ...result.equity,
      startEquity: result.startCash,
      benchmark: benchmark.equity,
      trades,
      ...(bars.currency === undefined ? { fills: result.fills.map(notional) } : {}),
      orders: result.orders.length,
      fees: result.feesPaid,
      elapsedMs: elapsed(bars, result.equity.time),
      periodsPerYear,
    }),
  };
}

function indexed({ trades, result }: Run): IndexedTrade[] {
  const { time } = result.equity;
  const axis = { time, length: time.length };
  const rowOf = (instant: number): number => Math.max(0, firstRowAtOrAfter(axis, instant + 1) - 1);
  return trades.map((trade) => {
    const [entryRow, exitRow] = [rowOf(trade.entryTime), rowOf(trade.exitTime)];
    const { pnl, returnFraction, fees } = trade;
    return { pnl, returnFraction, fees, entryRow, exitRow, entryTime: time[entryRow]!, exitTime: time[exitRow]! };
  });
}

/** Of one symbol its closes, and the row at which the strategy could first decide; several have no one close. */
function marketOf({ bars, strategy, result }: Run): { readonly close?: Float64Array; readonly firstTradingRow?: number } {
  const [only, other] = bars.series;
  if (other !== undefined) return {};
  const { time } = result.equity;
  let firstTradingRow = 0;
  while (firstTradingRow < time.length - 1 && result.why(strategy.name, only!.symbol, time[firstTradingRow]!) === WARMING_UP)
    firstTradingRow++;
  return { close: only!.close, firstTradingRow };
}

const notional = ({ time, quantity, price }: Fill): { readonly time: number; readonly notional: number } => ({
  time,
  notional: quantity * price,
});

/** From the midnight before the first bar to the end of the last session, by the venue's clock. */
function elapsed({ series, venueHours }: LoadedBars, time: Float64Array): number {
  const calendar = venueCalendar(venueHours);
  const daily = series[0]!.timeframe.ms >= DAY_MS;
  const [first, last] = [time[0]!, time.at(-1)!].map((at) => (daily ? at - (at % DAY_MS) : calendar.dateOf(at))) as [number, number];
  const session = venueHours === 'always' ? undefined : calendar.session(last);
  return last - first + (session === undefined ? DAY_MS : (session.early ? 13 : 16) * HOUR_MS);
}

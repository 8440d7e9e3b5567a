import type { BacktestResult } from '#backtest';
import { createRng } from '#core';
import { firstRowAtOrAfter, type BarSeries, type EquityCurve } from '#domain';
import { dailyEquity } from '#research';
import {
  estimatedCapacity,
  minimumTrackRecordLength,
  regimePerformance,
  returnsFromEquity,
  sharpeEstimate,
  tradeMonteCarlo,
  worstDrawdowns,
  type DatedDrawdown,
  type RegimePerformance,
  type TradeMonteCarlo,
} from '#statistics';

/** How much of a result could be luck. */
export interface Robustness {
  /** Years of such returns until the Sharpe ratio is above zero with 95 % probability; infinite when it is not positive. */
  readonly trackRecordYears: number;
  /** The same trades drawn again with replacement. */
  readonly monteCarlo: TradeMonteCarlo;
  readonly worstDrawdowns: readonly DatedDrawdown[];
  /** By the state of the market, which is holding the same symbols. */
  readonly regimes: readonly RegimePerformance[];
  /** Account currency at which the fills would still be at most a tenth of their bars' volume; NaN without volumes. */
  readonly capacity: number;
  /** Notional of all fills over mean equity, a year. */
  readonly turnoverPerYear: number;
}

export function robustnessOf(
  result: BacktestResult,
  market: EquityCurve,
  series: readonly BarSeries[],
  periodsPerYear: number,
  seed: number,
): Robustness {
  const daily = dailyEquity(result.equity);
  const returns = returnsFromEquity(daily.equity);
  return {
    trackRecordYears: minimumTrackRecordLength(sharpeEstimate(returns)) / periodsPerYear,
    regimes: regimePerformance(returns, returnsFromEquity(dailyEquity(market).equity), { periodsPerYear }),
    capacity: capacityOf(result, series),
    turnoverPerYear: turnoverOf(result, daily.equity, periodsPerYear),
    monteCarlo: tradeMonteCarlo(tradeReturns(result), {
      rng: createRng(seed).stream('trade-monte-carlo'),
      runs: monteCarloRuns(result.trades.length),
      method: 'resample',
      startEquity: result.startCash,
    }),
    worstDrawdowns: worstDrawdowns(daily.time, daily.equity, 5),
  };
}

/** A thousand, or fewer for very many trades: five million draws place the quantiles well enough, and two hundred runs are the least. */
function monteCarloRuns(trades: number): number {
  return Math.max(200, Math.min(1000, Math.floor(5e6 / Math.max(1, trades))));
}

function turnoverOf({ turnover }: BacktestResult, equity: Float64Array, periodsPerYear: number): number {
  const mean = equity.reduce((sum, value) => sum + value, 0) / equity.length;
  return turnover / mean / (equity.length / periodsPerYear);
}

function capacityOf({ fills, equity }: BacktestResult, series: readonly BarSeries[]): number {
  const bySymbol = new Map(series.map((bars) => [bars.symbol, bars]));
  const axis = { time: equity.time, length: equity.time.length };
  const quantity = new Float64Array(fills.length);
  const volume = new Float64Array(fills.length);
  const worth = new Float64Array(fills.length);
  for (let at = 0; at < fills.length; at++) {
    const fill = fills[at]!;
    const bars = bySymbol.get(fill.symbol)!;
    quantity[at] = fill.quantity;
    volume[at] = bars.volume[firstRowAtOrAfter(bars, fill.time + 1) - 1] ?? Number.NaN;
    worth[at] = equity.equity[Math.max(0, firstRowAtOrAfter(axis, fill.time + 1) - 1)]!;
  }
  return estimatedCapacity({ quantity, volume, equity: worth });
}

/** Profit of each trade over the equity at the bar before it was entered. */
function tradeReturns({ trades, equity, startCash }: BacktestResult): Float64Array {
  const axis = { time: equity.time, length: equity.time.length };
  return Float64Array.from(trades, ({ pnl, entryTime }) => {
    const row = firstRowAtOrAfter(axis, entryTime);
    return pnl / (row === 0 ? startCash : equity.equity[row - 1]!);
  });
}

import type { BacktestResult } from '#backtest';
import { createRng } from '#core';
import { dailyEquity } from '#research';
import {
  minimumTrackRecordLength,
  returnsFromEquity,
  sharpeEstimate,
  tradeMonteCarlo,
  worstDrawdowns,
  type DatedDrawdown,
  type TradeMonteCarlo,
} from '#statistics';

/** How much of a result could be luck. */
export interface Robustness {
  /** Years of such returns until the Sharpe ratio is above zero with 95 % probability; infinite when it is not positive. */
  readonly trackRecordYears: number;
  /** The same trades drawn again with replacement. */
  readonly monteCarlo: TradeMonteCarlo;
  readonly worstDrawdowns: readonly DatedDrawdown[];
}

export function robustnessOf(result: BacktestResult, periodsPerYear: number, seed: number): Robustness {
  const daily = dailyEquity(result.equity);
  return {
    trackRecordYears: minimumTrackRecordLength(sharpeEstimate(returnsFromEquity(daily.equity))) / periodsPerYear,
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

/** Profit of each trade over the equity at the bar before it was entered. */
function tradeReturns({ trades, equity, startCash }: BacktestResult): Float64Array {
  return Float64Array.from(trades, ({ pnl, entryTime }) => {
    let low = 0;
    let high = equity.time.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (equity.time[middle]! < entryTime) low = middle + 1;
      else high = middle;
    }
    return pnl / (low === 0 ? startCash : equity.equity[low - 1]!);
  });
}

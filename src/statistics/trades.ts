import { type Column, mean, standardDeviation, sum } from './moments.ts';
import { longestRun } from './period-wins.ts';

/** What the statistics need of a closed trade; `Trade` of #domain fits. */
export interface TradeOutcome {
  /** Net profit, account currency. */
  readonly pnl: number;
  readonly returnFraction?: number;
  readonly entryTime?: number;
  readonly exitTime?: number;
  readonly barsHeld?: number;
  /** Worst and best excursion during the trade, as fractions of the entry notional (MAE ≤ 0 ≤ MFE). */
  readonly maxAdverseExcursion?: number;
  readonly maxFavourableExcursion?: number;
}

export interface TradeStatistics {
  readonly count: number;
  /** Share of trades with a profit above 0. */
  readonly winRate: number;
  readonly grossProfit: number;
  readonly grossLoss: number;
  readonly netProfit: number;
  readonly profitFactor: number;
  /** Mean profit of a trade. */
  readonly expectancy: number;
  /** Mean win over mean loss, positive. */
  readonly payoff: number;
  /** √n · mean / σ of the profits (Van Tharp, n not capped). */
  readonly sqn: number;
  /** w − (1 − w)/payoff. */
  readonly kelly: number;
  readonly averageWin: number;
  readonly averageLoss: number;
  readonly best: number;
  readonly worst: number;
  readonly maxConsecutiveWins: number;
  readonly maxConsecutiveLosses: number;
  /** Of the return fractions, where every trade has one; else NaN. */
  readonly averageReturn: number;
  readonly bestReturn: number;
  readonly worstReturn: number;
  readonly geometricMeanReturn: number;
  readonly averageDurationMs: number;
  readonly maxDurationMs: number;
  readonly averageBarsHeld: number;
  readonly maxBarsHeld: number;
  readonly averageAdverseExcursion: number;
  readonly worstAdverseExcursion: number;
  readonly averageFavourableExcursion: number;
  readonly bestFavourableExcursion: number;
}

interface Extent {
  readonly least: number;
  readonly most: number;
  readonly mean: number;
}

/** NaN of an empty column. */
function extentOf(values: Column): Extent {
  let least = values.length === 0 ? Number.NaN : Number.POSITIVE_INFINITY;
  let most = -least;
  for (let i = 0; i < values.length; i += 1) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  return { least, most, mean: mean(values) };
}

/** A column of a field that every trade has, or an empty one. */
function column(trades: readonly TradeOutcome[], read: (trade: TradeOutcome) => number | undefined): Float64Array {
  const values = new Float64Array(trades.length);
  for (let i = 0; i < values.length; i += 1) {
    const value = read(trades[i]!);
    if (value === undefined || Number.isNaN(value)) return new Float64Array(0);
    values[i] = value;
  }
  return values;
}

/** Figures of a list of closed trades in order of exit. Ratios without a loss (or a win) to divide by are NaN. */
export function tradeStatistics(trades: readonly TradeOutcome[]): TradeStatistics {
  const pnl = Float64Array.from(trades, (trade) => trade.pnl);
  const wins = pnl.filter((value) => value > 0);
  const losses = pnl.filter((value) => value < 0);
  const count = pnl.length;
  const winRate = count > 0 ? wins.length / count : Number.NaN;
  const payoff = mean(wins) / -mean(losses);
  const deviation = standardDeviation(pnl);
  const profits = extentOf(pnl);
  const fractions = column(trades, (trade) => trade.returnFraction);
  const returns = extentOf(fractions);
  const durations = extentOf(
    column(trades, ({ entryTime, exitTime }) => (exitTime !== undefined && entryTime !== undefined ? exitTime - entryTime : undefined)),
  );
  const bars = extentOf(column(trades, (trade) => trade.barsHeld));
  const adverse = extentOf(column(trades, (trade) => trade.maxAdverseExcursion));
  const favourable = extentOf(column(trades, (trade) => trade.maxFavourableExcursion));
  return {
    count,
    winRate,
    grossProfit: sum(wins),
    grossLoss: -sum(losses),
    netProfit: sum(pnl),
    profitFactor: losses.length > 0 ? sum(wins) / -sum(losses) : Number.NaN,
    expectancy: profits.mean,
    payoff,
    sqn: deviation > 0 ? (Math.sqrt(count) * profits.mean) / deviation : Number.NaN,
    kelly: winRate - (1 - winRate) / payoff,
    averageWin: mean(wins),
    averageLoss: mean(losses),
    best: profits.most,
    worst: profits.least,
    maxConsecutiveWins: longestRun(pnl, (value) => value > 0),
    maxConsecutiveLosses: longestRun(pnl, (value) => value < 0),
    averageReturn: returns.mean,
    bestReturn: returns.most,
    worstReturn: returns.least,
    geometricMeanReturn: geometric(fractions),
    averageDurationMs: durations.mean,
    maxDurationMs: durations.most,
    averageBarsHeld: bars.mean,
    maxBarsHeld: bars.most,
    averageAdverseExcursion: adverse.mean,
    worstAdverseExcursion: adverse.least,
    averageFavourableExcursion: favourable.mean,
    bestFavourableExcursion: favourable.most,
  };
}

function geometric(returns: Float64Array): number {
  if (returns.length === 0) return Number.NaN;
  if (returns.some((value) => value <= -1)) return -1;
  return Math.expm1(mean(returns.map((value) => Math.log1p(value))));
}

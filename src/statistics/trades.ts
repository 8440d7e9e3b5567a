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

function extreme(values: Column, pick: (a: number, b: number) => number): number {
  if (values.length === 0) return Number.NaN;
  let found = values[0]!;
  for (let i = 1; i < values.length; i += 1) found = pick(found, values[i]!);
  return found;
}

/** A column of a field that every trade has, or an empty one. */
function column(trades: readonly TradeOutcome[], read: (trade: TradeOutcome) => number | undefined): readonly number[] {
  const values = trades.map(read);
  return values.every((value): value is number => value !== undefined && !Number.isNaN(value)) ? (values as number[]) : [];
}

/** Figures of a list of closed trades in order of exit. Ratios without a loss (or a win) to divide by are NaN. */
export function tradeStatistics(trades: readonly TradeOutcome[]): TradeStatistics {
  const pnl = trades.map((trade) => trade.pnl);
  const wins = pnl.filter((value) => value > 0);
  const losses = pnl.filter((value) => value < 0);
  const count = pnl.length;
  const winRate = count > 0 ? wins.length / count : Number.NaN;
  const payoff = mean(wins) / -mean(losses);
  const deviation = standardDeviation(pnl);
  const returns = column(trades, (trade) => trade.returnFraction);
  const durations = column(trades, (trade) =>
    trade.exitTime !== undefined && trade.entryTime !== undefined ? trade.exitTime - trade.entryTime : undefined,
  );
  const bars = column(trades, (trade) => trade.barsHeld);
  const adverse = column(trades, (trade) => trade.maxAdverseExcursion);
  const favourable = column(trades, (trade) => trade.maxFavourableExcursion);
  return {
    count,
    winRate,
    grossProfit: sum(wins),
    grossLoss: -sum(losses),
    netProfit: sum(pnl),
    profitFactor: losses.length > 0 ? sum(wins) / -sum(losses) : Number.NaN,
    expectancy: mean(pnl),
    payoff,
    sqn: deviation > 0 ? (Math.sqrt(count) * mean(pnl)) / deviation : Number.NaN,
    kelly: winRate - (1 - winRate) / payoff,
    averageWin: mean(wins),
    averageLoss: mean(losses),
    best: extreme(pnl, Math.max),
    worst: extreme(pnl, Math.min),
    maxConsecutiveWins: longestRun(pnl, (value) => value > 0),
    maxConsecutiveLosses: longestRun(pnl, (value) => value < 0),
    averageReturn: mean(returns),
    bestReturn: extreme(returns, Math.max),
    worstReturn: extreme(returns, Math.min),
    geometricMeanReturn: geometric(returns),
    averageDurationMs: mean(durations),
    maxDurationMs: extreme(durations, Math.max),
    averageBarsHeld: mean(bars),
    maxBarsHeld: extreme(bars, Math.max),
    averageAdverseExcursion: mean(adverse),
    worstAdverseExcursion: extreme(adverse, Math.min),
    averageFavourableExcursion: mean(favourable),
    bestFavourableExcursion: extreme(favourable, Math.max),
  };
}

function geometric(returns: readonly number[]): number {
  if (returns.length === 0) return Number.NaN;
  if (returns.some((value) => value <= -1)) return -1;
  return Math.expm1(mean(returns.map((value) => Math.log1p(value))));
}

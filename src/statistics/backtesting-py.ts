import { listDrawdowns, type Drawdown } from './drawdowns.ts';
import { type Column, mean, present, standardDeviation } from './moments.ts';
import { firstRowFrom, sampleEquity } from './periods.ts';
import { compoundAnnualGrowthRate, returnsFromEquity } from './returns.ts';
import { tradeStatistics } from './trades.ts';

/** A closed trade as backtesting.py records it: rows of entry and exit, profit net of commission, return on the entry notional. */
export interface IndexedTrade {
  readonly entryRow: number;
  readonly exitRow: number;
  readonly entryTime: number;
  readonly exitTime: number;
  readonly pnl: number;
  readonly returnFraction: number;
  readonly fees?: number;
}

export interface BacktestingPyInput {
  /** UTC milliseconds and equity of every bar. */
  readonly time: Column;
  readonly equity: Column;
  readonly trades: readonly IndexedTrade[];
  /** Market closes, for buy-and-hold, alpha and beta. */
  readonly close?: Column;
  /** First row on which the strategy could trade: buy-and-hold starts there. Default 0. */
  readonly firstTradingRow?: number;
  readonly riskFreeRate?: number;
}

/** Statistics under the names and conventions of backtesting.py 0.6; percent where the name says so, durations in milliseconds. */
export type BacktestingPyStatistics = Readonly<Record<string, number>>;

const DAY = 86_400_000;

/** Its length of a bar: the median distance of the last hundred rows. */
function barLength(time: Column): number {
  const gaps = Array.from(
    { length: Math.min(99, Math.max(0, time.length - 1)) },
    (_, i) => time[time.length - 1 - i]! - time[time.length - 2 - i]!,
  );
  gaps.sort((a, b) => a - b);
  const half = gaps.length >> 1;
  return gaps.length % 2 === 1 ? gaps[half]! : (gaps[half - 1]! + gaps[half]!) / 2;
}

/** Its year: rows every 7, 31 or 365 days make 52, 12 or 1 periods; else days, 365 when weekends are traded and 252 when not. */
function calendar(time: Column): { periods: number; sample: 'day' | 'week' | 'month' | 'year' } {
  const days = Math.floor(barLength(time) / DAY);
  if (days === 7) return { periods: 52, sample: 'week' };
  if (days === 31) return { periods: 12, sample: 'month' };
  if (days === 365) return { periods: 1, sample: 'year' };
  let weekends = 0;
  for (let row = 0; row < time.length; ) {
    const day = Math.floor(time[row]! / DAY);
    const next = firstRowFrom(time, row, time.length, (day + 1) * DAY);
    if ([0, 6].includes(new Date(day * DAY).getUTCDay())) weekends += next - row;
    row = next;
  }
  return { periods: weekends / time.length > (2 / 7) * 0.6 ? 365 : 252, sample: 'day' };
}

/** Every figure that equity, trades and closes give; NaN where backtesting.py has NaN. */
export function backtestingPyStatistics(input: BacktestingPyInput): BacktestingPyStatistics {
  const { time, equity, trades, riskFreeRate = 0 } = input;
  const rows = equity.length;
  if (rows < 2) return {};
  const { periods, sample } = calendar(time);
  const annual = annualFigures(sampleEquity(time, equity, sample).equity, periods);
  const first = equity[0]!;
  const last = equity[rows - 1]!;
  const falls = listDrawdowns(equity);
  // A fall that is still open began at the peak of all; without one the end is it.
  const open = falls.find(({ recoveryRow }) => recoveryRow === undefined);
  const worst = falls.reduce((least, { depth }) => Math.min(least, depth), 0);
  const returnPercent = (last / first - 1) * 100;
  const duration = time[rows - 1]! - time[0]!;
  return {
    'Exposure Time [%]': exposure(trades, rows) * 100,
    'Equity Final [$]': last,
    'Equity Peak [$]': open === undefined ? last : equity[open.peakRow]!,
    'Commissions [$]': trades.reduce((total, trade) => total + (trade.fees ?? 0), 0),
    'Return [%]': returnPercent,
    ...market(input, returnPercent, riskFreeRate),
    'Return (Ann.) [%]': annual.growth * 100,
    'Volatility (Ann.) [%]': annual.volatility * 100,
    'CAGR [%]': compoundAnnualGrowthRate(first, last, duration) * 100,
    'Sharpe Ratio': (annual.growth - riskFreeRate) / (annual.volatility || Number.NaN),
    'Sortino Ratio': (annual.growth - riskFreeRate) / (annual.downside || Number.NaN),
    'Calmar Ratio': annual.growth / (-worst || Number.NaN),
    'Max. Drawdown [%]': worst * 100,
    ...drawdowns(time, falls),
    ...tradeFigures(trades, time),
  };
}

function annualFigures(sampled: Float64Array, periods: number) {
  const returns = present(returnsFromEquity(sampled));
  const ruined = returns.some((value) => value <= -1);
  const growth = ruined ? 1 : Math.exp(returns.reduce((total, value) => total + Math.log1p(value), 0) / returns.length);
  const deviation = standardDeviation(returns);
  return {
    growth: growth ** periods - 1,
    volatility: Math.sqrt((deviation ** 2 + growth ** 2) ** periods - growth ** (2 * periods)),
    downside: Math.sqrt(mean(returns.map((value) => Math.min(value, 0) ** 2))) * Math.sqrt(periods),
  };
}

/** Share of the bars in which a trade was open, each counted once. */
function exposure(trades: readonly IndexedTrade[], rows: number): number {
  let held = 0;
  let next = 0;
  for (const { entryRow, exitRow } of trades.toSorted((one, other) => one.entryRow - other.entryRow)) {
    const from = Math.max(entryRow, next);
    next = Math.max(next, exitRow + 1);
    held += Math.max(0, next - from);
  }
  return held / rows;
}

function market({ close, equity, firstTradingRow = 0 }: BacktestingPyInput, returnPercent: number, riskFreeRate: number) {
  if (close === undefined) return {};
  const hold = (close[close.length - 1]! / close[firstTradingRow]! - 1) * 100;
  const beta = logBeta(close, equity);
  const free = riskFreeRate * 100;
  return { 'Buy & Hold Return [%]': hold, 'Alpha [%]': returnPercent - free - beta * (hold - free), Beta: beta };
}

/** Slope of the log returns of equity on those of the market, in one pass: their means are known from the ends. NaN where the market never moves. */
function logBeta(close: Column, equity: Column): number {
  const n = Math.min(close.length, equity.length) - 1;
  const meanClose = Math.log(close[n]! / close[0]!) / n;
  const meanEquity = Math.log(equity[n]! / equity[0]!) / n;
  let [both, own] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    const x = Math.log(close[i + 1]! / close[i]!) - meanClose;
    const y = (equity[i + 1] === equity[i] ? 0 : Math.log(equity[i + 1]! / equity[i]!)) - meanEquity;
    both += x * y;
    own += x * x;
  }
  return both / (own || Number.NaN);
}

/** Rounds a duration up to the finest unit that the length of a bar has: whole days, hours, minutes or seconds. */
function roundUp(milliseconds: number, time: Column): number {
  const length = barLength(time);
  const unit = [DAY, 3_600_000, 60_000, 1000].find((one) => length % one === 0) ?? 1;
  return Math.ceil(milliseconds / unit) * unit;
}

function drawdowns(time: Column, all: readonly Drawdown[]) {
  // A drawdown still open counts up to the last row; one that only the last row has begun is not in its list, unless it is all there is.
  const last = time.length - 1;
  const list = all.filter(({ recoveryRow, peakRow }) => recoveryRow !== undefined || peakRow < last - 1);
  const depths = (list.length === 0 ? all : list).map(({ depth }) => depth);
  const durations = list.map(({ peakRow, recoveryRow }) => time[recoveryRow ?? last]! - time[peakRow]!);
  const longest = durations.length === 0 ? Number.NaN : durations.reduce((most, duration) => Math.max(most, duration));
  return {
    'Avg. Drawdown [%]': mean(depths) * 100,
    'Max. Drawdown Duration': roundUp(longest, time),
    'Avg. Drawdown Duration': roundUp(mean(durations), time),
  };
}

function tradeFigures(trades: readonly IndexedTrade[], time: Column) {
  const figures = tradeStatistics(trades);
  const returns = trades.map((trade) => trade.returnFraction);
  const gains = returns.reduce((total, value) => total + Math.max(value, 0), 0);
  const losses = returns.reduce((total, value) => total - Math.min(value, 0), 0);
  return {
    '# Trades': figures.count,
    'Win Rate [%]': figures.winRate * 100,
    'Best Trade [%]': figures.bestReturn * 100,
    'Worst Trade [%]': figures.worstReturn * 100,
    'Avg. Trade [%]': (returns.some((value) => value <= -1) ? 0 : figures.geometricMeanReturn) * 100,
    'Max. Trade Duration': roundUp(figures.maxDurationMs, time),
    'Avg. Trade Duration': roundUp(figures.averageDurationMs, time),
    'Profit Factor': gains / (losses || Number.NaN),
    'Expectancy [%]': figures.averageReturn * 100,
    SQN: figures.sqn,
    'Kelly Criterion': figures.kelly,
  };
}

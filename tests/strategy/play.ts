import { runBacktest, type BacktestResult } from '#backtest';
import { DAY_MS } from '#core';
import { barSeries, parseTimeframe, type BarSeries } from '#domain';
import { BUILT_IN_STRATEGIES, prepare, type Strategy } from '#strategy';

/** A bar as a close alone (open, high and low are the same), or as open, high, low, close and volume. */
export type Row = number | readonly [open: number, high: number, low: number, close: number, volume?: number];

export const MONDAY = Date.UTC(2024, 0, 1);

/** Daily bars, one a calendar day, of hand-written rows. */
export function daily(symbol: string, rows: readonly Row[], start = MONDAY): BarSeries {
  return series(
    symbol,
    '1d',
    rows.map((row, at) => [start + at * DAY_MS, row] as const),
  );
}

export function series(symbol: string, timeframe: string, rows: readonly (readonly [time: number, row: Row])[]): BarSeries {
  const full = rows.map(([, row]) => (typeof row === 'number' ? ([row, row, row, row] as const) : row));
  const column = (at: 0 | 1 | 2 | 3): Float64Array => Float64Array.from(full, (row) => row[at]);
  return barSeries(symbol, parseTimeframe(timeframe), {
    time: Float64Array.from(rows, ([time]) => time),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: Float64Array.from(full, (row) => row[4] ?? 1000),
  });
}

export interface Played {
  readonly result: BacktestResult;
  /** The reason on each bar of a symbol. */
  reasons(symbol?: string): readonly string[];
  /** Units of each fill with its row, signed. */
  fills(symbol?: string): readonly (readonly [row: number, units: number])[];
}

/** A strategy without costs on an account of 100,000 that may go short. */
export function play(
  strategy: Strategy,
  bars: readonly BarSeries[],
  externals?: Record<string, Record<string, Float64Array>>,
  leverage = 2,
): Played {
  const result = runBacktest({
    bars,
    strategy,
    account: { cash: 100_000, leverage },
    profile: 'frictionless',
    ...(externals === undefined ? {} : { externals }),
  });
  const of = (symbol = bars[0]!.symbol): BarSeries => bars.find((one) => one.symbol === symbol)!;
  return {
    result,
    reasons: (symbol) => [...of(symbol).time].map((time) => result.why(strategy.name, of(symbol).symbol, time)),
    fills: (symbol) =>
      result.fills
        .filter((fill) => fill.symbol === of(symbol).symbol)
        .map((fill) => [of(symbol).time.indexOf(fill.time), fill.side === 'buy' ? fill.quantity : -fill.quantity] as const),
  };
}

/** A built-in strategy by its name. */
export function builtIn(name: string, parameters: Readonly<Record<string, number>> = {}, symbols = 1): Strategy {
  return prepare(BUILT_IN_STRATEGIES.find((recipe) => recipe.name === name)!, parameters, { seed: 1, symbols });
}

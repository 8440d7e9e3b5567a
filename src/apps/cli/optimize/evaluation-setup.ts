import type { BacktestRequest } from '#backtest';

/** What every evaluation of a search has in common: all of a backtest but its strategy; plain data, so that it crosses to a worker. */
export type EvaluationSetup = Omit<BacktestRequest, 'strategy'> & { readonly seed: number };

/** Columns of features already computed, by expression and then by symbol in the order of the bars. */
export type SharedColumns = ReadonlyMap<string, readonly Float64Array[]>;

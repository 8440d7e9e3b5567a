import type { BacktestRequest } from '#backtest';

/** What every evaluation of a search has in common: all of a backtest but its strategy; plain data, so that it crosses to a worker. */
export type EvaluationSetup = Omit<BacktestRequest, 'strategy'> & { readonly seed: number };

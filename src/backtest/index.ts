/**
 * Floor 4. Strategies over history: the runner that feeds the engine aligned columns and keeps what comes out.
 * Knows no files and no brokers; the same engine runs live.
 */
export { fillsHash, runBacktest, type BacktestAccount, type BacktestRequest, type BacktestResult } from './run.ts';

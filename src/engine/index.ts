/**
 * Floor 3. The one loop of backtest, paper and live: bars in, fills booked, features read, strategies asked, risk consulted, orders out.
 * Synchronous and deterministic; does no I/O, reads no clock and cannot ask in which mode it runs.
 */
export { DecisionLog } from './decision-log.ts';
export { Engine, type AccountSettings, type EngineSetup, type RiskAccount, type RiskCheck } from './engine.ts';
export { featureTable, type FeatureTable } from './features.ts';
export { checkSymbols, requestFault } from './orders.ts';

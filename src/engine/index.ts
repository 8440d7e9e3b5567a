/**
 * Floor 3. The one loop of backtest, paper and live: bars in, fills booked, features read, strategies asked, risk consulted, orders out.
 * Synchronous and deterministic; does no I/O, reads no clock and cannot ask in which mode it runs.
 */
export type { AccountCredit, AccountEvent, Financing } from './account-events.ts';
export type { CreditShare } from './attribution.ts';
export type { ConversionSeries } from './currency-rates.ts';
export { WARMING_UP } from './decision-log.ts';
export { Engine } from './engine.ts';
export { featureTable, type FeatureTable } from './features.ts';
export { checkSymbols } from './orders.ts';
export type { AccountSettings, EngineSetup, RiskAccount, RiskCheck } from './setup.ts';
export type { EngineSnapshot } from './snapshot.ts';
export type { SupervisedEngine, Supervisor } from './supervisor.ts';
export { endTurn, withTurns } from './turn.ts';

/**
 * Floor 4. Trading bar by bar on the engine of the backtest: growing columns, the gate for incoming bars, the event-sourced session and
 * its recovery, reconciliation's schedule, degradation, and the guards above the strategies (correlation breaker, model staleness). Synchronous
 * and deterministic given its inputs: whoever runs it owns the clock, the feed and the files. Never opens a position of its own.
 */
export type { GateState, IncomingBar } from './bar-gate.ts';
export {
  Degradation,
  type Component,
  type ComponentStatus,
  type DegradationLevel,
  type Health,
} from './degradation.ts';
export { executionRecords } from './execution-records.ts';
export { JournaledSession, type Offered, type SeenInstant } from './journaled-session.ts';
export { protectedRisk, tradingFrom } from './protected-entries.ts';
export { Reconciliation, type ReconciliationState } from './reconciliation.ts';
export type {
  BarsRecord,
  ControlRecord,
  EventJournal,
  FillRecord,
  GuardRecord,
  JournalRecord,
  OrderRecord,
  SessionHeader,
  StepRecord,
} from './records.ts';
export { TradingSession, type SessionCurrency, type SessionSetup } from './session.ts';
export type { FeatureFeed, RowFeed } from './streaming-features.ts';
export { localAccount, VenueAccount } from './venue-account.ts';
export { CorrelationGuard } from './safety/correlation-guard.ts';
export type { Guard, GuardState } from './safety/guard.ts';
export type { ControlSchedule } from './safety/session-supervisor.ts';
export { InputDrift } from './safety/input-drift.ts';
export type { ModelInputs, ModelWatch, SafetySetup } from './safety/safety-setup.ts';
export { supervisorFor } from './safety/supervisor-for.ts';
export { ShadowOutcomes } from './safety/shadow-outcomes.ts';
export { ScoreDrift } from './safety/score-drift.ts';

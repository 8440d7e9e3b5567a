/**
 * Floor 2. Orders and what becomes of them: the order state machine, fee and fill models, and an exchange in memory that applies them.
 * Pure and synchronous; knows no broker's wire format, keeps no account (its host does) and never decides what to trade.
 */
export { feeFunction, US_EQUITY_FEES, type FeeFunction, type FeeSchedule } from './fees.ts';
export {
  almgren2005,
  almgrenImpact,
  defaultPreTradeRules,
  estimatePreTradeCost,
  preTradeVerdict,
  squareRootImpactBps,
  type AlmgrenCoefficients,
  type AlmgrenImpact,
  type AlmgrenMarket,
  type PreTradeEstimate,
  type PreTradeRequest,
  type PreTradeRules,
  type PreTradeVerdict,
} from './impact.ts';
export {
  almgrenChrissSchedule,
  efficientFrontier,
  scheduleCost,
  type AlmgrenChrissMarket,
  type AlmgrenChrissOrder,
  type ExecutionSchedule,
  type FrontierPoint,
} from './impact-schedule.ts';
export type { MeasuredMarket } from './fill-costs.ts';
export { fitChange, fitToInstrument } from './instrument-rules.ts';
export { isTerminal, nextStatus, type OrderHappening } from './order-states.ts';
export { floorToLot } from './order-sizer.ts';
export { executionProfile, scaleCosts, type ExecutionProfile } from './profile.ts';
export {
  differenceText,
  reconcile,
  type AccountDifference,
  type AccountSnapshot,
  type ReconcileTolerance,
  type SnapshotOrder,
} from './reconcile.ts';
export type { OrderChange } from './order-rules.ts';
export { fromJsonNumber, toJsonNumber, type JsonNumber } from './order-snapshot.ts';
export { TOO_LITTLE_VOLUME } from './executions.ts';
export { SimulatedVenue, type VenueSnapshot } from './simulated-venue.ts';
export type { SymbolColumns, VenueHost } from './venue-host.ts';
export { WorkingOrder } from './working-order.ts';

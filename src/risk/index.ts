/**
 * Floor 2. What may be risked: the gate before every order, the correlation circuit breaker and the staleness rule of a model.
 * Pure decisions on plain state, each refusal with a stable code and a sentence; never sends, cancels or sizes an order itself.
 */
export { checkOrder, createRiskGate, type RefusalCode, type RiskDecision, type RiskGate } from './gate.ts';
export type { CompiledLimits, RiskLimits } from './limits.ts';
export { limitsExposure, openingReason, openingRoom, type OpeningMoment, type OpeningRoom } from './opening.ts';
export { withoutOrder, type ReplacedOrder } from './replacement.ts';
export {
  createRiskState,
  kill,
  noteEquity,
  noteMark,
  notePosition,
  noteSent,
  releaseKill,
  type OrderIntent,
  type RiskState,
  type SentOrder,
  type SymbolRisk,
  type WorkingOrder,
} from './state.ts';
export { createBreaker, defaultBreaker, stepBreaker, type BreakerConfig, type BreakerDecision, type BreakerState } from './breaker.ts';
export {
  restingMachine,
  stepMachine,
  type BreakerLevel,
  type BreakerMachine,
  type BreakerTiming,
  type CrisisSeverity,
} from './breaker-states.ts';
export {
  assessStaleness,
  createStaleness,
  defaultStaleness,
  noteOutcome,
  type ModelReference,
  type StalenessConfig,
  type StalenessInputs,
  type StalenessLevel,
  type StalenessState,
  type StalenessVerdict,
} from './staleness.ts';

/**
 * Floor 5. Runs work as data: reads a workflow file, checks it against the steps there are, runs it with checkpoints, retries,
 * bounds and conditions, and tells what happened. Never touches disk, clock or terminal itself (ports do). The engine knows nothing
 * of trading, since steps are given by name; `slices/` holds the contracts of the eleven jobs that a user can replace.
 */
export { compileWorkflow } from './compile.ts';
export { describeWorkflow } from './describe.ts';
export { WorkflowFileError, type WorkflowFault } from './document/fault.ts';
export type { ParameterSpec, ParameterType, RetrySpec } from './document/schema.ts';
export {
  exitCodeOf,
  type LineageEntry,
  type Reporter,
  type SkipReason,
  type StepResult,
  type StepStatus,
  type WorkflowEvent,
  type WorkflowResult,
} from './events.ts';
export { renderGraphMermaid, renderGraphText } from './graph.ts';
export { parseParameterText, resolveParameters } from './parameters.ts';
export type { PlannedCall, PlannedStep, WorkflowPlan } from './plan.ts';
export type { FileStamp } from './stamp.ts';
export type { CheckpointStore, MemoryMeter, Staging, Timer, WorkflowPorts } from './ports.ts';
export { runWorkflow, type RunOptions } from './run/run.ts';
export { defineStep, type RegisteredStep, type StepContext, STEP_TIMEOUT_MS, type StepDefinition, StepRegistry } from './step.ts';
export { type SliceContract, sliceContracts, type SliceInput, type SliceName, sliceNames, type SliceOutput } from './slices/contracts.ts';
export { type CycleOptions, type Decision, executeTradingCycle, type TradingResult } from './slices/cycle.ts';
export { buildSliceRegistry, SliceRegistry, type SliceState } from './slices/registry.ts';
export { adaptSlice, defineSlice, type Slice, type SliceFactory, sliceFromModule } from './slices/slice.ts';

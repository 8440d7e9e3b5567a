import type { StepResult } from '../events.ts';
import { valueAt } from '../expression/reference.ts';
import type { WorkflowPlan } from '../plan.ts';
import type { WorkflowPorts } from '../ports.ts';
import type { CheckpointRecord } from './key.ts';
import type { Selection } from './select.ts';

/** What the steps of one run share. */
export interface RunState {
  readonly plan: WorkflowPlan;
  readonly ports: WorkflowPorts;
  readonly selection: Selection;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: string;
  readonly signal: AbortSignal;
  readonly results: Map<string, StepResult>;
  readonly records: Map<string, CheckpointRecord>;
  readonly claimed: Map<string, string>;
}

/** What a reference means now; undefined when there is no such value. */
export function lookUpIn(state: RunState): (path: readonly string[]) => unknown {
  return ([root, name = '', facet, ...rest]) => {
    if (root === 'parameters') return valueAt(state.parameters, [name, ...(facet === undefined ? [] : [facet]), ...rest]);
    const result = state.results.get(name);
    if (result === undefined) return undefined;
    return facet === 'status' ? result.status : valueAt(result.outputs, rest);
  };
}

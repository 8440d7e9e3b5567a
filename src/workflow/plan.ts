import type { Condition } from './expression/condition.ts';
import type { ParameterSpec, RetrySpec } from './document/schema.ts';
import type { RegisteredStep } from './step.ts';

export interface PlannedCall {
  readonly step: RegisteredStep;
  readonly with: Readonly<Record<string, unknown>>;
}

/** A checked step, ready to run. */
export interface PlannedStep extends PlannedCall {
  readonly id: string;
  /** 1-based place in the file, the N of `--stage N`. */
  readonly number: number;
  readonly title: string;
  /** All steps it waits for: `needs` (or the order of the file) and the steps it refers to. */
  readonly needs: readonly string[];
  readonly when: Condition | undefined;
  readonly retry: RetrySpec;
  /** Of one attempt. */
  readonly timeoutMs: number;
  readonly fallback: PlannedCall | undefined;
  readonly continueOnFailure: boolean;
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  readonly group: { readonly index: number; readonly maxParallel: number } | undefined;
}

/** A workflow whose names, references and types have been checked against a registry. */
export interface WorkflowPlan {
  readonly file: string;
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  readonly maxParallel: number;
  readonly steps: readonly PlannedStep[];
  readonly outputs: Readonly<Record<string, string>>;
}

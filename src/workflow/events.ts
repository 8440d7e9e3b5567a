import type { FileStamp } from './stamp.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type SkipReason = 'unchanged' | 'condition' | 'upstream' | 'not_selected' | 'cancelled';

/** What a run tells, in order. Indices are 1-based places in the file. */
export type WorkflowEvent =
  | {
      readonly kind: 'runStarted';
      readonly workflow: string;
      readonly steps: readonly { readonly id: string; readonly title: string }[];
      readonly atMs: number;
    }
  | { readonly kind: 'stepStarted'; readonly id: string; readonly attempt: number; readonly atMs: number }
  | { readonly kind: 'progress'; readonly id: string; readonly fraction: number; readonly message: string; readonly atMs: number }
  | { readonly kind: 'log'; readonly id: string; readonly level: LogLevel; readonly message: string; readonly atMs: number }
  | {
      readonly kind: 'stepRetried';
      readonly id: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: string;
      readonly atMs: number;
    }
  | { readonly kind: 'stepFellBack'; readonly id: string; readonly uses: string; readonly error: string; readonly atMs: number }
  | {
      readonly kind: 'stepFinished';
      readonly id: string;
      readonly durationMs: number;
      readonly peakMemoryBytes: number;
      readonly files: readonly FileStamp[];
      readonly atMs: number;
    }
  | { readonly kind: 'stepSkipped'; readonly id: string; readonly reason: SkipReason; readonly detail: string; readonly atMs: number }
  | {
      readonly kind: 'stepFailed';
      readonly id: string;
      readonly error: string;
      readonly hint: string;
      readonly durationMs: number;
      readonly tolerated: boolean;
      readonly atMs: number;
    }
  | { readonly kind: 'runFinished'; readonly result: WorkflowResult; readonly atMs: number };

export interface Reporter {
  report(event: WorkflowEvent): void;
}

export type StepStatus = 'done' | 'unchanged' | 'skipped' | 'failed' | 'cancelled';

export interface StepResult {
  readonly id: string;
  readonly title: string;
  readonly uses: string;
  readonly status: StepStatus;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly files: readonly FileStamp[];
  readonly attempts: number;
  readonly durationMs: number;
  readonly peakMemoryBytes: number;
  /** Why it was skipped or failed; empty otherwise. */
  readonly detail: string;
  /** What to do about a failure; empty when there is nothing to say. */
  readonly hint: string;
  /** What the step threw, for the app to tell a user's mistake from a fault. */
  readonly cause?: unknown;
  readonly tolerated: boolean;
  readonly usedFallback: boolean;
}

export interface LineageEntry {
  readonly path: string;
  readonly sha256: string;
  readonly step: string;
  readonly uses: string;
  /** Checksums of what went in: outside files by path and upstream steps by `step:<id>`. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly code: string;
  readonly seed: string;
}

export interface WorkflowResult {
  readonly workflow: string;
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly durationMs: number;
  readonly peakMemoryBytes: number;
  readonly steps: readonly StepResult[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly lineage: readonly LineageEntry[];
}

/** 0 when everything that must succeed did, 130 when cancelled, 1 otherwise. */
export function exitCodeOf(result: WorkflowResult): 0 | 1 | 130 {
  if (result.status === 'cancelled') return 130;
  return result.status === 'succeeded' ? 0 : 1;
}

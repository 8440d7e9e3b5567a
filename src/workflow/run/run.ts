import { canonicalJson } from '#core';
import type { LineageEntry, WorkflowResult } from '../events.ts';
import { resolveReferences } from '../expression/reference.ts';
import { resolveParameters } from '../parameters.ts';
import type { PlannedStep, WorkflowPlan } from '../plan.ts';
import type { WorkflowPorts } from '../ports.ts';
import { StepExecution } from './execute.ts';
import { selectSteps, type StageOptions } from './select.ts';
import { lookUpIn, type RunState } from './state.ts';

export interface RunOptions extends StageOptions {
  /** Values for the workflow's parameters; the rest take their defaults. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The seed of the run; part of every checkpoint. Default 1. */
  readonly seed?: number | string;
  /** Cancels the run: running steps are aborted, nothing further starts. */
  readonly signal?: AbortSignal;
  /** Steps at once; default: the workflow's own. */
  readonly maxParallel?: number;
  /** Where the lineage goes in the workspace; default `results/lineage.json`; null writes none. */
  readonly lineagePath?: string | null;
}

/**
 * Runs a plan on a workspace, which it locks: skips what is done and unchanged, runs the rest, publishes results, writes
 * the lineage. A failing step is part of the result, not an exception; `UserError` is thrown for wrong options and a held lock.
 */
export async function runWorkflow(plan: WorkflowPlan, ports: WorkflowPorts, options: RunOptions = {}): Promise<WorkflowResult> {
  const parameters = resolveParameters(plan.parameters, options.parameters ?? {});
  const selection = selectSteps(plan, options);
  const unlock = await ports.store.lock();
  try {
    await ports.store.sweep();
    const state: RunState = {
      plan,
      ports,
      selection,
      parameters,
      seed: String(options.seed ?? 1),
      signal: options.signal ?? new AbortController().signal,
      results: new Map(),
      records: new Map(),
      claimed: new Map(),
    };
    const startMs = ports.clock.now();
    ports.reporter.report({
      kind: 'runStarted',
      workflow: plan.name,
      steps: plan.steps.map(({ id, title }) => ({ id, title })),
      atMs: startMs,
    });
    await schedule(state, options.maxParallel ?? plan.maxParallel);
    const result = resultOf(state, ports.clock.now() - startMs);
    const lineagePath = options.lineagePath === undefined ? 'results/lineage.json' : options.lineagePath;
    // A run that failed leaves the lineage of the last good one: its artefacts are still there.
    if (lineagePath !== null && result.status === 'succeeded') await ports.store.writeFile(lineagePath, lineageText(state, result.lineage));
    ports.reporter.report({ kind: 'runFinished', result, atMs: ports.clock.now() });
    return result;
  } finally {
    await unlock();
  }
}

/** Starts steps in the order of the file as soon as what they need is settled and the bounds allow. */
async function schedule(state: RunState, maxParallel: number): Promise<void> {
  const waiting = [...state.plan.steps];
  const running = new Map<PlannedStep, Promise<PlannedStep>>();
  while (waiting.length > 0 || running.size > 0) {
    for (const step of waiting.slice()) {
      if (!step.needs.every((need) => state.results.has(need)) || !hasRoom(step, [...running.keys()], maxParallel)) continue;
      waiting.splice(waiting.indexOf(step), 1);
      running.set(
        step,
        new StepExecution(state, step).run().then((result) => (state.results.set(step.id, result), step)),
      );
    }
    if (running.size > 0) running.delete(await Promise.race(running.values()));
  }
}

function hasRoom(step: PlannedStep, running: readonly PlannedStep[], maxParallel: number): boolean {
  if (step.group === undefined) return running.length < maxParallel;
  const peers = running.filter((other) => other.group?.index === step.group?.index).length;
  return peers < step.group.maxParallel && running.length < Math.max(maxParallel, step.group.maxParallel);
}

function resultOf(state: RunState, durationMs: number): WorkflowResult {
  const steps = state.plan.steps.map((step) => state.results.get(step.id)!);
  const failed = steps.some((step) => step.status === 'failed' && !step.tolerated);
  return {
    workflow: state.plan.name,
    status: state.signal.aborted && steps.some((step) => step.status === 'cancelled') ? 'cancelled' : failed ? 'failed' : 'succeeded',
    durationMs,
    peakMemoryBytes: Math.max(0, ...steps.map((step) => step.peakMemoryBytes)),
    steps,
    outputs: resolveReferences(state.plan.outputs, lookUpIn(state)) as Record<string, unknown>,
    lineage: lineageOf(state),
  };
}

function lineageOf(state: RunState): readonly LineageEntry[] {
  return state.plan.steps.flatMap(({ id }) => {
    const record = state.records.get(id);
    return (record?.files ?? []).map(({ path, sha256 }) => {
      const { uses, inputs, parameters, code, seed } = record!;
      return { path, sha256, step: id, uses, inputs, parameters, code, seed };
    });
  });
}

/** The same bytes whether or not the run was interrupted: no times, sorted keys. */
function lineageText(state: RunState, lineage: readonly LineageEntry[]): string {
  const whole = JSON.parse(
    canonicalJson({ workflow: state.plan.name, parameters: state.parameters, seed: state.seed, artefacts: lineage }),
  ) as unknown;
  return `${JSON.stringify(whole, null, 2)}\n`;
}

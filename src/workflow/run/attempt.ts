import { createRng, OperationalError, UserError } from '#core';
import { durationText } from '../duration.ts';
import type { PlannedCall, PlannedStep } from '../plan.ts';
import type { Staging, WorkflowPorts } from '../ports.ts';
import type { FileStamp } from '../stamp.ts';
import type { StepContext } from '../step.ts';

/** A finished but unpublished attempt. */
export interface Attempt {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly files: readonly FileStamp[];
  readonly staging: Staging;
}

export interface AttemptRequest {
  readonly step: PlannedStep;
  readonly call: PlannedCall;
  readonly input: Readonly<Record<string, unknown>>;
  readonly seed: string;
  readonly signal: AbortSignal;
  readonly ports: WorkflowPorts;
}

/** Runs a step once in a private folder, within its time limit. Throws what the step throws; nothing is published. */
export async function attemptStep(request: AttemptRequest): Promise<Attempt> {
  const { step, call, ports, signal } = request;
  const staging = await ports.store.stage(step.id);
  const stop = new AbortController();
  const forward = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', forward, { once: true });
  if (signal.aborted) forward();
  const declared = new Set<string>();
  try {
    const raw = await within(step, ports, stop, () => call.step.run(contextOf(request, staging, declared, stop.signal), request.input));
    const outputs = checkOutputs(step, call, raw);
    const files = await staging.seal([...declared].sort());
    return { outputs, files, staging };
  } catch (error) {
    await staging.discard();
    throw error;
  } finally {
    signal.removeEventListener('abort', forward);
    stop.abort();
  }
}

function contextOf(request: AttemptRequest, staging: Staging, declared: Set<string>, signal: AbortSignal): StepContext {
  const { step, seed, ports } = request;
  const { clock, reporter, store } = ports;
  return {
    id: step.id,
    signal,
    seed,
    rng: (stream) => (stream === undefined ? createRng(seed) : createRng(seed).stream(stream)),
    progress: (fraction, message = '') => {
      if (!signal.aborted)
        reporter.report({ kind: 'progress', id: step.id, fraction: Math.min(1, Math.max(0, fraction)), message, atMs: clock.now() });
    },
    log: (level, message) => reporter.report({ kind: 'log', id: step.id, level, message, atMs: clock.now() }),
    outputPath: (path) => {
      declared.add(path);
      return staging.pathOf(path);
    },
    inputPath: (path) => store.resolve(path),
  };
}

/** Ends when the step does, when its time is up, or when the run is cancelled, whichever is first. */
async function within(step: PlannedStep, ports: WorkflowPorts, stop: AbortController, work: () => Promise<unknown>): Promise<unknown> {
  const ended = new AbortController();
  const cancelled = new Promise<never>((_resolve, reject) => {
    const refuse = (): void => reject(new OperationalError('unavailable', 'cancelled', { recoverable: false }));
    if (stop.signal.aborted) refuse();
    else stop.signal.addEventListener('abort', refuse, { once: true });
  });
  cancelled.catch(() => undefined);
  const races: Promise<unknown>[] = [cancelled, expire(step, ports, ended.signal)];
  if (ports.stalled !== undefined) races.push(stall(step, (signal) => ports.stalled!(signal), ended.signal));
  try {
    return await Promise.race([Promise.resolve().then(() => (stop.signal.aborted ? cancelled : work())), ...races]);
  } finally {
    ended.abort();
  }
}

async function expire({ id, timeoutMs }: PlannedStep, ports: WorkflowPorts, ended: AbortSignal): Promise<never> {
  await ports.timer.sleep(timeoutMs, ended, 'background');
  throw new OperationalError(
    'unavailable',
    `step "${id}" gave no answer within its time limit of ${durationText(timeoutMs)}; timeoutMs in the workflow file sets another`,
  );
}

async function stall({ id, step }: PlannedStep, stalled: NonNullable<WorkflowPorts['stalled']>, ended: AbortSignal): Promise<never> {
  await stalled(ended);
  throw new OperationalError('unavailable', `step "${id}" (${step.name}) never answers: a promise in it is never resolved`);
}

function checkOutputs(step: PlannedStep, call: PlannedCall, raw: unknown): Readonly<Record<string, unknown>> {
  const parsed = step.step.output.safeParse(raw);
  if (parsed.success) return JSON.parse(JSON.stringify(parsed.data)) as Record<string, unknown>;
  const issue = parsed.error.issues[0]!;
  throw new UserError(
    `step "${call.step.name}" returned outputs of the wrong shape: "${issue.path.map(String).join('.')}" ${issue.message}`,
  );
}

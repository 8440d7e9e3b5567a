import { createRng, UserError } from '#core';
import type { PlannedCall } from '../plan.ts';
import { attemptStep, type Attempt, type AttemptRequest } from './attempt.ts';

export interface Outcome extends Attempt {
  readonly attempts: number;
  readonly call: PlannedCall;
  readonly usedFallback: boolean;
}

/** A failure with the number of attempts made. */
export class AttemptsFailed extends Error {
  readonly attempts: number;

  constructor(attempts: number, cause: unknown) {
    super(messageOf(cause), { cause });
    this.attempts = attempts;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Tries, waits, tries again; then the fallback. A user's mistake is not tried again. Throws `AttemptsFailed`. */
export async function runWithRetries(request: AttemptRequest, fallbackInput: () => Readonly<Record<string, unknown>>): Promise<Outcome> {
  const { step, ports, signal } = request;
  const jitter = createRng(request.seed).stream('retry');
  let attempts = 0;
  let failure: unknown;
  for (let delayMs = step.retry.backoffMs; ; delayMs *= step.retry.factor) {
    attempts++;
    ports.reporter.report({ kind: 'stepStarted', id: step.id, attempt: attempts, atMs: ports.clock.now() });
    try {
      return { ...(await attemptStep(request)), attempts, call: request.call, usedFallback: false };
    } catch (error) {
      failure = error;
    }
    if (signal.aborted || failure instanceof UserError || attempts > step.retry.times) break;
    const waitMs = Math.round(delayMs * (0.5 + jitter.uniform() / 2));
    ports.reporter.report({
      kind: 'stepRetried',
      id: step.id,
      attempt: attempts,
      delayMs: waitMs,
      error: messageOf(failure),
      atMs: ports.clock.now(),
    });
    await ports.timer.sleep(waitMs, signal);
    if (signal.aborted) break;
  }
  const call = step.fallback;
  if (call === undefined || signal.aborted) throw new AttemptsFailed(attempts, failure);
  ports.reporter.report({ kind: 'stepFellBack', id: step.id, uses: call.step.name, error: messageOf(failure), atMs: ports.clock.now() });
  try {
    return { ...(await attemptStep({ ...request, call, input: fallbackInput() })), attempts: attempts + 1, call, usedFallback: true };
  } catch (error) {
    throw new AttemptsFailed(attempts + 1, error);
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import { OperationalError } from '#core';

export interface BackoffOptions {
  /** Calls in all, the first included; default 5. */
  readonly maxTries?: number;
  /** Wait after the first failure; doubles each time; default 500. */
  readonly firstWaitMs?: number;
  /** Longest single wait, also for one that the venue asks for: a longer one ends the work; default 60,000. */
  readonly maxWaitMs?: number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** A failed call, judged: what to tell the user, and how long the venue wants us to stay away, when it said so. */
export interface JudgedFailure {
  readonly error: Error;
  readonly waitMs?: number;
}

/**
 * Calls until it works, an error is not recoverable, the tries are used up, or the venue asks for a longer wait than allowed. One call
 * at a time, so that a venue in trouble never sees more than `maxTries` calls for one page.
 */
export async function withBackoff<T>(
  work: () => Promise<T>,
  judge: (error: unknown) => JudgedFailure,
  options: BackoffOptions = {},
): Promise<T> {
  const { maxTries = 5, firstWaitMs = 500, maxWaitMs = 60_000, sleep = wait } = options;
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (thrown) {
      const { error, waitMs } = judge(thrown);
      if (!(error instanceof OperationalError && error.recoverable)) throw error;
      const pause = waitMs ?? Math.min(maxWaitMs, firstWaitMs * 2 ** (tries - 1));
      if (tries >= maxTries || pause > maxWaitMs) throw afterTries(error, tries, pause > maxWaitMs ? pause : undefined);
      await sleep(pause);
    }
  }
}

function afterTries(error: OperationalError, tries: number, askedMs: number | undefined): OperationalError {
  const asked = askedMs === undefined ? '' : `; it asks to wait ${Math.ceil(askedMs / 1000)} s`;
  const count = tries === 1 ? '' : ` (${tries} tries)`;
  return new OperationalError(error.code, `${error.message}${count}${asked}; run again later: what was downloaded is kept`, {
    cause: error,
  });
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110, 10.2.3); undefined when absent or unreadable. */
export function retryAfterMs(value: string | null | undefined, now: number): number | undefined {
  if (value === null || value === undefined || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The first line of what a server said, short and without what must stay secret. */
export function shortText(text: string, secrets: readonly string[] = []): string {
  let line = text.replace(/\s+/g, ' ').trim();
  for (const secret of secrets) if (secret.length >= 4) line = line.replaceAll(secret, '***');
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}

/** Milliseconds since 1970-01-01T00:00:00Z, always UTC. Branded so that a duration or an index cannot be passed for it. */
export type Timestamp = number & { readonly __brand: 'Timestamp' };

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Brands a finite number of UTC milliseconds. Throws `RangeError` on NaN or infinity. */
export function timestamp(ms: number): Timestamp {
  if (!Number.isFinite(ms)) throw new RangeError(`not a timestamp: ${ms}`);
  return ms as Timestamp;
}

/** ISO-8601 text in UTC with milliseconds, e.g. `2024-01-31T00:00:00.000Z`. */
export function toIso(time: Timestamp | number): string {
  return new Date(time).toISOString();
}

/** The UTC date of an instant, `YYYY-MM-DD`. */
export function toDate(time: Timestamp | number): string {
  return toIso(time).slice(0, 10);
}

/** The only way code below the apps learns what time it is. */
export interface Clock {
  now(): Timestamp;
}

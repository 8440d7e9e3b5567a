import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, UserError } from '#core';

/** The length of a bar. `ms` is its nominal duration; a day is 24 hours whatever the session. */
export interface Timeframe {
  /** Canonical text: `1m`, `5m`, `1h`, `4h`, `1d`, `1w`. */
  readonly id: string;
  readonly ms: number;
}

const UNITS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };

/** Reads `5m`, `1h`, `1d`, … Throws `UserError` on anything else. */
export function parseTimeframe(text: string): Timeframe {
  const match = /^(\d{1,4})(s|m|h|d|w)$/.exec(text.trim().toLowerCase());
  const count = Number(match?.[1]);
  const unit = UNITS[match?.[2] ?? ''];
  if (!match || unit === undefined || count < 1)
    throw new UserError(`"${text}" is not a timeframe`, 'Use a number and a unit: 1m, 5m, 1h, 4h, 1d, 1w.');
  return { id: `${count}${match[2]}`, ms: count * unit };
}

/** Bars in a year of that timeframe: 252 sessions for stocks (6.5 hours each), 365 days of 24 hours for venues that never close. */
export function barsPerYear(timeframe: Timeframe, venueHours: 'us_equity' | 'always'): number {
  if (venueHours === 'always') return (365 * DAY_MS) / timeframe.ms;
  return timeframe.ms >= DAY_MS ? (252 * DAY_MS) / timeframe.ms : (252 * 6.5 * HOUR_MS) / timeframe.ms;
}

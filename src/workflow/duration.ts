import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#core';

const UNITS = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['min', MINUTE_MS],
  ['s', SECOND_MS],
] as const;

/** A time limit as people say it, in its largest whole unit: `90 s`, `1 h`. */
export function durationText(ms: number): string {
  const unit = UNITS.find(([, length]) => ms >= length && ms % length === 0);
  if (unit === undefined && ms > SECOND_MS) return `${ms / SECOND_MS} s`;
  return unit === undefined ? `${ms} ms` : `${ms / unit[1]} ${unit[0]}`;
}

import { UserError } from '#core';

/** Epoch counts come as s, ms, µs or ns: the size says which, for any date from 1973 to 5138. Returns the factor to milliseconds. */
export function epochFactor(value: number): number {
  const size = Math.abs(value);
  if (size < 1e11) return 1000;
  if (size < 1e14) return 1;
  return size < 1e17 ? 1e-3 : 1e-6;
}

const ISO = /^(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/i;
const SLASHED = /^(\d\d?)\/(\d\d?)\/(\d{4})(?:[ T](\d\d?):(\d\d)(?::(\d\d))?)?$/;
const COMPACT = /^(\d{4})(\d\d)(\d\d)(?: (\d\d):?(\d\d))?$/;

/**
 * UTC milliseconds of a date or time as text; NaN when it is none. Text without a zone is read as UTC.
 * `12/31/2020` is month first (the American way, as US vendors write); a first number above 12 is refused, never guessed.
 */
export function parseTimeText(text: string): number {
  const iso = ISO.exec(text) ?? COMPACT.exec(text);
  if (iso) {
    const fraction = Number(`0.${iso[7] ?? '0'}`) * 1000;
    return (
      civil(Number(iso[1]), Number(iso[2]), Number(iso[3]), Number(iso[4] ?? 0), Number(iso[5] ?? 0), Number(iso[6] ?? 0)) +
      Math.floor(fraction) -
      zone(iso[8])
    );
  }
  const slashed = SLASHED.exec(text);
  if (slashed)
    return civil(
      Number(slashed[3]),
      Number(slashed[1]),
      Number(slashed[2]),
      Number(slashed[4] ?? 0),
      Number(slashed[5] ?? 0),
      Number(slashed[6] ?? 0),
    );
  if (/^-?\d+(\.\d+)?$/.test(text)) return Math.floor(Number(text) * epochFactor(Number(text)));
  return Number.NaN;
}

/** Refuses day-first dates, which would silently change months with the reading of `parseTimeText`. */
export function refuseDayFirst(text: string, name: string, line: number): void {
  const slashed = SLASHED.exec(text);
  if (slashed && Number(slashed[1]) > 12)
    throw new UserError(
      `${name}, line ${line}: "${text}" has no month ${slashed[1]}`,
      'Dates with slashes are read month first; write YYYY-MM-DD instead.',
    );
}

function civil(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  return new Date(time).getUTCDate() === day ? time : Number.NaN;
}

function zone(text: string | undefined): number {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(text ?? '');
  return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000 : 0;
}

import { DAY_MS, HOUR_MS, MINUTE_MS } from '#core';

/** Which hours a venue keeps: the New York stock session, or never closed (crypto, synthetic). */
export type VenueHours = 'us_equity' | 'always';

/** One trading day. `date` is its label, the trading date at 00:00 UTC; `open` and `close` are instants, half-open. All UTC milliseconds. */
export interface Session {
  readonly date: number;
  readonly open: number;
  readonly close: number;
  readonly early: boolean;
}

/** When a venue trades. Pure: the rules are in the code, so any year can be asked. */
export interface VenueCalendar {
  readonly hours: VenueHours;
  /** The session of a trading date (00:00 UTC), or undefined when the venue is closed all day. */
  session(date: number): Session | undefined;
  /** Whether the venue's rules foretell, a year ahead, that it trades on this date: they know nothing of days of mourning or storms. */
  isPlanned(date: number): boolean;
  /** The session that holds an instant, or undefined when the venue is shut then. */
  sessionAt(time: number): Session | undefined;
  /** The trading date, as 00:00 UTC, that an instant belongs to by the venue's local clock (whether open or not). */
  dateOf(time: number): number;
  isOpen(time: number): boolean;
  /** Sessions whose date lies in [from, to), ascending. */
  sessions(from: number, to: number): Session[];
  /** The first session that opens at or after `time`. */
  nextSession(time: number): Session;
}

/** The calendar of a venue's hours. US stocks: 9:30–16:00 New York, holidays and 13:00 closes by the exchange's rules since 1971. */
export function venueCalendar(hours: VenueHours): VenueCalendar {
  const session = hours === 'always' ? alwaysSession : usEquitySession;
  const dateOf = (time: number): number => floorDay(hours === 'always' ? time : time + newYorkOffsetMs(time));
  const sessionAt = (time: number): Session | undefined => {
    const found = session(dateOf(time));
    return found && time >= found.open && time < found.close ? found : undefined;
  };
  return {
    hours,
    session,
    isPlanned: (date) => session(date) !== undefined || (hours === 'us_equity' && UNSCHEDULED.includes(date)),
    sessionAt,
    dateOf,
    isOpen: (time) => sessionAt(time) !== undefined,
    sessions: (from, to) => {
      const found: Session[] = [];
      for (let date = Math.ceil(from / DAY_MS) * DAY_MS; date < to; date += DAY_MS) {
        const day = session(date);
        if (day) found.push(day);
      }
      return found;
    },
    nextSession: (time) => {
      for (let date = dateOf(time); ; date += DAY_MS) {
        const day = session(date);
        if (day && day.open >= time) return day;
      }
    },
  };
}

/** New York minus UTC at an instant, in milliseconds: −4 h in summer time, −5 h otherwise, by the United States' rule of that year. */
function newYorkOffsetMs(time: number): number {
  const year = new Date(time).getUTCFullYear();
  const [start, end] = summerTime(year);
  return time >= start && time < end ? -4 * HOUR_MS : -5 * HOUR_MS;
}

const floorDay = (time: number): number => Math.floor(time / DAY_MS) * DAY_MS;

const alwaysSession = (date: number): Session => ({ date, open: date, close: date + DAY_MS, early: false });

function usEquitySession(date: number): Session | undefined {
  const weekday = weekdayOf(date);
  if (weekday === 0 || weekday === 6) return undefined;
  const year = yearRules(new Date(date).getUTCFullYear());
  if (year.closed.has(date)) return undefined;
  const early = year.early.has(date);
  const offset = newYorkOffsetMs(date + 12 * HOUR_MS);
  return { date, open: date + 570 * MINUTE_MS - offset, close: date + (early ? 13 : 16) * HOUR_MS - offset, early };
}

interface YearRules {
  readonly closed: ReadonlySet<number>;
  readonly early: ReadonlySet<number>;
}

const rulesByYear = new Map<number, YearRules>();
const summerByYear = new Map<number, readonly [number, number]>();

function yearRules(year: number): YearRules {
  const known = rulesByYear.get(year);
  if (known) return known;
  const rules = { closed: new Set(closedDays(year)), early: new Set(earlyDays(year)) };
  rulesByYear.set(year, rules);
  return rules;
}

/** Whole days on which the New York exchanges did not trade and no rule foretold it. */
const UNSCHEDULED =
  '1985-09-27 1994-04-27 2001-09-11 2001-09-12 2001-09-13 2001-09-14 2004-06-11 2007-01-02 2012-10-29 2012-10-30 2018-12-05 2025-01-09'
    .split(' ')
    .map((text) => Date.parse(text));

function closedDays(year: number): number[] {
  const days = [
    nthWeekday(year, 1, 1, 3),
    easterSunday(year) - 2 * DAY_MS,
    lastWeekday(year, 4, 1),
    observed(day(year, 6, 4)),
    nthWeekday(year, 8, 1, 1),
    nthWeekday(year, 10, 4, 4),
    observed(day(year, 11, 25)),
  ];
  // A New Year's Day on a Saturday is not made up for on the Friday: that is the last day of the accounting year.
  const newYear = day(year, 0, 1);
  if (weekdayOf(newYear) !== 6) days.push(observed(newYear));
  if (year >= 1998) days.push(nthWeekday(year, 0, 1, 3));
  if (year >= 2022) days.push(observed(day(year, 5, 19)));
  return [...days, ...UNSCHEDULED];
}

function earlyDays(year: number): number[] {
  const days: number[] = [];
  if (year >= 1992) days.push(nthWeekday(year, 10, 4, 4) + DAY_MS);
  const christmasEve = day(year, 11, 24);
  if (year >= 1993 && weekdayOf(christmasEve) >= 1 && weekdayOf(christmasEve) <= 4) days.push(christmasEve);
  const third = day(year, 6, 3);
  const weekday = weekdayOf(third);
  // Until 2012 a Thursday the 4th shortened the Friday after it instead of the Wednesday before.
  if (year >= 1995 && weekday >= 1 && weekday <= 4) days.push(weekday === 3 && year < 2013 ? third + 2 * DAY_MS : third);
  if (year === 2003) days.push(day(2003, 11, 26));
  return days;
}

const day = (year: number, month: number, date: number): number => Date.UTC(year, month, date);
const weekdayOf = (time: number): number => (((Math.floor(time / DAY_MS) + 4) % 7) + 7) % 7;

/** A holiday on a Saturday is kept on the Friday, on a Sunday on the Monday. */
function observed(date: number): number {
  const weekday = weekdayOf(date);
  return weekday === 6 ? date - DAY_MS : weekday === 0 ? date + DAY_MS : date;
}

/** The nth given weekday (0 = Sunday) of a month (0 = January). */
function nthWeekday(year: number, month: number, weekday: number, nth: number): number {
  const first = day(year, month, 1);
  return first + (((weekday - weekdayOf(first) + 7) % 7) + 7 * (nth - 1)) * DAY_MS;
}

function lastWeekday(year: number, month: number, weekday: number): number {
  const last = day(year, month + 1, 0);
  return last - ((weekdayOf(last) - weekday + 7) % 7) * DAY_MS;
}

/** Summer time's first and last instant in New York: 2 a.m. local, by the laws of 1966, 1986 and 2005. */
function summerTime(year: number): readonly [number, number] {
  const known = summerByYear.get(year);
  if (known) return known;
  const startDay = year >= 2007 ? nthWeekday(year, 2, 0, 2) : year >= 1987 ? nthWeekday(year, 3, 0, 1) : lastWeekday(year, 3, 0);
  const endDay = year >= 2007 ? nthWeekday(year, 10, 0, 1) : lastWeekday(year, 9, 0);
  const range = [startDay + 7 * HOUR_MS, endDay + 6 * HOUR_MS] as const;
  summerByYear.set(year, range);
  return range;
}

/** Easter Sunday in the Gregorian calendar (the anonymous algorithm of 1876, as in Meeus, Astronomical Algorithms, chapter 8). */
function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const sum = h + l - 7 * m + 114;
  return day(year, Math.floor(sum / 31) - 1, (sum % 31) + 1);
}

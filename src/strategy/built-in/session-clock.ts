import { MINUTE_MS } from '#core';
import { venueCalendar, type Session } from '#domain';
import { time, tsmin, type Expression } from '#features';
import type { BarContext } from '../contract.ts';

/** The length of a bar in milliseconds: the shortest step of the last bars, for the first after a night is longer. */
export const barLength: Expression = tsmin(time.sub(time.delay(1)), 20);

/** The longest bar that leaves room for an entry and an exit within a session's last half hour. */
export const LONGEST_INTRADAY_MS = 15 * MINUTE_MS;

/** What an intraday strategy keeps of one symbol's New York session. Times are those of bar ends. */
export interface SessionDay {
  readonly session: Session;
  /** Close of the last bar before this session; NaN when there was none. */
  readonly closeBefore: number;
  /** False when the session's first bar is missing. */
  readonly fromOpen: boolean;
  lastClose: number;
  high: number;
  low: number;
  /** Return from `closeBefore` to the end of the first part; NaN until then. */
  firstReturn: number;
  traded: boolean;
}

export interface SessionMoment {
  readonly day: SessionDay;
  readonly minutesIn: number;
  readonly minutesLeft: number;
  /** The bar after this one is the session's last. */
  readonly nextIsLast: boolean;
}

/** Follows the New York sessions of every symbol of a run; bars outside them are no moment. */
export function sessionClock(): (context: BarContext, lengthMs: number) => SessionMoment | undefined {
  const calendar = venueCalendar('us_equity');
  const days = new Map<string, SessionDay>();
  return (context, lengthMs) => {
    const session = calendar.sessionAt(context.time);
    if (session === undefined) return undefined;
    const before = days.get(context.symbol);
    const later = before?.session.date === session.date;
    const day: SessionDay = later
      ? before
      : {
          session,
          closeBefore: before?.lastClose ?? Number.NaN,
          fromOpen: context.time === session.open,
          lastClose: Number.NaN,
          high: Number.NEGATIVE_INFINITY,
          low: Number.POSITIVE_INFINITY,
          firstReturn: Number.NaN,
          traded: false,
        };
    days.set(context.symbol, day);
    day.lastClose = context.close;
    const end = context.time + lengthMs;
    const left = session.close - end;
    return {
      day,
      minutesIn: (end - session.open) / MINUTE_MS,
      minutesLeft: left / MINUTE_MS,
      nextIsLast: left > 0 && left <= lengthMs,
    };
  };
}

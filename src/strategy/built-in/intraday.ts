import { exit, hold, long, short } from '../decisions.ts';
import { defineStrategy } from '../define.ts';
import { equalShare, real, tunable, whole } from '../recipe.ts';
import { barLength, LONGEST_INTRADAY_MS, sessionClock } from './session-clock.ts';

/**
 * The range of a session's first minutes; a close outside it is followed, the other end being the stop. One trade a session, out at the
 * open of its last bar. Sessions are New York's, holidays and early closes included.
 */
export const openingRange = tunable({
  name: 'opening-range',
  summary: 'follows the break of a session’s opening range, out before the session ends',
  source: 'Crabel (1990), Day Trading with Short Term Price Patterns and Opening Range Breakout',
  needs: { longestBarMs: LONGEST_INTRADAY_MS },
  parameters: {
    range: whole(30, 5, 180, 'minutes of the opening range'),
    latest: whole(60, 0, 360, 'minutes before the end in which nothing is opened'),
    shorts: whole(1, 0, 1, '1 also sells breaks of the low'),
  },
  make: ({ range, latest, shorts }, { symbols }) => {
    const clock = sessionClock();
    return defineStrategy({
      name: 'opening-range',
      features: { barMs: barLength },
      acceptsMissing: true,
      decide(context) {
        const { f, position } = context;
        if (Number.isNaN(f.barMs)) return hold('warming up');
        const moment = clock(context, f.barMs);
        if (moment === undefined) return hold('outside the New York session');
        const { day, minutesIn, minutesLeft, nextIsLast } = moment;
        if (!position.flat) return nextIsLast || minutesIn <= range ? exit('the session ends') : hold('holds until the session ends');
        if (!day.fromOpen) return hold('the session’s first bar is missing');
        if (minutesIn <= range) {
          day.high = Math.max(day.high, context.high);
          day.low = Math.min(day.low, context.low);
          return hold('the opening range forms');
        }
        if (day.traded) return hold('one trade a session');
        if (minutesLeft < latest || nextIsLast || minutesLeft <= 0) return hold('too late in the session');
        if (context.close > day.high) {
          day.traded = true;
          return long({ stop: day.low, ...equalShare(context, symbols), reason: 'above the opening range' });
        }
        if (context.close >= day.low) return hold('inside the opening range');
        if (shorts === 0) return hold('below the opening range; no short sales');
        day.traded = true;
        return short({ stop: day.high, ...equalShare(context, symbols), reason: 'below the opening range' });
      },
    });
  },
});

/**
 * The return from the day before's close to the end of the first half hour tells the sign of the last half hour. In at its start, out at
 * the open of the session's last bar. Sessions are New York's, holidays and early closes included.
 */
export const lastHalfHour = tunable({
  name: 'last-half-hour',
  summary: 'trades the last half hour in the direction of the first',
  source: 'Gao, Han, Li, Zhou (2018), Market intraday momentum',
  needs: { longestBarMs: LONGEST_INTRADAY_MS },
  parameters: {
    minutes: whole(30, 10, 120, 'minutes of the first and of the last part'),
    least: real(0, 0, 0.1, 'size of the first part’s return that is needed, as a fraction'),
    stop: real(0.02, 0.001, 0.5, 'stop away from the entry, as a fraction'),
    shorts: whole(1, 0, 1, '1 also sells after a fall'),
  },
  make: ({ minutes, least, stop, shorts }, { symbols }) => {
    const clock = sessionClock();
    return defineStrategy({
      name: 'last-half-hour',
      features: { barMs: barLength },
      acceptsMissing: true,
      decide(context) {
        const { f, position } = context;
        if (Number.isNaN(f.barMs)) return hold('warming up');
        const moment = clock(context, f.barMs);
        if (moment === undefined) return hold('outside the New York session');
        const { day, minutesIn, minutesLeft, nextIsLast } = moment;
        if (!position.flat) return nextIsLast || minutesIn <= minutes ? exit('the session ends') : hold('holds until the session ends');
        if (Number.isNaN(day.closeBefore)) return hold('the day before is missing');
        if (Number.isNaN(day.firstReturn) && minutesIn >= minutes) day.firstReturn = context.close / day.closeBefore - 1;
        if (minutesIn < minutes) return hold('the first part is not over');
        if (minutesLeft > minutes) return hold('waits for the last part');
        if (day.traded || nextIsLast || minutesLeft <= 0) return hold('the last part has begun');
        day.traded = true;
        const plan = { stop: { percent: stop }, ...equalShare(context, symbols) };
        if (Math.abs(day.firstReturn) <= least) return hold('the first part moved too little');
        if (day.firstReturn > 0) return long({ ...plan, reason: 'the first part rose' });
        return shorts === 1 ? short({ ...plan, reason: 'the first part fell' }) : hold('the first part fell; no short sales');
      },
    });
  },
});

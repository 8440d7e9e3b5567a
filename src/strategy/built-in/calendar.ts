import { DAY_MS } from '#core';
import type { BarSeries } from '#domain';
import { defineStrategy } from '../author.ts';
import { exit, hold, long } from '../define.ts';
import { equalShare, real, tunable, whole } from '../recipe.ts';

/** Holds from the last weekdays of a month to the first bars of the next. Counts weekdays, since holidays to come may not be looked up. */
export const turnOfMonth = tunable({
  name: 'turn-of-month',
  summary: 'holds from the last weekday of a month to the third of the next',
  source: 'Lakonishok, Smidt (1988), Are seasonal anomalies real?',
  parameters: {
    before: whole(1, 0, 10, 'weekdays left in the month when it buys'),
    after: whole(3, 1, 10, 'bars of the new month when it sells'),
    stop: real(0.1, 0.01, 0.9, 'stop below the entry, as a fraction'),
  },
  make: ({ before, after, stop }, { symbols }) =>
    defineStrategy({
      name: 'turn-of-month',
      features: { left: weekdaysLeft, since: daysSinceMonthBegan },
      decide(context) {
        const { f, position } = context;
        if (position.long) return f.since >= after && f.since < 15 ? exit('the turn is over') : hold('holds over the turn of the month');
        if (f.left > before) return hold('not the turn of the month');
        return long({ stop: { percent: stop }, ...equalShare(context, symbols), reason: 'turn of the month' });
      },
    }),
});

/** Weekdays after this bar's day in its UTC month. */
function weekdaysLeft(bars: BarSeries): Float64Array {
  return bars.time.map((time) => {
    const month = new Date(time).getUTCMonth();
    let count = 0;
    for (let day = time + DAY_MS; new Date(day).getUTCMonth() === month; day += DAY_MS) {
      const weekday = new Date(day).getUTCDay();
      if (weekday !== 0 && weekday !== 6) count++;
    }
    return count;
  });
}

/** Days with bars so far in the UTC month, this one included. */
function daysSinceMonthBegan(bars: BarSeries): Float64Array {
  let month = -1;
  let day = -1;
  let count = 0;
  return bars.time.map((time) => {
    const date = new Date(time);
    if (date.getUTCMonth() !== month) {
      month = date.getUTCMonth();
      count = 0;
      day = -1;
    }
    if (date.getUTCDate() !== day) {
      day = date.getUTCDate();
      count++;
    }
    return count;
  });
}

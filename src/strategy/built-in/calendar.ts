import { DAY_MS } from '#core';
import { exit, hold, long } from '../decisions.ts';
import { defineStrategy } from '../define.ts';
import { equalShare, real, tunable, whole } from '../recipe.ts';

/** Holds from the last weekdays of a month to the first of the next. Counts weekdays: which of them were holidays it does not know. */
export const turnOfMonth = tunable({
  name: 'turn-of-month',
  summary: 'holds from the last weekday of a month to the third of the next',
  source: 'Lakonishok, Smidt (1988), Are seasonal anomalies real?',
  parameters: {
    before: whole(1, 0, 10, 'weekdays left in the month when it buys'),
    after: whole(3, 1, 10, 'weekdays of the new month when it sells'),
    stop: real(0.1, 0.01, 0.9, 'stop below the entry, as a fraction'),
  },
  make: ({ before, after, stop }, { symbols }) =>
    defineStrategy({
      name: 'turn-of-month',
      features: {},
      decide(context) {
        const left = weekdays(context.time, 1);
        if (context.position.long)
          return left > before && weekdays(context.time, -1) + (isWeekday(context.time) ? 1 : 0) >= after
            ? exit('the turn is over')
            : hold('holds over the turn of the month');
        if (left > before) return hold('not the turn of the month');
        return long({ stop: { percent: stop }, ...equalShare(context, symbols), reason: 'turn of the month' });
      },
    }),
});

/** Weekdays of the UTC month after (1) or before (-1) the day of `time`. */
function weekdays(time: number, direction: 1 | -1): number {
  const month = new Date(time).getUTCMonth();
  let count = 0;
  for (let day = time + direction * DAY_MS; new Date(day).getUTCMonth() === month; day += direction * DAY_MS) {
    if (isWeekday(day)) count++;
  }
  return count;
}

function isWeekday(time: number): boolean {
  const weekday = new Date(time).getUTCDay();
  return weekday !== 0 && weekday !== 6;
}

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { toDate, toIso } from '#core';
import { venueCalendar } from './venue.ts';

const us = venueCalendar('us_equity');
const spy = new URL('../../../shared/data/lean_us_daily_raw/SPY-1d.csv.gz', import.meta.url);

test('sessions follow daylight saving and early closes', () => {
  const summer = us.session(Date.parse('2024-07-02'))!;
  expect(toIso(summer.open)).toBe('2024-07-02T13:30:00.000Z');
  const eve = us.session(Date.parse('2024-12-24'))!;
  expect([toIso(eve.close), eve.early]).toEqual(['2024-12-24T18:00:00.000Z', true]);
  expect(us.session(Date.parse('2024-07-04'))).toBeUndefined();
  expect(us.sessionAt(Date.parse('2024-07-02T20:00Z'))).toBeUndefined();
  expect(toDate(us.dateOf(Date.parse('2024-07-03T01:00Z')))).toBe('2024-07-02');
  expect(toDate(us.nextSession(Date.parse('2024-07-03T15:00Z')).date)).toBe('2024-07-05');
});

test('New Year on a Saturday is not made up for', () => {
  expect(us.session(Date.parse('2021-12-31'))).toBeDefined();
  expect(us.session(Date.parse('2010-12-24'))).toBeUndefined();
});

test.skipIf(!existsSync(spy))('every SPY trading date since 1998 is a session and the reverse (needs shared data)', () => {
  const dates = gunzipSync(readFileSync(spy))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.slice(0, 10));
  const rule = us.sessions(Date.parse(dates[0]!), Date.parse(dates.at(-1)!) + 1).map((session) => toDate(session.date));
  expect(rule.filter((date) => !dates.includes(date))).toEqual([]);
  expect(dates.filter((date) => !rule.includes(date))).toEqual([]);
});

test('a closing without notice was planned as a trading day; a holiday was not', () => {
  const nyse = venueCalendar('us_equity');
  const storm = Date.parse('2012-10-29');
  expect([nyse.session(storm), nyse.isPlanned(storm)]).toEqual([undefined, true]);
  expect(['2012-10-26', '2012-10-27', '2012-12-25', '2012-11-22'].map((date) => nyse.isPlanned(Date.parse(date)))).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(venueCalendar('always').isPlanned(Date.parse('2012-12-25'))).toBe(true);
});

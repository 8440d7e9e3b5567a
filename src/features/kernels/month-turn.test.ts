import { DAY_MS } from '#core';
import { barSeries, parseTimeframe, type BarSeries } from '#domain';
import { expect, test } from 'vitest';
import { monthTurn } from '../functions.ts';
import { compile } from '../graph.ts';
import { institutionalFeatures } from '../institutional.ts';

function barsAt(times: readonly number[]): BarSeries {
  const time = Float64Array.from(times);
  const one = new Float64Array(time.length).fill(1);
  return barSeries('X', parseTimeframe('1d'), { time, open: one, high: one, low: one, close: one, volume: one });
}
const places = (texts: readonly string[], hours: 'us_equity' | 'always' = 'us_equity', reach = 3): number[] => [
  ...compile({ place: monthTurn(hours, reach) }).batch(barsAt(texts.map((text) => Date.parse(text)))).place,
];

test('trading days about the turn of the month, holidays left out', () => {
  // Good Friday was 29 March 2024; Memorial Day 27 May; 1 January a holiday.
  expect(places(['2024-03-22', '2024-03-25', '2024-03-26', '2024-03-27', '2024-03-28'])).toEqual([0, 0, -3, -2, -1]);
  expect(places(['2024-04-01', '2024-04-02', '2024-04-03', '2024-04-04'])).toEqual([1, 2, 3, 0]);
  expect(places(['2023-12-27', '2023-12-28', '2023-12-29', '2024-01-02', '2024-01-03'])).toEqual([-3, -2, -1, 1, 2]);
  expect(places(['2024-05-28', '2024-05-24', '2024-05-23'], 'us_equity', 5)).toEqual([-4, -5, 0]);
  expect(places(['2024-02-27', '2024-02-28', '2024-02-29', '2024-03-01'], 'always')).toEqual([-3, -2, -1, 1]);
});

test('an intraday bar stands where its New York day stands; what trades while the venue is shut, where the next day does', () => {
  expect(places(['2024-03-28T19:59:00Z', '2024-04-01T13:30:00Z', '2024-04-02T01:00:00Z'])).toEqual([-1, 1, 1]);
  expect(places(['2024-03-30T12:00:00Z', '2024-03-31T12:00:00Z'])).toEqual([1, 1]);
});

test('a closing without notice was not known before: the storm of 29 and 30 October 2012', () => {
  expect(places(['2012-10-25', '2012-10-26', '2012-10-31', '2012-11-01'])).toEqual([0, 0, -1, 1]);
});

test('the place needs no later bar: each row alone, and the last rows of a cut series, are the same', () => {
  const times = Array.from({ length: 800 }, (_, day) => Date.UTC(2011, 0, 1) + day * DAY_MS);
  const whole = compile({ place: monthTurn('us_equity') }).batch(barsAt(times)).place;
  times.forEach((time, row) => expect(compile({ place: monthTurn('us_equity') }).batch(barsAt([time])).place[0]).toBe(whole[row]));
});

test('the default set has few values of it, so that no tree can read a date off them', () => {
  const times = Array.from({ length: 5000 }, (_, day) => Date.UTC(2000, 0, 1) + day * DAY_MS);
  const columns = compile(institutionalFeatures({ venueHours: 'us_equity' })).batch(barsAt(times));
  expect([...new Set(columns['month_turn_day'])].toSorted((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
  const inWindow = columns['month_turn_day']!.map((place) => (place === -1 || place > 0 ? 1 : 0));
  expect([...columns['turn_of_month']!]).toEqual([...inWindow]);
});

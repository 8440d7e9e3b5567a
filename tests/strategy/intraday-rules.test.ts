import { describe, expect, test } from 'vitest';
import { DAY_MS, MINUTE_MS } from '#core';
import type { BarSeries } from '#domain';
import { builtIn, play, series, type Row } from './play.ts';

/** 9:30 in New York on Monday, 1 June 2015. */
const OPEN = Date.UTC(2015, 5, 1, 13, 30);
const BARS = 78;

/** Five-minute sessions of Monday (flat at 100) and Tuesday, whose rows are given by the minutes since its open; 100 elsewhere. */
function sessions(tuesday: (minutes: number) => Row, skipFirst = 0): BarSeries {
  const day = (start: number, row: (minutes: number) => Row, from = 0) =>
    Array.from({ length: BARS - from }, (_, at) => [start + (at + from) * 5 * MINUTE_MS, row((at + from) * 5)] as const);
  return series('A', '5m', [...day(OPEN, () => 100), ...day(OPEN + DAY_MS, tuesday, skipFirst)]);
}

const at = (hour: number, minute: number): number => BARS + ((hour - 9) * 60 + minute - 30) / 5;

describe('opening-range', () => {
  const range: Row = [100, 101, 99, 100];
  const upAt10 = (minutes: number): Row => (minutes < 30 ? range : 102);

  test('a close above the first half hour’s high is bought at the next open, with the low as stop, and sold at the last bar’s open', () => {
    const played = play(builtIn('opening-range'), [sessions(upAt10)]);
    const reasons = played.reasons();
    expect(reasons.slice(0, 20).every((reason) => reason === 'warming up')).toBe(true);
    expect(reasons[at(9, 55)]).toBe('the opening range forms');
    expect(reasons[at(10, 0)]).toBe('above the opening range');
    expect(reasons[at(15, 45)]).toBe('holds until the session ends');
    expect(reasons[at(15, 50)]).toBe('the session ends');
    expect(played.fills().map(([row]) => row)).toEqual([at(10, 5), at(15, 55)]);
    expect(played.result.orders.find(({ parentId }) => parentId !== 0)?.stopPrice).toBe(99);
  });

  test('a close below is sold short; with shorts off it says so; one trade a session', () => {
    const down = (minutes: number): Row => (minutes < 30 ? range : minutes < 60 ? 98 : minutes < 90 ? 101 : 98);
    const played = play(builtIn('opening-range'), [sessions(down)]);
    expect(played.reasons()[at(10, 0)]).toBe('below the opening range');
    // The high of the range, 101, is the stop: hit at 10:30.
    expect(played.fills().map(([row, units]) => [row, Math.sign(units)])).toEqual([
      [at(10, 5), -1],
      [at(10, 30), 1],
    ]);
    expect(played.reasons()[at(11, 0)]).toBe('one trade a session');
    expect(play(builtIn('opening-range', { shorts: 0 }), [sessions(down)]).reasons()[at(10, 0)]).toBe(
      'below the opening range; no short sales',
    );
  });

  test('a session whose first bar is missing is left alone', () => {
    const played = play(builtIn('opening-range'), [sessions(upAt10, 1)]);
    expect(played.reasons()[at(10, 0)]).toBe('the session’s first bar is missing');
    expect(played.fills()).toEqual([]);
  });
});

describe('last-half-hour', () => {
  test('up 2 % from the day before’s close by 10:00: long from 15:30 to 15:55', () => {
    const played = play(builtIn('last-half-hour'), [sessions((minutes) => (minutes < 25 ? 101 : 102))]);
    const reasons = played.reasons();
    expect(reasons[30]).toBe('the day before is missing');
    expect(reasons[at(9, 50)]).toBe('the first part is not over');
    expect(reasons[at(15, 20)]).toBe('waits for the last part');
    expect(reasons[at(15, 25)]).toBe('the first part rose');
    expect(played.fills().map(([row, units]) => [row, Math.sign(units)])).toEqual([
      [at(15, 30), 1],
      [at(15, 55), -1],
    ]);
  });

  test('down: short; too small a move: nothing', () => {
    const fall = sessions((minutes) => (minutes < 25 ? 101 : 99));
    expect(play(builtIn('last-half-hour'), [fall]).reasons()[at(15, 25)]).toBe('the first part fell');
    expect(play(builtIn('last-half-hour', { shorts: 0 }), [fall]).reasons()[at(15, 25)]).toBe('the first part fell; no short sales');
    expect(play(builtIn('last-half-hour', { least: 0.02 }), [fall]).reasons()[at(15, 25)]).toBe('the first part moved too little');
  });
});

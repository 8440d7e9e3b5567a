import { describe, expect, test } from 'vitest';
import type { OrderRequest } from '#domain';
import { book, bars, play, QUIET, tape, type Act, type Row } from './scenario.ts';

const FALL: Row = [100, 101, 96, 100];
const WIDE: Row = [100, 106, 96, 100];
const entry: OrderRequest = { side: 'buy', type: 'limit', size: 2, limitPrice: 98 };
const stop: OrderRequest = { side: 'sell', type: 'stop', size: 2, stopPrice: 97, reduceOnly: true };
const target: OrderRequest = { side: 'sell', type: 'limit', size: 2, limitPrice: 105, reduceOnly: true };
/** The entry, and an exit that closes what it opens. */
const withExit =
  (first: OrderRequest, exit: Partial<OrderRequest>): Act =>
  (context) => {
    const closesOrder = context.submit(first);
    context.submit({ side: 'sell', type: 'stop', size: Number.NaN, ...exit, closesOrder } as OrderRequest);
  };

describe('exits beside a resting entry, in the bar that opens it', () => {
  test.each<[string, OrderRequest[]]>([
    ['sent after it', [entry, stop]],
    ['sent before it', [stop, entry]],
    ['that trails', [entry, { side: 'sell', type: 'trailing_stop', size: 2, trailAmount: 3, reduceOnly: true }]],
  ])('a stop %s, behind it on the same fall, stops it out', (_, requests) => {
    const send: Act = (context) => requests.forEach((request) => context.submit(request));
    expect(tape(play({ rows: [QUIET, FALL, QUIET], script: { 0: send } }))).toEqual(['1 buy 2 @ 98', '1 sell 2 @ 97']);
  });

  test('a stop before it on that fall finds nothing to close, and sells nothing above what was bought', () => {
    const send: Act = (context) => [{ ...stop, stopPrice: 99 }, entry].forEach((request) => context.submit(request));
    const result = play({ rows: [QUIET, FALL, QUIET], script: { 0: send } });
    expect(tape(result)).toEqual(['1 buy 2 @ 98']);
    expect(book(result)[0]).toContain('nothing to close');
  });

  test('what closes an order waits for it, also over a move to its stop', () => {
    const breakout: OrderRequest = { side: 'buy', type: 'stop', size: 2, stopPrice: 103 };
    const rows: Row[] = [QUIET, FALL, [100, 104, 99, 103], [103, 103, 96, 97]];
    const result = play({ rows, script: { 0: withExit(breakout, { stopPrice: 97 }) } });
    expect(tape(result)).toEqual(['2 buy 2 @ 103', '3 sell 2 @ 97']);
    expect(tape(play({ rows: [QUIET, WIDE], script: { 0: withExit(breakout, { stopPrice: 97 }) } }))).toEqual([
      '1 buy 2 @ 103',
      '1 sell 2 @ 97',
    ]);
  });

  test('its stop comes before the other exit of a group, though it waited for the entry', () => {
    const send: Act = (context) => {
      context.submit(entry);
      context.submit({ ...target, reduceOnly: false, ocoGroup: 'exits' });
      context.submit({ ...stop, ocoGroup: 'exits' });
    };
    expect(tape(play({ rows: [QUIET, WIDE], script: { 0: send } }))).toEqual(['1 buy 2 @ 98', '1 sell 2 @ 97']);
  });

  test('the stop of what a move opened comes before what lies farther on that move', () => {
    const send: Act = (context) => {
      context.submit({ side: 'sell', type: 'stop', size: 2, stopPrice: 99.5, stopLoss: 103 });
      context.submit({ side: 'buy', type: 'limit', size: 2, limitPrice: 98 });
    };
    expect(tape(play({ rows: [QUIET, WIDE], script: { 0: send } }))).toEqual(['1 sell 2 @ 99.5', '1 buy 2 @ 103', '1 buy 2 @ 98']);
  });

  test('a target is not reached there, only later', () => {
    for (const send of [
      withExit(entry, { type: 'limit', limitPrice: 105 }),
      withExit(entry, { type: 'market_if_touched', triggerPrice: 105 }),
      (context: Parameters<Act>[0]) => [entry, target].forEach((request) => context.submit(request)),
    ]) {
      expect(tape(play({ rows: [QUIET, WIDE, QUIET], script: { 0: send } }))).toEqual(['1 buy 2 @ 98']);
      expect(tape(play({ rows: [QUIET, WIDE, WIDE], script: { 0: send } }))).toEqual(['1 buy 2 @ 98', '2 sell 2 @ 105']);
    }
  });

  test('it is reached for what was open before, by a bracket whose entry fills in parts too', () => {
    const send: Act = (context) => [entry, { ...target, size: 4 }].forEach((request) => context.submit(request));
    const before = play({ rows: [QUIET, QUIET, WIDE], script: { 0: { side: 'buy', type: 'market', size: 1 }, 1: send } });
    expect(tape(before)).toEqual(['1 buy 1 @ 100', '2 buy 2 @ 98', '2 sell 1 @ 105']);
    const rows: Row[] = [QUIET, [100, 101, 96, 100, 1], [100, 106, 96, 100, 2], WIDE];
    const parts = play({ rows, profile: { volumeCap: 1 }, script: { 0: { ...entry, takeProfit: 105 } } });
    expect(tape(parts)).toEqual(['1 buy 1 @ 98', '2 buy 1 @ 98', '2 sell 1 @ 105', '3 sell 1 @ 105']);
  });

  test('an order that may open anything needs no position: it fills whichever way the bar went', () => {
    const send: Act = (context) => [entry, { ...target, reduceOnly: false }].forEach((request) => context.submit(request));
    expect(tape(play({ rows: [QUIET, WIDE], script: { 0: send } }))).toEqual(['1 buy 2 @ 98', '1 sell 2 @ 105']);
  });

  test('finer bars tell the way', () => {
    const finer = bars(
      [
        [100, 101, 96, 97],
        [97, 106, 97, 100],
      ] as Row[],
      '12h',
      'X',
      Date.UTC(2024, 0, 2),
    );
    const send: Act = (context) => [entry, target].forEach((request) => context.submit(request));
    expect(tape(play({ rows: [QUIET, WIDE], finer: [finer], script: { 0: send } }))).toEqual(['1 buy 2 @ 98', '1 sell 2 @ 105']);
  });
});

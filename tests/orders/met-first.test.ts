import { describe, expect, test } from 'vitest';
import type { OrderRequest } from '#domain';
import { book, play, QUIET, scripted, tape, type Act, type Row } from './scenario.ts';

const FALL: Row = [100, 101, 93.5, 100, 10];
const RISE: Row = [100, 106.5, 99, 100, 10];
const limit = (side: 'buy' | 'sell', limitPrice: number, extra: Partial<OrderRequest> = {}): OrderRequest => ({
  side,
  type: 'limit',
  size: 8,
  limitPrice,
  ...extra,
});
const stop = (side: 'buy' | 'sell', stopPrice: number, extra: Partial<OrderRequest> = {}): OrderRequest => ({
  side,
  type: 'stop',
  size: 8,
  stopPrice,
  ...extra,
});
const send =
  (...requests: readonly OrderRequest[]): Act =>
  (context) =>
    requests.forEach((request) => context.submit(request));
const long = { side: 'buy', type: 'market', size: 8 } as const;

describe('a rise or a fall meets the nearest of the orders first, whichever was sent first', () => {
  test.each<[string, OrderRequest[], Row, string[]]>([
    ['entries of which one may fill', [94, 96, 98].map((at) => limit('buy', at, { ocoGroup: 'one' })), FALL, ['1 buy 8 @ 98']],
    ['stops of which one may fill', [106, 102, 104].map((at) => stop('buy', at, { ocoGroup: 'one' })), RISE, ['1 buy 8 @ 102']],
    [
      'a trigger among limits',
      [limit('buy', 94, { ocoGroup: 'one' }), { side: 'buy', type: 'market_if_touched', size: 8, triggerPrice: 97, ocoGroup: 'one' }],
      FALL,
      ['1 buy 8 @ 97'],
    ],
    [
      'limits behind one trigger',
      [93.8, 96].map(
        (at) => ({ side: 'buy', type: 'limit_if_touched', size: 8, triggerPrice: 98, limitPrice: at, ocoGroup: 'one' }) as const,
      ),
      FALL,
      ['1 buy 8 @ 96'],
    ],
    [
      'an entry on the way to a stop',
      [stop('sell', 95, { ocoGroup: 'one' }), limit('buy', 96, { ocoGroup: 'one' })],
      FALL,
      ['1 buy 8 @ 96'],
    ],
    [
      'a stop on the way to an entry',
      [limit('buy', 95, { ocoGroup: 'one' }), stop('sell', 96, { ocoGroup: 'one' })],
      FALL,
      ['1 sell 8 @ 96'],
    ],
  ])('%s', (_, requests, row, fills) => {
    expect(tape(play({ rows: [QUIET, row], script: { 0: send(...requests) } }))).toEqual(fills);
  });

  test.each<[string, OrderRequest, Act]>([
    ['trailed', { side: 'sell', type: 'trailing_stop', size: 8, trailAmount: 5, ocoGroup: 'one' }, () => undefined],
    [
      'was replaced',
      stop('sell', 95, { ocoGroup: 'one' }),
      (context) => {
        const [first] = context.orders();
        context.replace(first!.id, { stopPrice: 98 });
      },
    ],
  ])('a stop that %s past an entry is met before it, whatever stood before it earlier', (_, first, later) => {
    const entries = send(first, limit('buy', 96, { ocoGroup: 'one' }), stop('buy', 102, { size: 1 }));
    const rows: Row[] = [QUIET, [100, 103, 99, 103], [103, 103, 94, 100]];
    expect(tape(play({ rows, script: { 0: entries, 1: later } }))).toEqual(['1 buy 1 @ 102', '2 sell 8 @ 98']);
  });

  test('exits of one position', () => {
    const exits = [105, 103, 104].map((at) => limit('sell', at, { reduceOnly: true }));
    const result = play({ rows: [QUIET, QUIET, RISE], script: { 0: long, 1: send(...exits) } });
    expect(tape(result)).toEqual(['1 buy 8 @ 100', '2 sell 8 @ 103']);
    expect(book(result).filter((one) => one.includes('nothing to close'))).toHaveLength(2);
  });

  test('orders that share the volume of a bar; of one price, the one that was sent first', () => {
    const cap = { volumeCap: 1 };
    const nearest = play({ rows: [QUIET, FALL], script: { 0: send(limit('buy', 95), limit('buy', 97)) }, profile: cap });
    expect(tape(nearest)).toEqual(['1 buy 8 @ 97', '1 buy 2 @ 95']);
    const even = play({ rows: [QUIET, FALL], script: { 0: send(limit('buy', 95, { tag: 'a' }), limit('buy', 95)) }, profile: cap });
    expect(even.orders.map(({ filledQuantity }) => filledQuantity)).toEqual([8, 2]);
  });

  test.each([
    ['protects', { reduceOnly: true }],
    ['is of another group', { ouoGroup: 'other' }],
  ])('an entry on the way to a stop that %s has the volume first: it does not pass it by just where the bar goes on', (_, extra) => {
    const rows: Row[] = [QUIET, QUIET, FALL];
    const script = { 0: long, 1: send(stop('sell', 95, extra), limit('buy', 97)) };
    const fills = ['1 buy 8 @ 100', '2 buy 8 @ 97', '2 sell 2 @ 95'];
    expect(tape(play({ rows, script, profile: { volumeCap: 1 } }))).toEqual(fills);
  });

  test('an entry on the way to a stop that enters has the margin', () => {
    const entries = send(stop('sell', 95), limit('buy', 96));
    const result = play({ rows: [QUIET, FALL], script: { 0: entries }, account: { cash: 1000, leverage: 1, hedging: true } });
    expect(tape(result)).toEqual(['1 buy 8 @ 96']);
  });

  test('an order for the close comes after what the bar meets on its way', () => {
    const either = send({ side: 'buy', type: 'market_on_close', size: 8, ocoGroup: 'one' }, limit('buy', 96, { ocoGroup: 'one' }));
    expect(tape(play({ rows: [QUIET, FALL], script: { 0: either } }))).toEqual(['1 buy 8 @ 96']);
  });

  test('which of two moves came first is not known: a stop still comes before a target', () => {
    const both: Row = [100, 106, 93, 100];
    const exits = send(limit('sell', 105, { reduceOnly: true }), stop('sell', 95, { reduceOnly: true }));
    const result = play({ rows: [QUIET, QUIET, both], script: { 0: long, 1: exits } });
    expect(tape(result)).toEqual(['1 buy 8 @ 100', '2 sell 8 @ 95']);
  });
});

describe('of two moves in a bar the worse came first', () => {
  const breakout = [stop('buy', 105, { ocoGroup: 'one' }), stop('sell', 95, { ocoGroup: 'one' })];

  test.each([
    [96, '1 buy 8 @ 105'],
    [104, '1 sell 8 @ 95'],
  ])('a breakout to both sides that closes at %d', (close, fill) => {
    for (const sides of [breakout, breakout.toReversed()])
      expect(tape(play({ rows: [QUIET, [100, 106, 94, close]], script: { 0: send(...sides) } }))).toEqual([fill]);
  });

  test('who let another pass stays behind it, whatever else the bar brings about', () => {
    const rows: Row[] = [QUIET, [100, 106, 94, 96]];
    const result = play({ rows, script: { 0: send(...breakout, limit('buy', 98)) } });
    expect(tape(result)).toEqual(['1 buy 8 @ 105', '1 buy 8 @ 98']);
  });

  test('what the bar itself triggered was not met by its open', () => {
    const exits = [
      stop('sell', 97, { ocoGroup: 'one' }),
      { ...limit('buy', 100.5, { ocoGroup: 'one' }), type: 'stop_limit', stopPrice: 101 } as const,
    ];
    const rows: Row[] = [QUIET, [100, 103, 96, 102]];
    expect(tape(play({ rows, script: { 0: send(...exits) } }))).toEqual(['1 sell 8 @ 97']);
  });

  test('a stop comes before a target that was sent first, also one that may open', () => {
    const exits = [limit('sell', 105, { reduceOnly: true }), stop('sell', 95)];
    const result = play({ rows: [QUIET, QUIET, [100, 106, 94, 100]], script: { 0: long, 1: send(...exits) } });
    expect(tape(result)).toEqual(['1 buy 8 @ 100', '2 sell 8 @ 95']);
  });

  test('an order that was cancelled leaves no place to another', () => {
    const breakout = { ...limit('sell', 104, { ocoGroup: 'one' }), type: 'stop_limit', stopPrice: 98.5 } as const;
    const script: Record<number, Act> = {
      0: send(long),
      1: send(stop('sell', 95, { reduceOnly: true }), breakout, limit('sell', 103)),
      2: (context) => {
        const triggered = context.orders().find(({ type }) => type === 'stop_limit');
        context.cancel(triggered!.id);
      },
    };
    const rows: Row[] = [QUIET, QUIET, [100, 101, 98, 100], [100, 103.5, 94, 95, 8]];
    expect(tape(play({ rows, script, profile: { volumeCap: 1 } }))).toEqual(['1 buy 8 @ 100', '3 sell 8 @ 95']);
  });

  test('a limit on the way to a stop does not pass the stop of the other move', () => {
    const both = send(stop('sell', 95), stop('buy', 104, { reduceOnly: true }), limit('sell', 102));
    const rows: Row[] = [QUIET, QUIET, [100, 103, 94, 95, 10]];
    const fills = ['1 buy 8 @ 100', '2 sell 8 @ 95', '2 sell 2 @ 102'];
    expect(tape(play({ rows, script: { 0: long, 1: both }, profile: { volumeCap: 1 } }))).toEqual(fills);
  });

  test('what protects has the volume before a stop that enters', () => {
    const exits = [stop('sell', 95, { reduceOnly: true }), stop('buy', 103)];
    const rows: Row[] = [QUIET, QUIET, [100, 106, 94, 100, 8]];
    expect(tape(play({ rows, script: { 0: long, 1: send(...exits) }, profile: { volumeCap: 1 } }))[1]).toBe('2 sell 8 @ 95');
  });

  test('of two strategies with brackets against each other neither gets a target in a bar that reaches its stop', () => {
    const short = { side: 'sell', type: 'market', size: 8, stopLoss: 104, takeProfit: 96 } as const;
    const against = { side: 'buy', type: 'market', size: 5, stopLoss: 95.9, takeProfit: 103.9 } as const;
    const strategies = [scripted({ 0: short }, 'two'), scripted({ 1: against }, 'one')];
    const fills = ['1 sell 8 @ 100', '2 buy 5 @ 100', '2 buy 8 @ 104', '2 sell 5 @ 95.9'];
    expect(tape(play({ rows: [QUIET, QUIET, [100, 105, 95, 100]], strategies }))).toEqual(fills);
  });
});

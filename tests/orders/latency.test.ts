import { describe, expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { timestamp } from '#core';
import { instrument, type OrderRequest } from '#domain';
import { executionProfile } from '#execution';
import { bars, book, play, QUIET, scripted, tape, type Act, type Row } from './scenario.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const buy: OrderRequest = { side: 'buy', type: 'market', size: 10 };
const limit: OrderRequest = { side: 'buy', type: 'limit', size: 10, limitPrice: 95 };
const dip: Row = [100, 101, 94, 100];

describe('latency in time', () => {
  const run = (script: Readonly<Record<number, Act | OrderRequest>>, rows: readonly Row[], latencyMs: number) =>
    play({ series: [bars(rows, '1h')], script, profile: { latencyMs } });

  test('an order acts from the first bar that opens when it has arrived, or later', () => {
    const rows = [QUIET, QUIET, QUIET, QUIET, QUIET];
    expect(tape(run({ 0: buy }, rows, 0))).toEqual(['1 buy 10 @ 100']);
    expect(tape(run({ 0: buy }, rows, 1))).toEqual(['2 buy 10 @ 100']);
    expect(tape(run({ 0: buy }, rows, HOUR))).toEqual(['2 buy 10 @ 100']);
    expect(tape(run({ 0: buy }, rows, HOUR + 1))).toEqual(['3 buy 10 @ 100']);
    expect(tape(run({ 0: limit }, [QUIET, dip, dip], SECOND))).toEqual(['2 buy 10 @ 95']);
    expect(book(run({ 0: limit }, [QUIET, dip], SECOND))).toEqual(['limit submitted 0/10']);
  });

  test('an order may fill while its cancel is on the way', () => {
    const cancel: Act = (at) => at.cancel(at.orders()[0]!.id);
    expect(book(run({ 0: limit, 2: cancel }, [QUIET, QUIET, QUIET, dip, QUIET], SECOND))).toEqual(['limit filled 10/10']);
    expect(book(run({ 0: limit, 2: cancel }, [QUIET, QUIET, QUIET, QUIET, dip], SECOND))).toEqual([
      'limit canceled 0/10 canceled by the strategy',
    ]);
    expect(book(run({ 0: limit, 2: cancel }, [QUIET, QUIET, QUIET], SECOND))).toEqual(['limit pending_cancel 0/10']);
  });

  test('the old price stands until a replacement arrives', () => {
    const raise: Act = (at) => expect(at.replace(at.orders()[0]!.id, { limitPrice: 99.5 })).toBe(true);
    const rows = [QUIET, QUIET, QUIET, [100, 101, 96, 100] as Row, QUIET];
    expect(tape(run({ 0: limit, 2: raise }, rows, SECOND))).toEqual(['4 buy 10 @ 99.5']);
    expect(tape(run({ 0: limit, 1: raise }, rows, SECOND))).toEqual(['3 buy 10 @ 99.5']);
  });

  test('with finer bars it arrives inside the bar', () => {
    const inside: Row[] = Array.from({ length: 8 }, (_, step) => [100 + step, 100.5 + step, 99.5 + step, 100 + step]);
    const result = runBacktest({
      bars: [bars([QUIET, [100, 108, 99, 107]], '4h')],
      finer: [bars([...inside.slice(0, 4), ...inside.slice(0, 4)], '1h')],
      strategy: scripted({ 0: buy }),
      account: { cash: 10_000 },
      profile: executionProfile('frictionless', { latencyMs: SECOND }),
      instruments: [instrument('X', 'synthetic', { tickSize: 0.01 })],
    });
    expect(tape(result)).toEqual(['1 buy 10 @ 101']);
  });

  test('what is closed by the last bar once more is closed in it', () => {
    const strategy = scripted({ 0: buy });
    const profile = executionProfile('frictionless', { latencyMs: SECOND });
    const series = [bars([QUIET, QUIET, QUIET, QUIET], '1h')];
    const result = runBacktest({ bars: series, strategy, account: { cash: 10_000 }, profile, atEnd: 'rerun' });
    expect(tape(result)).toEqual(['2 buy 10 @ 100', '3 sell 10 @ 100']);
  });

  test('post-only is judged by the bar it arrives at', () => {
    const post = { ...limit, postOnly: true };
    expect(book(run({ 0: post }, [QUIET, [94, 96, 93, 95], QUIET, dip], SECOND))).toEqual(['limit filled 10/10']);
    expect(book(run({ 0: post }, [QUIET, QUIET, [94, 96, 93, 95]], SECOND))[0]).toMatch(/^limit rejected/);
  });
});

test('a daily bar of a stock ends at the close and begins at the open: a night is time enough to arrive, a day is not', () => {
  const run = (latencyMs: number): string[] =>
    tape(
      runBacktest({
        bars: [bars([QUIET, QUIET, QUIET, QUIET], '1d', 'X', Date.parse('2024-11-25T00:00Z'))],
        strategy: scripted({ 0: buy }),
        account: { cash: 10_000 },
        profile: executionProfile('frictionless', { latencyMs }),
        instruments: [instrument('X', 'us_equity', { tickSize: 0.01 })],
      }),
    );
  expect(run(SECOND)).toEqual(['1 buy 10 @ 100']);
  // From 16:00 to 9:30 are seventeen and a half hours.
  expect(run(17.5 * HOUR)).toEqual(['1 buy 10 @ 100']);
  expect(run(17.5 * HOUR + 1)).toEqual(['2 buy 10 @ 100']);
});

describe('day orders by the calendar of the venue', () => {
  const day: OrderRequest = { ...limit, timeInForce: 'day' };
  const stock = (rows: readonly Row[], start: string, timeframe: string, script: Readonly<Record<number, Act | OrderRequest>>) =>
    runBacktest({
      bars: [bars(rows, timeframe, 'X', Date.parse(start))],
      strategy: scripted(script),
      account: { cash: 10_000 },
      profile: 'frictionless',
      instruments: [instrument('X', 'us_equity', { tickSize: 0.01 })],
    });

  test('an early close ends them; bars after it, of the same date, fill nothing', () => {
    // Friday 29 November 2024: New York closes at 13:00, which is 18:00 UTC.
    const early = stock([QUIET, QUIET, QUIET, QUIET, dip], '2024-11-29T14:00Z', '1h', { 0: day });
    expect(book(early)).toEqual(['limit expired 0/10 day order, session over']);
    expect(tape(stock([QUIET, QUIET, QUIET, dip], '2024-11-29T14:00Z', '1h', { 0: day }))).toEqual(['3 buy 10 @ 95']);
  });

  test('sent after the close they belong to the next session', () => {
    // A Tuesday and a Wednesday; then a Monday, whose order is dead on the Wednesday.
    expect(tape(stock([QUIET, dip], '2024-11-26T00:00Z', '1d', { 0: day }))).toEqual(['1 buy 10 @ 95']);
    expect(book(stock([QUIET, QUIET, dip], '2024-11-25T00:00Z', '1d', { 0: day }))).toEqual(['limit expired 0/10 day order, session over']);
  });

  test('a venue that never closes has days of UTC', () => {
    const run = (row: number) =>
      tape(play({ series: [bars([QUIET, QUIET, QUIET, QUIET, QUIET, dip, dip], '4h')], script: { [row]: day } }));
    expect(run(0)).toEqual(['5 buy 10 @ 95']);
    expect(book(play({ series: [bars([QUIET, QUIET, QUIET, QUIET, QUIET, QUIET, dip], '4h')], script: { 0: day } }))[0]).toMatch(/expired/);
  });

  test('once the session is over they are no longer at work, and take no room from those of the next', () => {
    const half: OrderRequest = { ...day, size: { kind: 'target_weight', weight: 0.6 } };
    const daily = play({ rows: [QUIET, QUIET, QUIET, QUIET], script: { 0: half, 1: half, 2: half }, limits: { maxGrossExposure: 1 } });
    expect(book(daily)).toEqual(Array.from({ length: 3 }, () => 'limit expired 0/NaN day order, session over'));
    /** How many orders work after each bar of four hours that follows the order's. */
    const working = (row: number, order: OrderRequest): readonly number[] => {
      const counts: number[] = [];
      const look: Act = ({ orders }) => void counts.push(orders().length);
      play({
        series: [bars([QUIET, QUIET, QUIET, QUIET, QUIET, QUIET, QUIET], '4h')],
        script: { [row]: order, [row + 1]: look, [row + 2]: look },
      });
      return counts;
    };
    expect(working(3, day)).toEqual([1, 0]);
    expect(working(4, day)).toEqual([0, 0]);
    expect(working(0, { ...limit, timeInForce: 'gtd', goodTill: timestamp(Date.UTC(2024, 0, 1, 12)) })).toEqual([1, 0]);
    expect(working(0, { ...limit, timeInForce: 'gtd', goodTill: timestamp(Date.UTC(2024, 0, 1, 12, 1)) })).toEqual([1, 1]);
  });

  test('good till an instant is held against the open of a daily bar, not its label', () => {
    const till = (text: string): OrderRequest => ({ ...limit, timeInForce: 'gtd', goodTill: Date.parse(text) }) as OrderRequest;
    expect(tape(stock([QUIET, dip], '2024-11-25T00:00Z', '1d', { 0: till('2024-11-26T15:00Z') }))).toEqual(['1 buy 10 @ 95']);
    expect(book(stock([QUIET, dip], '2024-11-25T00:00Z', '1d', { 0: till('2024-11-26T14:30Z') }))[0]).toMatch(/expired .*good-till/);
  });
});

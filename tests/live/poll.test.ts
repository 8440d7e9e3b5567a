import { describe, expect, test } from 'vitest';
import type { DataSource } from '#data';
import { parseTimeframe } from '#domain';
import { poll } from '../../src/apps/cli/paper/poll.ts';
import type { Instant } from '../../src/apps/cli/paper/replay.ts';

const SECOND = parseTimeframe('1s');

type Times = (symbol: string, from: number, now: number, asked: number) => readonly number[];

/** A venue whose clock moves half a second with every request; `times` says which bars it has by then. */
function venue(clock: { now: number }, times: Times): DataSource {
  let asked = 0;
  return {
    id: 'fake',
    describe: () => ({ text: '', kind: 'synthetic', venueHours: 'always' }),
    list: async () => [],
    load: async ({ symbol, timeframe, from = 0 }) => {
      clock.now += 500;
      const time = Float64Array.from(times(symbol, from, clock.now, ++asked));
      const price = time.map((at, row) => (row > 0 && time[row - 1] === at ? 101 : 100));
      return {
        symbol,
        timeframe,
        columns: { time, open: price, high: price, low: price, close: price, volume: price },
        provenance: {
          what: '',
          kind: 'synthetic',
          licence: '',
          retrievedFrom: '',
          symbol,
          timeframe: '1s',
          sha256: '',
          rows: 0,
          transformations: [],
        } as never,
      };
    },
  };
}

const each = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, Math.floor((to - from) / 1000) + 1) }, (_, row) => from + row * 1000);

async function instants(count: number, symbols: readonly string[], times: Times) {
  const clock = { now: 10_000 };
  const stop = new AbortController();
  const faults: string[] = [];
  const given: Instant[] = [];
  const polled = poll({
    source: venue(clock, times),
    symbols,
    timeframe: SECOND,
    since: 8000,
    everyMs: 500,
    stop: stop.signal,
    clock: { now: () => clock.now - 500, sleep: async () => undefined },
    onRound: (fault) => faults.push(fault),
  });
  for await (const instant of polled) {
    expect(instant.closedAt).toBeLessThanOrEqual(clock.now - 500);
    given.push(instant);
    if (given.length === count) stop.abort();
  }
  return { given, faults: faults.filter((fault) => fault !== ''), bars: given.flatMap(({ bars }) => bars) };
}

describe('bars as a source comes to have them', () => {
  test('each closed bar is given once, in order, symbols together; the bar that is forming is not; a failed round costs nothing', async () => {
    const { bars, faults } = await instants(12, ['A', 'B'], (symbol, from, now, asked) => {
      if (asked === 5) throw new Error('connection reset');
      return each(from, now - (symbol === 'B' ? 1000 : 0));
    });
    const keys = bars.map(({ symbol, time }) => `${symbol} ${time}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const symbol of ['A', 'B']) {
      const times = bars.filter((bar) => bar.symbol === symbol).map(({ time }) => time);
      expect(times).toEqual(times.map((_, at) => 9000 + at * 1000));
    }
    expect(faults).toEqual(['connection reset']);
  });

  test('a hole is asked for again before what follows it is given: other symbols wait, and nothing comes out of order', async () => {
    // Bar 12000 of A is there only when 13000 has been there for a round.
    const { given } = await instants(6, ['A', 'B'], (symbol, from, now) =>
      each(from, now).filter((time) => symbol === 'B' || time !== 12_000 || now >= 14_500),
    );
    expect(given.map(({ time }) => time)).toEqual([9000, 10_000, 11_000, 12_000, 13_000, 14_000]);
    expect(given.every(({ bars }) => bars.length === 2)).toBe(true);
  });

  test("a hole that stays is the market's own; what comes behind its time, or a second time otherwise, is offered for the gate to refuse", async () => {
    const { given, bars } = await instants(14, ['A'], (_, from, now) => {
      const known = each(from, now).filter((time) => time !== 12_000 || now >= 20_000);
      return known.flatMap((time) => (time === 14_000 && now >= 18_000 ? [time, time] : [time]));
    });
    const times = given.map(({ time }) => time);
    expect(times.slice(0, 5)).toEqual([9000, 10_000, 11_000, 13_000, 14_000]);
    expect(bars.filter(({ time }) => time === 12_000)).toHaveLength(1);
    expect(bars.filter(({ time }) => time === 14_000).map(({ close }) => close)).toEqual([100, 101]);
    expect(times.indexOf(12_000)).toBeGreaterThan(times.indexOf(17_000));
  });
});

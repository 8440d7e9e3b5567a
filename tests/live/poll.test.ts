import { expect, test } from 'vitest';
import type { DataSource } from '#data';
import { parseTimeframe } from '#domain';
import { poll } from '../../src/apps/cli/paper/poll.ts';
import type { Instant } from '../../src/apps/cli/paper/replay.ts';

const SECOND = parseTimeframe('1s');

/** A venue whose clock moves one second a round. Bars of B come a round late; the third round fails. */
function venue(clock: { now: number }): DataSource {
  let asked = 0;
  return {
    id: 'fake',
    describe: () => ({ text: '', kind: 'synthetic', venueHours: 'always' }),
    list: async () => [],
    load: async ({ symbol, timeframe, from = 0 }) => {
      if (symbol === 'A') clock.now += 1000;
      if (++asked === 5) throw new Error('connection reset');
      const last = clock.now - (symbol === 'B' ? 1000 : 0);
      const time = Float64Array.from({ length: Math.max(0, Math.floor((last - from) / 1000) + 1) }, (_, row) => from + row * 1000);
      const price = time.map(() => 100);
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

test('each closed bar is given once, in order, symbols together; the bar that is forming is not; a failed round costs nothing', async () => {
  const clock = { now: 10_000 };
  const stop = new AbortController();
  const faults: string[] = [];
  const given: Instant[] = [];
  const instants = poll({
    source: venue(clock),
    symbols: ['A', 'B'],
    timeframe: SECOND,
    since: 8000,
    everyMs: 1,
    stop: stop.signal,
    now: () => clock.now - 500,
    onRound: (fault) => faults.push(fault),
  });
  for await (const instant of instants) {
    expect(instant.closedAt).toBeLessThanOrEqual(clock.now - 500);
    given.push(instant);
    if (given.length === 12) stop.abort();
  }
  const bars = given.flatMap(({ bars: list }) => list);
  const keys = bars.map(({ symbol, time }) => `${symbol} ${time}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const symbol of ['A', 'B']) {
    const times = bars.filter((bar) => bar.symbol === symbol).map(({ time }) => time);
    expect(times).toEqual(times.map((_, at) => 9000 + at * 1000));
  }
  expect(faults.filter((fault) => fault !== '')).toEqual(['connection reset']);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS } from '#core';
import { executionProfile } from '#execution';
import { close, compile, sma } from '#features';
import { dailyEquity } from '#research';
import { BUILT_IN_STRATEGIES, prepare } from '#strategy';
import { walk } from '../../../tests/property/walk.ts';
import { runBacktest } from '../run.ts';
import { crossingPath, dayEnds } from './crossing-path.ts';

const crossing = BUILT_IN_STRATEGIES.find(({ name }) => name === 'crossing')!;

test('daily equity and trades are those of the full engine, to the last bit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 30, max: 900 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(0, 2.5, 10),
      fc.constantFrom('close' as const, 'mark' as const),
      fc.constantFrom('1h', '1d'),
      (rows, seed, fast, more, bps, atEnd, timeframe) => {
        const bars = walk(rows, seed, 0.01, timeframe);
        const slow = fast + more;
        const fees = { kind: 'proportional', makerBps: bps, takerBps: bps } as const;
        const run = runBacktest({
          bars: [bars],
          strategy: prepare(crossing, { fast, slow }),
          account: { cash: 10_000 },
          profile: executionProfile('frictionless', { fees }),
          atEnd,
        });
        const columns = compile({ fast: sma(close, fast), slow: sma(close, slow) }).batch(bars);
        const { open, close: closes, time } = bars;
        const path = { open, close: closes, dayEnds: dayEnds(time), feeFraction: bps / 10_000, cash: 10_000, atEnd, ...columns };
        const outcome = crossingPath(path)!;
        expect([...outcome.equity]).toEqual([...dailyEquity(run.equity).equity]);
        expect(outcome.trades).toBe(run.trades.length);
      },
    ),
    { numRuns: 60, seed: 11 },
  );
});

test('an entry that cash may not cover is left to the engine; ties of the averages are no cross', () => {
  const flat = new Float64Array(50).fill(100);
  const days = dayEnds(Float64Array.from({ length: 50 }, (_, row) => row * DAY_MS));
  const path = { open: flat, close: flat, dayEnds: days, feeFraction: 0, atEnd: 'mark' as const };
  expect(crossingPath({ ...path, fast: flat, slow: flat.map(() => 99), cash: 100 })).toBeUndefined();
  expect(crossingPath({ ...path, fast: flat, slow: flat, cash: 100 })).toEqual({ equity: flat.map(() => 100), trades: 0 });
});

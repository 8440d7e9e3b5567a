import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '#core';
import { barSeries, parseTimeframe, type BarSeries } from '#domain';
import { executionProfile } from '#execution';
import { close, sma } from '#features';
import { hold, type Strategy } from '#strategy';
import { runBacktest } from '../run.ts';
import { crossingPairs, sweepCrossings, toTicks, type CrossingSweep } from './crossing-sweep.ts';

const TICK = 1e-4;

function walk(rows: number, seed: number): BarSeries {
  const rng = createRng(seed).stream('walk');
  const round = (value: number): number => Math.round(value / TICK) * TICK;
  const column = (): Float64Array => new Float64Array(rows);
  const [time, open, high, low, last] = [column(), column(), column(), column(), column()];
  let price = 100;
  for (let row = 0; row < rows; row++) {
    time[row] = row * 60_000;
    open[row] = round(price * (1 + 0.0002 * rng.normal()));
    price = price * (1 + 0.002 * rng.normal());
    last[row] = round(price);
    high[row] = Math.max(open[row]!, last[row]!) + 10 * TICK;
    low[row] = Math.min(open[row]!, last[row]!) - 10 * TICK;
  }
  return barSeries('WALK', parseTimeframe('1m'), { time, open, high, low, close: last, volume: column().fill(1e6) });
}

function sweepOf(bars: BarSeries, fast: readonly number[], slow: readonly number[]): CrossingSweep {
  return {
    openTicks: toTicks(bars.open, TICK),
    closeTicks: toTicks(bars.close, TICK),
    tickSize: TICK,
    ...crossingPairs(fast, slow),
    feeFraction: 0.001,
    cash: 100_000,
  };
}

/** The same rule through the whole engine: orders, fills, ledger. */
function throughEngine(bars: BarSeries, fast: number, slow: number) {
  const strategy: Strategy = {
    name: 'crossing',
    features: { fast: sma(close, fast), slow: sma(close, slow) },
    onBar(context) {
      const above = context.f['fast']! > context.f['slow']!;
      const size = { kind: 'units', units: 1 } as const;
      if (above && context.position.flat) context.submit({ side: 'buy', type: 'market', size });
      else if (!above && !context.position.flat) context.submit({ side: 'sell', type: 'market', size });
      return hold('follows the averages');
    },
  };
  const fees = { kind: 'proportional', makerBps: 10, takerBps: 10 } as const;
  return runBacktest({ bars: [bars], strategy, account: { cash: 100_000 }, profile: executionProfile('frictionless', { fees }) });
}

describe('crossing sweep', () => {
  test('the WebAssembly kernel and its plain twin give the same bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 2600 }), fc.integer({ min: 1, max: 1000 }), (rows, seed) => {
        const sweep = sweepOf(walk(rows, seed), [1, 2, 3, 8, 13], [5, 21, 64, 200]);
        expect(sweepCrossings(sweep, 'wasm')).toEqual(sweepCrossings(sweep, 'plain'));
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  test('ties of the averages are no cross, in both kernels', () => {
    const flat = new Float64Array(300).fill(1234567);
    const sweep: CrossingSweep = {
      openTicks: flat,
      closeTicks: flat,
      tickSize: TICK,
      ...crossingPairs([3, 7], [9, 11]),
      feeFraction: 0.001,
      cash: 5,
    };
    for (const engine of ['wasm', 'plain'] as const) {
      expect([...sweepCrossings(sweep, engine).entries]).toEqual([0, 0, 0, 0]);
      expect([...sweepCrossings(sweep, engine).endEquity]).toEqual([5, 5, 5, 5]);
    }
  });

  test('trades and equity are those of the full engine', () => {
    const bars = walk(3000, 3);
    const sweep = sweepOf(bars, [5, 12, 30], [20, 50, 111]);
    const { entries, endEquity, open } = sweepCrossings(sweep);
    expect(entries.length).toBe(8);
    sweep.fast.forEach((fast, pair) => {
      const run = throughEngine(bars, fast, sweep.slow[pair]!);
      expect(run.trades.length, `${fast}/${sweep.slow[pair]}`).toBe(entries[pair]! - open[pair]!);
      expect(run.positions.length).toBe(open[pair]);
      expect(run.endEquity).toBeCloseTo(endEquity[pair]!, 6);
    });
  });

  test('prices between ticks are refused', () => {
    expect(() => toTicks(Float64Array.of(1, 1.005), 0.01)).toThrow('no multiple of the tick');
  });
});

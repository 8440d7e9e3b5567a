import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { barSeries, instrument, parseTimeframe } from '#domain';
import { defineCrossSection } from '#strategy';

const START = Date.UTC(2024, 0, 1);
const DAY = 86_400_000;
const CASH = 100_000;

/** By bar, the weights of all symbols, long and short, that add up to at most 0.95; and by symbol and bar, how the price moves. */
const cases = fc.tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 3, max: 12 })).chain(([symbols, rows]) => {
  const signed = fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) });
  const table = (cell: fc.Arbitrary<number>) =>
    fc.array(fc.array(cell, { minLength: symbols, maxLength: symbols }), { minLength: rows, maxLength: rows });
  return fc.record({ wishes: table(signed), opens: table(fc.double({ min: -0.01, max: 0.01, noNaN: true })) });
});

const scaled = (wishes: readonly number[]): readonly number[] => {
  const gross = wishes.reduce((sum, wish) => sum + Math.abs(wish), 0);
  return wishes.map((wish) => (0.95 * wish) / Math.max(1, gross));
};

test('a book of longs and shorts turns into any other of no more than its equity without one refusal', () => {
  fc.assert(
    fc.property(cases, ({ wishes, opens }) => {
      const weights = wishes.map(scaled);
      const names = weights[0]!.map((_, symbol) => `S${symbol}`);
      // Bars that close where they open: what is decided at a close meets the next open.
      const prices = names.map((_, symbol) => {
        let price = 100;
        return Float64Array.from(opens, (moves) => (price *= 1 + moves[symbol]!));
      });
      const time = Float64Array.from(opens, (_, row) => START + row * DAY);
      const volume = new Float64Array(time.length).fill(1e9);
      const result = runBacktest({
        bars: names.map((name, symbol) => {
          const price = prices[symbol]!;
          return barSeries(name, parseTimeframe('1d'), { time, open: price, high: price, low: price, close: price, volume });
        }),
        strategy: defineCrossSection({
          name: 'turns',
          features: {},
          decide: ({ row, targetWeights }) => targetWeights(new Map(names.map((name, symbol) => [name, weights[row]![symbol]!]))),
        }),
        account: { cash: CASH },
        profile: 'frictionless',
        limits: { maxGrossExposure: 1, maxConcentration: 1 },
        instruments: names.map((name) => instrument(name, 'synthetic', { lotSize: 1e-6, minQuantity: 1e-6 })),
        atEnd: 'mark',
      });
      expect(result.orders.filter(({ status }) => status === 'denied' || status === 'rejected').map(({ reason }) => reason)).toEqual([]);
      let [equity, held] = [CASH, names.map(() => 0)];
      const curve = opens.map((_, row) => {
        if (row > 0) {
          equity += held.reduce((sum, units, symbol) => sum + units * (prices[symbol]![row]! - prices[symbol]![row - 1]!), 0);
          held = held.map((__, symbol) => (weights[row - 1]![symbol]! * equity) / prices[symbol]![row]!);
        }
        return equity;
      });
      // Quantities are whole millionths of a unit.
      result.equity.equity.forEach((value, row) => expect(Math.abs(value - curve[row]!)).toBeLessThan(0.01));
    }),
    { numRuns: 60 },
  );
});

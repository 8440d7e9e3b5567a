import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTimeframe, roundToLot, roundToTick } from '#domain';

test('ticks and lots: on the grid, within one step, never beyond the asked side', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1e6, noNaN: true }), fc.constantFrom(0.01, 0.25, 0.0001, 1, 1e-8), (price, tick) => {
      const down = roundToTick(price, tick, 'down');
      const up = roundToTick(price, tick, 'up');
      const slack = Math.max(1e-6 * tick, 1e-9 * price);
      expect(down).toBeLessThanOrEqual(price + slack);
      expect(up).toBeGreaterThanOrEqual(price - slack);
      expect(up - down).toBeLessThanOrEqual(tick + slack);
    }),
  );
  expect(roundToTick(0.30000000000000004, 0.1)).toBe(0.3);
  expect(roundToLot(-2.7, 1)).toBe(-2);
});

test('timeframes', () => {
  expect(parseTimeframe('15m')).toEqual({ id: '15m', ms: 900_000 });
  expect(() => parseTimeframe('daily')).toThrow(/timeframe/);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equityCsv } from '../pipeline/reporting.ts';

test('the parts together are the plain rows, whatever the times and values', () => {
  const rows = fc.array(
    fc.record({ step: fc.integer({ min: 1, max: 3e8 }), value: fc.constantFrom(100, 100, 101.25, 99.1, 0, Number.NaN) }),
    {
      maxLength: 2500,
    },
  );
  fc.assert(
    fc.property(rows, fc.integer({ min: -1e12, max: 2e12 }), (list, start) => {
      let at = start;
      const time = Float64Array.from(list, ({ step }) => (at += step));
      const equity = Float64Array.from(list, ({ value }) => value);
      let peak = Number.NEGATIVE_INFINITY;
      const plain = Array.from(time, (when, row) => {
        peak = Math.max(peak, equity[row]!);
        return `${new Date(when).toISOString()},${equity[row]},${equity[row]! / peak - 1}\n`;
      });
      expect(equityCsv({ time, equity })).toBe(`time,equity,drawdown\n${plain.join('')}`);
    }),
    { numRuns: 50 },
  );
});

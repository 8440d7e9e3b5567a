import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumberRows } from './number-rows.ts';

test('rows are what was written, however many blocks they take, and begin anew when cleared', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(700), (width, count) => {
      const rows = new NumberRows(width);
      const written = (first: number): number[] => Array.from({ length: count * width }, (_, at) => first + at);
      const write = (first: number): number[] => {
        for (let row = 0; row < count; row++) {
          const at = rows.add();
          for (let column = 0; column < width; column++) rows.block[at + column]! += first + row * width + column;
        }
        return Array.from({ length: rows.length }, (_, row) => [...rows.row(row)]).flat();
      };
      expect(write(1)).toEqual(written(1));
      rows.clear();
      expect(rows.length).toBe(0);
      expect(write(0.5)).toEqual(written(0.5));
    }),
    { numRuns: 25 },
  );
});

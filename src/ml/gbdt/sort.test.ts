import { createRng } from '#core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortNumbers } from './sort.ts';

test('the radix sort gives the bits of the built-in sort', () => {
  const value = fc.oneof(
    fc.double({ noNaN: true }),
    fc.constantFrom(0, -0, 1, -1, Infinity, -Infinity, Number.MIN_VALUE, -Number.MAX_VALUE),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 5000 }), fc.integer(), (pool, count, seed) => {
      const rng = createRng(seed);
      // A view that does not begin at the start of its buffer, as in use.
      const values = new Float64Array(new ArrayBuffer(8 * (count + 1)), 8).map(() =>
        rng.uniform() < 0.5 ? rng.normal() : pool[rng.integer(pool.length)]!,
      );
      const shifted = new Float64Array(count + 1).subarray(1);
      shifted.set(values);
      sortNumbers(shifted);
      expect(Buffer.compare(bytes(shifted), bytes(values.sort()))).toBe(0);
    }),
    { numRuns: 60 },
  );
});

const bytes = (values: Float64Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

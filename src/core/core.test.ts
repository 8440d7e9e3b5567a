import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, contentHash, createRng, suggest } from '#core';

describe('rng', () => {
  test('a stream put where another stood draws the same from there', () => {
    const first = createRng('state');
    for (let draw = 0; draw < 7; draw++) first.normal();
    const second = createRng('state');
    second.restore(JSON.parse(JSON.stringify(first.snapshot())));
    const draw = (rng: typeof first): number[] => [rng.normal(), rng.uniform(), rng.integer(1000), rng.normal()];
    expect(draw(second)).toEqual(draw(first));
  });

  test('one seed, one stream; names are independent of what was drawn', () => {
    const first = createRng(7);
    const drawn = [first.uniform(), first.uniform()];
    const second = createRng(7);
    const before = second.stream('fills').uniform();
    expect([second.uniform(), second.uniform()]).toEqual(drawn);
    expect(second.stream('fills').uniform()).toBe(before);
    expect(createRng(8).uniform()).not.toBe(drawn[0]);
  });

  test('a column of integers is what one integer after the other would be', () => {
    const [first, second] = [createRng('column'), createRng('column')];
    const column = new Int32Array(1000);
    first.integers(2 ** 31 - 1, column);
    expect(column).toEqual(Int32Array.from({ length: 1000 }, () => second.integer(2 ** 31 - 1)));
    expect(first.uniform()).toBe(second.uniform());
    expect(() => first.integers(0, column)).toThrow('bound must be a positive integer');
  });

  test('uniform stays in [0, 1); normal has mean 0 and variance 1', () => {
    const rng = createRng('moments');
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < 20_000; i++) {
      const u = rng.uniform();
      if (!(u >= 0 && u < 1)) throw new Error(`out of range: ${u}`);
      const z = rng.normal();
      sum += z;
      squares += z * z;
    }
    expect(Math.abs(sum / 20_000)).toBeLessThan(0.03);
    expect(Math.abs(squares / 20_000 - 1)).toBeLessThan(0.05);
  });
});

test('canonical JSON does not depend on the order of keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.boolean())), (record) => {
      const turned = Object.fromEntries(Object.entries(record).reverse());
      expect(canonicalJson(turned)).toBe(canonicalJson(record));
      expect(contentHash(turned)).toBe(contentHash(record));
    }),
  );
  expect(() => canonicalJson({ x: Number.NaN })).toThrow(RangeError);
});

test('suggest finds the near word and stays silent when none is near', () => {
  expect(suggest('symbls', ['symbols', 'start', 'end'])).toBe('symbols');
  expect(suggest('zzzzzz', ['symbols', 'start', 'end'])).toBeUndefined();
});

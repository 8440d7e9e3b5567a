import { expect, test } from 'vitest';
import { crossGroupRank, crossNeutralize, crossTopK, crossWinsor } from './cross-section.ts';

const row = (...values: number[]): Float64Array[] => values.map((value) => Float64Array.of(value));
const flat = (panel: readonly Float64Array[]): number[] => panel.map((column) => column[0]!);

test('winsor, neutralize, ranks in groups and the top k of one row; a missing value takes no part', () => {
  expect(flat(crossWinsor(row(0, 1, 2, 3, 100, Number.NaN), 0.25))).toEqual([1, 1, 2, 3, 3, Number.NaN]);
  const left = flat(crossNeutralize(row(3, 5, 7, 10), row(1, 2, 3, Number.NaN)));
  expect(left).toEqual([0, 0, 0, Number.NaN]);
  expect(flat(crossNeutralize(row(1, 3), row(2, 2)))).toEqual([-1, 1]);
  expect(flat(crossGroupRank(row(5, 1, 9, 2, 3), ['a', 'a', 'b', 'b', 'c']))).toEqual([1, 0, 1, 0, Number.NaN]);
  expect(flat(crossTopK(row(1, 4, 4, Number.NaN, 2), 2))).toEqual([0, 1, 1, Number.NaN, 0]);
  expect(() => crossTopK(row(1), 0)).toThrow(/top 0/);
  expect(() => crossWinsor(row(1), 0.5)).toThrow(/share/);
});

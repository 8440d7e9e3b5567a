import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '#core';
import { real, tunable, whole, type Strategy } from '#strategy';
import { purgedFolds, walkForwardFolds } from './folds.ts';
import { createSearcher, rankScores, SEARCH_METHODS } from './searcher.ts';
import { spaceOfRecipe } from './space-of-recipe.ts';

const recipe = tunable({
  name: 'r',
  summary: '',
  source: '',
  parameters: { fast: whole(5, 2, 50, 'bars'), slow: whole(20, 3, 200, 'bars'), stop: real(2, 0.5, 10, 'ATRs') },
  make: () => ({}) as Strategy,
});

test('no training row lies within the gap of its test, and walk-forward trains only on the past', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 300, max: 3000 }),
      fc.integer({ min: 2, max: 8 }),
      fc.integer({ min: 0, max: 20 }),
      (rows, count, gap) => {
        for (const fold of [...purgedFolds(rows, count, gap), ...walkForwardFolds(rows, count, gap)])
          for (const [from, to] of fold.train) expect(to + gap <= fold.test[0] || from >= fold.test[1] + gap).toBe(true);
        for (const {
          train,
          test: [from],
        } of walkForwardFolds(rows, count, gap))
          expect(train.every(([, to]) => to <= from)).toBe(true);
        expect(purgedFolds(rows, count, gap).reduce((sum, { test: [from, to] }) => sum + to - from, 0)).toBe(rows);
      },
    ),
    { seed: 3 },
  );
});

test('every method asks the same points for the same scores, within its ranges and rules', () => {
  const space = spaceOfRecipe(recipe, { ranges: ['fast=2:20', 'slow=10:60:10', 'stop=1:4:log'], fixed: {}, constraints: ['fast<slow'] });
  const run = (method: (typeof SEARCH_METHODS)[number]) => {
    const searcher = createSearcher(method, space, 30, 1, createRng(1));
    const all = [];
    for (let asked = searcher.ask(); asked.length > 0; asked = searcher.ask()) {
      all.push(...asked);
      searcher.tell(asked.map((point) => [-Math.abs(point['fast']! - 7) - Math.abs(point['slow']! - 30)]));
    }
    return all;
  };
  for (const method of SEARCH_METHODS) {
    const points = run(method);
    expect(points.length).toBeGreaterThan(10);
    expect(points.length).toBeLessThanOrEqual(30);
    expect(run(method)).toEqual(points);
    for (const { fast, slow, stop } of points) expect(fast! < slow! && slow! % 10 === 0 && stop! >= 1 && stop! <= 4).toBe(true);
  }
});

test('several objectives rank by front, missing scores last', () => {
  expect(rankScores([[1], [Number.NaN], [3]])).toEqual([2, 0, 1]);
  expect(
    rankScores([
      [1, 1],
      [0, 3],
      [2, 2],
      [Number.NaN, 9],
    ])[0],
  ).toBe(2);
});

test('wishes that make no sense say how to mend them', () => {
  const wish =
    (ranges: string[], constraints: string[] = []) =>
    () =>
      spaceOfRecipe(recipe, { ranges, fixed: {}, constraints });
  expect(wish(['fst=1:2'])).toThrow('no parameter "fst"');
  expect(wish(['fast=1:9'])).toThrow('fast cannot be 1');
  expect(wish(['fast=9:3'])).toThrow(/fast/);
  expect(wish(['fast'])).toThrow('--range takes');
  expect(wish([], ['fast~slow'])).toThrow('not a constraint');
});

import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combinatorialCounts, combinatorialPaths, combinatorialPurgedCv } from './combinatorial.ts';
import { purgedKFold, splitInTimeOrder } from './purged-k-fold.ts';
import { purgeTrain } from './spans.ts';
import { walkForward } from './walk-forward.ts';

const file = new URL('../../../../shared/oracles/05_financial_ml.json', import.meta.url);
const present = existsSync(file);
// oxlint-disable-next-line typescript/no-explicit-any
type Vector = { id: string; inputs: any; expected: any };
const vectors: Vector[] = present ? JSON.parse(readFileSync(file, 'utf8')).vectors : [];
const named = (start: string) => vectors.filter((vector) => vector.id.startsWith(start));

test.skipIf(!present)('oracle: purged k-fold by definition (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('purgedkfold-')) {
    const splits = purgedKFold(inputs, { folds: inputs.nSplits, embargoFraction: inputs.pctEmbargo });
    expect(splits.map((split) => ({ train: [...split.train], test: [...split.test] }))).toEqual(expected.byDefinition);
  }
  for (const { inputs, expected } of named('gettraintimes-')) expect([...purgeTrain(inputs, inputs.test)]).toEqual(expected.train);
});

test.skipIf(!present)('oracle: combinatorial purged validation (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('cpcv-').filter((vector) => vector.inputs.N !== undefined)) {
    const cv = combinatorialPurgedCv(inputs.nFolds, inputs.nTestFolds, {
      kind: 'counts',
      count: inputs.N,
      purged: inputs.purgedSize,
      embargo: inputs.embargoSize,
    });
    expect(cv.splits).toHaveLength(expected.nSplits);
    expect(cv.paths).toBe(expected.nTestPaths);
    expect(cv.splits.map((split) => split.testFolds)).toEqual(expected.testSetIndex);
    expect(cv.splits.map((split) => split.pathIds)).toEqual(expected.pathIds);
    expect(cv.splits.map((split) => ({ train: [...split.train], test: split.tests.map((rows) => [...rows]) }))).toEqual(expected.splits);
  }
  for (const { inputs, expected } of named('cpcv-path-counts')) {
    const counts = inputs.cases.map(([folds, testFolds]: [number, number]) => combinatorialCounts(folds, testFolds));
    expect(counts.map((c: { splits: number }) => c.splits)).toEqual(expected.splits);
    expect(counts.map((c: { paths: number }) => c.paths)).toEqual(expected.paths);
  }
});

test.skipIf(!present)('oracle: walk-forward (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('walkforward-')) {
    const splits = walkForward(inputs.N, inputs);
    expect(splits.map((split) => ({ train: [...split.train], test: [...split.test] }))).toEqual(expected.splits);
  }
});

const spansOf = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 9 })), { minLength: 24, maxLength: 60 })
  .map((steps) => {
    let time = 0;
    const t0 = steps.map(([gap]) => (time += gap));
    return { t0, t1: t0.map((start, index) => start + steps[index]![1]) };
  });
const meets = (spans: { t0: number[]; t1: number[] }, a: number, b: number) => spans.t0[a]! <= spans.t1[b]! && spans.t0[b]! <= spans.t1[a]!;

test('no training label meets a test label, and the embargo holds', () => {
  fc.assert(
    fc.property(spansOf, fc.integer({ min: 2, max: 6 }), fc.double({ min: 0, max: 0.1, noNaN: true }), (spans, folds, embargoFraction) => {
      const embargo = Math.floor(spans.t0.length * embargoFraction);
      for (const { train, test: tested } of purgedKFold(spans, { folds, embargoFraction })) {
        for (const a of train) for (const b of tested) expect(meets(spans, a, b)).toBe(false);
        const end = Math.max(...Array.from(tested, (index) => spans.t1[index]!));
        const after = spans.t0.flatMap((start, index) => (start > end ? [index] : [])).slice(0, embargo);
        for (const index of after) expect(train.includes(index)).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
});

test('every combinatorial path covers each sample once; no leak by spans', () => {
  fc.assert(
    fc.property(spansOf, fc.constantFrom([4, 2], [5, 2], [6, 3]), (spans, [folds, testFolds]) => {
      const cv = combinatorialPurgedCv(folds!, testFolds!, { kind: 'spans', spans });
      for (const split of cv.splits)
        for (const rows of split.tests) for (const a of split.train) for (const b of rows) if (meets(spans, a, b)) expect.fail('leak');
      const paths = combinatorialPaths(
        cv,
        cv.splits.map((split) => split.tests.map((rows) => Float64Array.from(rows))),
      );
      expect(paths).toHaveLength(cv.paths);
      for (const path of paths) expect([...path]).toEqual(spans.t0.map((_, index) => index));
    }),
    { numRuns: 25 },
  );
});

test('the split in time order drops labels that reach over the seam', () => {
  fc.assert(
    fc.property(spansOf, fc.integer({ min: 0, max: 5 }), (spans, embargo) => {
      const { train, validation, purged } = splitInTimeOrder(spans, { embargo });
      expect(train.length + purged + validation.length).toBe(spans.t0.length);
      for (const index of train) expect(spans.t1[index]! + embargo).toBeLessThan(spans.t0[validation[0]!]!);
    }),
  );
});

test('walk-forward purges by spans and refuses too little data', () => {
  const spans = { t0: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], t1: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11] };
  expect([...walkForward(10, { trainSize: 5, testSize: 5, spans })[0]!.train]).toEqual([0, 1, 2]);
  expect(() => walkForward(3, { trainSize: 5, testSize: 5 })).toThrow(/too few/);
});

import { createRng } from '#core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { averagePrecision, classifierScores, rocAuc } from './classification.ts';
import { blockPermutation, lastReturnSignBaseline, priorBaseline, shuffledLabelControl } from './controls.ts';
import { aucInterval, bootstrapInterval, normalCdf, normalQuantile, wilsonInterval } from './intervals.ts';

const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1 }), fc.integer({ min: 1, max: 3 })), {
  minLength: 4,
  maxLength: 40,
});

test('AUC is the share of pairs in order, and a weight is a repetition', () => {
  fc.assert(
    fc.property(rows, (samples) => {
      let wins = 0;
      let pairs = 0;
      for (const [a, up] of samples)
        for (const [b, down] of samples) if (up === 1 && down === 0) [wins, pairs] = [wins + (a > b ? 1 : a === b ? 0.5 : 0), pairs + 1];
      const scores = samples.map(([score]) => score);
      const outcomes = samples.map(([, outcome]) => outcome);
      if (pairs === 0) {
        expect(rocAuc(scores, outcomes)).toBeNaN();
        return;
      }
      expect(rocAuc(scores, outcomes)).toBeCloseTo(wins / pairs, 12);
      const repeated = samples.flatMap((sample) => Array.from({ length: sample[2] }, () => sample));
      const weights = samples.map(([, , weight]) => weight);
      const probability = (list: typeof samples) => list.map(([score]) => score / 6);
      const weighted = classifierScores(probability(samples), outcomes, { weights });
      const plain = classifierScores(
        probability(repeated),
        repeated.map(([, outcome]) => outcome),
      );
      for (const name of [
        'accuracy',
        'balancedAccuracy',
        'f1',
        'matthews',
        'rocAuc',
        'averagePrecision',
        'logLoss',
        'brier',
        'baseRate',
      ] as const) {
        expect(weighted[name]).toBeCloseTo(plain[name], 10);
      }
    }),
  );
});

test('average precision of a perfect ranking is 1', () => {
  expect(averagePrecision([0.9, 0.8, 0.2], [1, 1, 0])).toBe(1);
});

test('normal tails and published Wilson and DeLong numbers', () => {
  expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 13);
  expect(normalCdf(-4)).toBeCloseTo(3.167124183311992e-5, 16);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 11);
  // 15 of 148 at 95 %: Newcombe (1998), table 1, method 3.
  const [low, high] = wilsonInterval(15, 148);
  expect(low).toBeCloseTo(0.0624, 4);
  expect(high).toBeCloseTo(0.1605, 4);
  const { auc, standardError } = aucInterval([1, 2, 3, 4], [0, 1, 0, 1]);
  expect(auc).toBe(0.75);
  // By hand: positive shares 0.5 and 1, negative shares 1 and 0.5; each variance 0.125, halved and added.
  expect(standardError).toBeCloseTo(Math.sqrt(0.125), 12);
});

test('the bootstrap is seeded and covers the mean', () => {
  const rng = createRng(9);
  const values = Float64Array.from({ length: 300 }, () => rng.normal());
  const mean = (rowNumbers: Int32Array) => rowNumbers.reduce((sum, row) => sum + values[row]!, 0) / rowNumbers.length;
  const interval = (blockLength: number) => bootstrapInterval(300, mean, { rng: createRng(1), repeats: 300, blockLength });
  expect(interval(5)).toEqual(interval(5));
  expect(interval(1)[0]).toBeLessThan(mean(Int32Array.from({ length: 300 }, (_, row) => row)));
});

test('controls: permutation keeps every sample once; baselines say what they know', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 9 }), fc.integer(), (count, block, seed) => {
      const order = blockPermutation(count, block, createRng(seed));
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, row) => row));
    }),
  );
  expect([...lastReturnSignBaseline(Float64Array.from([1, 2, 1, 1]), Int32Array.from([0, 1, 2, 3]))]).toEqual([0.5, 1, 0, 0.5]);
  expect([...priorBaseline([1, 0, 1, 1], 2)]).toEqual([0.75, 0.75]);
  const labels = Float64Array.from({ length: 200 }, (_, row) => (row % 20 < 10 ? 1 : 0));
  const control = shuffledLabelControl(
    labels,
    (mixed) => mixed.reduce((sum, label, row) => sum + (label === labels[row] ? 1 : 0), 0) / 200,
    { rng: createRng(2), repeats: 19, blockLength: 5 },
  );
  expect(control.real).toBe(1);
  expect(control.pValue).toBe(0.05);
  expect(control.meanShuffled).toBeLessThan(0.8);
});

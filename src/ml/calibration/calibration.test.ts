import { existsSync, readFileSync } from 'node:fs';
import { createRng } from '#core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { averagePrecision, brierScore, confusionCounts, logLoss, rocAuc, thresholdScores } from '../metrics/classification.ts';
import {
  calibrate,
  calibrateAll,
  CALIBRATOR_KINDS,
  fitCalibrator,
  fitIsotonic,
  fitSigmoid,
  parseCalibrator,
  poolAdjacentViolators,
  serializeCalibrator,
} from './calibrator.ts';
import { chooseCalibrator } from './choose-calibrator.ts';
import { logistic } from './logistic.ts';
import { brierDecomposition, calibrationErrors, reliabilityDiagram } from './reliability.ts';

const file = new URL('../../../../shared/oracles/06_calibration.json', import.meta.url);
const present = existsSync(file);
// oxlint-disable-next-line typescript/no-explicit-any
type Vector = { id: string; inputs: any; expected: any };
const vectors: Vector[] = present ? JSON.parse(readFileSync(file, 'utf8')).vectors : [];
const named = (start: string) => vectors.filter((vector) => vector.id.startsWith(start));
const near = (actual: ArrayLike<number>, expected: number[], tolerance: number) => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => expect(Math.abs(actual[index]! - value), `at ${index}`).toBeLessThanOrEqual(tolerance));
};

test.skipIf(!present)('oracle: sigmoid (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('platt-')) {
    const fitted = fitSigmoid(inputs.scores, inputs.y);
    expect(Math.abs(fitted.a / expected.a - 1)).toBeLessThan(1e-3);
    expect(Math.abs(fitted.b / expected.b - 1)).toBeLessThan(1e-3);
    near(calibrateAll(fitted, inputs.newScores), expected.calibrated, 1e-4);
  }
});

test.skipIf(!present)('oracle: isotonic (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('isotonic-')) {
    const fitted = fitIsotonic(inputs.scores, inputs.y);
    near(calibrateAll(fitted, inputs.scores), expected.fitted, 1e-10);
    if (expected.xThresholds === undefined) continue;
    near(fitted.x, expected.xThresholds, 1e-10);
    near(fitted.y, expected.yThresholds, 1e-10);
    near(calibrateAll(fitted, inputs.newScores), expected.calibrated, 1e-10);
  }
});

test.skipIf(!present)('oracle: scores and calibration errors (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('calmetrics-')) {
    const { probs, y } = inputs;
    const at = thresholdScores(confusionCounts(probs, y));
    near(
      [brierScore(probs, y), logLoss(probs, y), rocAuc(probs, y), averagePrecision(probs, y), at.f1, at.matthews],
      [expected.brier, expected.logLoss, expected.auc, expected.averagePrecision, expected.f1At05, expected.mccAt05],
      1e-10,
    );
    for (const [key, value] of Object.entries(expected)) {
      const found = /^(ece|mce)_(uniform|quantile)_(\d+)$/.exec(key);
      if (found === null) continue;
      const errors = calibrationErrors(probs, y, { bins: Number(found[3]), binning: found[2] as 'uniform' });
      near([found[1] === 'ece' ? errors.expected : errors.maximum], [value as number], 1e-10);
    }
    const rows = reliabilityDiagram(probs, y);
    near(
      rows.flatMap((row) => [row.bin, row.count, row.meanPredicted, row.fractionPositive]),
      expected.reliabilityTable_uniform_10.flat(),
      1e-10,
    );
    const parts = brierDecomposition(probs, y);
    near(
      [parts.reliability, parts.resolution, parts.uncertainty],
      [expected.murphy10.reliability, expected.murphy10.resolution, expected.murphy10.uncertainty],
      1e-10,
    );
  }
});

const samples = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 1 })), {
  minLength: 2,
  maxLength: 60,
});

test('every calibrator answers inside [0, 1] and survives JSON exactly', () => {
  fc.assert(
    fc.property(samples, fc.double({ min: -5, max: 5, noNaN: true }), (rows, score) => {
      for (const kind of CALIBRATOR_KINDS) {
        const fitted = fitCalibrator(
          kind,
          rows.map(([p]) => p),
          rows.map(([, y]) => y),
        );
        const answer = calibrate(fitted, score);
        expect(answer).toBeGreaterThanOrEqual(0);
        expect(answer).toBeLessThanOrEqual(1);
        expect(calibrate(parseCalibrator(serializeCalibrator(fitted)), score)).toBe(answer);
      }
    }),
    { numRuns: 60 },
  );
});

test('isotonic rises and is idempotent', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 50 }), (values) => {
      const once = poolAdjacentViolators(values);
      for (let index = 1; index < once.length; index++) expect(once[index]! >= once[index - 1]!).toBe(true);
      expect([...poolAdjacentViolators(once)]).toEqual([...once]);
    }),
  );
});

test('beta keeps calibrated scores and mends distorted ones', () => {
  const rng = createRng(3);
  const truth = Float64Array.from({ length: 20_000 }, () => rng.uniform());
  const outcomes = truth.map((p) => (rng.uniform() < p ? 1 : 0));
  const honest = fitCalibrator('beta', truth, outcomes);
  if (honest.kind !== 'beta') return expect.fail('kind');
  near([honest.a, honest.b, honest.c], [1, 1, 0], 0.06);
  const distorted = truth.map((p) => logistic(3 * Math.log(p / (1 - p)) + 1));
  const mended = fitCalibrator('beta', distorted, outcomes);
  near(calibrateAll(mended, distorted).subarray(0, 200), [...truth.subarray(0, 200)], 0.02);
});

test('the chooser prefers a calibrator over raw distorted scores and honest scores over nothing', () => {
  const rng = createRng(4);
  const truth = Float64Array.from({ length: 1500 }, () => rng.uniform());
  const outcomes = truth.map((p) => (rng.uniform() < p ? 1 : 0));
  const distorted = truth.map((p) => p ** 3);
  const rows = truth.map((_, row) => row);
  const choice = chooseCalibrator(distorted, outcomes, { spans: { t0: rows, t1: rows.map((row) => row + 5) } });
  expect(choice.table.map((trial) => trial.kind)).toEqual(['identity', 'sigmoid', 'isotonic', 'beta']);
  expect(choice.calibrator.kind).not.toBe('identity');
  expect(calibrationErrors(calibrateAll(choice.calibrator, distorted), outcomes).expected).toBeLessThan(0.05);
  expect(
    chooseCalibrator(Float64Array.from([-2, 3, 1, -1, 0, 2]), [0, 1, 1, 0, 0, 1], { folds: 2 }).table.map((trial) => trial.kind),
  ).toEqual(['sigmoid', 'isotonic']);
});

test('a wrong calibrator file is refused in one line', () => {
  for (const text of ['{', '{}', '{"kind":"sigmoid","a":1}', '{"kind":"isotonic","x":[1,0],"y":[0,1]}'])
    expect(() => parseCalibrator(text)).toThrow(/calibrator/);
});

test('a flat stretch is one stretch: blocks of equal mean have equal bits', () => {
  const outcomes = Array.from('00001000110000100100100101000000000010', Number);
  const fitted = fitIsotonic(
    outcomes.map((_, row) => row),
    outcomes,
  );
  // scikit-learn 1.2.1: IsotonicRegression(out_of_bounds='clip').
  expect(fitted).toEqual({ kind: 'isotonic', x: [0, 3, 4, 35, 36, 37], y: [0, 0, 0.25, 0.25, 0.5, 0.5] });
});

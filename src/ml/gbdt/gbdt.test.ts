import { createRng, UserError } from '#core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gbdtContributions, gbdtImportance, permutationImportance } from './importance.ts';
import { gbdtFromJson, gbdtToJson } from './json.ts';
import { predict, predictMargins, predictRow, predictRowMargins } from './predict.ts';
import { trainGbdt } from './train.ts';
import type { GbdtData, GbdtModel, GbdtParams } from './types.ts';

/** Six features, of which the first three matter; feature 1 is coarse, a tenth of feature 2 is missing. */
function sample(rows: number, seed: number, labelOf: (signal: number, noise: number) => number, weighted = false): GbdtData {
  const rng = createRng(seed);
  const columns = Array.from({ length: 6 }, () => Float64Array.from({ length: rows }, () => rng.normal()));
  columns[1] = columns[1]!.map((x) => Math.round(x * 2) / 2);
  const labels = Float64Array.from({ length: rows }, (_, i) => {
    return labelOf(columns[0]![i]! + columns[1]![i]! * columns[2]![i]!, rng.normal());
  });
  columns[2] = columns[2]!.map((x) => (rng.uniform() < 0.1 ? Number.NaN : x));
  const data = { rows, featureNames: ['a', 'b', 'c', 'd', 'e', 'f'], columns, labels };
  return weighted ? { ...data, weights: Float64Array.from({ length: rows }, () => rng.uniform() * 3) } : data;
}

const binary = (signal: number, noise: number) => (signal + noise > 0 ? 1 : 0);
const classOf = (signal: number, noise: number) => (signal + noise > 0.7 ? 2 : signal + noise < -0.7 ? 0 : 1);
const value = (signal: number, noise: number) => 0.01 * (signal + noise / 2);

function fit(data: GbdtData, params: Partial<GbdtParams>, kernel: 'wasm' | 'plain' = 'wasm', seed = 5): GbdtModel {
  return trainGbdt(data, { rounds: 12, maxLeaves: 9, minSamplesInLeaf: 5, ...params }, { rng: createRng(seed), kernel });
}
const text = (model: GbdtModel) => JSON.stringify(gbdtToJson(model));

describe('gbdt', () => {
  test('the WebAssembly kernel and the plain one train the same bits', () => {
    const share = fc.constantFrom(0.5, 0.8, 1);
    const settings = fc.record({
      objective: fc.constantFrom('logistic', 'softmax', 'regression'),
      rowSample: share,
      columnSample: share,
      maxBins: fc.constantFrom(2, 7, 64, 255),
      minSamplesInLeaf: fc.constantFrom(1, 4),
      lambda: fc.constantFrom(0, 1),
      maxDepth: fc.constantFrom(0, 3),
      growth: fc.constantFrom('leafwise', 'depthwise'),
      gamma: fc.constantFrom(0, 1),
    }) as fc.Arbitrary<Partial<GbdtParams>>;
    fc.assert(
      fc.property(settings, fc.integer({ min: 30, max: 400 }), fc.integer(), fc.boolean(), (params, rows, seed, weighted) => {
        const label = params.objective === 'regression' ? value : params.objective === 'softmax' ? classOf : binary;
        const data = sample(rows, seed, label, weighted);
        expect(text(fit(data, params, 'wasm'))).toBe(text(fit(data, params, 'plain')));
      }),
      { numRuns: 60 },
    );
  });

  test('a partner who never comes changes nothing', () => {
    const { columns, featureNames, ...rest } = sample(400, 3, binary);
    const names = [...featureNames, ...featureNames.map((name) => `${name}2`)];
    const data = { ...rest, featureNames: names, columns: [...columns, ...columns.map((column) => column.toReversed())] };
    let asked = 0;
    const waiting = trainGbdt(data, { rounds: 5 }, { rng: createRng(1), partner: { join: () => asked++ } });
    expect(text(waiting)).toBe(text(trainGbdt(data, { rounds: 5 }, { rng: createRng(1) })));
    expect(asked).toBe(1);
  });

  test('same seed, same bytes; another seed draws other rows', () => {
    const data = sample(500, 1, binary);
    const params = { rowSample: 0.6, columnSample: 0.5 };
    expect(text(fit(data, params))).toBe(text(fit(data, params)));
    expect(text(fit(data, params))).not.toBe(text(fit(data, params, 'wasm', 6)));
  });

  test('the order of the rows does not matter beyond the base margin', () => {
    const data = sample(400, 2, binary);
    const turned = { ...data, columns: data.columns.map((column) => column.toReversed()), labels: data.labels.toReversed() };
    expect(text(fit(data, { baseScore: 0.5 }))).toBe(text(fit(turned, { baseScore: 0.5 })));
  });

  test.each([
    ['logistic', binary],
    ['softmax', classOf],
    ['regression', value],
  ] as const)('%s: a saved model and the single-row path predict the same bits', (objective, label) => {
    const data = sample(600, 3, label);
    const model = fit(data, { objective });
    const again = gbdtFromJson(JSON.parse(text(model)));
    const batch = predict(model, data.columns, data.rows);
    expect(predict(again, data.columns, data.rows)).toEqual(batch);
    for (let i = 0; i < data.rows; i += 37) {
      const row = Float64Array.from(data.columns, (column) => column[i]!);
      expect(predictRow(again, row)).toEqual(batch.slice(i * model.outputs, (i + 1) * model.outputs));
      const margins = predictRowMargins(model, row);
      const { bias, byFeature } = gbdtContributions(model, row);
      margins.forEach((margin, k) => expect(bias[k]! + byFeature[k]!.reduce((sum, x) => sum + x, 0)).toBeCloseTo(margin, 9));
    }
  });

  test('monotone constraints hold everywhere, with α too', () => {
    const data = sample(800, 4, value);
    for (const direction of [1, -1] as const) {
      const model = fit(data, { objective: 'regression', rounds: 30, alpha: 0.001, monotone: { a: direction, c: direction } });
      const base = data.columns.map((column) => column.slice(0, 200));
      const before = predictMargins(model, base, 200);
      const moved = predictMargins(model, [base[0]!.map((x) => x + 0.5), ...base.slice(1)], 200);
      moved.forEach((after, i) => expect(direction * (after - before[i]!)).toBeGreaterThanOrEqual(-1e-12));
    }
  });

  test('a missing value goes where training rows with it went', () => {
    const rows = 200;
    const column = Float64Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? Number.NaN : (i * 7) % 50));
    const data = {
      rows,
      featureNames: ['x'],
      columns: [column],
      labels: Float64Array.from(column, (x) => (Number.isNaN(x) || x > 30 ? 1 : 0)),
    };
    const model = fit(data, { maxLeaves: 2 });
    expect(predictRow(model, Float64Array.of(Number.NaN))[0]).toBeGreaterThan(0.7);
    const other = { ...data, labels: Float64Array.from(column, (x) => (Number.isNaN(x) ? 1 : 0)) };
    expect(predictRow(fit(other, { maxLeaves: 2 }), Float64Array.of(Number.NaN))[0]).toBeGreaterThan(0.7);
    expect(predictRow(fit(other, { maxLeaves: 2 }), Float64Array.of(49))[0]).toBeLessThan(0.3);
  });

  test('a weight of two is the row twice, a weight of zero no row', () => {
    const data = sample(300, 6, binary);
    const picks = Array.from({ length: data.rows }, (_, i) => i).flatMap((i) => Array.from({ length: i % 3 }, () => i));
    const repeated = {
      ...data,
      rows: picks.length,
      columns: data.columns.map((column) => Float64Array.from(picks, (i) => column[i]!)),
      labels: Float64Array.from(picks, (i) => data.labels[i]!),
    };
    const params = { treeMethod: 'exact', minSamplesInLeaf: 1, baseScore: 0.5, rounds: 4 } as const;
    const weighted = fit({ ...data, weights: Float64Array.from({ length: data.rows }, (_, i) => i % 3) }, params);
    const plain = predict(fit(repeated, params), data.columns, data.rows);
    predict(weighted, data.columns, data.rows).forEach((p, i) => {
      if (i % 3 > 0) expect(p).toBeCloseTo(plain[i]!, 6);
    });
  });

  test('early stopping keeps the best round by the later slice, and the kept trees are those of the long run', () => {
    const data = sample(300, 7, binary);
    const validation = sample(300, 8, binary);
    const params = { rounds: 200, learningRate: 0.5, earlyStoppingRounds: 10 };
    const model = trainGbdt(data, params, { rng: createRng(1), validation });
    expect(model.validationLoss.indexOf(Math.min(...model.validationLoss)) + 1).toBe(model.rounds);
    expect(model.validationLoss.length).toBe(model.rounds + 10);
    const { rounds } = model;
    expect(gbdtToJson(trainGbdt(data, { ...params, rounds, earlyStoppingRounds: 0 }, { rng: createRng(1) })).trees).toEqual(
      gbdtToJson(model).trees,
    );
  });

  test('importances point at the features that matter', () => {
    const data = sample(1500, 9, binary);
    const model = fit(data, { rounds: 40 });
    const gains = gbdtImportance(model).toSorted((x, y) => y.gain - x.gain);
    expect(new Set(gains.slice(0, 3).map((one) => one.feature))).toEqual(new Set(['a', 'b', 'c']));
    const accuracy = (labels: Float64Array, p: Float64Array) =>
      labels.reduce((sum, y, i) => sum + (p[i]! > 0.5 === (y === 1) ? 1 : 0), 0) / labels.length;
    const drops = permutationImportance(model, sample(1000, 10, binary), accuracy, { rng: createRng(1) });
    expect(drops[0]!.drop).toBeGreaterThan(0.1);
    expect(Math.abs(drops[5]!.drop)).toBeLessThan(0.03);
  });

  test('mistakes are told in one line', () => {
    const data = sample(50, 11, binary);
    const wrong: [string, () => unknown][] = [
      ['no rows', () => fit({ ...data, rows: 0 }, {})],
      ['label NaN at row 3', () => fit({ ...data, labels: data.labels.with(3, Number.NaN) }, {})],
      ['every label is 1', () => fit({ ...data, labels: new Float64Array(50).fill(1) }, {})],
      ['add up to zero', () => fit({ ...data, weights: new Float64Array(50) }, {})],
      ['49 labels for 50 rows', () => fit({ ...data, labels: data.labels.slice(1) }, {})],
      ['has 49 values', () => fit({ ...data, columns: data.columns.with(2, data.columns[2]!.slice(1)) }, {})],
      ['unknown gbdt parameter "learningrate"', () => fit(data, JSON.parse('{"learningrate":1}') as Partial<GbdtParams>)],
      ['needs a validation slice', () => fit(data, { earlyStoppingRounds: 3 })],
      ['unknown feature "z"', () => fit(data, { monotone: { z: 1 } })],
      ['has another parent', () => gbdtFromJson(JSON.parse(text(fit(data, {})).replace(/"right":\d+/, '"right":1')))],
      ['not a finite number', () => gbdtFromJson(JSON.parse(text(fit(data, {})).replace(/"below":[^,]+/, '"below":null')))],
    ];
    for (const [message, act] of wrong) {
      expect(act, message).toThrow(UserError);
      expect(act, message).toThrow(message);
    }
  });
});

test('softmax from equal shares: the numbers of xgboost 1.7.4, multi:softprob, exact', () => {
  const columns = [7, 11].map((modulus, f) => Float64Array.from({ length: 24 }, (_, i) => (f === 0 ? i : 5 * i) % modulus));
  const labels = columns[0]!.map((a, i) => (a + columns[1]![i]! < 5 ? 0 : a < 4 ? 1 : 2));
  const model = trainGbdt(
    { rows: 24, featureNames: ['f0', 'f1'], columns, labels },
    {
      objective: 'softmax',
      baseScore: 0.5,
      rounds: 3,
      learningRate: 0.4,
      maxDepth: 2,
      maxLeaves: 0,
      lambda: 1,
      minChildWeight: 0.5,
      minSamplesInLeaf: 1,
      treeMethod: 'exact',
      growth: 'depthwise',
    },
    { rng: createRng(1) },
  );
  const margins = predictMargins(model, columns, 24);
  [1.40724, -0.00635, -0.18695].forEach((margin, k) => expect(margins[k]).toBeCloseTo(margin, 4));
  const shares = predict(model, columns, 24);
  [0.691398, 0.168196, 0.140405, 0.142696, 0.715353, 0.14195].forEach((share, k) => expect(shares[k]).toBeCloseTo(share, 5));
});

import { createRng } from '#core';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { predict, predictMargins } from './predict.ts';
import { trainGbdt } from './train.ts';
import type { GbdtData, GbdtModel, GbdtParams, GbdtTree } from './types.ts';

const folder = new URL('../../../../shared/oracles/', import.meta.url);
const present = existsSync(new URL('13_gbm.json', folder));

interface XgbNode {
  readonly split?: string;
  readonly split_condition?: number;
  readonly gain?: number;
  readonly cover?: number;
  readonly leaf?: number;
  readonly children?: readonly XgbNode[];
}
interface Score {
  readonly params: Readonly<Record<string, number>>;
  readonly meanAuc: number;
  readonly meanLogLoss: number;
  readonly rmse: number;
}
interface Vector {
  readonly id: string;
  readonly inputs: {
    readonly X: number[][];
    readonly y: number[];
    readonly params: Record<string, number>;
    readonly rounds: number;
    readonly data: { readonly file: string };
  };
  readonly expected: { readonly trees: XgbNode[]; readonly predictions: number[]; readonly margins: number[] } & Readonly<
    Record<string, Score>
  >;
}

function vector(id: string): Vector {
  const all = (JSON.parse(readFileSync(new URL('13_gbm.json', folder), 'utf8')) as { vectors: Vector[] }).vectors;
  return all.find((one) => one.id === id)!;
}

function dataOf(rows: readonly (readonly number[])[], labels: readonly number[]): GbdtData {
  const features = rows[0]!.length;
  const columns = Array.from({ length: features }, (_, f) => Float64Array.from(rows, (row) => row[f]!));
  return { rows: rows.length, featureNames: columns.map((_, f) => `f${f}`), columns, labels: Float64Array.from(labels) };
}

function near(ours: number, theirs: number): void {
  expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(1e-4 * Math.max(Math.abs(theirs), 1e-2));
}

function sameTree(tree: GbdtTree, node: number, theirs: XgbNode): void {
  near(tree.cover[node]!, theirs.cover!);
  if (theirs.leaf !== undefined) {
    expect(tree.feature[node]).toBe(-1);
    near(tree.value[node]!, theirs.leaf);
    return;
  }
  expect(`f${tree.feature[node]}`).toBe(theirs.split);
  near(tree.threshold[node]!, theirs.split_condition!);
  near(tree.gain[node]!, theirs.gain!);
  sameTree(tree, tree.left[node]!, theirs.children![0]!);
  sameTree(tree, tree.right[node]!, theirs.children![1]!);
}

function auc(labels: Float64Array, scores: Float64Array): number {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  let rankSum = 0;
  let positives = 0;
  for (let i = 0; i < order.length; ) {
    let j = i;
    while (j < order.length && scores[order[j]!] === scores[order[i]!]) j++;
    for (let k = i; k < j; k++) {
      if (labels[order[k]!] !== 1) continue;
      rankSum += (i + j + 1) / 2;
      positives++;
    }
    i = j;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives));
}

function folds(file: string): { train: GbdtData; test: GbdtData }[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').trim().split('\n').slice(1);
  const table = lines.map((line) => line.split(',').map(Number));
  return [0, 1, 2, 3, 4].map((fold) => {
    const pick = (inside: boolean) => table.filter((row) => (row.at(-1) === fold) === inside);
    const part = (rows: number[][]) =>
      dataOf(
        rows.map((row) => row.slice(0, -2)),
        rows.map((row) => row.at(-2)!),
      );
    return { train: part(pick(false)), test: part(pick(true)) };
  });
}

function fit(train: GbdtData, params: Partial<GbdtParams>): GbdtModel {
  return trainGbdt(train, params, { rng: createRng(1) });
}

describe.skipIf(!present)('published vectors of gradient boosting (../shared/oracles/13_gbm.json; skipped when absent)', () => {
  test('exact second-order boosting: every split, leaf, margin and prediction', () => {
    const { inputs, expected } = vector('xgb-exact-logistic-a');
    const given = inputs.params;
    const data = dataOf(inputs.X, inputs.y);
    const model = fit(data, {
      rounds: inputs.rounds,
      treeMethod: 'exact',
      growth: 'depthwise',
      learningRate: given['eta']!,
      maxDepth: given['max_depth']!,
      maxLeaves: 0,
      lambda: given['reg_lambda']!,
      minChildWeight: given['min_child_weight']!,
      gamma: given['gamma']!,
      minSamplesInLeaf: 1,
      baseScore: 0.5,
    });
    expected.trees.forEach((theirs, t) => sameTree(model.trees[t]!, 0, theirs));
    predict(model, data.columns, data.rows).forEach((p, i) => expect(Math.abs(p - expected.predictions[i]!)).toBeLessThanOrEqual(1e-4));
    predictMargins(model, data.columns, data.rows).forEach((p, i) => expect(Math.abs(p - expected.margins[i]!)).toBeLessThanOrEqual(1e-4));
  });

  const libraries = ['sklearn.HistGradientBoostingClassifier', 'xgboost.exact'] as const;
  const paramsOf = (name: string, given: Readonly<Record<string, number>>): Partial<GbdtParams> =>
    name.startsWith('xgboost')
      ? {
          rounds: given['n_estimators']!,
          learningRate: given['eta']!,
          maxDepth: given['max_depth']!,
          maxLeaves: 0,
          lambda: 1,
          minChildWeight: 1,
          minSamplesInLeaf: 1,
          treeMethod: 'exact',
          growth: 'depthwise',
        }
      : {
          rounds: given['max_iter']!,
          learningRate: given['learning_rate']!,
          maxLeaves: given['max_leaf_nodes']!,
          minSamplesInLeaf: given['min_samples_leaf']!,
          lambda: 0,
          minChildWeight: 1e-3,
        };

  for (const id of ['gbm-breast_cancer', 'gbm-synthetic_a']) {
    for (const library of libraries) {
      test(`${id} against ${library}: mean AUC within 0.01, mean log loss within 0.03`, () => {
        const { inputs, expected } = vector(id);
        let areas = 0;
        let losses = 0;
        for (const fold of folds(inputs.data.file)) {
          const p = predict(fit(fold.train, paramsOf(library, expected[library]!.params)), fold.test.columns, fold.test.rows);
          areas += auc(fold.test.labels, p) / 5;
          losses += p.reduce((sum, q, i) => sum - Math.log(fold.test.labels[i] === 1 ? q : 1 - q), 0) / fold.test.rows / 5;
        }
        expect(Math.abs(areas - expected[library]!.meanAuc)).toBeLessThanOrEqual(0.01);
        expect(Math.abs(losses - expected[library]!.meanLogLoss)).toBeLessThanOrEqual(0.03);
      });
    }
  }

  for (const library of ['sklearn.HistGradientBoostingRegressor', 'xgboost.exact']) {
    test(`gbm-friedman1 against ${library}: RMSE within 5 %`, () => {
      const { inputs, expected } = vector('gbm-friedman1');
      let squares = 0;
      let rows = 0;
      for (const fold of folds(inputs.data.file)) {
        const p = predict(
          fit(fold.train, { ...paramsOf(library, expected[library]!.params), objective: 'regression' }),
          fold.test.columns,
          fold.test.rows,
        );
        squares += p.reduce((sum, q, i) => sum + (q - fold.test.labels[i]!) ** 2, 0);
        rows += p.length;
      }
      expect(Math.abs(Math.sqrt(squares / rows) / expected[library]!.rmse - 1)).toBeLessThanOrEqual(0.05);
    });
  }
});

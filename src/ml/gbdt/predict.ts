import { UserError } from '#core';
import { checkColumns } from './check.ts';
import { marginsToPredictions } from './objective.ts';
import type { GbdtModel, GbdtTree } from './types.ts';

/** The leaf that a row of columns falls into. */
export function leafOf(tree: GbdtTree, columns: readonly Float64Array[], row: number): number {
  const { feature, threshold, left, right, missingLeft } = tree;
  let node = 0;
  for (let f = feature[0]!; f >= 0; f = feature[node]!) {
    const value = columns[f]![row]!;
    const goesLeft = value === value ? value < threshold[node]! : missingLeft[node] === 1;
    node = goesLeft ? left[node]! : right[node]!;
  }
  return node;
}

/** Adds one tree to the margins of every row. */
export function addTree(
  tree: GbdtTree,
  columns: readonly Float64Array[],
  rows: number,
  margins: Float64Array,
  output: number,
  outputs: number,
): void {
  const { value } = tree;
  for (let row = 0; row < rows; row++) {
    const at = row * outputs + output;
    margins[at] = margins[at]! + value[leafOf(tree, columns, row)]!;
  }
}

/** Raw scores of `rows` rows: rows × `model.outputs`, row by row. Throws `UserError` when the columns do not fit the model. */
export function predictMargins(model: GbdtModel, columns: readonly Float64Array[], rows: number): Float64Array {
  checkColumns(columns, rows, model.featureNames, 'prediction');
  const { outputs, baseMargins, trees } = model;
  const margins = new Float64Array(rows * outputs);
  for (let i = 0; i < margins.length; i++) margins[i] = baseMargins[i % outputs]!;
  for (let t = 0; t < trees.length; t++) addTree(trees[t]!, columns, rows, margins, t % outputs, outputs);
  return margins;
}

/** Probabilities of class 1 (logistic), of every class row by row (softmax), or values (regression). */
export function predict(model: GbdtModel, columns: readonly Float64Array[], rows: number): Float64Array {
  return marginsToPredictions(predictMargins(model, columns, rows), model.objective, model.outputs);
}

/** Margins of one row of features, in the order of `model.featureNames`; the same bits as the batch. */
export function predictRowMargins(model: GbdtModel, row: Float64Array): Float64Array {
  const { outputs, trees } = model;
  if (row.length !== model.featureNames.length) {
    throw new UserError(`prediction: ${row.length} values for ${model.featureNames.length} features`);
  }
  const margins = model.baseMargins.slice();
  for (let t = 0; t < trees.length; t++) {
    const output = t % outputs;
    margins[output] = margins[output]! + trees[t]!.value[leafOfRow(trees[t]!, row)]!;
  }
  return margins;
}

/** Prediction of one row: a probability, one a class, or a value, as an array of `model.outputs`. */
export function predictRow(model: GbdtModel, row: Float64Array): Float64Array {
  return marginsToPredictions(predictRowMargins(model, row), model.objective, model.outputs);
}

/** The leaf that one row falls into. */
function leafOfRow(tree: GbdtTree, row: Float64Array): number {
  const { feature, threshold, left, right, missingLeft } = tree;
  let node = 0;
  for (let f = feature[0]!; f >= 0; f = feature[node]!) {
    const value = row[f]!;
    const goesLeft = value === value ? value < threshold[node]! : missingLeft[node] === 1;
    node = goesLeft ? left[node]! : right[node]!;
  }
  return node;
}

import { UserError } from '#core';
import type { GbdtData, GbdtObjective } from './types.ts';

/** Throws `UserError` unless every column has `rows` finite-or-NaN values and names are unique. */
export function checkColumns(columns: readonly Float64Array[], rows: number, featureNames: readonly string[], what: string): void {
  if (columns.length !== featureNames.length) {
    throw new UserError(`${what}: ${columns.length} columns for ${featureNames.length} feature names`);
  }
  for (let f = 0; f < columns.length; f++) {
    const column = columns[f]!;
    if (column.length !== rows) throw new UserError(`${what}: feature "${featureNames[f]}" has ${column.length} values for ${rows} rows`);
    for (let i = 0; i < rows; i++) {
      const value = column[i]!;
      if (value === Infinity || value === -Infinity) {
        throw new UserError(`${what}: feature "${featureNames[f]}" is ${value} at row ${i}`, 'Use NaN for a missing value.');
      }
    }
  }
}

/** Checks the whole input of a training or validation slice; returns the number of classes (1 for regression). */
export function checkData(data: GbdtData, objective: GbdtObjective, classes: number, what: string): number {
  const { rows, featureNames, labels, weights } = data;
  if (!Number.isInteger(rows) || rows < 1) throw new UserError(`${what}: no rows`, 'Give at least one labelled row.');
  if (featureNames.length === 0) throw new UserError(`${what}: no features`);
  if (new Set(featureNames).size !== featureNames.length) throw new UserError(`${what}: feature names repeat`);
  if (labels.length !== rows) throw new UserError(`${what}: ${labels.length} labels for ${rows} rows`);
  checkWeights(rows, weights, what);
  checkColumns(data.columns, rows, featureNames, what);
  return checkLabels(labels, objective, classes, what);
}

function checkWeights(rows: number, weights: Float64Array | undefined, what: string): void {
  if (weights === undefined) return;
  if (weights.length !== rows) throw new UserError(`${what}: ${weights.length} weights for ${rows} rows`);
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0 && weight < Infinity))
      throw new UserError(`${what}: weight ${weight} at row ${i}`, 'Weights are finite and not negative.');
    total += weight;
  }
  if (!(total > 0)) throw new UserError(`${what}: the weights add up to zero`);
}

function checkLabels(labels: Float64Array, objective: GbdtObjective, classes: number, what: string): number {
  let largest = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (!Number.isFinite(label)) throw new UserError(`${what}: label ${label} at row ${i}`, 'Drop the rows that have no label.');
    if (objective === 'logistic' && label !== 0 && label !== 1) {
      throw new UserError(
        `${what}: label ${label} at row ${i}; logistic needs 0 or 1`,
        'Use softmax for more classes, regression for numbers.',
      );
    }
    if (objective === 'softmax' && (!Number.isInteger(label) || label < 0 || label > 999 || (classes > 0 && label >= classes))) {
      throw new UserError(`${what}: label ${label} at row ${i}; softmax needs whole numbers from 0 to ${classes > 0 ? classes - 1 : 999}`);
    }
    if (label > largest) largest = label;
  }
  if (objective === 'regression') return 1;
  return objective === 'logistic' ? 2 : Math.max(classes, largest + 1);
}

/** Throws `UserError` when the rows that carry weight hold one class only. */
export function checkSeveralClasses(data: GbdtData, what: string): void {
  let first = Number.NaN;
  for (let i = 0; i < data.rows; i++) {
    if (data.weights !== undefined && data.weights[i] === 0) continue;
    const label = data.labels[i]!;
    if (Number.isNaN(first)) first = label;
    else if (label !== first) return;
  }
  throw new UserError(
    `${what}: every label is ${first}; a classifier needs at least two classes`,
    'Widen the training window or the label rule.',
  );
}

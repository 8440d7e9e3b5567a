import { UserError, type Rng } from '#core';
import { checkData, checkSeveralClasses } from './check.ts';
import { growTree, type Grower } from './grow.ts';
import { createPlainKernel } from './kernel.ts';
import { createWasmKernel } from './kernel-wasm.ts';
import { marginsToPredictions, meanLoss, startMargins, writeGradients } from './objective.ts';
import { createPairedKernel } from './pair.ts';
import { monotoneByFeature, resolveGbdtParams } from './params.ts';
import { addTree, leafOf } from './predict.ts';
import type { GbdtData, GbdtModel, GbdtParams, GbdtTrainOptions, GbdtTree } from './types.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

const MINIMUM_WEIGHT = Number.MIN_VALUE;

/**
 * Trains a gradient-boosted tree model with second-order (Newton) boosting; the gain of a split is
 * GL²/(HL + λ) + GR²/(HR + λ) − G²/(H + λ) without the factor ½, a leaf −learningRate · G/(H + λ) (Chen and Guestrin, 2016).
 * The same data, parameters and seed give the same model, bit for bit, with either kernel.
 * Throws `UserError` for parameters or data that cannot be learned from.
 */
export function trainGbdt(data: GbdtData, params: Partial<GbdtParams>, options: GbdtTrainOptions): GbdtModel {
  const full = resolveGbdtParams(params);
  const { objective } = full;
  const classes = checkData(data, objective, full.classes, 'training data');
  if (objective !== 'regression') checkSeveralClasses(data, 'training data');
  const { validation } = options;
  if (validation !== undefined) checkValidation(data, validation, full, classes);
  else if (full.earlyStoppingRounds > 0) {
    throw new UserError(
      'gbdt earlyStoppingRounds needs a validation slice',
      'Give a later, purged slice, or set earlyStoppingRounds to 0.',
    );
  }
  const outputs = objective === 'softmax' ? classes : 1;
  const monotone = monotoneByFeature(full, data.featureNames);
  const { partner } = options;
  const space = createWorkspace(data.columns, data.rows, full, options.kernel !== 'plain', partner !== undefined);
  const limits = { ...full, minChildWeight: Math.max(full.minChildWeight, MINIMUM_WEIGHT) };
  const constrained = full.alpha > 0 || monotone.some((direction) => direction !== 0);
  const paired = partner === undefined ? null : createPairedKernel(space, limits, partner);
  const kernel = paired ?? createWasmKernel(space, limits) ?? createPlainKernel(space, limits);
  try {
    return boost({ space, kernel, params: full, monotone, constrained }, data, validation, outputs, options.rng);
  } finally {
    paired?.release();
  }
}

function checkValidation(data: GbdtData, validation: GbdtData, params: GbdtParams, classes: number): void {
  checkData(validation, params.objective, params.objective === 'softmax' ? classes : 0, 'validation slice');
  const same =
    validation.featureNames.length === data.featureNames.length &&
    validation.featureNames.every((name, f) => name === data.featureNames[f]);
  if (!same) throw new UserError('validation slice: its features differ from the training data', 'Build both from the same feature list.');
}

function boost(grower: Grower, data: GbdtData, validation: GbdtData | undefined, outputs: number, rng: Rng): GbdtModel {
  const { params, space } = grower;
  const { objective } = params;
  const baseMargins = startMargins(data, params, outputs);
  const margins = filled(data.rows, baseMargins, outputs);
  const validationMargins = validation === undefined ? new Float64Array(0) : filled(validation.rows, baseMargins, outputs);
  const trees: GbdtTree[] = [];
  const validationLoss: number[] = [];
  let best = Infinity;
  let bestRounds = 0;
  for (let round = 0; round < params.rounds; round++) {
    const drawn = drawRows(space, params.rowSample, rng, round);
    const probabilities = objective === 'softmax' ? marginsToPredictions(margins.slice(), objective, outputs) : margins;
    for (let output = 0; output < outputs; output++) {
      writeGradients(space.pairs, data, objective, margins, probabilities, output, outputs);
      drawColumns(space, params.columnSample, rng, round, output);
      const { tree, leaves } = growTree(grower, drawn);
      trees.push(tree);
      for (const [begin, end, value] of leaves) {
        for (let i = begin; i < end; i++) margins[space.order[i]! * outputs + output]! += value;
      }
      for (let i = drawn; i < data.rows; i++) {
        const row = space.order[i]!;
        margins[row * outputs + output]! += tree.value[leafOf(tree, data.columns, row)]!;
      }
      if (validation !== undefined) addTree(tree, validation.columns, validation.rows, validationMargins, output, outputs);
    }
    if (validation === undefined) continue;
    const loss = meanLoss(validation, objective, validationMargins, outputs);
    validationLoss.push(loss);
    if (loss < best) {
      best = loss;
      bestRounds = round + 1;
    }
    if (params.earlyStoppingRounds > 0 && round + 1 - bestRounds >= params.earlyStoppingRounds) break;
  }
  const rounds = params.earlyStoppingRounds > 0 ? Math.max(bestRounds, 1) : params.rounds;
  const { featureNames } = data;
  return {
    objective,
    featureNames: [...featureNames],
    outputs,
    baseMargins,
    trees: trees.slice(0, rounds * outputs),
    validationLoss,
    rounds,
  };
}

function filled(rows: number, baseMargins: Float64Array, outputs: number): Float64Array {
  const margins = new Float64Array(rows * outputs);
  for (let i = 0; i < margins.length; i++) margins[i] = baseMargins[i % outputs]!;
  return margins;
}

/** Puts the round's rows at the front of `space.order`, each in ascending order, the others behind; returns how many. */
function drawRows(space: Workspace, share: number, rng: Rng, round: number): number {
  const { order, rows } = space;
  const wanted = Math.max(1, Math.round(share * rows));
  if (wanted === rows) {
    for (let i = 0; i < rows; i++) order[i] = i;
    return rows;
  }
  const stream = rng.stream(`rows/${round}`);
  let chosen = 0;
  let others = wanted;
  for (let i = 0; i < rows; i++) {
    if (stream.uniform() * (rows - i) < wanted - chosen) order[chosen++] = i;
    else order[others++] = i;
  }
  return wanted;
}

/** Marks the columns that the tree may use. */
function drawColumns(space: Workspace, share: number, rng: Rng, round: number, output: number): void {
  const { active, features } = space;
  const wanted = Math.max(1, Math.round(share * features));
  active.fill(0);
  if (wanted === features) {
    active.fill(1, 0, features);
    return;
  }
  const stream = rng.stream(`columns/${round}/${output}`);
  let chosen = 0;
  for (let f = 0; f < features; f++) {
    if (stream.uniform() * (features - f) < wanted - chosen) {
      active[f] = 1;
      chosen++;
    }
  }
}

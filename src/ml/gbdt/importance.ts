import type { Rng } from '#core';
import { predict } from './predict.ts';
import type { GbdtData, GbdtModel, GbdtTree } from './types.ts';

export interface GbdtImportance {
  readonly feature: string;
  /** Sum of the gains of its splits. */
  readonly gain: number;
  /** Number of its splits. */
  readonly splits: number;
}

/** Gain and split count of every feature, in the order of the model's features. */
export function gbdtImportance(model: GbdtModel): readonly GbdtImportance[] {
  const gain = new Float64Array(model.featureNames.length);
  const splits = new Float64Array(model.featureNames.length);
  for (const tree of model.trees) {
    for (let i = 0; i < tree.feature.length; i++) {
      const f = tree.feature[i]!;
      if (f < 0) continue;
      gain[f] = gain[f]! + tree.gain[i]!;
      splits[f] = splits[f]! + 1;
    }
  }
  return model.featureNames.map((feature, f) => ({ feature, gain: gain[f]!, splits: splits[f]! }));
}

export interface PermutationOptions {
  readonly rng: Rng;
  /** Shuffles a feature; 5 when absent. */
  readonly repeats?: number;
}

/** A figure of merit, larger is better; predictions as `predict` gives them. */
export type PredictionMetric = (labels: Float64Array, predictions: Float64Array, weights: Float64Array | undefined) => number;

/** Mean fall of the metric when a feature's column is shuffled, on rows the model has not learned from (Breiman, 2001). */
export function permutationImportance(
  model: GbdtModel,
  data: GbdtData,
  metric: PredictionMetric,
  options: PermutationOptions,
): readonly { readonly feature: string; readonly drop: number; readonly standardDeviation: number }[] {
  const repeats = options.repeats ?? 5;
  const whole = metric(data.labels, predict(model, data.columns, data.rows), data.weights);
  return model.featureNames.map((feature, f) => {
    const rng = options.rng.stream(`permute/${feature}`);
    const drops: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const columns = data.columns.slice();
      columns[f] = shuffled(data.columns[f]!, rng);
      drops.push(whole - metric(data.labels, predict(model, columns, data.rows), data.weights));
    }
    const drop = drops.reduce((sum, value) => sum + value, 0) / repeats;
    const variance = drops.reduce((sum, value) => sum + (value - drop) ** 2, 0) / Math.max(repeats - 1, 1);
    return { feature, drop, standardDeviation: Math.sqrt(variance) };
  });
}

function shuffled(column: Float64Array, rng: Rng): Float64Array {
  const copy = column.slice();
  for (let i = copy.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    const held = copy[i]!;
    copy[i] = copy[j]!;
    copy[j] = held;
  }
  return copy;
}

/**
 * What each feature added to one row's margins: [output][feature], the path method of Saabas: the change of node value along the way.
 * `bias` + the contributions of an output = the margin, up to rounding.
 */
export function gbdtContributions(
  model: GbdtModel,
  row: Float64Array,
): { readonly bias: Float64Array; readonly byFeature: readonly Float64Array[] } {
  const bias = model.baseMargins.slice();
  const byFeature = Array.from({ length: model.outputs }, () => new Float64Array(model.featureNames.length));
  for (let t = 0; t < model.trees.length; t++) {
    const output = t % model.outputs;
    bias[output] = bias[output]! + model.trees[t]!.value[0]!;
    followPath(model.trees[t]!, row, byFeature[output]!);
  }
  return { bias, byFeature };
}

function followPath(tree: GbdtTree, row: Float64Array, into: Float64Array): void {
  let node = 0;
  for (let f = tree.feature[0]!; f >= 0; f = tree.feature[node]!) {
    const x = row[f]!;
    const goesLeft = Number.isNaN(x) ? tree.missingLeft[node] === 1 : x < tree.threshold[node]!;
    const next = goesLeft ? tree.left[node]! : tree.right[node]!;
    into[f] = into[f]! + tree.value[next]! - tree.value[node]!;
    node = next;
  }
}

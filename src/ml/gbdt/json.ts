import { UserError } from '#core';
import { createTree } from './grow.ts';
import type { GbdtModel, GbdtObjective, GbdtTree } from './types.ts';

const FORMAT = 'edgewright-gbdt';
const VERSION = 1;

/** Inner node: feature name, threshold, where missing values go, children. Leaf: value alone. */
type JsonNode =
  | { readonly value: number; readonly cover: number }
  | {
      readonly feature: string;
      readonly below: number;
      readonly missing: 'left' | 'right';
      readonly left: number;
      readonly right: number;
      readonly gain: number;
      readonly value: number;
      readonly cover: number;
    };

/** A saved model: readable, and exact because JSON keeps every bit of a double. */
export interface GbdtJson {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly objective: GbdtObjective;
  readonly features: readonly string[];
  readonly outputs: number;
  readonly baseMargins: readonly number[];
  readonly rounds: number;
  readonly validationLoss: readonly number[];
  readonly trees: readonly (readonly JsonNode[])[];
}

/** The model as plain JSON data; `gbdtFromJson` gives back a model that predicts the same bits. */
export function gbdtToJson(model: GbdtModel): GbdtJson {
  return {
    format: FORMAT,
    version: VERSION,
    objective: model.objective,
    features: [...model.featureNames],
    outputs: model.outputs,
    baseMargins: [...model.baseMargins],
    rounds: model.rounds,
    validationLoss: [...model.validationLoss],
    trees: model.trees.map((tree) => Array.from(tree.feature, (_, i) => nodeToJson(tree, i, model.featureNames))),
  };
}

function nodeToJson(tree: GbdtTree, i: number, names: readonly string[]): JsonNode {
  const value = tree.value[i]!;
  const cover = tree.cover[i]!;
  if (tree.feature[i]! < 0) return { value, cover };
  return {
    feature: names[tree.feature[i]!]!,
    below: tree.threshold[i]!,
    missing: tree.missingLeft[i] === 1 ? 'left' : 'right',
    left: tree.left[i]!,
    right: tree.right[i]!,
    gain: tree.gain[i]!,
    value,
    cover,
  };
}

/** Reads a saved model. Throws `UserError` that names the first thing that is wrong. */
export function gbdtFromJson(input: unknown): GbdtModel {
  const json = record(input, 'the file');
  if (json['format'] !== FORMAT) refuse(`format is ${JSON.stringify(json['format'])}, not "${FORMAT}"`);
  if (json['version'] !== VERSION) refuse(`version is ${JSON.stringify(json['version'])}; this program reads version ${VERSION}`);
  const objective = json['objective'];
  if (objective !== 'logistic' && objective !== 'softmax' && objective !== 'regression')
    return refuse(`objective ${JSON.stringify(objective)} is unknown`);
  const featureNames = list(json['features'], 'features').map((name, i) =>
    typeof name === 'string' ? name : refuse(`features[${i}] is not a text`),
  );
  if (featureNames.length === 0) refuse('features is empty');
  if (new Set(featureNames).size !== featureNames.length) refuse('features repeat');
  const outputs = whole(json['outputs'], 'outputs');
  if (outputs < 1 || (objective !== 'softmax' && outputs !== 1)) refuse(`outputs ${outputs} does not fit ${objective}`);
  const baseMargins = Float64Array.from(list(json['baseMargins'], 'baseMargins').map((value, i) => number(value, `baseMargins[${i}]`)));
  if (baseMargins.length !== outputs) refuse(`baseMargins has ${baseMargins.length} entries for ${outputs} outputs`);
  const rounds = whole(json['rounds'], 'rounds');
  const indexOf = new Map(featureNames.map((name, i) => [name, i]));
  const trees = list(json['trees'], 'trees').map((tree, t) => treeFromJson(list(tree, `trees[${t}]`), `trees[${t}]`, indexOf));
  if (trees.length !== rounds * outputs) refuse(`${trees.length} trees for ${rounds} rounds of ${outputs}`);
  const validationLoss = list(json['validationLoss'], 'validationLoss').map((value, i) => number(value, `validationLoss[${i}]`));
  return { objective, featureNames, outputs, baseMargins, trees, validationLoss, rounds };
}

function treeFromJson(nodes: readonly unknown[], where: string, indexOf: ReadonlyMap<string, number>): GbdtTree {
  if (nodes.length === 0) refuse(`${where} is empty`);
  const tree = createTree(nodes.length);
  const parents = new Uint8Array(nodes.length);
  for (let i = 0; i < nodes.length; i++) {
    const at = `${where}[${i}]`;
    const node = record(nodes[i], at);
    tree.value[i] = number(node['value'], `${at}.value`);
    tree.cover[i] = number(node['cover'], `${at}.cover`);
    if (node['feature'] === undefined) continue;
    const feature = typeof node['feature'] === 'string' ? indexOf.get(node['feature']) : undefined;
    if (feature === undefined) refuse(`${at}.feature ${JSON.stringify(node['feature'])} is not among the features`);
    tree.feature[i] = feature!;
    tree.threshold[i] = number(node['below'], `${at}.below`);
    tree.gain[i] = number(node['gain'], `${at}.gain`);
    if (node['missing'] !== 'left' && node['missing'] !== 'right') refuse(`${at}.missing must be "left" or "right"`);
    tree.missingLeft[i] = node['missing'] === 'left' ? 1 : 0;
    for (const side of ['left', 'right'] as const) {
      const child = whole(node[side], `${at}.${side}`);
      if (child <= i || child >= nodes.length) refuse(`${at}.${side} is ${child}; a child comes after its parent and inside the tree`);
      if (parents[child] === 1) refuse(`${at}.${side} is ${child}, which has another parent`);
      parents[child] = 1;
      tree[side][i] = child;
    }
  }
  for (let i = 1; i < nodes.length; i++) if (parents[i] === 0) refuse(`${where}[${i}] has no parent`);
  return tree;
}

function refuse(what: string): never {
  throw new UserError(`saved gbdt model: ${what}`, 'The file is damaged or not a model of this program; train again or restore it.');
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(`${where} is not an object`);
  return value as Readonly<Record<string, unknown>>;
}

function list(value: unknown, where: string): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : refuse(`${where} is not a list`);
}

function number(value: unknown, where: string): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : refuse(`${where} is not a finite number`);
}

function whole(value: unknown, where: string): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : refuse(`${where} is not a whole number`);
}

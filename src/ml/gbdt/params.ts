import { didYouMean, UserError } from '#core';
import type { GbdtObjective, GbdtParams } from './types.ts';

/** Modest trees that suit noisy returns; every entry can be overridden. */
export const DEFAULT_GBDT_PARAMS: GbdtParams = {
  objective: 'logistic',
  rounds: 100,
  learningRate: 0.1,
  treeMethod: 'histogram',
  growth: 'leafwise',
  maxLeaves: 31,
  maxDepth: 0,
  minChildWeight: 1,
  minSamplesInLeaf: 20,
  lambda: 1,
  alpha: 0,
  gamma: 0,
  minGain: 0,
  rowSample: 1,
  columnSample: 1,
  maxBins: 255,
  earlyStoppingRounds: 0,
  monotone: {},
  baseScore: null,
  classes: 0,
};

const OBJECTIVES: readonly GbdtObjective[] = ['logistic', 'softmax', 'regression'];

/** [name, least, greatest, whole number, least itself excluded] */
const RANGES: readonly (readonly [keyof GbdtParams, number, number, boolean, boolean?])[] = [
  ['rounds', 1, 100_000, true],
  ['learningRate', 0, 10, false, true],
  ['maxLeaves', 0, 65_536, true],
  ['maxDepth', 0, 64, true],
  ['minChildWeight', 0, Number.MAX_VALUE, false],
  ['minSamplesInLeaf', 1, 2 ** 31 - 1, true],
  ['lambda', 0, Number.MAX_VALUE, false],
  ['alpha', 0, Number.MAX_VALUE, false],
  ['gamma', 0, Number.MAX_VALUE, false],
  ['minGain', 0, Number.MAX_VALUE, false],
  ['rowSample', 0, 1, false, true],
  ['columnSample', 0, 1, false, true],
  ['maxBins', 2, 255, true],
  ['earlyStoppingRounds', 0, 100_000, true],
  ['classes', 0, 1000, true],
];

/** Defaults filled in and everything checked. Throws `UserError` that names the parameter. */
export function resolveGbdtParams(params: Partial<GbdtParams> = {}): GbdtParams {
  for (const key of Object.keys(params)) {
    if (!(key in DEFAULT_GBDT_PARAMS)) {
      throw new UserError(`unknown gbdt parameter "${key}"`, didYouMean(key, Object.keys(DEFAULT_GBDT_PARAMS)));
    }
  }
  const given = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
  const full: GbdtParams = { ...DEFAULT_GBDT_PARAMS, ...given };
  for (const [name, least, greatest, whole, open] of RANGES) {
    const value = full[name];
    const inside = typeof value === 'number' && value <= greatest && (open ? value > least : value >= least);
    if (!inside || (whole && !Number.isInteger(value))) {
      const kind = whole ? 'a whole number' : 'a number';
      const range = greatest < 1e300 ? `${open ? 'above' : 'from'} ${least} to ${greatest}` : `of at least ${least}`;
      throw new UserError(`gbdt parameter ${name} must be ${kind} ${range}, got ${JSON.stringify(value)}`);
    }
  }
  oneOf('objective', full.objective, OBJECTIVES);
  oneOf('treeMethod', full.treeMethod, ['histogram', 'exact']);
  oneOf('growth', full.growth, ['leafwise', 'depthwise']);
  if (full.maxLeaves === 0 && full.maxDepth === 0) {
    throw new UserError('gbdt maxLeaves and maxDepth are both 0, so trees would have no limit', 'Set one of them, e.g. maxLeaves: 31.');
  }
  if (full.maxLeaves === 0 && full.maxDepth > 16) {
    throw new UserError(
      `gbdt maxDepth ${full.maxDepth} without maxLeaves allows too many leaves`,
      'Set maxLeaves too, or a maxDepth up to 16.',
    );
  }
  if (full.maxLeaves === 1) throw new UserError('gbdt maxLeaves must be 0 (no limit) or at least 2, got 1');
  checkBaseScore(full);
  return full;
}

function checkBaseScore(params: GbdtParams): void {
  const score = params.baseScore;
  if (score === null) return;
  const good = params.objective === 'logistic' ? score > 0 && score < 1 : Number.isFinite(score);
  if (typeof score !== 'number' || !good) {
    throw new UserError(
      `gbdt baseScore must be ${params.objective === 'logistic' ? 'a probability inside (0, 1)' : 'finite'}, got ${String(score)}`,
    );
  }
}

function oneOf(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value))
    throw new UserError(`gbdt ${name} must be one of ${known.join(', ')}, got "${value}"`, didYouMean(String(value), known));
}

/** Constraint of each feature, in order. Throws `UserError` for an unknown feature or a value other than −1, 0, 1. */
export function monotoneByFeature(params: GbdtParams, featureNames: readonly string[]): Int8Array {
  const constraints = new Int8Array(featureNames.length);
  for (const [name, direction] of Object.entries(params.monotone)) {
    const at = featureNames.indexOf(name);
    if (at < 0) throw new UserError(`gbdt monotone names an unknown feature "${name}"`, didYouMean(name, featureNames));
    if (direction !== 1 && direction !== -1 && direction !== 0) {
      throw new UserError(`gbdt monotone for "${name}" must be 1, -1 or 0, got ${String(direction)}`);
    }
    constraints[at] = direction;
  }
  return constraints;
}

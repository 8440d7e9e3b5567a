import { didYouMean, UserError } from '#core';
import {
  restingMachine,
  stepMachine,
  type BreakerLevel,
  type BreakerMachine,
  type BreakerTiming,
  type CrisisSeverity,
} from './breaker-states.ts';

export interface BreakerConfig extends BreakerTiming {
  /** Half-life of the current correlations, in rows. */
  readonly currentHalfLife: number;
  /** Half-life of the baseline correlations, in rows. */
  readonly baselineHalfLife: number;
  /** Rows before any alarm. */
  readonly warmUpRows: number;
  /** The share of its normal speed at which the baseline learns while the breaker is not normal. */
  readonly crisisLearning: number;
  /** Standard errors above the baseline that mean caution, restriction and flattening. */
  readonly cautionScore: number;
  readonly restrictScore: number;
  readonly flattenScore: number;
  /** Mean correlation that restriction and flattening need beside the score: a rise from -0.5 to 0 is no crisis. */
  readonly restrictCorrelation: number;
  readonly flattenCorrelation: number;
  /** Size multiplier in `caution`, and at the start of `recovery`. */
  readonly cautionSize: number;
  readonly recoverySize: number;
}

export const defaultBreaker: BreakerConfig = {
  currentHalfLife: 20,
  baselineHalfLife: 250,
  warmUpRows: 60,
  crisisLearning: 0.25,
  cautionScore: 2,
  restrictScore: 3,
  flattenScore: 4,
  restrictCorrelation: 0.5,
  flattenCorrelation: 0.7,
  cautionSize: 0.5,
  recoverySize: 0.25,
  confirmRows: 2,
  calmRows: 10,
  recoveryRows: 20,
  maxFlattenRows: 60,
};

/** Everything the breaker remembers: plain arrays, safe in JSON. Second moments by rows of the assets' matrix. */
export interface BreakerState {
  readonly config: BreakerConfig;
  readonly assets: number;
  readonly rows: number;
  readonly current: readonly number[];
  readonly baseline: readonly number[];
  readonly machine: BreakerMachine;
}

export interface BreakerDecision {
  readonly level: BreakerLevel;
  /** Multiplier for the size of new positions; 0 when none may be opened. */
  readonly sizeFactor: number;
  readonly mayOpen: boolean;
  readonly mustFlatten: boolean;
  readonly severity: CrisisSeverity;
  /** Standard errors by which correlations stand above their baseline. */
  readonly score: number;
  /** Mean correlation of all pairs; 0 with one asset. */
  readonly currentCorrelation: number;
  readonly baselineCorrelation: number;
  readonly reason: string;
}

export function createBreaker(assets: number, settings: Partial<BreakerConfig> = {}): BreakerState {
  if (!Number.isSafeInteger(assets) || assets < 1)
    throw new UserError(`The breaker needs a whole number of assets, at least 1, got ${assets}.`);
  for (const [key, value] of Object.entries(settings)) {
    if (!Object.hasOwn(defaultBreaker, key))
      throw new UserError(`Unknown breaker setting "${key}".`, didYouMean(key, Object.keys(defaultBreaker)));
    if (!(typeof value === 'number' && value >= 0))
      throw new UserError(`Breaker setting ${key} must be a number of at least 0, got ${String(value)}.`);
  }
  const config = { ...defaultBreaker, ...settings };
  if (!(config.currentHalfLife >= 3 && config.baselineHalfLife > config.currentHalfLife)) {
    throw new UserError('Half-lives must satisfy 3 <= currentHalfLife < baselineHalfLife.');
  }
  const moments = Array.from({ length: assets * assets }, () => 0);
  return { config, assets, rows: 0, current: moments, baseline: moments, machine: restingMachine };
}

/** Moments moved towards the products of one row by `weight`; pairs with a missing return stay. */
function learn(moments: readonly number[], row: ArrayLike<number>, weight: number): number[] {
  const size = row.length;
  return moments.map((moment, k) => {
    const product = row[Math.floor(k / size)]! * row[k % size]!;
    return Number.isFinite(product) ? moment + weight * (product - moment) : moment;
  });
}

interface Comparison {
  readonly score: number;
  readonly current: number;
  readonly baseline: number;
}

const fisher = (correlation: number): number => Math.atanh(Math.max(-0.9999, Math.min(0.9999, correlation)));

/** The effective number of rows of an exponential mean, held above the 3 that Fisher's variance needs. */
function effectiveRows(halfLife: number, rows: number): number {
  const keep = 0.5 ** (1 / halfLife);
  return Math.max(4, Math.min(rows, (1 + keep) / (1 - keep)));
}

/**
 * How far the mean Fisher-transformed correlation stands above the baseline, in standard errors. n assets hold at most n / 2 pairs that share no
 * asset, so the error falls with that number and not with that of all pairs; with two assets it is the plain test of one pair.
 */
function compare(state: BreakerState): Comparison {
  const { assets, current, baseline, config, rows } = state;
  let rise = 0;
  let now = 0;
  let usual = 0;
  let pairs = 0;
  for (let i = 0; i < assets; i++) {
    for (let j = 0; j < i; j++) {
      const correlation = (m: readonly number[]): number => m[i * assets + j]! / Math.sqrt(m[i * assets + i]! * m[j * assets + j]!);
      const a = correlation(current);
      const b = correlation(baseline);
      if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
      pairs += 1;
      now += a;
      usual += b;
      rise += fisher(a) - fisher(b);
    }
  }
  if (pairs === 0) return { score: 0, current: 0, baseline: 0 };
  const variance = 1 / (effectiveRows(config.currentHalfLife, rows) - 3) + 1 / (effectiveRows(config.baselineHalfLife, rows) - 3);
  const error = Math.sqrt(variance / Math.max(1, Math.floor(assets / 2)));
  return { score: rise / pairs / error, current: now / pairs, baseline: usual / pairs };
}

function severityOf(config: BreakerConfig, { score, current }: Comparison): CrisisSeverity {
  if (score >= config.flattenScore && current >= config.flattenCorrelation) return 3;
  if (score >= config.restrictScore && current >= config.restrictCorrelation) return 2;
  return score >= config.cautionScore ? 1 : 0;
}

function sizeFactor(config: BreakerConfig, machine: BreakerMachine): number {
  if (machine.level === 'normal') return 1;
  if (machine.level === 'caution') return config.cautionSize;
  if (machine.level !== 'recovery') return 0;
  const grown = config.recoveryRows > 0 ? Math.min(1, machine.rowsInLevel / config.recoveryRows) : 1;
  return config.recoverySize + (1 - config.recoverySize) * grown;
}

/**
 * One row of returns (one entry an asset, NaN for missing), and whether the account is flat. Pure. With one asset it is always normal: nothing can
 * be correlated.
 */
export function stepBreaker(
  state: BreakerState,
  row: ArrayLike<number>,
  flat = true,
): { readonly state: BreakerState; readonly decision: BreakerDecision } {
  const { config, assets } = state;
  if (row.length !== assets) throw new UserError(`The breaker watches ${assets} assets, but the row has ${row.length}.`);
  const rows = state.rows + 1;
  const settled = state.machine.level === 'normal' ? 1 : config.crisisLearning;
  const weight = (halfLife: number): number => Math.max(1 / rows, 1 - 0.5 ** (1 / halfLife));
  const current = learn(state.current, row, weight(config.currentHalfLife));
  const baseline = learn(state.baseline, row, settled * weight(config.baselineHalfLife));
  const learned: BreakerState = { config, assets, rows, current, baseline, machine: state.machine };
  const comparison = compare(learned);
  const severity = assets < 2 || rows <= config.warmUpRows ? 0 : severityOf(config, comparison);
  const machine = stepMachine(state.machine, severity, flat, config);
  // Out of `flatten` by waiting, not by calm: the new correlations are the baseline from now on.
  const rebased = state.machine.level === 'flatten' && machine.level === 'recovery' && severity >= 1;
  const factor = sizeFactor(config, machine);
  const { score, current: now, baseline: usual } = comparison;
  return {
    state: { ...learned, baseline: rebased ? current : baseline, machine },
    decision: {
      level: machine.level,
      sizeFactor: factor,
      mayOpen: factor > 0,
      mustFlatten: machine.level === 'flatten',
      severity,
      score,
      currentCorrelation: now,
      baselineCorrelation: usual,
      reason: `${machine.level}: mean correlation ${now.toFixed(2)} against ${usual.toFixed(2)} usually, ${score.toFixed(1)} standard errors.`,
    },
  };
}

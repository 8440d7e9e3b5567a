import { didYouMean, UserError, type Timestamp } from '#core';

export interface StalenessConfig {
  /** Outcomes remembered. */
  readonly windowOutcomes: number;
  /** Outcomes before the score may judge. */
  readonly leastOutcomes: number;
  /** Standard errors by which the Brier score or the hit rate must be worse than the reference: shrink, demote. */
  readonly shrinkScore: number;
  readonly demoteScore: number;
  /** Age of the model from which it shrinks, and at which it is demoted. */
  readonly shrinkAgeMs: number;
  readonly demoteAgeMs: number;
  /** Population stability index of features or predictions: shrink, demote. */
  readonly shrinkDrift: number;
  readonly demoteDrift: number;
  /** The smallest size multiplier before demotion. */
  readonly leastFactor: number;
  /** Consecutive better assessments before the verdict improves by one step. */
  readonly calmAssessments: number;
}

const dayMs = 86_400_000;

export const defaultStaleness: StalenessConfig = {
  windowOutcomes: 100,
  leastOutcomes: 20,
  shrinkScore: 1.65,
  demoteScore: 3,
  shrinkAgeMs: 30 * dayMs,
  demoteAgeMs: 90 * dayMs,
  shrinkDrift: 0.1,
  demoteDrift: 0.5,
  leastFactor: 0.25,
  calmAssessments: 5,
};

/** What the model was when it was trained, out of sample. */
export interface ModelReference {
  readonly trainedTime: Timestamp;
  readonly brierScore: number;
  readonly hitRate: number;
}

/** Plain data, safe in JSON. */
export interface StalenessState {
  readonly config: StalenessConfig;
  readonly reference: ModelReference;
  /** Squared errors of the remembered predictions, oldest first, and whether each was a hit (1) or a miss (0). */
  readonly squaredErrors: readonly number[];
  readonly hits: readonly number[];
  readonly level: StalenessLevel;
  readonly calmCount: number;
}

export type StalenessLevel = 'fresh' | 'shrink' | 'demoted';

export type StalenessVerdict =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'shrink'; readonly factor: number; readonly reasons: readonly string[] }
  | { readonly kind: 'demoted'; readonly reasons: readonly string[] };

export interface StalenessInputs {
  readonly time: Timestamp;
  /** Population stability indices, when measured. */
  readonly featureDrift?: number;
  readonly predictionDrift?: number;
}

/** A watch on a freshly trained model; retraining makes a new one, which is the only way out of old age. */
export function createStaleness(reference: ModelReference, settings: Partial<StalenessConfig> = {}): StalenessState {
  for (const [key, value] of Object.entries(settings)) {
    if (!Object.hasOwn(defaultStaleness, key))
      throw new UserError(`Unknown staleness setting "${key}".`, didYouMean(key, Object.keys(defaultStaleness)));
    if (!(typeof value === 'number' && value >= 0))
      throw new UserError(`Staleness setting ${key} must be a number of at least 0, got ${String(value)}.`);
  }
  const config = { ...defaultStaleness, ...settings };
  for (const [low, high] of [
    ['shrinkScore', 'demoteScore'],
    ['shrinkAgeMs', 'demoteAgeMs'],
    ['shrinkDrift', 'demoteDrift'],
  ] as const) {
    if (!(config[low] < config[high])) throw new UserError(`Staleness setting ${low} must be below ${high}.`);
  }
  return { config, reference, squaredErrors: [], hits: [], level: 'fresh', calmCount: 0 };
}

/** A prediction met its outcome. Feed it shadow predictions too, so that a demoted model can prove itself. */
export function noteOutcome(state: StalenessState, probability: number, outcome: 0 | 1): StalenessState {
  if (!(probability >= 0 && probability <= 1)) throw new UserError(`A predicted probability must lie between 0 and 1, got ${probability}.`);
  const keep = <T>(list: readonly T[], item: T): readonly T[] => [...list, item].slice(-state.config.windowOutcomes);
  const hit = probability >= 0.5 === (outcome === 1) ? 1 : 0;
  return { ...state, squaredErrors: keep(state.squaredErrors, (probability - outcome) ** 2), hits: keep(state.hits, hit) };
}

/** The rolling Brier score and hit rate; NaN before the first outcome. */
function rollingScores(state: StalenessState): { readonly brierScore: number; readonly hitRate: number; readonly outcomes: number } {
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  return { brierScore: mean(state.squaredErrors), hitRate: mean(state.hits), outcomes: state.hits.length };
}

/** How bad one sign is: below 0 harmless, 0 at the shrink threshold, 1 at the demotion threshold. */
interface Sign {
  readonly badness: number;
  readonly reason: string;
}

function scoreSigns(state: StalenessState): Sign[] {
  const { config, reference, squaredErrors } = state;
  const { brierScore, hitRate, outcomes } = rollingScores(state);
  if (outcomes < Math.max(2, config.leastOutcomes)) return [];
  const scale = (score: number): number => (score - config.shrinkScore) / (config.demoteScore - config.shrinkScore);
  const spread = squaredErrors.reduce((sum, value) => sum + (value - brierScore) ** 2, 0) / (outcomes - 1);
  // A window of equal errors has no spread of its own; the reference's lends it one.
  const variance = Math.max(spread, (reference.brierScore * (1 - reference.brierScore)) / 10, 1e-12);
  const brierZ = (brierScore - reference.brierScore) / Math.sqrt(variance / outcomes);
  const rate = Math.min(0.99, Math.max(0.01, reference.hitRate));
  const hitZ = (reference.hitRate - hitRate) / Math.sqrt((rate * (1 - rate)) / outcomes);
  return [
    {
      badness: scale(brierZ),
      reason: `Brier score ${brierScore.toFixed(4)} over ${outcomes} outcomes against ${reference.brierScore.toFixed(4)} when trained`,
    },
    {
      badness: scale(hitZ),
      reason: `hit rate ${(hitRate * 100).toFixed(1)} % over ${outcomes} outcomes against ${(reference.hitRate * 100).toFixed(1)} % when trained`,
    },
  ];
}

function signsOf(state: StalenessState, inputs: StalenessInputs): readonly Sign[] {
  const { config, reference } = state;
  const signs = scoreSigns(state);
  const age = inputs.time - reference.trainedTime;
  signs.push({
    badness: (age - config.shrinkAgeMs) / (config.demoteAgeMs - config.shrinkAgeMs),
    reason: `trained ${(age / dayMs).toFixed(1)} days ago`,
  });
  for (const [name, drift] of [
    ['features', inputs.featureDrift],
    ['predictions', inputs.predictionDrift],
  ] as const) {
    if (drift === undefined) continue;
    // A drift that cannot be measured is no proof of freshness.
    const badness = Number.isFinite(drift) ? (drift - config.shrinkDrift) / (config.demoteDrift - config.shrinkDrift) : 0;
    signs.push({ badness, reason: `drift of ${name} ${drift.toFixed(3)}` });
  }
  return signs;
}

const order: readonly StalenessLevel[] = ['fresh', 'shrink', 'demoted'];

/** The verdict now. It worsens at once and improves one step after `calmAssessments` better assessments in a row. Pure. */
export function assessStaleness(
  state: StalenessState,
  inputs: StalenessInputs,
): { readonly state: StalenessState; readonly verdict: StalenessVerdict } {
  const signs = signsOf(state, inputs);
  const worst = signs.reduce((most, sign) => Math.max(most, sign.badness), Number.NEGATIVE_INFINITY);
  const wanted: StalenessLevel = worst >= 1 ? 'demoted' : worst >= 0 ? 'shrink' : 'fresh';
  const now = order.indexOf(state.level);
  const target = order.indexOf(wanted);
  const calm = target < now ? state.calmCount + 1 : 0;
  const improves = calm > 0 && calm >= state.config.calmAssessments;
  const level = target >= now ? wanted : improves ? order[now - 1]! : state.level;
  const next: StalenessState = { ...state, level, calmCount: improves ? 0 : calm };
  if (level === 'fresh') return { state: next, verdict: { kind: 'fresh' } };
  const bad = signs.filter((sign) => sign.badness >= 0).map((sign) => sign.reason);
  const reasons = bad.length > 0 ? bad : [`better again, but only for ${calm} of ${state.config.calmAssessments} assessments`];
  if (level === 'demoted') return { state: next, verdict: { kind: 'demoted', reasons } };
  // While waiting to improve from `shrink` the sign itself may be harmless already; the step down is then half way.
  const severity = worst >= 0 ? Math.min(1, worst) : 0.5;
  const factor = 1 - (1 - state.config.leastFactor) * Math.max(0.1, severity);
  return { state: next, verdict: { kind: 'shrink', factor, reasons } };
}

import {
  createSearcher,
  findPlateau,
  paretoFront,
  purgedFolds,
  rankScores,
  takeRows,
  walkForwardFolds,
  type PlateauReport,
  type SearchFold,
  type SearchMethod,
  type SearchPoint,
  type SearchSpace,
  type ToldTrial,
} from '#backtest';
import { createRng, UserError } from '#core';
import { objectiveScore, type Objective, type TrialOutcome } from '#research';
import { mapOfTrials, type TrialMap } from './trial-map.ts';
import type { TrialRunner } from './trial-runner.ts';

export interface SearchPlan {
  readonly space: SearchSpace;
  /** Values of all parameters that are not searched. */
  readonly rest: SearchPoint;
  readonly method: SearchMethod;
  readonly trials: number;
  readonly objectives: readonly Objective[];
  readonly seed: number;
  readonly periodsPerYear: number;
  readonly folds: { readonly kind: 'none' | 'walk-forward' | 'purged'; readonly count: number; readonly gapDays: number };
}

export interface ScoredPoint {
  readonly point: SearchPoint;
  readonly scores: readonly number[];
  readonly outcome: TrialOutcome;
}

export interface FoldResult {
  readonly name: string;
  readonly train: SearchFold['train'];
  readonly test: SearchFold['test'];
  readonly parameters: SearchPoint;
  readonly inSample: number;
  readonly outOfSample: number;
  readonly returns: Float64Array;
}

export interface SearchResult {
  /** Every distinct point, best first. */
  readonly ranked: readonly ScoredPoint[];
  /** Of several objectives, from the best in the first of them on. */
  readonly pareto: readonly ScoredPoint[];
  readonly plateau: PlateauReport | undefined;
  readonly map: TrialMap | undefined;
  readonly folds: readonly FoldResult[];
}

type Rows = readonly (readonly [number, number])[];

/** The search over the whole history, then, when asked for, one a fold that sees only the fold's training days. */
export async function runSearch(plan: SearchPlan, runner: TrialRunner): Promise<SearchResult> {
  const whole = await searchOn(plan, runner, 'whole', undefined);
  if (whole.length === 0) throw new UserError('no combination is allowed', 'Loosen --where or widen the ranges.');
  const order = rankScores(whole.map(({ scores }) => scores));
  const told = whole.map(({ point, scores }, id): ToldTrial => ({ id, parameters: point, values: scores }));
  const directions = plan.objectives.map(() => 'maximize' as const);
  const days = whole[0]!.outcome.returns.length;
  const folds: FoldResult[] = [];
  for (const fold of foldsOf(plan, days)) folds.push(await runFold(plan, runner, fold));
  return {
    ranked: order.map((index) => whole[index]!),
    pareto: plan.objectives.length > 1 ? byFirst(paretoFront(told, directions).map(({ id }) => whole[id]!)) : [],
    plateau:
      whole.length < 4
        ? undefined
        : findPlateau(plan.space, told, { radius: neighbourRadius(Object.keys(plan.space.dimensions).length, told.length) }),
    map: mapOfTrials(told),
    folds,
  };
}

const byFirst = (points: readonly ScoredPoint[]): readonly ScoredPoint[] =>
  points.toSorted((one, other) => other.scores[0]! - one.scores[0]!);

/** The half width of a cube in which eight of so many evenly scattered points are expected. */
function neighbourRadius(dimensions: number, points: number): number {
  return Math.min(0.5, Math.max(0.1, 0.5 * (8 / points) ** (1 / dimensions)));
}

/** Throws `UserError` where so many days do not make them. */
export function foldsOf({ folds: { kind, count, gapDays } }: Pick<SearchPlan, 'folds'>, days: number): readonly SearchFold[] {
  if (kind === 'none') return [];
  return kind === 'purged' ? purgedFolds(days, count, gapDays) : walkForwardFolds(days, count, gapDays);
}

async function runFold(plan: SearchPlan, runner: TrialRunner, fold: SearchFold): Promise<FoldResult> {
  const tried = await searchOn(plan, runner, fold.name, fold.train);
  const chosen = tried[rankScores(tried.map(({ scores }) => scores))[0]!]!;
  const returns = takeRows(chosen.outcome.returns, [fold.test]);
  const outOfSample = objectiveScore(plan.objectives[0]!, returns, plan.periodsPerYear);
  return { ...fold, parameters: chosen.point, inSample: chosen.scores[0]!, outOfSample, returns };
}

/** One search that scores only some days. Runs are over all days, but what is told of them is not. */
async function searchOn(plan: SearchPlan, runner: TrialRunner, name: string, rows: Rows | undefined): Promise<readonly ScoredPoint[]> {
  const { space, method, trials, objectives, seed, periodsPerYear, rest } = plan;
  const searcher = createSearcher(method, space, trials, objectives.length, createRng(seed).stream(`search/${name}`));
  const all: ScoredPoint[] = [];
  for (let asked = searcher.ask(); asked.length > 0; asked = searcher.ask()) {
    const outcomes = await runner.outcomes(asked.map((point) => ({ ...rest, ...point })));
    const scored = asked.map((point, at): ScoredPoint => {
      const outcome = outcomes[at]!;
      const returns = rows === undefined ? outcome.returns : takeRows(outcome.returns, rows);
      return { point, outcome, scores: objectives.map((objective) => objectiveScore(objective, returns, periodsPerYear)) };
    });
    searcher.tell(scored.map(({ scores }) => scores));
    for (const one of scored) all.push(one);
  }
  const seen = new Set<string>();
  return all.filter(({ point }) => {
    const key = JSON.stringify(point);
    return !seen.has(key) && seen.add(key);
  });
}

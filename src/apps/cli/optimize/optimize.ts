import { resolve } from 'node:path';
import { openTrialLedger } from '#adapters/trials';
import { spaceOfRecipe } from '#backtest';
import { contentHash, DAY_MS, UserError } from '#core';
import { barsPerYear } from '#domain';
import {
  daysPerYear,
  instrumentFor,
  profileFor,
  searchHonesty,
  studyId,
  type PipelineConfig,
  type SearchHonesty,
  type TrialStudy,
} from '#research';
import { prepare } from '#strategy';
import type { FoundStrategy } from '../backtest/find-strategy.ts';
import type { LoadedBars } from '../backtest/load-bars.ts';
import type { CliEnvironment } from '../terminal.ts';
import type { EvaluationSetup } from './evaluate.ts';
import { progressLine } from './progress.ts';
import { runSearch, type SearchPlan, type SearchResult } from './search.ts';
import { createTrialRunner } from './trial-runner.ts';
import { recipeOf, type ReadWishes } from './wishes.ts';

export interface OptimizeOrder {
  readonly found: FoundStrategy;
  /** As typed: a name or a file. */
  readonly strategy: string;
  readonly bars: LoadedBars;
  readonly config: PipelineConfig;
  readonly wishes: ReadWishes;
  readonly workspace: string;
}

export interface OptimizeOutcome {
  readonly order: OptimizeOrder;
  readonly plan: SearchPlan;
  readonly result: SearchResult;
  readonly honesty: SearchHonesty;
  readonly evaluated: number;
  readonly fromLedger: number;
  readonly ledger: { readonly folder: string; readonly rows: number; readonly unreadable: number };
  /** Names the search: same inputs, same hash. */
  readonly hash: string;
}

/** Searches, with every evaluation in the ledger, and judges the best against all trials there. */
export async function optimizeStrategy(order: OptimizeOrder, io: CliEnvironment, quiet = false): Promise<OptimizeOutcome> {
  const { found, bars, config, wishes, workspace } = order;
  const recipe = recipeOf(found);
  const setup = setupOf(order);
  const study = studyOf(order, setup);
  const space = spaceOfRecipe(recipe, wishes);
  const searched = new Set(Object.keys(space.dimensions));
  const usual = prepare(recipe, wishes.fixed, { seed: config.seed, symbols: bars.series.length }).parameters ?? {};
  const plan: SearchPlan = {
    ...wishes,
    space,
    rest: Object.fromEntries(Object.entries(usual).filter(([name]) => !searched.has(name))),
    seed: config.seed,
    periodsPerYear: yearOf(bars),
  };
  const folder = wishes.ledger ?? `${workspace}/results/trials`.replace(/^\.\//, '');
  const ledger = openTrialLedger(resolve(io.cwd, folder));
  const progress = progressLine(io, quiet);
  const runner = createTrialRunner({
    recipe,
    strategy: order.strategy,
    folder: io.cwd,
    setup,
    study,
    ledger,
    method: plan.method,
    periodsPerYear: plan.periodsPerYear,
    workers: config.workers,
    onTrial: () => progress.tick(runner.counts),
  });
  try {
    if (wishes.resume && !ledger.rows.some((row) => row.study === studyId(study)))
      throw new UserError('there is no search to resume: the ledger has no trial of this strategy on these data', 'Leave --resume out.');
    const result = await runSearch(plan, runner);
    progress.end();
    return {
      order,
      plan,
      result,
      honesty: searchHonesty(
        result.ranked[0]!.outcome.returns,
        ledger.rows,
        result.ranked.map(({ outcome }) => outcome.returns),
        plan.periodsPerYear,
      ),
      evaluated: runner.counts.evaluated,
      fromLedger: runner.counts.known,
      ledger: { folder, rows: ledger.rows.length, unreadable: ledger.unreadable },
      hash: contentHash({ study, space: space.dimensions, ...planFacts(plan), constraints: wishes.constraints }).slice(0, 10),
    };
  } finally {
    progress.end();
    await runner.close();
    ledger.close();
  }
}

const planFacts = ({ rest, method, trials, objectives, seed, folds }: SearchPlan) => ({ rest, method, trials, objectives, seed, folds });

function setupOf({ bars, config, wishes }: OptimizeOrder): EvaluationSetup {
  const profile = profileFor(config.trading.profile, bars.assetClass);
  return {
    bars: bars.series,
    instruments: bars.series.map(({ symbol }) => instrumentFor(symbol, bars.assetClass)),
    profile: wishes.fees === undefined ? profile : { ...profile, fees: wishes.fees },
    cash: config.trading.cash,
    leverage: 1,
    seed: config.seed,
  };
}

/** Everything but the parameters that a result depends on. */
function studyOf({ found, bars }: OptimizeOrder, setup: EvaluationSetup): TrialStudy {
  return {
    strategy: found.name,
    symbols: bars.series.map(({ symbol }) => symbol),
    setup: contentHash({
      code: String(found.recipe?.make),
      data: bars.series.map((series, at) => ({
        sha256: bars.provenance[at]!.sha256,
        timeframe: series.timeframe.id,
        from: series.time[0]!,
        to: series.time.at(-1)!,
      })),
      profile: JSON.stringify(setup.profile),
      assetClass: bars.assetClass,
      cash: setup.cash,
      seed: setup.seed,
    }).slice(0, 16),
  };
}

function yearOf({ series, venueHours }: LoadedBars): number {
  const { timeframe } = series[0]!;
  const alwaysOpen = venueHours === 'always';
  return timeframe.ms > DAY_MS ? barsPerYear(timeframe, alwaysOpen ? 'always' : 'us_equity') : daysPerYear(alwaysOpen);
}

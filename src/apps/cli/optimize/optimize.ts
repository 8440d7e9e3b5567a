import { resolve } from 'node:path';
import { openTrialLedger } from '#adapters/trials';
import { spaceOfRecipe } from '#backtest';
import { contentHash, UserError } from '#core';
import type { BarSeries } from '#domain';
import { dailyEquity, searchHonesty, studyId, type SearchHonesty, type TrialStudy } from '#research';
import { checkNeeds, prepare } from '#strategy';
import type { FoundStrategy } from '../backtest/find-strategy.ts';
import { requestOf, yearOf } from '../backtest/run.ts';
import type { RunSurroundings } from '../backtest/run-options.ts';
import { backtestCode } from '../program-code.ts';
import type { CliEnvironment } from '../terminal.ts';
import { engineNeededFor } from './crossing-outcome.ts';
import type { EvaluationSetup } from './evaluation-setup.ts';
import { progressLine } from './progress.ts';
import { foldsOf, runSearch, type SearchPlan, type SearchResult } from './search.ts';
import { createTrialRunner } from './trial-runner.ts';
import { recipeOf, type ReadWishes } from './wishes.ts';

export interface OptimizeOrder extends RunSurroundings {
  readonly found: FoundStrategy;
  /** As typed: a name or a file. */
  readonly strategy: string;
  readonly wishes: ReadWishes;
  readonly workspace: string;
}

export interface OptimizeOutcome {
  readonly order: OptimizeOrder;
  readonly plan: SearchPlan;
  readonly result: SearchResult;
  readonly honesty: SearchHonesty;
  /** Empty when the crossing loop ran the combinations; else why the engine did. */
  readonly engineNeeded: string;
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
  // Told before the search, not after it.
  if (wishes.folds.kind !== 'none') foldsOf(wishes, daysOf(bars.series));
  const setup: EvaluationSetup = { ...requestOf(order), seed: config.seed };
  const study = studyOf(order, setup, await backtestCode());
  const space = spaceOfRecipe(recipe, wishes);
  const searched = new Set(Object.keys(space.dimensions));
  const usual = prepare(recipe, wishes.fixed, { seed: config.seed, symbols: bars.series.length }).parameters ?? {};
  checkNeeds(recipe, { symbols: bars.series.length, timeframe: bars.series[0]!.timeframe, externals: bars.outside?.names ?? [] });
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
      engineNeeded: engineNeededFor(recipe, setup),
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

/** Returns by the day that a run over these bars has. */
function daysOf(series: readonly BarSeries[]): number {
  const time = Float64Array.from(new Set(series.flatMap((bars) => Array.from(bars.time)))).sort();
  return dailyEquity({ time, equity: time }).time.length - 1;
}

const planFacts = ({ rest, method, trials, objectives, seed, folds }: SearchPlan) => ({ rest, method, trials, objectives, seed, folds });

/** Everything but the parameters that a result depends on. */
function studyOf(
  { found, bars, factors }: OptimizeOrder,
  { bars: _, profile, limits, events, externals: __, finer: ____, account, ...rest }: EvaluationSetup,
  program: string,
): TrialStudy {
  const { conversion: ___, ...plainAccount } = account;
  return {
    strategy: found.name,
    symbols: bars.series.map(({ symbol }) => symbol),
    setup: contentHash({
      // Of a user's file all of it counts: what stands outside of `make` decides too.
      code: found.sha256,
      program,
      data: bars.series.map((series, at) => ({
        sha256: bars.provenance[at]!.sha256,
        timeframe: series.timeframe.id,
        from: series.time[0]!,
        to: series.time.at(-1)!,
      })),
      // Both may hold an infinity, which canonical JSON has not.
      profile: JSON.stringify(profile),
      limits: limits === undefined ? null : JSON.stringify(limits),
      events: events ?? [],
      account: plainAccount,
      ...rest,
      ...(bars.currency === undefined ? {} : { currency: bars.currency.fingerprint }),
      ...(bars.outside === undefined ? {} : { series: bars.outside.fingerprint }),
      ...(bars.finer === undefined ? {} : { finer: bars.finer.fingerprint }),
      ...(factors === undefined ? {} : { factors }),
    }).slice(0, 16),
  };
}

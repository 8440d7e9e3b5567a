import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openWorkerPool, type WorkerPool } from '#adapters/sweep';
import type { TrialLedger } from '#adapters/trials';
import { UserError } from '#core';
import { barSeries, type BarSeries } from '#domain';
import { studyId, trialId, trialRow, type TrialOutcome, type TrialStudy } from '#research';
import type { StrategyRecipe } from '#strategy';
import { evaluateCombination } from './evaluate.ts';
import type { EvaluationSetup } from './evaluation-setup.ts';
import { FeatureStore, sharedCopy } from './feature-store.ts';
import type { WorkerOrder } from './worker.ts';

type Parameters = Readonly<Record<string, number>>;

export interface TrialRunner {
  /** Outcomes in the order of the combinations; those in the ledger are read, the others run and are added to it, one row a run. */
  outcomes(combinations: readonly Parameters[]): Promise<readonly TrialOutcome[]>;
  /** Evaluations run, and answered from the ledger, so far. */
  readonly counts: { evaluated: number; known: number };
  close(): Promise<void>;
}

export interface TrialRunnerParts {
  readonly recipe: StrategyRecipe;
  /** Where a worker finds the recipe. */
  readonly strategy: string;
  readonly folder: string;
  readonly setup: EvaluationSetup;
  readonly study: TrialStudy;
  readonly method: string;
  readonly periodsPerYear: number;
  readonly ledger: TrialLedger;
  readonly workers: number;
  readonly onTrial: () => void;
}

export function createTrialRunner(parts: TrialRunnerParts): TrialRunner {
  const { recipe, study, method, periodsPerYear, ledger, onTrial } = parts;
  const setup = { ...parts.setup, bars: parts.setup.bars.map(sharedBars) };
  const id = studyId(study);
  const rows = new Map(ledger.rows.map((row) => [row.trial, row]));
  const outcomes = new Map<string, TrialOutcome>();
  const features = new FeatureStore(recipe, setup.bars, setup.externals);
  const counts = { evaluated: 0, known: 0 };
  let pool: WorkerPool<Parameters, TrialOutcome> | undefined;

  const fromLedger = (trial: string): TrialOutcome | undefined => {
    const row = rows.get(trial);
    const returns = row === undefined ? undefined : ledger.returnsOf(row);
    return returns === undefined ? undefined : { returns, trades: row!.trades };
  };
  const keep = (parameters: Parameters, outcome: TrialOutcome): void => {
    const row = trialRow(study, method, parameters, outcome, periodsPerYear);
    // A row whose stream was lost is run again for its numbers; it is the same trial.
    if (!rows.has(row.trial)) ledger.append(row, outcome.returns);
    rows.set(row.trial, row);
    outcomes.set(row.trial, outcome);
    counts.evaluated++;
    onTrial();
  };
  const runAll = async (missing: readonly Parameters[]): Promise<void> => {
    const fresh = features.add(missing, setup);
    if (parts.workers < 2 || missing.length < 2) {
      for (const [at, parameters] of missing.entries()) {
        keep(parameters, evaluateCombination(recipe, parameters, setup, features.columns));
        // Lets signals and the progress line through.
        if (at % 16 === 15) await new Promise((resolve) => setImmediate(resolve));
      }
      return;
    }
    if (pool === undefined) {
      pool = openPool(parts, setup);
      pool.broadcast(Object.fromEntries(features.columns));
    } else if (Object.keys(fresh).length > 0) pool.broadcast(fresh);
    await pool.run(missing, (outcome, index) => keep(missing[index]!, outcome));
  };
  return {
    counts,
    async outcomes(combinations) {
      const trials = combinations.map((parameters) => trialId(id, parameters));
      const missing = new Map<string, Parameters>();
      for (const [at, trial] of trials.entries()) {
        if (outcomes.has(trial) || missing.has(trial)) continue;
        const found = fromLedger(trial);
        if (found === undefined) missing.set(trial, combinations[at]!);
        else {
          outcomes.set(trial, found);
          counts.known++;
          onTrial();
        }
      }
      if (missing.size > 0) {
        await runAll([...missing.values()]);
        ledger.sync();
      }
      return trials.map((trial) => outcomes.get(trial)!);
    },
    async close() {
      await pool?.close();
    },
  };
}

function openPool(parts: TrialRunnerParts, setup: EvaluationSetup): WorkerPool<Parameters, TrialOutcome> {
  const entry = ['./worker-main.ts', './worker-main.js']
    .map((name) => new URL(name, import.meta.url))
    .find((url) => existsSync(fileURLToPath(url)));
  if (entry === undefined) throw new UserError('the code of the workers is missing', 'Install again, or use --workers 1.');
  const order: WorkerOrder = { strategy: parts.strategy, folder: parts.folder, setup };
  return openWorkerPool(entry, parts.workers, order);
}

function sharedBars(series: BarSeries): BarSeries {
  const { time, open, high, low, close, volume } = series;
  return barSeries(series.symbol, series.timeframe, {
    time: sharedCopy(time),
    open: sharedCopy(open),
    high: sharedCopy(high),
    low: sharedCopy(low),
    close: sharedCopy(close),
    volume: sharedCopy(volume),
  });
}

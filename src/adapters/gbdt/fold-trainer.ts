import { setImmediate } from 'node:timers/promises';
import { UserError } from '#core';
import type { GbdtModel } from '#ml';
import type { TrainingJob } from '#research';
import { createJobSharer } from './shared-jobs.ts';
import { trainJob } from './train-job.ts';
import { WorkerPool } from './worker-pool.ts';

/** Trains lists of independent jobs. */
export interface FoldTrainer {
  /**
   * Trains every job and answers in the order of the jobs; `onDone` gets the number of finished jobs after each.
   * When jobs fail, rejects with the error of the first of them in the list, as one thread would; no further job is begun.
   */
  train(jobs: readonly TrainingJob[], onDone?: (done: number) => void): Promise<GbdtModel[]>;
  /** Ends the worker threads; trainings under way are rejected. */
  close(): Promise<void>;
}

/** Rows × features × rounds that one thread trains in about twice the time that it takes to start a worker. */
const INLINE_WORK = 20_000_000;

/**
 * A trainer on `threads` worker threads (a whole number from 1). The models do not depend on `threads`.
 * With one thread, or when the list is little work, it trains on the calling thread.
 */
export function createFoldTrainer({ threads }: { readonly threads: number }): FoldTrainer {
  if (!Number.isInteger(threads) || threads < 1)
    throw new UserError(`the number of training threads must be a whole number from 1, got ${threads}`);
  const pool = new WorkerPool(threads);
  return {
    train(jobs, onDone = () => {}) {
      const inline = threads === 1 || workOf(jobs) < INLINE_WORK;
      return inline ? trainInline(jobs, onDone) : trainOnWorkers(pool, Math.min(threads, jobs.length), jobs, onDone);
    },
    close: () => pool.close(),
  };
}

function workOf(jobs: readonly TrainingJob[]): number {
  return jobs.reduce((sum, { data, params }) => sum + data.rows * data.featureNames.length * (params.rounds ?? 100), 0);
}

/** One job after the other; between jobs, whatever else waits on this thread has its turn. */
async function trainInline(jobs: readonly TrainingJob[], onDone: (done: number) => void): Promise<GbdtModel[]> {
  const models: GbdtModel[] = [];
  for (const job of jobs) {
    models.push(trainJob(job));
    onDone(models.length);
    await setImmediate();
  }
  return models;
}

/** As many lanes as workers, each taking the next job of the list when it is free. */
export async function trainOnWorkers(
  pool: WorkerPool,
  lanes: number,
  jobs: readonly TrainingJob[],
  onDone: (done: number) => void,
): Promise<GbdtModel[]> {
  const share = createJobSharer(jobs);
  const models: GbdtModel[] = [];
  const failures = new Map<number, unknown>();
  // One training alone has the other thread to itself; several go side by side, which is faster still.
  const paired = jobs.length === 1;
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < jobs.length && failures.size === 0) {
      const index = next++;
      try {
        models[index] = await pool.run(() => share(jobs[index]!), paired);
        onDone(++done);
      } catch (error) {
        failures.set(index, error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  return models;
}

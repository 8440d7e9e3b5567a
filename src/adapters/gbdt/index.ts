import { createRng } from '#core';
import { trainGbdt, type GbdtModel } from '#ml';
import type { TrainingJob } from '#research';
export function createFoldTrainer(_: { readonly threads: number }) {
  return {
    async train(jobs: readonly TrainingJob[], onDone?: (done: number) => void): Promise<GbdtModel[]> {
      return jobs.map((job, index) => { const model = trainGbdt(job.data, job.params, { rng: createRng(job.seed), ...(job.validation ? { validation: job.validation } : {}) }); onDone?.(index + 1); return model; });
    },
    async close() {},
  };
}

import { createRng } from '#core';
import { trainGbdt, type GbdtModel } from '#ml';
import type { TrainingJob } from '#research';

/** One training, on whichever thread this is called. */
export function trainJob({ data, params, seed, validation }: TrainingJob): GbdtModel {
  return trainGbdt(data, params, { rng: createRng(seed), ...(validation === undefined ? {} : { validation }) });
}

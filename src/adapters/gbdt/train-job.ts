import { createRng } from '#core';
import { trainGbdt, type GbdtModel, type GbdtPartner } from '#ml';
import type { TrainingJob } from '#research';

/** One training, on whichever thread this is called, and with a partner on that one and another. */
export function trainJob({ data, params, seed, validation }: TrainingJob, partner?: GbdtPartner): GbdtModel {
  return trainGbdt(data, params, {
    rng: createRng(seed),
    ...(validation === undefined ? {} : { validation }),
    ...(partner === undefined ? {} : { partner }),
  });
}

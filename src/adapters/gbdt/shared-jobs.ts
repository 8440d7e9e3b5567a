import type { GbdtData } from '#ml';
import type { TrainingJob } from '#research';

/**
 * Moves the columns of jobs into memory that workers read without copying. An array that several jobs hold is copied once;
 * one that a single job holds is forgotten after it, so that its memory is free as soon as the job is done.
 */
export function createJobSharer(jobs: readonly TrainingJob[]): (job: TrainingJob) => TrainingJob {
  const uses = new Map<Float64Array, number>();
  for (const job of jobs) for (const array of arraysOf(job)) uses.set(array, (uses.get(array) ?? 0) + 1);
  const copies = new Map<Float64Array, Float64Array>();
  const share = (array: Float64Array): Float64Array => {
    if (array.buffer instanceof SharedArrayBuffer) return array;
    const known = copies.get(array);
    const copy = known ?? new Float64Array(new SharedArrayBuffer(array.byteLength));
    if (known === undefined) copy.set(array);
    const left = uses.get(array)! - 1;
    uses.set(array, left);
    if (left > 0) copies.set(array, copy);
    else copies.delete(array);
    return copy;
  };
  const shareData = ({ rows, featureNames, columns, labels, weights }: GbdtData): GbdtData => ({
    rows,
    featureNames,
    columns: columns.map(share),
    labels: share(labels),
    ...(weights === undefined ? {} : { weights: share(weights) }),
  });
  return ({ data, params, seed, validation }) => ({
    data: shareData(data),
    params,
    seed,
    ...(validation === undefined ? {} : { validation: shareData(validation) }),
  });
}

function arraysOf({ data, validation }: TrainingJob): Float64Array[] {
  return [data, ...(validation === undefined ? [] : [validation])].flatMap(({ columns, labels, weights }) => [
    ...columns,
    labels,
    ...(weights === undefined ? [] : [weights]),
  ]);
}

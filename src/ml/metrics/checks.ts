import { UserError } from '#core';

/** Throws `UserError` unless there are as many 0/1 outcomes (and weights) as scores, and at least one. */
export function checkBinary(scores: ArrayLike<number>, outcomes: ArrayLike<number>, weights?: ArrayLike<number>): void {
  if (scores.length !== outcomes.length) throw new UserError(`${scores.length} scores for ${outcomes.length} outcomes`);
  if (weights !== undefined && weights.length !== outcomes.length)
    throw new UserError(`${weights.length} weights for ${outcomes.length} outcomes`);
  if (outcomes.length === 0) throw new UserError('no samples to measure');
  for (let row = 0; row < outcomes.length; row++) {
    if (outcomes[row] !== 0 && outcomes[row] !== 1)
      throw new UserError(`outcomes must be 0 or 1, got ${outcomes[row]} at sample ${row}`, 'Map labels of -1 to 0 first.');
    if (Number.isNaN(scores[row]!)) throw new UserError(`the score of sample ${row} is missing`, 'Leave samples without a prediction out.');
    if (weights !== undefined && !(weights[row]! >= 0))
      throw new UserError(`weights must be 0 or more, got ${weights[row]} at sample ${row}`);
  }
}

export function unitWeights(count: number, weights?: ArrayLike<number>): Float64Array {
  return weights === undefined ? new Float64Array(count).fill(1) : Float64Array.from(weights);
}

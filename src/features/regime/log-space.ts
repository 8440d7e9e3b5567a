import type { Posterior } from './hmm-model.ts';

/*
 * The forward and backward passes in logarithms. Slower than the scaled passes, but nothing underflows: where some moves are
 * impossible, a state whose probability fell below the smallest number would be lost for good, however likely later rows make it.
 */

/** ln Σ exp(values), exact to rounding; -Infinity for nothing but impossible ones. */
function logSum(values: Float64Array): number {
  const peak = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (peak === Number.NEGATIVE_INFINITY) return peak;
  let total = 0;
  for (const value of values) total += Math.exp(value - peak);
  return peak + Math.log(total);
}

/** ln P(state | rows before), [row·states + state], and the same with the row itself. */
interface LogForward {
  readonly predicted: Float64Array;
  readonly filtered: Float64Array;
  readonly logLikelihood: number;
}

function logForward(start: Float64Array, logTransition: Float64Array, emissions: Float64Array): LogForward {
  const states = start.length;
  const predicted = new Float64Array(emissions.length);
  const filtered = new Float64Array(emissions.length);
  const terms = new Float64Array(states);
  let logLikelihood = 0;
  for (let at = 0; at < emissions.length; at += states) {
    for (let j = 0; j < states; j++) {
      for (let i = 0; i < states; i++)
        terms[i] = at === 0 ? Number.NEGATIVE_INFINITY : filtered[at - states + i]! + logTransition[i * states + j]!;
      predicted[at + j] = at === 0 ? Math.log(start[j]!) : logSum(terms);
    }
    for (let s = 0; s < states; s++)
      terms[s] = predicted[at + s] === Number.NEGATIVE_INFINITY ? Number.NEGATIVE_INFINITY : predicted[at + s]! + emissions[at + s]!;
    const row = logSum(terms);
    // A row that is missing, or impossible everywhere, tells nothing: it only predicts.
    const known = Number.isFinite(row);
    if (known) logLikelihood += row;
    for (let s = 0; s < states; s++) filtered[at + s] = known ? terms[s]! - row : predicted[at + s]!;
  }
  return { predicted, filtered, logLikelihood };
}

/** As `filterEmissions`. */
export function filterInLogSpace(start: Float64Array, transition: Float64Array, emissions: Float64Array): Posterior {
  const { filtered, logLikelihood } = logForward(start, transition.map(Math.log), emissions);
  return { logLikelihood, probabilities: filtered.map(Math.exp) };
}

/** As `smoothEmissions`. */
export function smoothInLogSpace(
  start: Float64Array,
  transition: Float64Array,
  emissions: Float64Array,
  transitions?: Float64Array,
): Posterior {
  const states = start.length;
  const logTransition = transition.map(Math.log);
  const { predicted, filtered, logLikelihood } = logForward(start, logTransition, emissions);
  const smoothed = filtered.slice();
  const terms = new Float64Array(states);
  for (let at = emissions.length - 2 * states; at >= 0; at -= states) {
    for (let i = 0; i < states; i++) {
      for (let j = 0; j < states; j++) {
        const next = at + states + j;
        const possible = predicted[next]! > Number.NEGATIVE_INFINITY;
        terms[j] = possible
          ? filtered[at + i]! + logTransition[i * states + j]! + smoothed[next]! - predicted[next]!
          : Number.NEGATIVE_INFINITY;
        if (transitions !== undefined) transitions[i * states + j]! += Math.exp(terms[j]!);
      }
      smoothed[at + i] = logSum(terms);
    }
  }
  return { logLikelihood, probabilities: smoothed.map(Math.exp) };
}

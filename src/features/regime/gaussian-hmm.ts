import { invariant } from '#core';
import type { GaussianHmm, Posterior } from './hmm-model.ts';
import { filterInLogSpace, smoothInLogSpace } from './log-space.ts';
import { threeStateExpectation, threeStateSpace } from './three-states.ts';

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** Log density of each row (rows × features) under each state: [row·states + state]. */
export function logEmissions(model: GaussianHmm, rows: Float64Array): Float64Array {
  const { states, features, means, variances } = model;
  const length = rows.length / features;
  invariant(Number.isInteger(length), 'rows must hold whole observations');
  const out = new Float64Array(length * states);
  for (let s = 0; s < states; s++) {
    let constant = -0.5 * features * LOG_TWO_PI;
    for (let f = 0; f < features; f++) constant -= 0.5 * Math.log(variances[s * features + f]!);
    for (let t = 0; t < length; t++) {
      let square = 0;
      for (let f = 0; f < features; f++) {
        const deviation = rows[t * features + f]! - means[s * features + f]!;
        square += (deviation * deviation) / variances[s * features + f]!;
      }
      out[t * states + s] = constant - 0.5 * square;
    }
  }
  return out;
}

/**
 * The stationary distribution of a transition matrix, by elimination of one state after another (Grassmann, Taksar and Heyman 1985):
 * no subtraction, so every digit holds, also for regimes that hardly ever change and for chains that go round. States that cannot be
 * left to the ones before them, as an absorbing state, keep what reaches them.
 */
export function stationary(transition: Float64Array, states: number): Float64Array {
  const a = Float64Array.from(transition);
  const left = new Float64Array(states);
  for (let n = states - 1; n > 0; n--) {
    let total = 0;
    for (let j = 0; j < n; j++) total += a[n * states + j]!;
    left[n] = total;
    if (total === 0) continue;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * states + j]! += (a[i * states + n]! * a[n * states + j]!) / total;
  }
  const absorbing = Math.max(0, left.subarray(1).lastIndexOf(0) + 1);
  const result = new Float64Array(states);
  result[absorbing] = 1;
  for (let n = absorbing + 1; n < states; n++) for (let i = 0; i < n; i++) result[n]! += (result[i]! * a[i * states + n]!) / left[n]!;
  const sum = result.reduce((total, value) => total + value, 0);
  return result.map((value) => value / sum);
}

/**
 * Forward filter from log emissions, scaled row by row: probabilities[t] = P(state | rows 0..t), usable live.
 * A row of missing emissions only predicts. Where some moves are impossible the pass runs in logarithms, as underflow would lose states.
 */
export function filterEmissions(start: Float64Array, transition: Float64Array, emissions: Float64Array): Posterior {
  const states = start.length;
  if (transition.includes(0)) return filterInLogSpace(start, transition, emissions);
  const length = emissions.length / states;
  const probabilities = new Float64Array(emissions.length);
  const current = Float64Array.from(start);
  let logLikelihood = 0;
  for (let t = 0; t < length; t++) {
    if (t > 0) predict(current, probabilities, (t - 1) * states, transition);
    logLikelihood += updateState(current, emissions, t * states);
    for (let s = 0; s < states; s++) probabilities[t * states + s] = current[s]!;
  }
  return { logLikelihood, probabilities };
}

function predict(out: Float64Array, probabilities: Float64Array, at: number, transition: Float64Array): void {
  const states = out.length;
  for (let j = 0; j < states; j++) {
    let sum = 0;
    for (let i = 0; i < states; i++) sum += probabilities[at + i]! * transition[i * states + j]!;
    out[j] = sum;
  }
}

/** Bayes' update in place; returns the row's log likelihood. */
function updateState(current: Float64Array, emissions: Float64Array, at: number): number {
  const states = current.length;
  let peak = Number.NEGATIVE_INFINITY;
  for (let s = 0; s < states; s++) if (current[s]! > 0) peak = Math.max(peak, emissions[at + s]!);
  if (Number.isNaN(peak) || peak === Number.NEGATIVE_INFINITY) return 0;
  let total = 0;
  for (let s = 0; s < states; s++) {
    // An impossible state stays so; its factor may be infinite, and nothing times infinity is not a number.
    if (current[s]! > 0) current[s]! *= Math.exp(emissions[at + s]! - peak);
    total += current[s]!;
  }
  for (let s = 0; s < states; s++) current[s]! /= total;
  return Math.log(total) + peak;
}

/** Filtered probabilities of a Gaussian model. */
export function filterHmm(model: GaussianHmm, rows: Float64Array): Posterior {
  return filterEmissions(model.start, model.transition, logEmissions(model, rows));
}

/** Smoothed probabilities P(state | all rows): looks ahead, so for tests and fitting only. Also adds expected transitions to `transitions`. */
export function smoothEmissions(
  start: Float64Array,
  transition: Float64Array,
  emissions: Float64Array,
  transitions?: Float64Array,
): Posterior {
  if (transition.includes(0)) return smoothInLogSpace(start, transition, emissions, transitions);
  const states = start.length;
  const length = emissions.length / states;
  const filtered = filterEmissions(start, transition, emissions);
  const probabilities = Float64Array.from(filtered.probabilities);
  const predicted = new Float64Array(states);
  for (let t = length - 2; t >= 0; t--) {
    predict(predicted, filtered.probabilities, t * states, transition);
    for (let i = 0; i < states; i++) {
      let sum = 0;
      for (let j = 0; j < states; j++) {
        if (predicted[j] === 0) continue;
        const share =
          (filtered.probabilities[t * states + i]! * transition[i * states + j]! * probabilities[(t + 1) * states + j]!) / predicted[j]!;
        sum += share;
        if (transitions !== undefined) transitions[i * states + j]! += share;
      }
      probabilities[t * states + i] = sum;
    }
  }
  return { logLikelihood: filtered.logLikelihood, probabilities };
}

/** The most probable path and its log probability (Viterbi). Looks ahead. */
export function viterbi(
  start: Float64Array,
  transition: Float64Array,
  emissions: Float64Array,
): { path: Int32Array; logProbability: number } {
  const states = start.length;
  const length = emissions.length / states;
  const back = new Int32Array(emissions.length);
  let score = Float64Array.from(start, (p, s) => Math.log(p) + emissions[s]!);
  for (let t = 1; t < length; t++) {
    const next = new Float64Array(states).fill(Number.NEGATIVE_INFINITY);
    for (let j = 0; j < states; j++) {
      for (let i = 0; i < states; i++) {
        const value = score[i]! + Math.log(transition[i * states + j]!);
        if (value <= next[j]!) continue;
        next[j] = value;
        back[t * states + j] = i;
      }
      next[j]! += emissions[t * states + j]!;
    }
    score = next;
  }
  const path = new Int32Array(length);
  path[length - 1] = score.indexOf(Math.max(...score));
  for (let t = length - 1; t > 0; t--) path[t - 1] = back[t * states + path[t]!]!;
  return { path, logProbability: Math.max(...score) };
}

export interface BaumWelchOptions {
  readonly iterations: number;
  /** Stop when the log likelihood rises by less than this; 0 runs every iteration. */
  readonly tolerance?: number;
  /** Variances never fall below it. */
  readonly minimumVariance?: number;
}

/** Baum-Welch from a given start: all parameters re-estimated. `history[k]` is the log likelihood before update k+1. */
export function baumWelch(initial: GaussianHmm, rows: Float64Array, options: BaumWelchOptions): { model: GaussianHmm; history: number[] } {
  const expect = expectationOf(initial, rows);
  let model = initial;
  const history: number[] = [];
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const transitions = new Float64Array(model.states * model.states);
    const { logLikelihood, probabilities } = expect(model, transitions);
    const before = history.at(-1) ?? Number.NEGATIVE_INFINITY;
    history.push(logLikelihood);
    if (options.tolerance !== undefined && options.tolerance > 0 && logLikelihood - before < options.tolerance && iteration > 0) break;
    model = reestimate(model, rows, probabilities, transitions, options.minimumVariance ?? 0);
  }
  return { model, history };
}

/** The expectation step for models of this shape: the written-out one where it fits, which gives the same bits. */
function expectationOf(
  { states, features }: GaussianHmm,
  rows: Float64Array,
): (model: GaussianHmm, transitions: Float64Array) => Posterior {
  if (states !== 3 || features !== 2)
    return (model, transitions) => smoothEmissions(model.start, model.transition, logEmissions(model, rows), transitions);
  const space = threeStateSpace(rows.length / features);
  return (model, transitions) =>
    model.transition.includes(0)
      ? smoothEmissions(model.start, model.transition, logEmissions(model, rows), transitions)
      : { logLikelihood: threeStateExpectation(model, rows, space, transitions), probabilities: space.smoothed };
}

function reestimate(model: GaussianHmm, rows: Float64Array, weights: Float64Array, transitions: Float64Array, floor: number): GaussianHmm {
  const { states, features } = model;
  const length = rows.length / features;
  const means = new Float64Array(states * features);
  const variances = new Float64Array(states * features);
  const transition = new Float64Array(states * states);
  for (let s = 0; s < states; s++) {
    let weight = 0;
    for (let t = 0; t < length; t++) weight += weights[t * states + s]!;
    for (let f = 0; f < features; f++) {
      let mean = 0;
      for (let t = 0; t < length; t++) mean += weights[t * states + s]! * rows[t * features + f]!;
      mean = weight > 0 ? mean / weight : model.means[s * features + f]!;
      let square = 0;
      for (let t = 0; t < length; t++) square += weights[t * states + s]! * (rows[t * features + f]! - mean) ** 2;
      means[s * features + f] = mean;
      variances[s * features + f] = weight > 0 ? Math.max(floor, square / weight) : model.variances[s * features + f]!;
    }
    let left = 0;
    for (let j = 0; j < states; j++) left += transitions[s * states + j]!;
    for (let j = 0; j < states; j++)
      transition[s * states + j] = left > 0 ? transitions[s * states + j]! / left : model.transition[s * states + j]!;
  }
  return { states, features, start: weights.slice(0, states), transition, means, variances };
}

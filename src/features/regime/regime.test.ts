import { createRng } from '#core';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expandingRegime } from './expanding.ts';
import { RegimeStream } from './stream.ts';
import { threeStateExpectation, threeStateSpace } from './three-states.ts';
import { baumWelch, filterEmissions, filterHmm, logEmissions, smoothEmissions, stationary, viterbi } from './gaussian-hmm.ts';
import type { GaussianHmm } from './hmm-model.ts';

const ORACLES = new URL('../../../../shared/oracles/', import.meta.url);
const present = existsSync(ORACLES);
interface Vector {
  readonly id: string;
  readonly inputs: Record<'startprob' | 'series', number[]> &
    Record<'transmat' | 'frameprob', number[][]> &
    Record<'p00' | 'p10' | 'sigma' | 'iterations', number> & {
      readonly means: number[];
      readonly variances?: number[][];
      readonly sds?: number[];
      readonly X?: number[][];
    };
  readonly expected: Record<'logLikelihood' | 'viterbiLogProb', number> &
    Record<'posterior' | 'filteredComputed' | 'filtered' | 'smoothed', number[][]> &
    Record<'viterbiPath' | 'smoothedProbRegime0' | 'filteredProbRegime0' | 'stationary' | 'logLikHistory', number[]> & {
      readonly final?: Fitted;
    } & Fitted;
}
interface Fitted {
  readonly means: number[];
  readonly variances: number[];
  readonly transmat: number[][];
}
const vectors: Vector[] = present ? JSON.parse(readFileSync(new URL('07_hmm.json', ORACLES), 'utf8')).vectors : [];
const vector = (id: string): Vector => vectors.find((candidate) => candidate.id === id)!;
const flat = (rows: number[][]): Float64Array => Float64Array.from(rows.flat());

function column(file: string, name: string): Float64Array {
  const lines = readFileSync(new URL(file, ORACLES), 'utf8').trim().split('\n');
  const at = lines[0]!.trim().split(',').indexOf(name);
  return Float64Array.from(lines.slice(1), (line) => Number(line.split(',')[at]));
}
function close(actual: ArrayLike<number>, expected: ArrayLike<number>, absolute: number, relative = 0): void {
  expect(actual.length).toBe(expected.length);
  for (let k = 0; k < expected.length; k++)
    expect(Math.abs(actual[k]! - expected[k]!), `[${k}]`).toBeLessThanOrEqual(absolute + relative * Math.abs(expected[k]!));
}

describe.skipIf(!present)('published HMM answers (shared/oracles/07_hmm.json; skipped when absent)', () => {
  test('umbrella world', () => {
    const { inputs, expected } = vector('hmm-wikipedia');
    const start = Float64Array.from(inputs['startprob']);
    const transition = flat(inputs['transmat']);
    const emissions = flat(inputs['frameprob']).map(Math.log);
    const smoothed = smoothEmissions(start, transition, emissions);
    close([smoothed.logLikelihood], [expected['logLikelihood']], 1e-4);
    close(smoothed.probabilities, flat(expected['posterior']), 1e-4);
    close(filterEmissions(start, transition, emissions).probabilities, flat(expected['filteredComputed']), 1e-10);
    const best = viterbi(start, transition, emissions);
    expect([...best.path]).toEqual(expected['viterbiPath']);
    close([best.logProbability], [expected['viterbiLogProb']], 1e-3);
  });

  test('fed funds regimes', () => {
    const { inputs, expected } = vector('msw-fedfunds-stata');
    const [stay, back, sigma] = [inputs['p00'], inputs['p10'], inputs['sigma']];
    const transition = Float64Array.of(stay, 1 - stay, back, 1 - back);
    const model: GaussianHmm = {
      states: 2,
      features: 1,
      start: stationary(transition, 2),
      transition,
      means: Float64Array.from(inputs['means']),
      variances: Float64Array.of(sigma ** 2, sigma ** 2),
    };
    const emissions = logEmissions(model, Float64Array.from(inputs['series']));
    const smoothed = smoothEmissions(model.start, transition, emissions);
    close([smoothed.logLikelihood], [expected['logLikelihood']], 1e-4);
    close(
      smoothed.probabilities.filter((_, k) => k % 2 === 0),
      expected['smoothedProbRegime0'],
      1e-6,
    );
    close(
      filterEmissions(model.start, transition, emissions).probabilities.filter((_, k) => k % 2 === 0),
      expected['filteredProbRegime0'],
      1e-8,
    );
  });

  test('weekly index, given parameters', () => {
    const { inputs, expected } = vector('ghmm-spx-2state');
    const transition = flat(inputs['transmat']);
    const rows = column('data/hmm_spx_weekly.csv', 'ret_pct');
    const model: GaussianHmm = {
      states: 2,
      features: 1,
      start: stationary(transition, 2),
      transition,
      means: Float64Array.from(inputs['means']),
      variances: Float64Array.from(inputs['sds']!, (sd) => sd * sd),
    };
    const emissions = logEmissions(model, rows);
    close(model.start, expected['stationary'], 1e-12);
    const filtered = filterHmm(model, rows);
    close([filtered.logLikelihood], [expected['logLikelihood']], 0, 1e-9);
    close(filtered.probabilities, flat(expected['filtered']), 1e-8);
    close(smoothEmissions(model.start, transition, emissions).probabilities, flat(expected['smoothed']), 1e-8);
    const best = viterbi(model.start, transition, emissions);
    expect([...best.path]).toEqual(expected['viterbiPath']);
    close([best.logProbability], [expected['viterbiLogProb']], 0, 1e-9);
  });

  test.each(['bw-spx-2state', 'bw-2d-diag'])('Baum-Welch %s', (id) => {
    const { inputs, expected } = vector(id);
    const rows = inputs['X'] === undefined ? column('data/hmm_spx_weekly.csv', 'ret_pct') : flat(inputs['X']);
    const features = inputs['X'] === undefined ? 1 : 2;
    const variances = inputs['sds'] === undefined ? flat(inputs['variances']!) : Float64Array.from(inputs['sds']!, (sd) => sd * sd);
    const initial: GaussianHmm = {
      states: 2,
      features,
      start: Float64Array.from(inputs['startprob']),
      transition: flat(inputs['transmat']),
      means: Float64Array.from(inputs['means'].flat()),
      variances,
    };
    const { model, history } = baumWelch(initial, rows, { iterations: inputs['iterations'], tolerance: Number.NEGATIVE_INFINITY });
    const final = expected['final'] ?? expected;
    close(history, expected['logLikHistory'], 0, id === 'bw-2d-diag' ? 1e-6 : 1e-8);
    const relative = id === 'bw-2d-diag' ? 1e-6 : 1e-5;
    close(model.means, final.means.flat(), 0, relative);
    close(model.variances, final.variances.flat(), 0, relative);
    close(model.transition, flat(final.transmat), 1e-15, relative);
  });
});

test('a regime is known from the past alone, and its labels ascend in variance', () => {
  const rng = createRng(7);
  const series = Float64Array.from({ length: 900 }, (_, t) => rng.normal() * (Math.floor(t / 150) % 2 === 0 ? 0.5 : 3));
  const options = { states: 2, minimumRows: 200, refitEvery: 100 };
  const whole = expandingRegime([series], options);
  const poisoned = expandingRegime([series.map((value, t) => (t < 555 ? value : 1e3))], options);
  const prefix = expandingRegime([series.slice(0, 555)], options);
  expect(poisoned.probabilities[1]!.slice(0, 555)).toEqual(whole.probabilities[1]!.slice(0, 555));
  expect(prefix.probabilities[1]!).toEqual(whole.probabilities[1]!.slice(0, 555));
  const wild = (from: number, to: number): number => whole.probabilities[1]!.slice(from, to).reduce((sum, p) => sum + p, 0) / (to - from);
  expect(wild(470, 590)).toBeGreaterThan(0.9);
  expect(wild(620, 740)).toBeLessThan(0.1);
});

test('regimes step by step are regimes in batch, bit for bit, with gaps, dropped rows and a restart', () => {
  const rng = createRng(3);
  const columns = [0, 1].map(() =>
    Float64Array.from({ length: 420 }, (_, t) => (t % 37 === 0 ? Number.NaN : rng.normal() * (t % 200 < 100 ? 1 : 3))),
  );
  const options = { states: 2, minimumRows: 60, refitEvery: 40, iterations: 8, maximumRows: 100 };
  const { probabilities } = expandingRegime(columns, options);
  for (const restart of [30, 61, 150, 301, 400]) {
    let stream = new RegimeStream(2, options);
    for (let t = 0; t < 420; t++) {
      if (t === restart) {
        const saved = stream.snapshot();
        stream = new RegimeStream(2, options);
        stream.restore(saved);
      }
      const now = stream.step(columns.map((column) => column[t]!));
      now.forEach((p, s) => expect(Object.is(p, probabilities[s]![t]), `row ${t} state ${s} restart ${restart}`).toBe(true));
    }
  }
  expect(() => new RegimeStream(1, options).restore(new RegimeStream(2, options).snapshot())).toThrow(/other settings/);
});

test('the written-out expectation of three states gives the bits of its plain twin, also from an impossible state', () => {
  const rng = createRng(11);
  for (let run = 0; run < 20; run++) {
    const positive = (length: number) => Float64Array.from({ length }, () => 0.01 + rng.uniform());
    const distribution = (length: number, zero: boolean) => {
      const values = positive(length);
      if (zero) values[run % length] = 0;
      const total = values.reduce((sum, value) => sum + value, 0);
      return values.map((value) => value / total);
    };
    const model: GaussianHmm = {
      states: 3,
      features: 2,
      start: distribution(3, run % 3 === 1),
      transition: Float64Array.from([0, 1, 2].flatMap(() => [...distribution(3, false)])),
      means: Float64Array.from({ length: 6 }, () => rng.normal()),
      variances: positive(6).map((value) => value * (run % 5 === 3 ? 1e-9 : 1)),
    };
    const rows = Float64Array.from({ length: 400 }, (_, k) => rng.normal() * (k === 100 ? 1e200 : 3));
    const plain = new Float64Array(9);
    const expected = smoothEmissions(model.start, model.transition, logEmissions(model, rows), plain);
    const space = threeStateSpace(200);
    const fast = new Float64Array(9);
    expect(threeStateExpectation(model, rows, space, fast)).toBe(expected.logLikelihood);
    expect(space.smoothed).toEqual(expected.probabilities);
    expect(fast).toEqual(plain);
  }
});

describe('where moves are impossible or rows extreme', () => {
  // A chain that only goes forward. Row 0 all but rules out state 0, row 1 shows that it must have been state 0. The numbers are sums
  // over all paths, worked out apart.
  const start = Float64Array.of(0.5, 0.5, 0);
  const transition = Float64Array.of(0.9, 0.1, 0, 0, 0.8, 0.2, 0, 0, 1);
  const emissions = Float64Array.of(-900, 0, -5, 0, -2000, -2000, 0, -1, -3, -1, -0.5, -2);

  test('a state that fell below the smallest number comes back when later rows ask for it', () => {
    const filtered = filterEmissions(start, transition, emissions);
    close([filtered.logLikelihood], [-901.7889395445196], 1e-10);
    close(filtered.probabilities.subarray(0, 3), [0, 1, 0], 1e-12);
    close(
      filtered.probabilities.subarray(6),
      [0.9607296994499492, 0.03927030055005075, 0, 0.8022867567106944, 0.19503231229038187, 0.002680930998923957],
      1e-12,
    );
    const moves = new Float64Array(9);
    const smoothed = smoothEmissions(start, transition, emissions, moves);
    close(
      smoothed.probabilities,
      [1, 0, 0, 1, 0, 0, 0.949258672376244, 0.05074132762375617, 0, 0.8022867567106944, 0.19503231229038187, 0.002680930998923957],
      1e-12,
    );
    expect(moves.reduce((sum, value) => sum + value, 0)).toBeCloseTo(3, 12);
    const best = viterbi(start, transition, emissions);
    expect([...best.path]).toEqual([0, 0, 0, 0]);
    close([best.logProbability], [-902.0092287275334], 1e-10);
  });

  test('an impossible state stays impossible however well it would fit: no infinity times nothing', () => {
    const possible = Float64Array.of(0.9, 0.1, 0.2, 0.8);
    const { logLikelihood, probabilities } = filterEmissions(Float64Array.of(1, 0), possible, Float64Array.of(-2000, 0));
    expect(logLikelihood).toBe(-2000);
    expect([...probabilities]).toEqual([1, 0]);
    const model: GaussianHmm = {
      states: 3,
      features: 2,
      start: Float64Array.of(1, 0, 0),
      transition: new Float64Array(9).fill(1 / 3),
      means: Float64Array.of(0, 0, 90, 90, 5, 5),
      variances: new Float64Array(6).fill(1),
    };
    const rows = Float64Array.of(90, 90, 0, 0);
    const space = threeStateSpace(2);
    const expected = smoothEmissions(model.start, model.transition, logEmissions(model, rows));
    expect(threeStateExpectation(model, rows, space, new Float64Array(9))).toBe(expected.logLikelihood);
    expect(space.smoothed).toEqual(expected.probabilities);
    expect(space.smoothed.every(Number.isFinite)).toBe(true);
  });

  test('stationary distributions: a chain that goes round, regimes that hardly ever change, an absorbing state', () => {
    close(stationary(Float64Array.of(0, 1, 0, 0.5, 0, 0.5, 0, 1, 0), 3), [0.25, 0.5, 0.25], 1e-15);
    close(stationary(Float64Array.of(1 - 1e-6, 1e-6, 2e-6, 1 - 2e-6), 2), [2 / 3, 1 / 3], 1e-14);
    close(stationary(Float64Array.of(0.5, 0.5, 0, 1), 2), [0, 1], 0);
    close(stationary(Float64Array.of(1, 0, 0.3, 0.7), 2), [1, 0], 0);
  });

  test('Baum-Welch without a tolerance runs every iteration, also past convergence', () => {
    const rng = createRng(4);
    const rows = Float64Array.from({ length: 60 }, (_, k) => rng.normal() + (k < 30 ? 0 : 9));
    const initial: GaussianHmm = {
      states: 2,
      features: 1,
      start: Float64Array.of(0.5, 0.5),
      transition: Float64Array.of(0.9, 0.1, 0.1, 0.9),
      means: Float64Array.of(0, 9),
      variances: Float64Array.of(1, 1),
    };
    const { history } = baumWelch(initial, rows, { iterations: 120 });
    expect(history).toHaveLength(120);
    expect(history.at(-1)!).toBeGreaterThanOrEqual(history[0]!);
  });
});

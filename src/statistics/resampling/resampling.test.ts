import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng, type Rng, xoroshiroState } from '#core';
import { stationaryBootstrapIndices, stationaryBootstrapSamples } from '../bootstrap.ts';
import { tradeMonteCarlo } from '../confidence.ts';
import { plainAccounts, resampledAccounts } from './accounts.ts';
import { wasmAccounts, wasmBlocks } from './wasm.ts';

/** The same stream in another coat: the kernel does not know it. */
function unknown(rng: Rng): Rng {
  return {
    uniform: () => rng.uniform(),
    integer: (bound) => rng.integer(bound),
    integers: (bound, out) => rng.integers(bound, out),
    normal: () => rng.normal(),
    stream: (name) => rng.stream(name),
    snapshot: () => rng.snapshot(),
    restore: (state) => rng.restore(state),
  };
}

/** Two streams that stand at one place, with the second of a normal pair still to come when `draws` is odd. */
function twins(seed: number, draws: number): readonly [Rng, Rng] {
  const make = (): Rng => {
    const rng = createRng(seed).stream('twins');
    for (let draw = 0; draw < draws; draw += 1) rng.normal();
    return rng;
  };
  return [make(), make()];
}

/** Bits, but for those of a NaN: `Object.is` calls zeros of both signs two things. */
const sameColumn = (one: ArrayLike<number>, other: ArrayLike<number>): boolean =>
  one.length === other.length && Array.from(one).every((value, at) => Object.is(value, other[at]));

const seeds = fc.integer();
const draws = fc.integer({ min: 0, max: 3 });
const trade = fc.oneof(
  { weight: 20, arbitrary: fc.double({ min: -0.2, max: 0.3, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, -1, -1.5, 5, 1e300, -1e300, 5e-324, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
);
const calm = fc.array(fc.double({ min: -0.02, max: 0.02, noNaN: true }), { minLength: 1, maxLength: 400 });
const trades = fc.oneof(calm, fc.array(trade, { minLength: 1, maxLength: 400 })).map((values) => Float64Array.from(values));

test('accounts of the kernel and of its plain twin are the same bits, and leave the stream at the same place', () => {
  const start = fc.oneof(fc.double({ min: 1, max: 1e9, noNaN: true }), fc.constantFrom(1, 0, -1, 1e-320, 1e308, Number.POSITIVE_INFINITY));
  fc.assert(
    fc.property(trades, seeds, draws, fc.integer({ min: 20_000, max: 60_000 }), start, (returns, seed, drawn, least, equity) => {
      const runs = Math.ceil(least / returns.length);
      const [one, other] = twins(seed, drawn);
      const kernel = wasmAccounts(returns, one, runs, equity)!;
      const plain = plainAccounts(returns, other, runs, equity);
      expect(sameColumn(kernel.falls, plain.falls) && sameColumn(kernel.ends, plain.ends)).toBe(true);
      expect(one.snapshot()).toEqual(other.snapshot());
      expect([one.normal(), one.normal(), one.uniform()]).toEqual([other.normal(), other.normal(), other.uniform()]);
    }),
    { numRuns: 60 },
  );
});

test('bootstrap samples drawn ahead are those drawn one at a time, and leave the stream at the same place', () => {
  const block = fc.oneof(fc.double({ min: 1, max: 60, noNaN: true }), fc.constantFrom(1, 4, Number.POSITIVE_INFINITY));
  const shape = fc.tuple(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 0, max: 60_000 }));
  fc.assert(
    fc.property(shape, block, seeds, draws, ([rows, most], blockLength, seed, drawn) => {
      const samples = Math.floor(most / rows);
      const [one, other] = twins(seed, drawn);
      const ahead = Array.from(stationaryBootstrapSamples(one, rows, blockLength, samples), (indices) => indices.slice());
      const single = Array.from({ length: samples }, () => stationaryBootstrapIndices(other, rows, blockLength));
      expect(ahead.length).toBe(samples);
      expect(ahead.every((indices, at) => sameColumn(indices, single[at]!))).toBe(true);
      expect(one.snapshot()).toEqual(other.snapshot());
    }),
    { numRuns: 60 },
  );
});

test('more rows than are drawn at once come in several lots, the last of them by plain code', () => {
  const [one, other] = twins(5, 1);
  const [rows, samples] = [2503, 101];
  let sample = 0;
  for (const indices of stationaryBootstrapSamples(one, rows, 13.5, samples)) {
    if (!sameColumn(indices, stationaryBootstrapIndices(other, rows, 13.5))) throw new Error(`sample ${sample} differs`);
    sample += 1;
  }
  expect(sample).toBe(samples);
  expect(one.snapshot()).toEqual(other.snapshot());
});

test('few draws, much memory and streams of another make are left to plain code', () => {
  const rng = createRng(1);
  const before = rng.snapshot();
  const two = Float64Array.of(0.1, -0.1);
  expect(wasmAccounts(two, rng, 1000, 1)).toBeUndefined();
  expect(wasmAccounts(new Float64Array(0), rng, 1_000_000, 1)).toBeUndefined();
  expect(wasmAccounts(new Float64Array(1_100_000), rng, 1, 1)).toBeUndefined();
  expect(wasmAccounts(two, unknown(rng), 20_000, 1)).toBeUndefined();
  expect(wasmBlocks(rng, 10, 10, 0.5)).toBeUndefined();
  expect(wasmBlocks(unknown(rng), 100, 1000, 0.5)).toBeUndefined();
  expect(xoroshiroState(unknown(rng))).toBeUndefined();
  expect(rng.snapshot()).toEqual(before);
  const { falls, ends } = resampledAccounts(two, rng, 1000, 1);
  expect(Math.min(...falls)).toBeLessThan(-0.18);
  expect(Math.max(...ends)).toBeCloseTo(1.21, 12);
  expect(rng.snapshot()).not.toEqual(before);
});

test('what the trades could have come to does not depend on who draws', () => {
  const returns = Float64Array.from({ length: 211 }, (_, at) => (at % 17 === 3 ? Number.NaN : Math.sin(at) * 0.02));
  const options = { runs: 400, method: 'resample', startEquity: 25_000, ruinDrawdown: 0.1 } as const;
  const [one, other] = twins(9, 1);
  expect(tradeMonteCarlo(returns, { rng: one, ...options })).toEqual(tradeMonteCarlo(returns, { rng: unknown(other), ...options }));
  expect(one.snapshot()).toEqual(other.snapshot());
});

test('an account that loses its value to an infinite return keeps the fall that it had', () => {
  const returns = Float64Array.of(-1, Number.POSITIVE_INFINITY);
  const [one, other] = twins(4, 0);
  for (const { falls, ends } of [wasmAccounts(returns, one, 20_000, 1)!, plainAccounts(returns, other, 20_000, 1)]) {
    expect(new Set(falls)).toEqual(new Set([-1, 0]));
    expect(ends.some(Number.isNaN)).toBe(true);
  }
  expect(tradeMonteCarlo(returns, { rng: createRng(4), runs: 200 }).probabilityOfRuin).toBeGreaterThan(0.3);
});

import { createRng } from '#core';
import { barSeries, parseTimeframe, type BarSeries } from '#domain';
import { expect, test } from 'vitest';
import { close, high, low, volume, type Expression } from '../expression.ts';
import { beta, corr, cov, fracdiff, max2, mean, meanDeviation, min2, slope, std, sum, tsmax, tsmin, where, wma } from '../functions.ts';
import { planOf } from '../plan.ts';
import { runBatch } from './run.ts';
import { plainWorkspace } from './workspace.ts';

/** Bars with missing rows, both zeros, infinities and signs: all that could tell two ways of computing apart. */
function wildBars(length: number): BarSeries {
  const rng = createRng(7);
  const odd = [Number.NaN, 0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-300, 1e300];
  const column = (): Float64Array =>
    Float64Array.from({ length }, () => (rng.uniform() < 0.002 ? odd[Math.floor(rng.uniform() * odd.length)]! : 10 * rng.normal()));
  return barSeries('X', parseTimeframe('1m'), {
    time: Float64Array.from({ length }, (_, t) => t),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  });
}

const WINDOWS = [2, 3, 4, 5, 8, 9, 31, 64, 1000, 1024, 1025, 2100];

test('the kernels in WebAssembly give the bits of the plain ones, whatever the window, the data and the last run left', () => {
  const named: Record<string, Expression> = {
    elementwise: max2(min2(close.sub(high), low.mul(volume)), close.add(low)).div(volume),
    maximum: max2(close, low),
    quotient: close.div(volume),
    greater: close.gt(low),
    atLeast: close.ge(low),
    less: close.lt(low),
    atMost: close.le(close),
    branch: where(close.gt(0), high, low.neg()),
    oddBranch: where(volume, volume.abs(), volume.sqrt()),
    square: volume.power(2),
  };
  for (const n of WINDOWS) {
    const parts = { sum, mean, wma, slope, tsmax, tsmin, meanDeviation };
    for (const [name, make] of Object.entries(parts)) named[`${name}_${n}`] = make(close, n);
    named[`deviation_${n}`] = std(close, n, n % 2);
    for (const [name, make] of Object.entries({ cov, corr, beta })) named[`${name}_${n}`] = make(close, high, n);
    named[`fracdiff_${n}`] = fracdiff(close, 0.3 - 0.9 / n, 1e-4, n);
  }
  const names = Object.keys(named);
  const plan = planOf(Object.values(named));
  const bars = wildBars(5000);
  const plain = runBatch(plan, names, bars, {}, () => plainWorkspace);
  for (let again = 0; again < 2; again++) {
    const fast = runBatch(plan, names, bars, {});
    for (const name of names) {
      const differs = plain[name]!.findIndex((value, t) => !Object.is(value, fast[name]![t]));
      if (differs >= 0) expect.fail(`${name} row ${differs}: ${fast[name]![differs]} against ${plain[name]![differs]}`);
    }
  }
});

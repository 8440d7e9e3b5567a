import { createRng } from '#core';
import { barSeries, parseTimeframe, sliceBars, type BarSeries } from '#domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as features from './index.ts';
import { close, compile, high, low, open, volume, type Expression } from './index.ts';

const builders = { ...features };
const ROWS = 90;
const CUT = 55;

/** Random bars with a few whole rows missing; prices times `scale`. */
function randomBars(seed: number, scale: number, poison?: number): BarSeries {
  const rng = createRng(seed);
  const columns = Array.from({ length: 6 }, () => new Float64Array(ROWS));
  let price = 100;
  for (let t = 0; t < ROWS; t++) {
    const next = Math.round(100 * price * Math.exp(0.02 * rng.normal())) / 100;
    const [top, bottom] = [Math.max(price, next) * (1 + 0.01 * rng.uniform()), Math.min(price, next) * (1 - 0.01 * rng.uniform())];
    const row = [t * 60_000, scale * price, scale * top, scale * bottom, scale * next, Math.floor(1000 * rng.uniform())];
    const gone = rng.uniform() < 0.02;
    row.forEach((value, c) => (columns[c]![t] = c === 0 ? value : poison !== undefined && t >= CUT ? poison : gone ? Number.NaN : value));
    price = next;
  }
  const [time, o, h, l, c, v] = columns as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  return barSeries('X', parseTimeframe('1m'), { time, open: o, high: h, low: l, close: c, volume: v });
}

const window = fc.integer({ min: 4, max: 9 });
const UNARY = ['abs', 'sign', 'slog', 'sqrt', 'log', 'tanh', 'sin', 'floor', 'known'] as const;
const ROLLING = [
  'delay',
  'delta',
  'ret',
  'sum',
  'sma',
  'tsmin',
  'tsmax',
  'argmin',
  'argmax',
  'median',
  'mad',
  'skew',
  'kurt',
  'tsrank',
  'meanDeviation',
  'ema',
  'wilder',
  'kama',
  'wma',
  'dema',
  'hma',
  'variance',
  'std',
  'tszscore',
  'slope',
  'linreg',
  'rsq',
] as const;
const PAIRED = ['cov', 'corr', 'beta'] as const;
const METHODS = ['add', 'sub', 'mul', 'div', 'gt', 'ge', 'lt', 'le', 'eq', 'and', 'or'] as const;

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(open, high, low, close, volume),
    fc.tuple(fc.constantFrom(...UNARY), tie('expression')).map(([name, x]) => builders[name](x)),
    fc.tuple(fc.constantFrom(...ROLLING), tie('expression'), window).map(([name, x, n]) => builders[name](x, n)),
    fc.tuple(fc.constantFrom(...PAIRED), tie('expression'), tie('expression'), window).map(([name, y, x, n]) => builders[name](y, x, n)),
    fc.tuple(fc.constantFrom(...METHODS), tie('expression'), tie('expression')).map(([name, a, b]) => a[name](b)),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([c, a, b]) => features.where(c.gt(a), a, b)),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => features.coalesce(a, b)),
    tie('expression').map((x) => features.cumulative(x)),
    fc.tuple(tie('expression'), tie('expression'), window).map(([a, b, n]) => features.barsSince(features.crossUp(a, b), n)),
  ),
}));

const same = (a: Float64Array, b: Float64Array, what: string): void => {
  for (let t = 0; t < a.length; t++) if (!Object.is(a[t], b[t])) expect.fail(`${what}: row ${t}: ${a[t]} against ${b[t]}`);
};

test('any expression: batch is stream, no row depends on later ones, and identity is computation', () => {
  fc.assert(
    fc.property(expression, fc.integer({ min: 1, max: 1000 }), (x, seed) => {
      const bars = randomBars(seed, 1);
      const graph = compile({ x });
      const { x: whole } = graph.batch(bars);
      const stream = graph.stream();
      const out = new Float64Array(1);
      same(
        Float64Array.from(whole, (_, t) => (stream.stepRow(bars, t, out), out[0]!)),
        whole,
        'stream',
      );
      same(graph.batch(sliceBars(bars, 0, CUT)).x, whole.slice(0, CUT), 'prefix');
      for (const poison of [Number.NaN, 1e300, 0])
        same(graph.batch(randomBars(seed, 1, poison)).x.slice(0, CUT), whole.slice(0, CUT), 'poison');
    }),
    { numRuns: 400, seed: 1 },
  );
});

test('any expression that calls itself scale-free is so: prices times 8 change no bit', () => {
  let tried = 0;
  fc.assert(
    fc.property(expression, fc.integer({ min: 1, max: 1000 }), (x, seed) => {
      if (!x.isScaleFree) return;
      tried++;
      const graph = compile({ x });
      same(graph.batch(randomBars(seed, 8)).x, graph.batch(randomBars(seed, 1)).x, 'scale');
    }),
    { numRuns: 1200, seed: 2 },
  );
  expect(tried).toBeGreaterThan(50);
});

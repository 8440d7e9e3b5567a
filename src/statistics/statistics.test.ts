import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '#core';
import * as s from './index.ts';

const noise = (seed: string, rows: number, drift = 0): Float64Array => {
  const rng = createRng(seed);
  return Float64Array.from({ length: rows }, () => drift + 0.01 * rng.normal());
};

test('the normal distribution and its inverse agree, into the tails', () => {
  expect(s.normalCdf(1.96)).toBeCloseTo(0.975_002_104_851_779_5, 15);
  expect(s.normalCdf(-8) / 6.220_960_574_271_785e-16).toBeCloseTo(1, 12);
  expect(s.normalQuantile(0.975)).toBeCloseTo(1.959_963_984_540_054, 14);
  fc.assert(fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (x) => Math.abs(s.normalCdf(x) + s.normalCdf(-x) - 1) < 1e-15));
  fc.assert(
    fc.property(fc.double({ min: 1e-12, max: 0.5, noNaN: true }), (p) => Math.abs(s.normalCdf(s.normalQuantile(p)) / p - 1) < 1e-12),
  );
});

test('what the data cannot give is NaN', () => {
  for (const returns of [[], [0.01], [0.01, 0.01, 0.01], [Number.NaN, Number.NaN]]) {
    expect(s.sharpeRatio(returns)).toBeNaN();
    expect(s.sortinoRatio(returns)).toBeNaN();
    expect(s.probabilisticSharpeRatio(s.sharpeEstimate(returns))).toBeNaN();
  }
  expect(s.tradeStatistics([]).winRate).toBeNaN();
  expect(s.executionQualityReport([]).fillRate).toBeNaN();
});

test('missing returns change nothing but the length', () => {
  const returns = noise('gap', 100);
  const holed = Array.from(returns).flatMap((value) => [value, Number.NaN]);
  expect(s.sharpeRatio(holed)).toBe(s.sharpeRatio(returns));
  expect(s.maxDrawdownOfReturns(holed)).toBe(s.maxDrawdownOfReturns(returns));
});

test('months compound to the whole', () => {
  const equity = s.equityFromReturns(noise('months', 500, 0.001));
  const time = Float64Array.from(equity, (_, i) => Date.UTC(2021, 3, 5) + i * 86_400_000);
  const product = s.monthlyReturns(time, equity).reduce((growth, row) => growth * (1 + row.return), 1);
  expect(product).toBeCloseTo(equity.at(-1)! / equity[0]!, 10);
});

test('the stationary bootstrap is seeded, and its blocks have the length asked for', () => {
  const draw = () => s.stationaryBootstrapIndices(createRng(3).stream('b'), 5000, 10);
  expect(draw()).toEqual(draw());
  const rows = draw();
  const breaks = rows.filter((row, i) => i > 0 && row !== (rows[i - 1]! + 1) % 5000).length;
  expect(5000 / breaks).toBeGreaterThan(8.5);
  expect(5000 / breaks).toBeLessThan(12);
});

test('skill is found and noise is not', () => {
  const trials = Array.from({ length: 20 }, (_, i) => noise(`trial ${i}`, 500));
  const skilled = [...trials.slice(1), noise('skill', 500, 0.003)];
  const options = () => ({ rng: createRng(1), samples: 300 });
  expect(s.superiorPredictiveAbility(trials, 0, options()).pValues.consistent).toBeGreaterThan(0.05);
  const found = s.superiorPredictiveAbility(skilled, 0, options());
  expect(found.pValues.consistent).toBeLessThan(0.01);
  expect(found.better).toEqual([19]);
  expect(s.overfittingProbability(skilled, { blocks: 8 }).probability).toBeLessThan(0.1);
  expect(s.stepM(trials, 0, options())).toEqual([]);
});

test('adjusted p-values: Bonferroni is the hardest, and a haircut never raises a Sharpe ratio', () => {
  const pValues = [0.01, 0.02, 0.03, 0.04];
  const { bonferroni, holm } = s.adjustPValues(pValues);
  expect(Array.from(bonferroni)).toEqual([0.04, 0.08, 0.12, 0.16]);
  expect(Array.from(holm)).toEqual([0.04, 0.06, 0.06, 0.06]);
  const cut = s.haircutSharpe(1.2, 8, [0.5, 0.8, 1, -0.3]);
  expect(cut.haircutSharpe.bonferroni).toBeLessThan(1.2);
  expect(cut.haircutSharpe.holm).toBeGreaterThanOrEqual(cut.haircutSharpe.bonferroni);
});

test('intervals hold their estimate; shuffled trades keep their end', () => {
  const returns = noise('interval', 300, 0.001);
  const { sharpe } = s.bootstrapIntervals(returns, { sharpe: (r) => s.sharpeRatio(r) }, { rng: createRng(2), samples: 200 });
  expect(sharpe.low).toBeLessThan(sharpe.estimate);
  expect(sharpe.high).toBeGreaterThan(sharpe.estimate);
  const lot = s.tradeMonteCarlo(returns, { rng: createRng(2), runs: 50 });
  expect(lot.endEquity.p05).toBeCloseTo(lot.endEquity.p95, 10);
  expect(lot.maxDrawdown.p05).toBeLessThan(lot.maxDrawdown.p95);
});

test('the difference of two curves is surer than either of them, as far as their days are the same', () => {
  const one = noise('market', 500, -0.0003);
  const two = one.map((value) => value + 0.0004);
  const sharpe = (r: Float64Array) => s.sharpeRatio(r);
  const own = s.bootstrapIntervals(two, { sharpe }, { rng: createRng(3), samples: 300 }).sharpe;
  const { sharpe: paired } = s.bootstrapDifference(one, two, { sharpe }, { rng: createRng(3), samples: 300 });
  expect(own.low).toBeLessThan(0);
  expect(paired.low).toBeGreaterThan(0);
  expect(paired.aboveZero).toBe(1);
  expect(paired.estimate).toBeCloseTo(s.sharpeRatio(two) - s.sharpeRatio(one), 12);
  const missing = s.bootstrapDifference([...one, 0.5], [...two, Number.NaN], { sharpe }, { rng: createRng(3), samples: 300 });
  expect(missing.sharpe).toEqual(paired);
  const same = s.bootstrapDifference(one, one, { sharpe }, { rng: createRng(3), samples: 20 }).sharpe;
  expect([same.low, same.high, same.aboveZero]).toEqual([0, 0, 0]);
  expect(s.bootstrapDifference([0.1], [0.2], { sharpe }, { rng: createRng(3) }).sharpe.low).toBeNaN();
});

test('the deepest fall of returns is that of the equity they make, whatever they are', () => {
  const value = fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: -0.5, max: 0.5, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, -1, -1.5, 0, 1e308, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 30 }), (returns) => {
      const present = returns.some((each) => !Number.isNaN(each));
      expect(s.maxDrawdownOfReturns(returns)).toBe(present ? s.maxDrawdown(s.equityFromReturns(returns)) : Number.NaN);
    }),
    { numRuns: 1000 },
  );
  expect(s.maxDrawdownOfReturns([Number.NaN, Number.NaN])).toBeNaN();
});

test('backtesting.py: more drawdowns than a call has room for', () => {
  const rows = 400_000;
  const equity = Float64Array.from({ length: rows }, (_, row) => 1000 + row - 1.5 * (row % 2));
  const time = Float64Array.from({ length: rows }, (_, row) => row * 60_000);
  const got = s.backtestingPyStatistics({ time, equity, trades: [], close: equity });
  expect(got['Max. Drawdown Duration']).toBe(120_000);
  expect(got['Beta']).toBeCloseTo(1, 12);
});

test('implementation shortfall is the paper profit less the real one; a state survives JSON', () => {
  const record: s.ExecutionRecord = {
    symbol: 'X',
    side: 'buy',
    quantity: 100,
    decisionPrice: 10,
    arrivalPrice: 10.1,
    decisionTime: 0,
    sentTime: 5,
    acknowledgedTime: 25,
    endPrice: 10.5,
    outcome: 'cancelled',
    fills: [{ time: 40, quantity: 60, price: 10.2, fee: 1, midPrice: 10.15 }],
  };
  const paper = 100 * (10.5 - 10);
  const real = 60 * (10.5 - 10.2) - 1;
  expect(s.implementationShortfall(record).total).toBeCloseTo(paper - real, 10);
  const state = s.observeExecution(s.emptyExecutionQuality(), record);
  const restored = JSON.parse(JSON.stringify(state)) as s.ExecutionQualityState;
  expect(s.executionQualityReport(s.observeExecution(restored, record))).toEqual(s.executionQualityReport([record, record]));
  expect(s.executionQualityReport([record])).toMatchObject({
    fillRate: 0,
    quantityFillRate: 0.6,
    acknowledgeMs: { p50: 20 },
    firstFillMs: { p50: 35 },
  });
});

test('the cost at which the edge is gone', () => {
  const rungs = [0, 10, 20].map((cost) => ({ profile: String(cost), cost, result: 1 - cost / 15 }));
  expect(s.breakEvenCost(rungs, (value) => value)).toBeCloseTo(15, 10);
});

test('the test for superior ability names what one step finds; StepM goes on and finds more', () => {
  const rng = createRng(3).stream('two');
  const wild = Float64Array.from({ length: 60 }, () => 1 + 0.8 * rng.normal());
  const calm = Float64Array.from({ length: 60 }, () => 0.1 + 0.01 * rng.normal());
  const options = { studentize: false, samples: 300, blockLength: 1 };
  const found = s.superiorPredictiveAbility([wild, calm], 0, { ...options, rng: createRng(4) });
  // One critical value for both: the wild trial's noise sets it above the calm one's mean.
  expect(found.criticalValues.consistent).toBeGreaterThan(0.11);
  expect(found.better).toEqual([0]);
  expect(s.stepM([wild, calm], 0, { ...options, rng: createRng(4) })).toEqual([0, 1]);
});

test('equity by the calendar is the last one known of each period, whatever the gaps', () => {
  const parts = { day: 10, month: 7, year: 4 } as const;
  const steps = fc.array(
    fc.record({ hours: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 20_000 })), known: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 80,
    },
  );
  fc.assert(
    fc.property(steps, fc.constantFrom('day', 'month', 'year'), (rows, period) => {
      let at = Date.UTC(2019, 0, 1);
      const time = Float64Array.from(rows, ({ hours }) => (at += hours * 3_600_000));
      const equity = Float64Array.from(rows, ({ known }, row) => (known ? row : Number.NaN));
      const last = new Map<string, number>();
      for (const [row, { known }] of rows.entries()) if (known) last.set(new Date(time[row]!).toISOString().slice(0, parts[period]), row);
      const sampled = s.sampleEquity(time, equity, period);
      expect([...sampled.equity]).toEqual([...last.values()]);
      expect([...sampled.time]).toEqual([...last.values()].map((row) => time[row]));
    }),
  );
  // Weeks begin on Monday: the sixth of January 2020 was one.
  const days = Float64Array.from({ length: 14 }, (_, day) => Date.UTC(2020, 0, 1 + day));
  expect([
    ...s.sampleEquity(
      days,
      days.map((_, row) => row),
      'week',
    ).equity,
  ]).toEqual([4, 11, 13]);
});

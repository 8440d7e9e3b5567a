import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { almgrenImpact, estimatePreTradeCost, preTradeVerdict, squareRootImpactBps } from './impact.ts';
import { almgrenChrissSchedule, efficientFrontier, scheduleCost } from './impact-schedule.ts';

const oracleFile = new URL('../../../shared/oracles/09_market_impact.json', import.meta.url);
const present = existsSync(oracleFile);
type Numbers = Readonly<Record<string, number>>;
interface Vector {
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}
const vectors = present ? (JSON.parse(readFileSync(oracleFile, 'utf8')) as { vectors: Vector[] }).vectors : [];

function relative(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(tolerance * Math.abs(expected));
}

function chriss(inputs: Numbers) {
  const market = { volatility: inputs['sigma']!, fixedCost: inputs['epsilon']!, gamma: inputs['gamma']!, eta: inputs['eta']! };
  return { market, order: { shares: inputs['X']!, horizonDays: inputs['T']!, intervals: inputs['N']! } };
}

describe.skipIf(!present)('impact against the published answers (skipped when ../shared/oracles is absent)', () => {
  it.each(vectors.filter((v) => v.id.startsWith('athl')))('$id', ({ inputs, expected }) => {
    const numbers = inputs as Numbers;
    const market = {
      dailyVolume: numbers['adv']!,
      sharesOutstanding: numbers['sharesOutstanding']!,
      dailyVolatility: numbers['dailyVol']!,
    };
    const exact = (expected['computedUnrounded'] ?? expected) as { permanentBps: number; temporaryBps: number[]; realizedBps: number[] };
    (inputs['durationsDays'] as number[]).forEach((days, i) => {
      const impact = almgrenImpact(market, numbers['tradeShares']!, days, { gamma: numbers['gamma']!, eta: numbers['eta']! });
      relative(impact.permanentBps, exact.permanentBps, 1e-10);
      relative(impact.temporaryBps, exact.temporaryBps[i]!, 1e-10);
      relative(impact.realizedBps, exact.realizedBps[i]!, 1e-10);
      if (expected['inverseTurnover'] === undefined) return;
      expect(impact.inverseTurnover).toBeCloseTo(expected['inverseTurnover'] as number, 2);
      expect(impact.normalizedPermanent).toBeCloseTo(expected['normalizedPermanent'] as number, 3);
      expect(Math.abs(impact.normalizedTemporary - (expected['normalizedTemporary'] as number[])[i]!)).toBeLessThanOrEqual(5e-4);
      expect(Math.abs(impact.temporaryBps - (expected['temporaryBps'] as number[])[i]!)).toBeLessThanOrEqual(0.5);
      expect(Math.abs(impact.realizedBps - (expected['realizedBps'] as number[])[i]!)).toBeLessThanOrEqual(0.5);
    });
  });

  it.each(vectors.filter((v) => v.id.startsWith('sqrt')))('$id', ({ inputs, expected }) => {
    (inputs['cases'] as number[][]).forEach(([y, volatility, participation], i) => {
      relative(squareRootImpactBps(participation!, volatility!, y!), (expected['impactBps'] as number[])[i]!, 1e-12);
    });
  });

  it.each(vectors.filter((v) => v.id.startsWith('ac') && v.inputs['lambdas'] !== undefined))('$id', ({ inputs, expected }) => {
    const { market, order } = chriss(inputs as Numbers);
    const printed = expected as Readonly<Record<string, number[]>>;
    efficientFrontier(market, order, inputs['lambdas'] as number[]).forEach((point, i) => {
      expect(Math.abs(point.expectedCost / order.shares - printed['meanPerShare']![i]!)).toBeLessThanOrEqual(5.1e-5);
      expect(Math.abs(point.variance / order.shares ** 2 - printed['variancePerShare2']![i]!)).toBeLessThanOrEqual(5.1e-5);
      expect(Math.abs(point.halfLifeDays - printed['halfLifeDays']![i]!)).toBeLessThanOrEqual(5.1e-3);
    });
  });

  it.each(vectors.filter((v) => v.id.startsWith('ac') && v.inputs['lambda_'] !== undefined))('$id', ({ inputs, expected }) => {
    const numbers = inputs as Numbers;
    const { market, order } = chriss(numbers);
    const schedule = almgrenChrissSchedule(market, { ...order, riskAversion: numbers['lambda_']! });
    (expected['x'] as number[]).forEach((x, j) => relative(schedule.holdings[j]!, x, 1e-9));
    ((expected['trades'] ?? []) as number[]).forEach((trade, j) => relative(schedule.trades[j]!, trade, 1e-9));
    relative(schedule.expectedCost, expected['expectedCost'] as number, 1e-9);
    relative(schedule.standardDeviation, expected['stdCost'] as number, 1e-9);
    if (expected['kappaPerDay'] !== undefined) relative(schedule.kappaPerDay, expected['kappaPerDay'] as number, 1e-9);
    if (expected['halfLifeDays'] !== undefined) relative(schedule.halfLifeDays, expected['halfLifeDays'] as number, 1e-9);
  });
});

describe('impact', () => {
  it('schedules optimally: no nudge of the holdings is cheaper', () => {
    const market = { volatility: 0.95, fixedCost: 0.0625, gamma: 2.5e-7, eta: 2.5e-6 };
    const best = almgrenChrissSchedule(market, { shares: 1e6, horizonDays: 5, intervals: 5, riskAversion: 1e-6 });
    const utility = (holdings: readonly number[]): number => {
      const cost = scheduleCost(market, holdings, 1);
      return cost.expectedCost + 1e-6 * cost.variance;
    };
    for (let j = 1; j < 5; j++) {
      for (const nudge of [-1000, 1000]) {
        expect(utility(best.holdings.map((x, i) => (i === j ? x + nudge : x)))).toBeGreaterThan(utility(best.holdings));
      }
    }
  });

  it('waits when risk is sought, as far as a best schedule exists (solved apart from the first-order conditions)', () => {
    const market = { volatility: 0.95, fixedCost: 0.0625, gamma: 2.5e-7, eta: 2.5e-6 };
    const order = { shares: 1e6, horizonDays: 5, intervals: 5 };
    const seeking = almgrenChrissSchedule(market, { ...order, riskAversion: -2e-7 });
    [1e6, 910056.4369084265, 750948.5846118125, 534768.6398847006, 277946.27852635167, 0].forEach((x, j) =>
      expect(seeking.holdings[j]).toBeCloseTo(x, 5),
    );
    relative(seeking.expectedCost, 717958.1042731579, 1e-10);
    relative(seeking.standardDeviation, 1258654.3249253756, 1e-10);
    expect(seeking.kappaPerDay).toBeNaN();
    expect(() => almgrenChrissSchedule(market, { ...order, riskAversion: -2e-6 })).toThrow(/no schedule is best/);
  });

  it('refuses to guess volume or volatility', () => {
    expect(estimatePreTradeCost({ quantity: 10, dailyVolatility: 0.02 })).toMatchObject({ kind: 'unknown', missing: ['dailyVolume'] });
    expect(preTradeVerdict({ quantity: 10, dailyVolume: 0, dailyVolatility: Number.NaN }, 50).kind).toBe('unknown');
  });

  it('vetoes when the impact eats the edge, accepts when it does not', () => {
    const request = { quantity: 100, dailyVolume: 10_000, dailyVolatility: 0.02, spreadBps: 2, feeBps: 1 };
    expect(estimatePreTradeCost(request)).toMatchObject({ oneWayBps: 22, roundTripBps: 44 });
    expect(preTradeVerdict(request, 87)).toMatchObject({ kind: 'vetoed', code: 'impact_eats_edge' });
    expect(preTradeVerdict(request, 89).kind).toBe('accepted');
    expect(preTradeVerdict({ ...request, quantity: 2000 }, 1e6)).toMatchObject({ kind: 'vetoed', code: 'participation' });
  });
});

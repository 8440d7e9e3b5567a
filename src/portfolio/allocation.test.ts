import { existsSync, readFileSync } from 'node:fs';
import { createRng } from '#core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as p from './index.ts';

const folder = new URL('../../../shared/oracles/', import.meta.url);
const file = new URL('10_portfolio_risk.json', folder);
const present = existsSync(file);
interface Vector {
  readonly id: string;
  readonly inputs: {
    readonly data: { readonly file: string };
    readonly span?: number;
    readonly assets?: readonly string[];
    readonly breakIndex?: number;
  };
  readonly expected: Readonly<Record<string, never>>;
}
const vectors = present ? (JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] }).vectors : [];

function vector<E>(id: string): { inputs: Vector['inputs']; expected: E } {
  const found = vectors.find((item) => item.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found as never;
}

interface Prices {
  readonly assets: readonly string[];
  readonly prices: readonly Float64Array[];
  readonly returns: readonly Float64Array[];
}

function read(path: string): Prices {
  const [header, ...lines] = readFileSync(new URL(path, folder), 'utf8').trim().split(/\r?\n/u);
  const assets = header!.split(',').slice(1);
  const rows = lines.map((line) => line.split(','));
  const prices = assets.map((_, i) =>
    Float64Array.from(rows, (row) => (row[i + 1] === undefined || row[i + 1] === '' ? Number.NaN : Number(row[i + 1]))),
  );
  return { assets, prices, returns: prices.map(p.simpleReturns) };
}

function relative(actual: number, expected: number, tolerance: number, absolute = 0): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(
    Math.max(absolute, tolerance * Math.abs(expected)),
  );
}

function allNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, absolute = 0): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) relative(actual[i]!, expected[i]!, tolerance, absolute);
}

function matrixNear(actual: p.Matrix, expected: readonly number[][], tolerance: number): void {
  actual.forEach((row, i) => allNear(row, expected[i]!, tolerance));
}

describe.skipIf(!present)('allocation against the published answers (skipped when ../shared/oracles is absent)', () => {
  const a8 = present ? read('data/pf_a8.csv') : { assets: [], prices: [], returns: [] };

  it('hrp-ppo-published', () => {
    const { inputs, expected } = vector<{ weights: Record<string, number> }>('hrp-ppo-published');
    const { assets, returns } = read(inputs.data.file);
    const { weights } = p.hierarchicalRiskParity(p.sampleCovariance(returns), { correlation: p.sampleCorrelation(returns) });
    assets.forEach((asset, i) => relative(weights[i]!, expected.weights[asset]!, 1e-9));
  });

  it.each(['hrp-a8', 'hrp-a8-average', 'hrp-a8-complete', 'hrp-a8-ward'])('%s', (id) => {
    const { expected } = vector<{ weights: number[]; quasiDiagOrder: number[]; linkage?: number[][] }>(id);
    const method = (id.split('-')[2] ?? 'single') as p.LinkageMethod;
    const found = p.hierarchicalRiskParity(p.sampleCovariance(a8.returns), { method });
    allNear(found.weights, expected.weights, 0, 1e-9);
    expect(found.order).toEqual(expected.quasiDiagOrder);
    expected.linkage?.forEach((row, i) => {
      const merge = found.linkage[i]!;
      allNear([merge.left, merge.right, merge.distance, merge.size], row, 1e-12);
    });
  });

  it('ledoitwolf-a8', () => {
    const { expected } = vector<{ lwShrinkage: number; lwCov: number[][]; oasShrinkage: number; oasCovDiag: number[] }>('ledoitwolf-a8');
    const shrunk = p.ledoitWolf(a8.returns);
    relative(shrunk.shrinkage, expected.lwShrinkage, 1e-9);
    matrixNear(shrunk.covariance, expected.lwCov, 1e-9);
    const oas = p.oracleApproximatingShrinkage(a8.returns);
    relative(oas.shrinkage, expected.oasShrinkage, 1e-9);
    allNear(
      oas.covariance.map((row, i) => row[i]!),
      expected.oasCovDiag,
      1e-9,
    );
  });

  it('ledoitwolf-targets-a8', () => {
    type Target = { delta: number; cov: number[][] };
    const { expected } = vector<{ constantCorrelation: Target; singleFactor: Target }>('ledoitwolf-targets-a8');
    for (const [shrunk, target] of [
      [p.ledoitWolfConstantCorrelation(a8.returns), expected.constantCorrelation],
      [p.ledoitWolfSingleFactor(a8.returns), expected.singleFactor],
    ] as const) {
      relative(shrunk.shrinkage, target.delta, 1e-8);
      matrixNear(p.scaleMatrix(shrunk.covariance, 252), target.cov, 1e-8);
    }
  });

  it('expcov-a8', () => {
    const { inputs, expected } = vector<{ cov: number[][] }>('expcov-a8');
    matrixNear(p.scaleMatrix(p.exponentialCovariance(a8.returns, inputs.span!), 252), expected.cov, 1e-9);
  });

  it('minvar-a8 (its equal-risk weights hold BAC short: one sign for each choice of sides, ours by `sides`; long-only is the default)', () => {
    type Expected = Record<string, number[]> & {
      dailyVol: Record<string, number>;
      diversificationRatioErc: number;
      effectiveNumberOfBetsErc_hhi: number;
    };
    const { expected } = vector<Expected>('minvar-a8');
    const covariance = p.sampleCovariance(a8.returns);
    const means = a8.returns.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
    const free = p.minimumVarianceUnconstrained(covariance);
    const long = p.minimumVariance(covariance);
    allNear(free, expected['gmvUnconstrained']!, 1e-8);
    allNear(long, expected['gmvLongOnly']!, 0, 1e-6);
    allNear(p.minimumVariance(covariance, 0.25), expected['gmvLongOnlyCap25']!, 0, 1e-6);
    allNear(p.tangencyWeights(covariance, means), expected['tangencyRf0']!, 1e-8);
    allNear(p.inverseVarianceWeights(covariance), expected['inverseVariance']!, 1e-8);
    const erc = expected['equalRiskContribution']!;
    const weights = p.riskParityWeights(covariance, { sides: erc });
    allNear(weights, erc, 1e-8);
    relative(p.portfolioRisk(covariance, free).volatility, expected.dailyVol['gmv']!, 1e-8);
    relative(p.portfolioRisk(covariance, long).volatility, expected.dailyVol['gmvLongOnly']!, 1e-6);
    const risk = p.portfolioRisk(covariance, weights);
    relative(risk.volatility, expected.dailyVol['erc']!, 1e-8);
    relative(risk.diversificationRatio, expected.diversificationRatioErc, 1e-8);
    relative(risk.effectiveBets, expected.effectiveNumberOfBetsErc_hhi, 1e-8);
  });

  it('minvol-ppo-published', () => {
    type Expected = { expectedReturn: number; volatility: number; sharpeRf02: number; weightsComputed: Record<string, number> };
    const { inputs, expected } = vector<Expected>('minvol-ppo-published');
    const { assets, returns } = read(inputs.data.file);
    const covariance = p.scaleMatrix(p.sampleCovariance(returns), 252);
    const weights = p.minimumVariance(covariance);
    const means = returns.map((column) => {
      const held = column.filter((value) => !Number.isNaN(value));
      return held.reduce((product, value) => product * (1 + value), 1) ** (252 / held.length) - 1;
    });
    assets.forEach((asset, i) => relative(weights[i]!, expected.weightsComputed[asset]!, 0, 1e-6));
    const expectedReturn = weights.reduce((sum, weight, i) => sum + weight * means[i]!, 0);
    const { volatility } = p.portfolioRisk(covariance, weights);
    relative(expectedReturn, expected.expectedReturn, 1e-8);
    relative(volatility, expected.volatility, 1e-8);
    relative((expectedReturn - 0.02) / volatility, expected.sharpeRf02, 1e-8);
  });

  it('corr-regime-a8', () => {
    type Series = { index: number[]; value: number[] };
    type Expected = { rollingCorr: Series; ewmaCorr: Series; fisher: Record<string, number>; jennrich: Record<string, number> } & Record<
      string,
      never
    >;
    const { inputs, expected } = vector<Expected>('corr-regime-a8');
    const [x, y] = inputs.assets!.map((asset) => a8.returns[a8.assets.indexOf(asset)]!) as [Float64Array, Float64Array];
    const rolling = p.rollingCorrelation(x, y, 60);
    expected.rollingCorr.index.forEach((at, i) => relative(rolling[at]!, expected.rollingCorr.value[i]!, 1e-9));
    const ewma = p.exponentialCorrelation(x, y, 0.94, 60);
    expected.ewmaCorr.index.forEach((at, i) => relative(ewma[at]!, expected.ewmaCorr.value[i]!, 1e-9));
    const cut = inputs.breakIndex!;
    const before = p.sampleCorrelation([x.subarray(0, cut), y.subarray(0, cut)])[0]![1]!;
    const after = p.sampleCorrelation([x.subarray(cut), y.subarray(cut)])[0]![1]!;
    const fisher = p.fisherTest(before, cut, after, x.length - cut);
    allNear(
      [before, after, fisher.statistic, fisher.pValue],
      ['corrBefore', 'corrAfter', 'z', 'pTwoSided'].map((key) => expected.fisher[key]!),
      1e-9,
    );
    const head = a8.returns.map((column) => column.subarray(0, cut));
    const tail = a8.returns.map((column) => column.subarray(cut));
    const jennrich = p.jennrichTest(p.sampleCorrelation(head), cut, p.sampleCorrelation(tail), x.length - cut);
    allNear(
      [jennrich.statistic, jennrich.degrees, jennrich.pValue],
      ['chi2', 'df', 'p'].map((key) => expected.jennrich[key]!),
      1e-9,
    );
    const last = a8.returns.map((column) => column.subarray(cut - 252, cut));
    relative(p.absorptionRatio(p.sampleCovariance(last)), expected['absorptionRatioTopFifth_lookback252'] as unknown as number, 1e-9);
    relative(p.averageCorrelation(p.sampleCorrelation(last)), expected['averagePairwiseCorr252'] as unknown as number, 1e-9);
    const next = a8.returns.map((column) => column.subarray(cut, cut + 20));
    allNear(p.turbulenceSeries(last, next), expected['turbulenceNext20'] as unknown as number[], 1e-9);
  });
});

describe('allocation', () => {
  const covarianceOf = (seed: number, assets: number): p.Matrix => {
    const rng = createRng(seed);
    const market = Float64Array.from({ length: 80 }, () => rng.normal());
    return p.sampleCovariance(
      Array.from({ length: assets }, () => market.map((value) => 0.01 * (value * rng.uniform() + rng.normal() * (0.3 + rng.uniform())))),
    );
  };
  const problem = fc.tuple(fc.integer(), fc.integer({ min: 1, max: 12 }));

  it('gives weights that sum to 1, lie in their bounds and cannot be bettered', () => {
    fc.assert(
      fc.property(problem, fc.double({ min: 0, max: 1, noNaN: true }), ([seed, assets], slack) => {
        const covariance = covarianceOf(seed, assets);
        const cap = Math.min(1, (1 + 2 * slack) / assets);
        const weights = p.minimumVariance(covariance, cap);
        const variance = p.portfolioRisk(covariance, weights).volatility;
        expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 10);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...weights)).toBeLessThanOrEqual(cap + 1e-12);
        for (let i = 0; i < assets; i++) {
          for (let j = 0; j < assets; j++) {
            const move = Math.min(1e-3, weights[i]!, cap - weights[j]!);
            if (i === j || !(move > 0)) continue;
            const nudged = weights.map((w, k) => w + (k === j ? move : 0) - (k === i ? move : 0));
            expect(p.portfolioRisk(covariance, nudged).volatility).toBeGreaterThanOrEqual(variance * (1 - 1e-9));
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('shares risk equally, or by budget', () => {
    fc.assert(
      fc.property(problem, ([seed, assets]) => {
        const covariance = covarianceOf(seed, assets);
        const equal = p.riskContributions(covariance, p.riskParityWeights(covariance));
        for (const share of equal) expect(share).toBeCloseTo(1 / assets, 9);
        const hrp = p.hierarchicalRiskParity(covariance);
        expect(hrp.weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 10);
        expect([...hrp.order].sort((a, b) => a - b)).toEqual(Array.from({ length: assets }, (_, i) => i));
      }),
      { numRuns: 40 },
    );
    const covariance = covarianceOf(3, 3);
    const shares = p.riskContributions(covariance, p.riskParityWeights(covariance, { budgets: [0.5, 0.3, 0.2] }));
    allNear(shares, [0.5, 0.3, 0.2], 1e-9);
  });

  it('finds the best long-only Sharpe ratio', () => {
    const covariance = covarianceOf(5, 6);
    const means = [0.001, -0.002, 0.0005, 0.002, 0.0001, 0.0007];
    const sharpe = (weights: ArrayLike<number>): number => {
      let mean = 0;
      for (let i = 0; i < means.length; i++) mean += means[i]! * weights[i]!;
      return mean / p.portfolioRisk(covariance, weights).volatility;
    };
    const best = p.maximumSharpe(covariance, means);
    const rng = createRng(1);
    for (let i = 0; i < 500; i++) {
      const raw = means.map((_, k) => best[k]! + 0.2 * rng.uniform());
      expect(sharpe(raw)).toBeLessThanOrEqual(sharpe(best) * (1 + 1e-12));
    }
    expect(() =>
      p.maximumSharpe(
        covariance,
        means.map(() => -1),
      ),
    ).toThrow('riskless');
  });
});

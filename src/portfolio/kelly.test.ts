import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as portfolio from './index.ts';

const oracleFile = new URL('../../../shared/oracles/08_kelly.json', import.meta.url);
const present = existsSync(oracleFile);
interface Vector {
  readonly id: string;
  readonly inputs: never;
  readonly expected: never;
}
const vectors = present ? (JSON.parse(readFileSync(oracleFile, 'utf8')) as { vectors: Vector[] }).vectors : [];

function vector<I, E>(id: string): { inputs: I; expected: E } {
  const found = vectors.find((item) => item.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found;
}

function near(actual: number, expected: number, absolute: number): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(absolute);
}

describe.skipIf(!present)('Kelly against the published answers (skipped when ../shared/oracles is absent)', () => {
  it.each(['kelly-coin60', 'kelly-coin70', 'kelly-negative-edge'])('%s', (id) => {
    const { inputs, expected } = vector<{ p: number; b: number }, Record<string, number>>(id);
    near(portfolio.kellyBinary(inputs.p, inputs.b), expected['f']!, 1e-12);
    if (expected['fRaw'] !== undefined) near(portfolio.kellyBinaryRaw(inputs.p, inputs.b), expected['fRaw'], 1e-12);
    const multiples = { growthPerBet: 1, growthHalfKelly: 0.5, growthDoubleKelly: 2 };
    for (const [key, multiple] of Object.entries(multiples)) {
      if (expected[key] !== undefined)
        near(portfolio.kellyBinaryGrowth(inputs.p, inputs.b, multiple * expected['f']!), expected[key], 1e-10);
    }
  });

  it('kelly-discrete-a and kelly-empirical', () => {
    const discrete = vector<{ outcomes: [number, number][] }, { f: number; growth: number }>('kelly-discrete-a');
    const a = portfolio.kellyDiscrete(discrete.inputs.outcomes);
    near(a.fraction, discrete.expected.f, 1e-9);
    near(a.growth, discrete.expected.growth, 1e-12);
    const empirical = vector<{ returns: number[] }, Record<string, number>>('kelly-empirical');
    const b = portfolio.kellyEmpirical(empirical.inputs.returns);
    near(b.fraction, empirical.expected['f']!, 1e-9);
    near(b.growth, empirical.expected['growth']!, 1e-12);
    near(portfolio.kellyMeanOverVariance(empirical.inputs.returns), empirical.expected['meanOverVarApprox_ddof0']!, 1e-9);
  });

  it('kelly-continuous-thorp and kelly-drawdown-prob', () => {
    const thorp = vector<{ m: number; s: number; r: number }, Record<string, number>>('kelly-continuous-thorp');
    const market = { mean: thorp.inputs.m, volatility: thorp.inputs.s, riskFree: thorp.inputs.r };
    const f = portfolio.kellyContinuous(market);
    near(f, thorp.expected['f']!, 1e-12);
    near(portfolio.kellyContinuousGrowth(market, f), thorp.expected['growthAtKelly']!, 1e-12);
    near(portfolio.kellyContinuousGrowth(market, 1), thorp.expected['growthUnlevered']!, 1e-12);
    near(portfolio.kellyContinuousGrowth(market, f / 2), thorp.expected['growthHalfKelly']!, 1e-12);
    const drawdown = vector<{ cases: [number, number][] }, { prob: number[] }>('kelly-drawdown-prob');
    drawdown.inputs.cases.forEach(([x, c], i) => near(portfolio.drawdownProbability(x, c), drawdown.expected.prob[i]!, 1e-12));
    near(portfolio.drawdownProbability(0.4, portfolio.kellyMultipleForDrawdown(0.4, 0.1)), 0.1, 1e-12);
  });

  it.each(['bayes-kelly-a', 'bayes-kelly-b'])('%s', (id) => {
    type Inputs = { a: number; b: number; wins: number; n: number; odds: number };
    type Expected = Record<string, number> & { posterior: number[]; ci90: number[] };
    const { inputs, expected } = vector<Inputs, Expected>(id);
    const posterior = portfolio.updateBeta({ alpha: inputs.a, beta: inputs.b }, inputs.wins, inputs.n - inputs.wins);
    expect([posterior.alpha, posterior.beta]).toEqual(expected.posterior);
    near(portfolio.betaMean(posterior), expected['mean']!, 1e-9);
    near(portfolio.betaMode(posterior), expected['mode']!, 1e-9);
    near(portfolio.betaVariance(posterior), expected['variance']!, 1e-9);
    portfolio.betaInterval(posterior, 0.9).forEach((bound, i) => near(bound, expected.ci90[i]!, 1e-9));
    near(portfolio.edgeProbability(posterior, inputs.odds), expected['probEdgePositive']!, 1e-9);
    near(portfolio.kellyAtMean(posterior, inputs.odds), expected['kellyAtMean']!, 1e-9);
    near(portfolio.kellyAtQuantile(posterior, inputs.odds, 0.1), expected['kellyAt10pctQuantile']!, 1e-9);
    near(portfolio.bakerMcHaleShrink(posterior, inputs.odds), expected['bakerMcHaleShrink']!, 1e-9);
    near(portfolio.predictiveLogLoss(posterior), expected['predictiveLogLossNextWin']!, 1e-9);
  });

  it('bayes-kelly-sequence', () => {
    type Expected = { fractions: number[]; wealth: number[]; posterior: number[] };
    const { inputs, expected } = vector<{ prior: [number, number]; outcomes: number[] }, Expected>('bayes-kelly-sequence');
    let posterior: portfolio.BetaPosterior = { alpha: inputs.prior[0], beta: inputs.prior[1] };
    let wealth = 1;
    inputs.outcomes.forEach((outcome, i) => {
      const fraction = Math.max(0, portfolio.kellyAtMean(posterior, 1));
      wealth *= outcome === 1 ? 1 + fraction : 1 - fraction;
      near(fraction, expected.fractions[i]!, 1e-12);
      near(wealth, expected.wealth[i]!, 1e-12);
      posterior = portfolio.updateBeta(posterior, outcome, 1 - outcome);
    });
    expect([posterior.alpha, posterior.beta]).toEqual(expected.posterior);
  });

  it('nig-posterior-a', () => {
    type Inputs = { x: number[]; m0: number; kappa0: number; alpha0: number; beta0: number };
    type Expected = Record<string, number> & { predictive: { df: number; loc: number; scale: number } };
    const { inputs, expected } = vector<Inputs, Expected>('nig-posterior-a');
    const prior = { m: inputs.m0, kappa: inputs.kappa0, alpha: inputs.alpha0, beta: inputs.beta0 };
    const belief = portfolio.updateNormalInverseGamma(prior, inputs.x);
    const predictive = portfolio.predictiveReturn(belief);
    const pairs: [number, number][] = [
      [belief.m, expected['m']!],
      [belief.kappa, expected['kappa']!],
      [belief.alpha, expected['alpha']!],
      [belief.beta, expected['beta']!],
      [predictive.degrees, expected.predictive.df],
      [predictive.location, expected.predictive.loc],
      [predictive.scale, expected.predictive.scale],
      [portfolio.meanPositiveProbability(belief), expected['probMeanPositive']!],
      [portfolio.predictiveQuantile(belief, 0.05), expected['predictiveVaR5']!],
      [portfolio.kellyPredictive(belief), expected['kellyMeanOverPredictiveVar']!],
    ];
    for (const [actual, wanted] of pairs) near(actual, wanted, 1e-9 * Math.abs(wanted));
  });
});

describe('Bayesian Kelly sizing', () => {
  const bracket = { stopFraction: 0.02, targetFraction: 0.04 };

  it('starts from no trades by exploration, and stops exploring when the budget is spent', () => {
    let state = portfolio.createBayesianKelly({ explorationTrades: 50, explorationBudget: 0.01, explorationRiskFraction: 0.0025 });
    const first = portfolio.bayesianKellySize(state, bracket);
    expect(first).toMatchObject({ reason: 'exploration', fraction: 0.125 });
    let explored = 0;
    for (let i = 0; i < 20; i++) {
      const size = portfolio.bayesianKellySize(state, bracket);
      if (size.reason === 'exploration') explored += 1;
      state = portfolio.updateBayesianKelly(state, {
        returnFraction: -0.02,
        exploration: size.reason === 'exploration',
        fraction: size.fraction,
      });
    }
    expect(explored).toBe(4);
    expect(state.explorationLoss).toBeCloseTo(0.01, 12);
    expect(portfolio.bayesianKellySize(state, bracket)).toMatchObject({ reason: 'exploration_exhausted', fraction: 0 });
  });

  it('never explores against a calibrated probability, and refuses targets that costs eat', () => {
    const state = portfolio.createBayesianKelly();
    expect(portfolio.bayesianKellySize(state, { ...bracket, probability: 0.3 })).toMatchObject({ reason: 'no_edge', fraction: 0 });
    expect(portfolio.bayesianKellySize(state, { ...bracket, costFraction: 0.05 })).toMatchObject({ reason: 'no_edge', fraction: 0 });
  });

  it('learns that a model boasts: promised wins that do not come shrink the size to nothing', () => {
    let honest = portfolio.createBayesianKelly({ explorationTrades: 0 });
    let boastful = honest;
    for (let i = 0; i < 200; i++) {
      honest = portfolio.updateBayesianKelly(honest, { returnFraction: i % 5 < 3 ? 0.04 : -0.02, probability: 0.6 });
      boastful = portfolio.updateBayesianKelly(boastful, { returnFraction: i % 4 === 0 ? 0.04 : -0.02, probability: 0.6 });
    }
    const signal = { ...bracket, probability: 0.6 };
    expect(portfolio.bayesianKellySize(honest, signal).fraction).toBeGreaterThan(0.2);
    expect(portfolio.bayesianKellySize(boastful, signal)).toMatchObject({ fraction: 0, reason: 'no_edge' });
  });

  it('keeps its promises for every history and signal', () => {
    const history = fc.array(
      fc.record({
        returnFraction: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        probability: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { maxLength: 60 },
    );
    const fraction = fc.double({ min: 0.001, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(
        history,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fraction,
        fraction,
        (trades, probability, stopFraction, targetFraction) => {
          let state = portfolio.createBayesianKelly({ explorationTrades: 5 });
          for (const trade of trades) state = portfolio.updateBayesianKelly(state, { ...trade, exploration: state.closedTrades < 5 });
          const revived = JSON.parse(JSON.stringify(state)) as portfolio.BayesianKellyState;
          expect(JSON.stringify(revived)).toBe(JSON.stringify(state));
          const signal = { probability, stopFraction, targetFraction };
          const size = portfolio.bayesianKellySize(state, signal);
          expect(portfolio.bayesianKellySize(revived, signal)).toEqual(size);
          expect(size.fraction).toBeGreaterThanOrEqual(0);
          expect(size.fraction).toBeLessThanOrEqual(state.config.maxFraction);
          expect(size.riskFraction).toBeLessThanOrEqual(state.config.maxRiskFraction + 1e-12);
          const better = portfolio.bayesianKellySize(state, { ...signal, probability: Math.min(1, probability + 0.05) });
          expect(better.fraction).toBeGreaterThanOrEqual(size.fraction - 1e-12);
        },
      ),
    );
  });

  it('suggests the setting that was meant', () => {
    expect(() => portfolio.createBayesianKelly({ kellyMultiplyer: 1 } as never)).toThrow(portfolioError('kellyMultiplyer'));
  });
});

function portfolioError(word: string): RegExp {
  return new RegExp(word, 'u');
}

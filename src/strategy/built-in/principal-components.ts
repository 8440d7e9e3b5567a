import { symmetricEigen } from '#core';
import type { CrossSectionContext, Strategy } from '../contract.ts';
import { defineCrossSection } from '../cross-section.ts';
import { INVESTED } from '../ranking.ts';
import { real, tunable, whole } from '../recipe.ts';
import { closeLeg, openLeg } from './legs.ts';
import { panelOf } from './panel.ts';
import { deviationOf, dot, meanOf, residualsOf } from './regression.ts';

/**
 * What is left of a symbol's returns after the market's main components is summed up and taken for an Ornstein-Uhlenbeck process; its
 * s-score is the distance from its mean in equilibrium deviations. Bought below −1.25 and closed above −0.5, sold short above 1.25 and
 * closed below 0.75; a process that takes longer than half the regression to revert is left alone. Unlike the paper, positions are not
 * hedged in the components (longs and shorts offset each other only as far as they balance), components are made anew every so many
 * bars rather than each day, and each position has a stop.
 */
export const principalResidual = tunable({
  name: 'pca-residual',
  summary: 'trades the s-score of what the main components of the market leave unexplained',
  source: 'Avellaneda, Lee (2010), Statistical arbitrage in the US equities market',
  needs: { symbols: 3 },
  parameters: {
    window: whole(252, 20, 1000, 'bars of the correlations'),
    explained: real(0.55, 0.05, 0.99, 'part of the variance that the components explain'),
    regression: whole(60, 10, 250, 'bars of the regression on the components'),
    every: whole(21, 1, 250, 'bars between new components'),
    enter: real(1.25, 0.3, 5, 's-score at which a position is opened'),
    exitLong: real(0.5, 0, 5, 'a long is closed above minus this s-score'),
    exitShort: real(0.75, 0, 5, 'a short is closed below this s-score'),
    stop: real(0.25, 0.01, 0.9, 'stop of a position, as a fraction'),
  },
  make: (values) => residualStrategy(values),
});

type Values = Readonly<Record<'window' | 'explained' | 'regression' | 'every' | 'enter' | 'exitLong' | 'exitShort' | 'stop', number>>;

function residualStrategy(values: Values): Strategy {
  const { window, regression, every, enter, exitLong, exitShort, stop } = values;
  let portfolios: readonly Portfolio[] = [];
  let nextRow = 0;
  const trade = (market: CrossSectionContext, symbol: number, score: number): void => {
    const held = market.held(symbol);
    const say = (reason: string): void => market.explain(symbol, reason);
    if (held > 0) {
      if (!(score > -exitLong)) return say('long; waits for the residual to revert');
      say(`s-score above ${-exitLong}: the long is closed`);
      return closeLeg(market, symbol);
    }
    if (held < 0) {
      if (!(score < exitShort)) return say('short; waits for the residual to revert');
      say(`s-score below ${exitShort}: the short is closed`);
      return closeLeg(market, symbol);
    }
    if (Number.isNaN(score)) return say('its residual does not revert fast enough');
    if (Math.abs(score) <= enter) return say(`s-score within ±${enter}`);
    say(score < 0 ? `s-score below ${-enter}: bought` : `s-score above ${enter}: sold short`);
    openLeg(market, symbol, score < 0 ? 1 : -1, (INVESTED * market.account.equity) / market.symbols.length, stop);
  };
  return defineCrossSection({
    name: 'pca-residual',
    features: {},
    decide(market) {
      if (market.row === 0) nextRow = 0;
      const { returns } = panelOf(market, Math.max(window, regression) + 1);
      market.symbols.forEach((_, symbol) => market.explain(symbol, returns.size < 3 ? 'warming up' : 'too few bars, or gaps between them'));
      if (returns.size < 3) return;
      if (market.row >= nextRow) {
        portfolios = mainPortfolios(returns, window, values.explained);
        nextRow = market.row + every;
      }
      const factors = portfolios.map((portfolio) => portfolioReturns(portfolio, returns, regression));
      for (const symbol of returns.keys()) {
        const residuals = residualsOf(returns.get(symbol)!.slice(-regression), factors);
        trade(market, symbol, residuals === undefined ? Number.NaN : sScore(residuals));
      }
    },
  });
}

/** Weights by symbol. */
type Portfolio = ReadonlyMap<number, number>;

/** The portfolios of the largest eigenvectors of the correlations, each weight divided by its symbol's deviation. */
function mainPortfolios(returns: ReadonlyMap<number, Float64Array>, window: number, explained: number): readonly Portfolio[] {
  const symbols = [...returns.keys()];
  const recent = symbols.map((symbol) => returns.get(symbol)!.slice(-window));
  const deviations = recent.map((column) => Math.max(deviationOf(column), 1e-12));
  const standard = recent.map((column, at) => {
    const centre = meanOf(column);
    return column.map((value) => (value - centre) / deviations[at]!);
  });
  const correlations = standard.map((one) => Float64Array.from(standard, (other) => dot(one, other) / (window - 1)));
  const { values, vectors } = symmetricEigen(correlations);
  const order = [...values.keys()].sort((one, other) => values[other]! - values[one]! || one - other);
  const total = values.reduce((sum, value) => sum + value, 0);
  const portfolios: Portfolio[] = [];
  let sum = 0;
  // One fewer than there are symbols: with all of them nothing would be left.
  for (const k of order.slice(0, -1)) {
    portfolios.push(new Map(symbols.map((symbol, at) => [symbol, vectors[at]![k]! / deviations[at]!])));
    sum += values[k]!;
    if (sum >= explained * total) break;
  }
  return portfolios;
}

function portfolioReturns(portfolio: Portfolio, returns: ReadonlyMap<number, Float64Array>, length: number): Float64Array {
  const out = new Float64Array(length);
  for (const [symbol, weight] of portfolio) {
    const column = returns.get(symbol);
    if (column === undefined) continue;
    for (let at = 0; at < length; at++) out[at]! += weight * column[column.length - length + at]!;
  }
  return out;
}

/**
 * −mean / equilibrium deviation of the sums X of the residuals, fitted as X[k+1] = a + b·X[k] + noise: mean a/(1−b), deviation
 * √(var(noise)/(1−b²)); the last sum is zero. NaN when the process does not revert, or in more than half its length.
 */
export function sScore(residuals: Float64Array): number {
  let sum = 0;
  const process = residuals.map((value) => (sum += value));
  const before = process.slice(0, -1);
  const after = process.slice(1);
  const [centreBefore, centreAfter] = [meanOf(before), meanOf(after)];
  const slope =
    before.reduce((total, value, at) => total + (value - centreBefore) * (after[at]! - centreAfter), 0) /
    before.reduce((total, value) => total + (value - centreBefore) ** 2, 0);
  if (!(slope > 0 && slope < Math.exp(-2 / residuals.length))) return Number.NaN;
  const intercept = centreAfter - slope * centreBefore;
  const noise = after.map((value, at) => value - intercept - slope * before[at]!);
  const variance = noise.reduce((total, value) => total + value * value, 0) / (noise.length - 2);
  return -(intercept / (1 - slope)) / Math.sqrt(variance / (1 - slope * slope));
}

import { close, ret, std, type Expression } from '#features';
import type { CrossSectionContext, Strategy } from '../contract.ts';
import { defineCrossSection } from '../cross-section.ts';
import { tunable, whole, type StrategyRecipe } from '../recipe.ts';

/** Holds what fell most: Lehmann's weekly reversal, long side only. */
export const shortReversal = ranking({
  name: 'short-reversal',
  summary: 'holds what fell most over the last week, ranked again each week',
  source: 'Lehmann (1990), Fads, martingales and market efficiency',
  lookback: 5,
  every: 5,
  text: 'bars of the return that ranks',
  score: (length) => ret(close, length).neg(),
});

/** Holds what moved least. */
export const lowVolatility = ranking({
  name: 'low-volatility',
  summary: 'holds the calmest symbols, ranked again each month',
  source: 'Ang, Hodrick, Xing, Zhang (2006); Frazzini, Pedersen (2014), Betting against beta',
  lookback: 126,
  every: 21,
  text: 'bars of the volatility that ranks',
  score: (length) => std(ret(close, 1), length).neg(),
});

interface Ranking {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly lookback: number;
  readonly every: number;
  readonly text: string;
  readonly score: (length: number) => Expression;
}

/** The best third by a score, in equal parts. */
function ranking({ name, summary, source, text, score, ...usual }: Ranking): StrategyRecipe {
  return tunable({
    name,
    summary,
    source,
    parameters: {
      lookback: whole(usual.lookback, 2, 1000, text),
      every: whole(usual.every, 1, 250, 'bars between rankings'),
      hold: whole(0, 0, 500, 'symbols held; 0 is a third of them, at least one'),
    },
    make: ({ lookback, every, hold }) => rankingStrategy(name, score(lookback), every, hold),
  });
}

function rankingStrategy(name: string, score: Expression, every: number, hold: number): Strategy {
  let nextRow = 0;
  return defineCrossSection({
    name,
    features: { score },
    decide(market) {
      if (market.row === 0) nextRow = 0;
      if (market.row < nextRow) return;
      const best = bestFirst(market);
      if (best.length === 0) return;
      nextRow = market.row + every;
      const count = hold === 0 ? Math.max(1, Math.floor(market.symbols.length / 3)) : hold;
      market.targetWeights(new Map(best.slice(0, count).map((symbol) => [symbol, 0.95 / count])));
    },
  });
}

function bestFirst(market: CrossSectionContext<'score'>): string[] {
  return market.symbols
    .map((symbol, index) => ({ symbol, score: market.present(index) ? market.feature('score', index) : Number.NaN }))
    .filter(({ score }) => !Number.isNaN(score))
    .sort((one, other) => other.score - one.score || (one.symbol < other.symbol ? -1 : 1))
    .map(({ symbol }) => symbol);
}

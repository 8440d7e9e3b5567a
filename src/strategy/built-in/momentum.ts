import { close, ret } from '#features';
import type { CrossSectionContext } from '../contract.ts';
import { defineCrossSection } from '../cross-section.ts';
import { holdTopRanked } from '../ranking.ts';
import { real, tunable, whole } from '../recipe.ts';
import { panelOf } from './panel.ts';
import { deviationOf, residualsOf } from './regression.ts';

/** The best of several markets, and only while it beats what cash would have paid; otherwise out. */
export const dualMomentum = tunable({
  name: 'dual-momentum',
  summary: 'holds the best symbol of the last year while its gain beats a hurdle, else cash',
  source: 'Antonacci (2014), Dual Momentum Investing',
  needs: { symbols: 2 },
  parameters: {
    lookback: whole(252, 5, 1000, 'bars of the return that ranks'),
    hurdle: real(0, -0.5, 1, 'return over the look-back that must be beaten, such as that of bills'),
    every: whole(21, 1, 250, 'bars between rankings'),
    hold: whole(1, 1, 500, 'symbols held'),
    stop: real(0, 0, 0.9, 'stop of an entry, as a fraction; 0 is none'),
  },
  make: ({ lookback, hurdle, every, hold, stop }) =>
    defineCrossSection({
      name: 'dual-momentum',
      features: { gain: ret(close, lookback) },
      decide: holdTopRanked({ value: (market, symbol) => market.feature('gain', symbol), above: hurdle, every, hold, stop }),
    }),
});

/**
 * Momentum of what the market does not explain. Each symbol's returns are regressed on the mean of all symbols' (the paper: on the three
 * Fama-French factors) over the estimation window; it ranks by Σ residuals / their deviation over the look-back, latest bars left out.
 */
export const residualMomentum = tunable({
  name: 'residual-momentum',
  summary: 'holds what rose most beside the market over the last year, its last month left out',
  source: 'Blitz, Huij, Martens (2011), Residual momentum',
  needs: { symbols: 3 },
  parameters: {
    estimation: whole(756, 10, 2000, 'bars of the regression on the market'),
    lookback: whole(252, 5, 1000, 'bars of the residuals that rank, at most those of the regression'),
    skip: whole(21, 0, 100, 'latest bars left out'),
    every: whole(21, 1, 250, 'bars between rankings'),
    hold: whole(0, 0, 500, 'symbols held; 0 is a third of them, at least one'),
    shorts: whole(0, 0, 1, '1 also sells as many of the last'),
    stop: real(0, 0, 0.9, 'stop of an entry, as a fraction; 0 is none'),
  },
  make: ({ estimation, lookback, skip, every, hold, shorts, stop }) => {
    let scoredTime = Number.NaN;
    let scores: ReadonlyMap<number, number> = new Map();
    const value = (market: CrossSectionContext, symbol: number): number => {
      if (scoredTime !== market.time)
        scores = residualScores(panelOf(market, estimation + 1).returns, Math.min(lookback, estimation), skip);
      scoredTime = market.time;
      return scores.get(symbol) ?? Number.NaN;
    };
    return defineCrossSection({
      name: 'residual-momentum',
      // Not known until there are bars enough, so that those before are told to be warming up.
      features: { whole: close.delay(estimation) },
      decide: holdTopRanked({ value, every, hold, shorts: shorts === 1, stop }),
    });
  },
});

function residualScores(returns: ReadonlyMap<number, Float64Array>, lookback: number, skip: number): ReadonlyMap<number, number> {
  if (returns.size === 0) return new Map();
  const columns = [...returns.values()];
  const market = columns[0]!.map((_, row) => columns.reduce((sum, column) => sum + column[row]!, 0) / columns.length);
  return new Map(
    [...returns].map(([symbol, column]) => {
      const residuals = residualsOf(column, [market]);
      if (residuals === undefined) return [symbol, Number.NaN];
      const counted = residuals.slice(residuals.length - lookback, residuals.length - skip);
      return [symbol, counted.reduce((sum, residual) => sum + residual, 0) / deviationOf(counted)];
    }),
  );
}

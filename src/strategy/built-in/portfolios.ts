import { close, ret, std } from '#features';
import { defineCrossSection } from '../cross-section.ts';
import { INVESTED, rebalanceEvery } from '../ranking.ts';
import { real, tunable, whole } from '../recipe.ts';

/** Bars of a year, by which yearly volatilities are reckoned: daily bars of stocks. */
const YEAR_BARS = 252;

/** The same money in every symbol that has a bar, made equal again each month: hard to beat, and a control for whatever weighs cleverly. */
export const equalWeight = tunable({
  name: 'equal-weight',
  summary: 'control: 1/N in every symbol, made equal again each month',
  source: 'DeMiguel, Garlappi, Uppal (2009), Optimal versus naive diversification',
  parameters: {
    every: whole(21, 1, 250, 'bars between rebalancings'),
    stop: real(0, 0, 0.9, 'stop of an entry, as a fraction; 0 is none'),
  },
  make: ({ every, stop }) => {
    const schedule = rebalanceEvery(every);
    return defineCrossSection({
      name: 'equal-weight',
      features: {},
      decide(market) {
        if (!schedule.due(market)) return;
        const there = market.symbols.flatMap((name, symbol) => (market.present(symbol) ? [{ name, symbol }] : []));
        for (const { symbol } of there) schedule.tell(market, symbol, `one of ${there.length} equal parts`);
        market.targetWeights(new Map(there.map(({ name }) => [name, INVESTED / there.length])), stop === 0 ? undefined : stop);
      },
    });
  },
});

/**
 * Holds less after stormy months: each symbol's equal part times c/σ², σ² being the variance of its last month's returns and c the
 * variance at which the part is fully invested. The paper chooses c over the whole sample; ours is a parameter, and nothing is borrowed.
 */
export const volatilityManaged = tunable({
  name: 'volatility-managed',
  summary: 'holds every symbol in proportion to 1/σ² of its last month, never more than its equal part',
  source: 'Moreira, Muir (2017), Volatility-managed portfolios',
  parameters: {
    window: whole(21, 5, 250, 'bars of the variance'),
    target: real(0.16, 0.01, 2, 'yearly volatility (252 bars) at or below which a part is fully invested'),
    every: whole(21, 1, 250, 'bars between rebalancings'),
    stop: real(0, 0, 0.9, 'stop of an entry, as a fraction; 0 is none'),
  },
  make: ({ window, target, every, stop }) => {
    const schedule = rebalanceEvery(every);
    return defineCrossSection({
      name: 'volatility-managed',
      features: { deviation: std(ret(close, 1), window) },
      decide(market) {
        if (!schedule.due(market)) return;
        const part = INVESTED / market.symbols.length;
        const weights = new Map<string, number>();
        market.symbols.forEach((name, symbol) => {
          const yearly = market.feature('deviation', symbol) * Math.sqrt(YEAR_BARS);
          if (Number.isNaN(yearly)) return;
          const share = yearly === 0 ? 1 : Math.min(1, (target / yearly) ** 2);
          weights.set(name, part * share);
          schedule.tell(
            market,
            symbol,
            share < 1 ? `stormy: holds ${Math.round(100 * share)} % of its part` : 'calm: holds its whole part',
          );
        });
        if (weights.size > 0) market.targetWeights(weights, stop === 0 ? undefined : stop);
      },
    });
  },
});

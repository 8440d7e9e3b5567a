import { close, delay, ret } from '#features';
import { defineCrossSection, tunable, whole } from '#strategy';

/**
 * Holds the strongest symbols of the last year, its last month left out, in equal parts; ranks again each month.
 * Jegadeesh and Titman, Returns to buying winners and selling losers, Journal of Finance 48 (1993); long side only. Symbols with no
 * gain are not held. Needs at least two symbols to rank.
 */
export default tunable({
  name: 'momentum-rank',
  summary: 'each month holds the symbols that rose most over the last year',
  source: 'Jegadeesh, Titman (1993), Returns to buying winners and selling losers',
  parameters: {
    lookback: whole(252, 10, 1000, 'bars of the return that ranks'),
    skip: whole(21, 0, 100, 'latest bars left out'),
    every: whole(21, 1, 250, 'bars between rankings'),
    hold: whole(0, 0, 500, 'symbols held; 0 is a third of them, at least one'),
  },
  make: ({ lookback, skip, every, hold }) => {
    const past = ret(close, Math.max(1, lookback - skip));
    let nextRow = 0;
    return defineCrossSection({
      name: 'momentum-rank',
      features: { momentum: skip === 0 ? past : delay(past, skip) },
      decide(market) {
        if (market.row === 0) nextRow = 0;
        if (market.row < nextRow) return;
        const ranked = market.symbols
          .map((name, symbol) => ({ name, momentum: market.present(symbol) ? market.feature('momentum', symbol) : Number.NaN }))
          .filter(({ momentum }) => momentum > 0)
          .sort((one, other) => other.momentum - one.momentum || (one.name < other.name ? -1 : 1));
        if (ranked.length === 0 && market.row < lookback) return;
        nextRow = market.row + every;
        const count = hold === 0 ? Math.max(1, Math.floor(market.symbols.length / 3)) : hold;
        const held = ranked.slice(0, count);
        market.targetWeights(new Map(held.map(({ name }) => [name, 0.95 / count])));
      },
    });
  },
});

import { close, delay, ret } from '#features';
import { defineCrossSection, holdTopRanked, real, tunable, whole } from '#strategy';

/**
 * Holds the strongest symbols of the last year, its last month left out, in equal parts; ranks again each month.
 * Jegadeesh and Titman, Returns to buying winners and selling losers, Journal of Finance 48 (1993); long side only. Symbols with no
 * gain are not held. The example of a strategy that sees several symbols at once: `decide` is asked once an instant, not once a symbol.
 */
export default tunable({
  name: 'momentum-rank',
  summary: 'each month holds the symbols that rose most over the last year',
  source: 'Jegadeesh, Titman (1993), Returns to buying winners and selling losers',
  needs: { symbols: 2 },
  parameters: {
    lookback: whole(252, 10, 1000, 'bars of the return that ranks'),
    skip: whole(21, 0, 100, 'latest bars left out'),
    every: whole(21, 1, 250, 'bars between rankings'),
    hold: whole(0, 0, 500, 'symbols held; 0 is a third of them, at least one'),
    stop: real(0, 0, 0.9, 'stop of an entry, as a fraction; 0 is none'),
  },
  make: ({ lookback, skip, every, hold, stop }) => {
    const past = ret(close, Math.max(1, lookback - skip));
    return defineCrossSection({
      name: 'momentum-rank',
      features: { momentum: skip === 0 ? past : delay(past, skip) },
      decide: holdTopRanked({ value: (market, symbol) => market.feature('momentum', symbol), above: 0, every, hold, stop }),
    });
  },
});

import { close, external, high, low, mean, open, ret, sign, std, sum, tsmax, volume, type Expression } from '#features';
import type { DataNeeds } from '../contract.ts';
import { defineCrossSection } from '../cross-section.ts';
import { holdTopRanked } from '../ranking.ts';
import { real, tunable, whole, type StrategyRecipe } from '../recipe.ts';

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

/** Shuns lottery tickets: the higher the best single day of a month, the lower the next month's return. */
export const maxEffect = ranking({
  name: 'max-effect',
  summary: 'holds the symbols whose best day of the last month was smallest',
  source: 'Bali, Cakici, Whitelaw (2011), Maxing out: stocks as lotteries',
  lookback: 21,
  every: 21,
  text: 'bars among which the best day is sought',
  score: (length) => tsmax(ret(close, 1), length).neg(),
});

/** What rises while the market sleeps and falls while it is open goes on to: ranks by the month's overnight less its intraday returns. */
export const overnightIntraday = ranking({
  name: 'overnight-intraday',
  summary: 'holds what rose overnight and fell by day over the last month; daily bars',
  source: 'Lou, Polk, Skouras (2019), A tug of war: overnight versus intraday expected returns',
  lookback: 21,
  every: 21,
  text: 'bars whose overnight and intraday returns are summed',
  score: (length) => sum(open.div(close.delay(1)).sub(1), length).sub(sum(close.div(open).sub(1), length)),
});

/** Where in its range a bar closed, as published: prices in money, so the .001 only keeps a bar without range from dividing by zero. */
export const alpha101 = ranking({
  name: 'alpha-101',
  summary: 'holds what closed highest in its range: (close − open) / (high − low + .001)',
  source: 'Kakushadze (2016), 101 formulaic alphas, #101',
  lookback: 1,
  every: 1,
  text: 'bars over which the alpha is averaged',
  score: (length) => mean(close.sub(open).div(high.sub(low).add(0.001)), length),
});

/** A fall on rising volume, or a rise on falling volume, reverts. The change of price is in money, as published. */
export const alpha12 = ranking({
  name: 'alpha-12',
  summary: 'holds what fell on rising volume or rose on falling: −sign(Δvolume) · Δclose',
  source: 'Kakushadze (2016), 101 formulaic alphas, #12',
  lookback: 1,
  every: 1,
  text: 'bars over which the alpha is averaged',
  score: (length) =>
    mean(
      sign(volume.sub(volume.delay(1)))
        .mul(close.sub(close.delay(1)))
        .neg(),
      length,
    ),
});

/** Holds what pays to be held: for perpetual futures the lowest funding rate, which longs pay and shorts receive. */
export const carry = ranking({
  name: 'carry',
  summary: 'holds the perpetual futures with the lowest funding rate',
  source: 'Koijen, Moskowitz, Pedersen, Vrugt (2018), Carry',
  lookback: 7,
  every: 7,
  text: 'bars over which the funding rate is averaged',
  score: (length) => mean(external('funding'), length).neg(),
  needs: { externals: ['funding'] },
});

interface Ranking {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly lookback: number;
  readonly every: number;
  readonly text: string;
  readonly score: (length: number) => Expression;
  readonly needs?: DataNeeds;
}

/** The best third by a score, in equal parts. */
function ranking({ name, summary, source, text, score, needs, ...usual }: Ranking): StrategyRecipe {
  return tunable({
    name,
    summary,
    source,
    needs: { symbols: 2, ...needs },
    parameters: {
      lookback: whole(usual.lookback, usual.lookback === 1 ? 1 : 2, 1000, text),
      every: whole(usual.every, 1, 250, 'bars between rankings'),
      hold: whole(0, 0, 500, 'symbols held; 0 is a third of them, at least one'),
      shorts: whole(0, 0, 1, '1 also sells as many of the last'),
      stop: real(0, 0, 0.9, 'stop of an entry, as a fraction; 0 is none'),
    },
    make: ({ lookback, every, hold, shorts, stop }) =>
      defineCrossSection({
        name,
        features: { score: score(lookback) },
        decide: holdTopRanked({ value: (market, symbol) => market.feature('score', symbol), every, hold, shorts: shorts === 1, stop }),
      }),
  });
}

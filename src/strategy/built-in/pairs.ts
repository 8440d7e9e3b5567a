import type { CrossSectionContext, Strategy } from '../contract.ts';
import { defineCrossSection } from '../cross-section.ts';
import { INVESTED } from '../ranking.ts';
import { real, tunable, whole } from '../recipe.ts';
import { closeLeg, openLeg } from './legs.ts';
import { panelOf, type Panel } from './panel.ts';
import { deviationOf } from './regression.ts';

/**
 * The distance method: over a formation period the symbols whose normalised prices lay closest become pairs; over the trading period
 * that follows, a pair is opened when its prices are more than so many deviations of the formation's spread apart (short the dear, long
 * the cheap one, the same money in every leg of every pair) and closed when they cross, at the latest at the period's end. Unlike the paper's, our pairs
 * share no symbol, and each leg has a stop; when one leg is stopped the other goes too, and the pair rests until the next formation.
 */
export const pairsDistance = tunable({
  name: 'pairs-distance',
  summary: 'trades pairs whose prices moved apart: short the dear, long the cheap, until they cross',
  source: 'Gatev, Goetzmann, Rouwenhorst (2006), Pairs trading: performance of a relative-value arbitrage rule',
  needs: { symbols: 2 },
  parameters: {
    formation: whole(252, 3, 1000, 'bars over which pairs are chosen'),
    trading: whole(126, 1, 500, 'bars over which they are traded'),
    pairs: whole(5, 1, 50, 'pairs traded at most'),
    open: real(2, 0.5, 6, 'deviations of the spread at which a pair is opened'),
    stop: real(0.25, 0.01, 0.9, 'stop of each leg, as a fraction'),
  },
  make: (values) => pairsStrategy(values),
});

interface Pair {
  readonly one: number;
  readonly other: number;
  /** Closes at the end of the formation: from there both prices count as 1. */
  readonly base: readonly [number, number];
  readonly deviation: number;
  /** Side of the first symbol, 0 when the pair is closed. */
  side: 1 | -1 | 0;
  openedRow: number;
  broken: boolean;
}

type Values = Readonly<Record<'formation' | 'trading' | 'pairs' | 'open' | 'stop', number>>;

function pairsStrategy({ formation, trading, pairs: most, open, stop }: Values): Strategy {
  let pairs: Pair[] = [];
  let periodEnd = 0;
  return defineCrossSection({
    name: 'pairs-distance',
    features: {},
    decide(market) {
      if (market.row === 0) [pairs, periodEnd] = [[], 0];
      if (market.row >= periodEnd) {
        const panel = panelOf(market, formation);
        if (panel.closes.size < 2) {
          market.symbols.forEach((_, symbol) => market.explain(symbol, 'warming up: the formation period is not over'));
          for (const pair of pairs) closeBoth(market, pair, 'the trading period is over');
          pairs = [];
          return;
        }
        market.symbols.forEach((_, symbol) => market.explain(symbol, 'new formation: no pair'));
        for (const pair of pairs) closeBoth(market, pair, 'the trading period is over');
        pairs = closestPairs(panel, most);
        periodEnd = market.row + trading;
        for (const { one, other } of pairs) {
          market.explain(one, `new formation: pair with ${market.symbols[other]!}`);
          market.explain(other, `new formation: pair with ${market.symbols[one]!}`);
        }
        return;
      }
      market.symbols.forEach((_, symbol) => market.explain(symbol, 'in no pair'));
      const notional = (INVESTED * market.account.equity) / (2 * Math.max(1, pairs.length));
      for (const pair of pairs) tradePair(market, pair, open, notional, stop);
    },
  });
}

function tradePair(market: CrossSectionContext, pair: Pair, open: number, notional: number, stop: number): void {
  const { one, other, base, deviation } = pair;
  const say = (reason: string): void => {
    market.explain(one, `pair with ${market.symbols[other]!}: ${reason}`);
    market.explain(other, `pair with ${market.symbols[one]!}: ${reason}`);
  };
  if (pair.broken) return say('broken; waits for the next formation');
  const spread = market.close(one) / base[0] - market.close(other) / base[1];
  if (pair.side !== 0) {
    const bothHeld = market.held(one) !== 0 && market.held(other) !== 0;
    if (market.row > pair.openedRow && !bothHeld) {
      pair.broken = true;
      return closeBoth(market, pair, 'a leg was stopped or never filled, so the other goes too');
    }
    if (spread * pair.side >= 0) return closeBoth(market, pair, 'the prices crossed');
    return say('open; waits for the prices to cross');
  }
  if (Math.abs(spread) <= open * deviation) return say(`closer than ${open} deviations`);
  pair.side = spread > 0 ? -1 : 1;
  pair.openedRow = market.row;
  const [dear, cheap] = spread > 0 ? [one, other] : [other, one];
  market.explain(dear, `pair with ${market.symbols[cheap]!}: apart by more than ${open} deviations, sold short as the dear one`);
  market.explain(cheap, `pair with ${market.symbols[dear]!}: apart by more than ${open} deviations, bought as the cheap one`);
  openLeg(market, dear, -1, notional, stop);
  openLeg(market, cheap, 1, notional, stop);
}

function closeBoth(market: CrossSectionContext, pair: Pair, reason: string): void {
  if (pair.side === 0) return;
  for (const [symbol, partner] of [
    [pair.one, pair.other],
    [pair.other, pair.one],
  ] as const) {
    market.explain(symbol, `pair with ${market.symbols[partner]!}: closed, ${reason}`);
    closeLeg(market, symbol);
  }
  pair.side = 0;
}

/** Disjoint pairs by the sum of squared differences of their normalised closes, closest first. */
function closestPairs({ closes }: Panel, most: number): Pair[] {
  const known = [...closes.keys()];
  const normal = new Map(known.map((symbol) => [symbol, closes.get(symbol)!.map((close, _, all) => close / all[0]!)]));
  const candidates = known.flatMap((one, at) =>
    known.slice(at + 1).map((other) => {
      const gap = normal.get(one)!.map((value, row) => value - normal.get(other)![row]!);
      return { one, other, distance: gap.reduce((sum, value) => sum + value * value, 0), deviation: deviationOf(gap) };
    }),
  );
  candidates.sort((a, b) => a.distance - b.distance || a.one - b.one || a.other - b.other);
  const taken = new Set<number>();
  const chosen: Pair[] = [];
  for (const { one, other, deviation } of candidates) {
    if (chosen.length === most) break;
    if (taken.has(one) || taken.has(other) || deviation === 0) continue;
    taken.add(one).add(other);
    const base = [closes.get(one)!.at(-1)!, closes.get(other)!.at(-1)!] as const;
    chosen.push({ one, other, base, deviation, side: 0, openedRow: 0, broken: false });
  }
  return chosen;
}

import { DAY_MS, UserError } from '#core';
import type { CrossSectionContext } from './contract.ts';

/** Part of equity that portfolios put to work; the rest is left for fees and gaps. */
export const INVESTED = 0.95;

export interface RankingRule<Name extends string> {
  /** What ranks a symbol, high is best; NaN while it is not known. */
  readonly value: (market: CrossSectionContext<Name>, symbol: number) => number;
  /** Bars between rankings. */
  readonly every: number;
  /** Symbols held; 0 is a third of them, at least one. */
  readonly hold: number;
  /** Only symbols whose value is above this are held; default: all. */
  readonly above?: number;
  /** Also sells as many of the lowest, half of the money on each side. */
  readonly shorts?: boolean;
  /** Stop of each entry, as a fraction of the price; 0 or absent is none, and a paper session refuses entries without one. */
  readonly stop?: number;
}

/**
 * The `decide` of a strategy that ranks all symbols every so many bars and holds the best in equal parts. Tells every symbol on every
 * bar why it is held or not: its rank, or that the next ranking is not due. Equal values rank by name.
 */
export function holdTopRanked<const Name extends string>(rule: RankingRule<Name>): (market: CrossSectionContext<Name>) => void {
  const { value, every, hold, above = Number.NEGATIVE_INFINITY, shorts = false, stop = 0 } = rule;
  const schedule = rebalanceEvery(every);
  return (market) => {
    if (!schedule.due(market)) return;
    const ranked = rankSymbols(market, value);
    if (ranked.length === 0) return;
    const count = hold === 0 ? Math.max(1, Math.floor(market.symbols.length / 3)) : hold;
    const part = (shorts ? INVESTED / 2 : INVESTED) / count;
    const weights = new Map<string, number>();
    ranked.forEach((one, at) => {
      const place = `rank ${at + 1} of ${ranked.length}`;
      const long = at < count && one.value > above;
      const short = !long && shorts && at >= ranked.length - count;
      if (long || short) weights.set(one.name, long ? part : -part);
      schedule.tell(market, one.symbol, `${place}, ${standing(long, short, at < count, count, above)}`);
    });
    market.symbols.forEach((_, symbol) => {
      if (market.present(symbol) && !ranked.some((one) => one.symbol === symbol))
        schedule.tell(market, symbol, 'its value is not known yet');
    });
    market.targetWeights(weights, stop === 0 ? undefined : stop);
  };
}

function standing(long: boolean, short: boolean, inTop: boolean, count: number, above: number): string {
  if (short) return `in the bottom ${count}: sold short`;
  if (long) return `in the top ${count}`;
  return inTop ? `but its value is not above ${above}` : `not in the top ${count}`;
}

export interface RankedSymbol {
  /** Index into `market.symbols`. */
  readonly symbol: number;
  readonly name: string;
  readonly value: number;
}

/** The symbols that have a bar and a value at this instant, highest first, equal values by name. */
export function rankSymbols<Name extends string>(
  market: CrossSectionContext<Name>,
  value: RankingRule<Name>['value'],
): readonly RankedSymbol[] {
  return market.symbols
    .map((name, symbol) => ({ symbol, name, value: market.present(symbol) ? value(market, symbol) : Number.NaN }))
    .filter((one) => !Number.isNaN(one.value))
    .sort((one, other) => other.value - one.value || (one.name < other.name ? -1 : 1));
}

/** When a portfolio is made anew, and what each symbol was told then. */
export interface Schedule {
  /** True when the portfolio is due; otherwise repeats to every symbol what it was told last. */
  due(market: CrossSectionContext): boolean;
  /** Explains a symbol, remembers it until the portfolio is due again, and counts the bars from here. */
  tell(market: CrossSectionContext, symbol: number, reason: string): void;
}

/** A portfolio made anew every so many bars, counted from the first bar on which a symbol was told something. */
export function rebalanceEvery(bars: number): Schedule {
  if (!(bars >= 1)) throw new UserError(`a portfolio cannot be made anew every ${bars} bars`, 'Use a whole number from 1.');
  let next = 0;
  let told: (string | undefined)[] = [];
  return {
    due(market) {
      if (market.row === 0) {
        next = 0;
        told = [];
      }
      if (market.row >= next) return true;
      for (let symbol = 0; symbol < told.length; symbol++) {
        const before = told[symbol];
        if (before !== undefined && market.present(symbol)) market.explain(symbol, before);
      }
      return false;
    },
    tell(market, symbol, reason) {
      if (market.row >= next) told = [];
      next = market.row + bars;
      told[symbol] = bars === 1 ? undefined : `not a rebalance day; on ${dayText(market.time)}: ${reason}`;
      market.explain(symbol, reason);
    },
  };
}

function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, time % DAY_MS === 0 ? 10 : 16);
}

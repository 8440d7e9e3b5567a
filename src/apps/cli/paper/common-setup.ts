import { UserError } from '#core';
import type { DataSource } from '#data';
import type { AssetClass, BarSeries } from '#domain';
import type { SessionSetup } from '#live';
import { breakerOf } from './safety.ts';
import { instrumentFor, profileFor, type PipelineConfig } from '#research';

/** What is traded, on which bars, and what to tell the user about both. */
export interface PaperPlan {
  readonly setup: SessionSetup;
  /** The bars to be replayed, in full; with `live` those known at the start. */
  readonly series: readonly BarSeries[];
  readonly what: string;
  readonly notes: readonly string[];
  /** After the known bars, new ones from here. */
  readonly live?: { readonly source: DataSource; readonly everyMs: number };
}

/** What every plan sets the same way. */
export function commonSetup(
  series: readonly BarSeries[],
  assetClass: AssetClass,
  { trading, seed, safety }: Pick<PipelineConfig, 'trading' | 'seed' | 'safety'>,
  tradeFrom: number,
  source: string,
): Omit<SessionSetup, 'strategies' | 'account'> {
  const { timeframe } = series[0]!;
  if (series.some((bars) => bars.timeframe.id !== timeframe.id))
    throw new UserError('the symbols have bars of different lengths', 'Choose one with --timeframe.');
  return {
    instruments: series.map(({ symbol }) => instrumentFor(symbol, assetClass)),
    timeframe,
    profile: profileFor(trading.profile, assetClass),
    seed,
    tradeFrom,
    source,
    safety: breakerOf(safety),
  };
}

export function dateOf(text: string): number {
  const time = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(time)) throw new UserError(`"${text}" is not a date`, 'Use YYYY-MM-DD.');
  return time;
}

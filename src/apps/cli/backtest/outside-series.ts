import { readFileSync } from 'node:fs';
import { contentHash, sha256 } from '#core';
import { joinLateSeries, snake, type LateSeries } from '#data';
import type { BarSeries } from '#domain';
import type { AccountEvent } from '#engine';
import type { ExternalColumns } from '#features';
import { checkLateSymbols, type LateSeriesConfig } from '#research';
import { loadLateSeries } from '../../late-series.ts';

/** Series from outside the bars, as a run takes them. */
export interface OutsideSeries {
  /** By symbol and name, one value a bar, as known at its close. */
  readonly externals: Readonly<Record<string, ExternalColumns>>;
  /** What a column called `funding_rate` makes positions pay. */
  readonly funding: readonly AccountEvent[];
  readonly names: readonly string[];
  /** Names the files and how they are read. */
  readonly fingerprint: string;
}

/** Reads the late-known series of the configuration for a backtest; undefined when it names none. */
export async function readOutsideSeries(
  configured: readonly LateSeriesConfig[],
  series: readonly BarSeries[],
): Promise<OutsideSeries | undefined> {
  if (configured.length === 0) return undefined;
  const late = await loadLateSeries(configured);
  checkLateSymbols(
    late,
    series.map(({ symbol }) => symbol),
  );
  return {
    externals: Object.fromEntries(series.map((bars) => [bars.symbol, joinLateSeries(bars, late)])),
    funding: series.flatMap((bars) => fundingOf(bars, late)),
    names: late.map(({ name }) => name),
    fingerprint: contentHash(configured.map(({ file, ...how }) => ({ ...how, sha256: sha256(readFileSync(file)) }))),
  };
}

/** Funding takes effect at the time it is of, whenever the strategy came to know it. */
function fundingOf({ symbol, time, timeframe }: BarSeries, late: readonly LateSeries[]): AccountEvent[] {
  const [first, end] = [time[0]!, time.at(-1)! + timeframe.ms];
  return late
    .filter(({ column }) => snake(column) === 'funding_rate')
    .flatMap(({ bySymbol }) => {
      const { eventTime, value } = bySymbol.get(symbol) ?? bySymbol.get('') ?? { eventTime: [], value: [] };
      return Array.from(eventTime, (at, row): AccountEvent => ({ kind: 'funding', symbol, time: at, rate: value[row]! }));
    })
    .filter((event) => event.time > first && event.time < end);
}

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng } from '#core';
import { syntheticMarket } from '#data';
import { instrument, parseTimeframe, type BarSeries } from '#domain';
import { executionProfile } from '#execution';
import type { IncomingBar, SessionSetup } from '#live';
import { BUILT_IN_STRATEGIES, prepare, type Strategy } from '#strategy';

export const HOUR = parseTimeframe('1h');

/** Two symbols of a synthetic market, hourly. */
export function market(symbols: readonly string[], bars: number, seed: number): readonly BarSeries[] {
  return syntheticMarket(
    {
      symbols,
      timeframe: HOUR,
      bars,
      start: Date.UTC(2024, 0, 1),
      venueHours: 'always',
      edge: { kind: 'momentum', lookbackBars: 20, informationCoefficient: 0.1 },
    },
    createRng(seed),
  );
}

export function named(name: string, symbols: number, parameters: Readonly<Record<string, number>> = {}): Strategy {
  return prepare(BUILT_IN_STRATEGIES.find((recipe) => recipe.name === name)!, parameters, { seed: 7, symbols });
}

export function setupFor(
  series: readonly BarSeries[],
  strategies: readonly Strategy[],
  differing: Partial<SessionSetup> = {},
): SessionSetup {
  return {
    instruments: series.map(({ symbol }) => instrument(symbol, 'synthetic', { lotSize: 1e-6, minQuantity: 1e-6 })),
    timeframe: series[0]!.timeframe,
    strategies,
    account: { cash: 100_000, leverage: 2 },
    profile: executionProfile('harsh'),
    seed: 11,
    tradeFrom: series[0]!.time[60]!,
    source: 'synthetic',
    ...differing,
  };
}

export function barAt(bars: BarSeries, row: number): IncomingBar {
  return {
    symbol: bars.symbol,
    time: bars.time[row]!,
    open: bars.open[row]!,
    high: bars.high[row]!,
    low: bars.low[row]!,
    close: bars.close[row]!,
    volume: bars.volume[row]!,
  };
}

export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'edgewright-live-'));
}

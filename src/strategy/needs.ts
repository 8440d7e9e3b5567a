import { DAY_MS, HOUR_MS, MINUTE_MS, UserError } from '#core';
import type { Timeframe } from '#domain';
import type { Strategy } from './contract.ts';

/** What a run has, as far as a strategy may need it. */
export interface RunData {
  readonly symbols: number;
  readonly timeframe: Timeframe;
  readonly externals: readonly string[];
}

/** Throws `UserError` when the run lacks what the strategy cannot trade without. */
export function checkNeeds({ name, needs }: Pick<Strategy, 'name' | 'needs'>, run: RunData): void {
  if (needs === undefined) return;
  const { symbols = 1, longestBarMs = Number.POSITIVE_INFINITY, externals = [] } = needs;
  if (run.symbols < symbols)
    throw new UserError(
      `strategy ${name} needs at least ${symbols} symbols, this run has ${run.symbols}`,
      'Name more: --symbols AAA,BBB,…',
    );
  if (run.timeframe.ms > longestBarMs)
    throw new UserError(
      `strategy ${name} needs bars of ${lengthText(longestBarMs)} or shorter, these are ${run.timeframe.id}`,
      'Choose intraday data: --timeframe 5m',
    );
  const absent = externals.find((one) => !run.externals.includes(one));
  if (absent !== undefined)
    throw new UserError(
      `strategy ${name} needs the series "${absent}", which these data do not have`,
      `Give a file with time, known_time, symbol and value: --series ${absent}.csv`,
    );
}

/** `needs` in words for a list; empty when there are none. */
export function needsText({ needs = {} }: Pick<Strategy, 'needs'>): string {
  const { symbols, longestBarMs, externals = [] } = needs;
  return [
    ...(symbols === undefined ? [] : [`${symbols} symbols or more`]),
    ...(longestBarMs === undefined ? [] : [`bars of ${lengthText(longestBarMs)} or shorter`]),
    ...externals.map((name) => `the series "${name}"`),
  ].join(', ');
}

function lengthText(ms: number): string {
  if (ms % DAY_MS === 0) return `${ms / DAY_MS}d`;
  return ms % HOUR_MS === 0 ? `${ms / HOUR_MS}h` : `${ms / MINUTE_MS}m`;
}

import { toIso } from '#core';
import type { Timeframe } from '#domain';

/** A bar as it came from a feed, not yet believed: start of the bar in UTC milliseconds, prices, volume. */
export interface IncomingBar {
  readonly symbol: string;
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Where the session stands: what a bar is judged against. */
export interface GateState {
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  /** Start of the last instant taken; −Infinity at the beginning. */
  readonly lastTime: number;
  readonly now: number;
}

/** Why a bar is not taken, in one line, or undefined. Zero volume is a bar: a quiet one. */
export function barFault(bar: IncomingBar, state: GateState): string | undefined {
  const { symbol, time, open, high, low, close, volume } = bar;
  if (!state.symbols.includes(symbol)) return `${symbol} is not traded in this session`;
  if (!Number.isFinite(time)) return `${symbol}: the bar has no time`;
  const at = toIso(time);
  for (const [name, value] of Object.entries({ open, high, low, close })) {
    if (!Number.isFinite(value)) return `${symbol} ${at}: ${name} is ${value}`;
    if (value <= 0) return `${symbol} ${at}: ${name} is ${value}, not a price`;
  }
  if (!(volume >= 0) || volume === Number.POSITIVE_INFINITY) return `${symbol} ${at}: volume is ${volume}`;
  if (high < Math.max(open, close, low) || low > Math.min(open, close))
    return `${symbol} ${at}: open ${open}, high ${high}, low ${low}, close ${close} contradict each other`;
  if (time + state.timeframe.ms > state.now) return `${symbol} ${at}: the bar is not closed yet`;
  if (time === state.lastTime) return `${symbol} ${at}: a duplicate, or a second bar of an instant that is done`;
  if (time < state.lastTime) return `${symbol} ${at}: out of order, ${toIso(state.lastTime)} was taken already`;
  return undefined;
}

import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from '#data';
import type { Timeframe } from '#domain';
import type { IncomingBar } from '#live';
import type { Instant } from './replay.ts';

export interface PollOptions {
  readonly source: DataSource;
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  /** Start of the last bar that is known. */
  readonly since: number;
  readonly everyMs: number;
  readonly stop: AbortSignal;
  readonly now: () => number;
  /** Told of each failed round, and with an empty text of each good one. */
  readonly onRound: (fault: string) => void;
}

/**
 * New complete bars as a source comes to have them, one instant at a time. An instant waits for all its symbols, at most two rounds
 * beyond its close. A round that fails gives nothing and is tried again: what was missed comes with the next good one.
 */
export async function* poll(options: PollOptions): AsyncGenerator<Instant> {
  const { symbols, timeframe, stop, now, everyMs } = options;
  const last = new Map(symbols.map((symbol) => [symbol, options.since]));
  const waiting = new Map<number, Map<string, IncomingBar>>();
  let given = options.since;
  while (!stop.aborted) {
    try {
      for (const symbol of symbols) {
        for (const bar of await newBars(options, symbol, last.get(symbol)!)) {
          last.set(symbol, bar.time);
          const instant = waiting.get(bar.time) ?? new Map<string, IncomingBar>();
          waiting.set(bar.time, instant.set(symbol, bar));
        }
      }
      options.onRound('');
    } catch (error) {
      options.onRound(error instanceof Error ? error.message : String(error));
    }
    for (const time of [...waiting.keys()].sort((one, other) => one - other)) {
      const bars = waiting.get(time)!;
      const closedAt = time + timeframe.ms;
      // A bar that comes after its instant was given is offered all the same, so that the gate says why it is refused.
      if (bars.size < symbols.length && now() < closedAt + 2 * everyMs && time > given) break;
      waiting.delete(time);
      given = Math.max(given, time);
      yield { time, closedAt, bars: [...bars.values()] };
    }
    await wait(everyMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

async function newBars({ source, timeframe, now }: PollOptions, symbol: string, since: number): Promise<readonly IncomingBar[]> {
  // From the last known bar itself on, so that there is something to answer with.
  const { columns } = await source.load({ symbol, timeframe, ...(Number.isFinite(since) ? { from: since } : {}) });
  const { time, open, high, low, close, volume } = columns;
  const bars: IncomingBar[] = [];
  for (let row = 0; row < time.length; row++) {
    if (time[row]! <= since || time[row]! + timeframe.ms > now()) continue;
    bars.push({ symbol, time: time[row]!, open: open[row]!, high: high[row]!, low: low[row]!, close: close[row]!, volume: volume[row]! });
  }
  return bars.sort((one, other) => one.time - other.time);
}

import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from '#data';
import type { Timeframe } from '#domain';
import type { IncomingBar } from '#live';
import type { Instant } from './replay.ts';

/** Wall time as a session sees it: UTC milliseconds, and a sleep that a signal ends. */
export interface WallClock {
  now(): number;
  sleep(ms: number, stop: AbortSignal): Promise<unknown>;
}

export const MACHINE_CLOCK: WallClock = {
  now: () => Date.now(),
  sleep: (ms, stop) => wait(ms, undefined, { signal: stop }).catch(() => undefined),
};

export interface PollOptions {
  readonly source: DataSource;
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  /** Start of the last bar that is known. */
  readonly since: number;
  readonly everyMs: number;
  readonly stop: AbortSignal;
  readonly clock: WallClock;
  /** Told of each failed round, and with an empty text of each good one. */
  readonly onRound: (fault: string) => void;
}

/** How many good rounds a hole in a symbol's bars is asked for again before it is taken for the market's own. */
const HOLE_ROUNDS = 2;
/** So many bars before the last one are asked for again, to notice one that comes late. */
const LOOK_BACK_BARS = 8;

/**
 * New complete bars as a source comes to have them, one instant at a time. An instant waits for all its symbols, at most two rounds
 * beyond its close; a hole in a symbol's bars is asked for again, and what follows it waits, at most two rounds. What comes too late or
 * twice is offered all the same, so that the gate says why it is refused. A round that fails gives nothing and is tried again: what was
 * missed comes with the next good one.
 */
export async function* poll(options: PollOptions): AsyncGenerator<Instant> {
  const { symbols, timeframe, stop, clock, everyMs } = options;
  const lanes = symbols.map((symbol) => new Lane(options, symbol));
  const waiting = new Map<number, IncomingBar[]>();
  let given = options.since;
  while (!stop.aborted) {
    try {
      for (const lane of lanes) {
        for (const bar of await lane.newBars()) {
          const instant = waiting.get(bar.time);
          if (instant === undefined) waiting.set(bar.time, [bar]);
          else instant.push(bar);
        }
      }
      options.onRound('');
    } catch (error) {
      options.onRound(error instanceof Error ? error.message : String(error));
    }
    const asksForHole = lanes.some((lane) => lane.asksForHole);
    for (const time of [...waiting.keys()].sort((one, other) => one - other)) {
      const bars = waiting.get(time)!;
      const closedAt = time + timeframe.ms;
      const whole = new Set(bars.map(({ symbol }) => symbol)).size === symbols.length;
      if (!whole && time > given && (asksForHole || clock.now() < closedAt + 2 * everyMs)) break;
      waiting.delete(time);
      given = Math.max(given, time);
      yield { time, closedAt, bars };
    }
    await clock.sleep(everyMs, stop);
  }
}

/** What has been seen of one symbol. */
class Lane {
  readonly #options: PollOptions;
  readonly #symbol: string;
  #last: number;
  /** What was passed on of the bars that are asked for again, by start. */
  readonly #seen = new Map<number, Set<string>>();
  #holeRounds = 0;

  constructor(options: PollOptions, symbol: string) {
    this.#options = options;
    this.#symbol = symbol;
    this.#last = options.since;
  }

  get asksForHole(): boolean {
    return this.#holeRounds > 0;
  }

  /** What is new, in time order; what lies behind a hole only when the hole has been asked for often enough. */
  async newBars(): Promise<readonly IncomingBar[]> {
    const { timeframe, since } = this.#options;
    const found: IncomingBar[] = [];
    for (const bar of await this.#closedBars()) {
      if (bar.time <= since) continue;
      const text = [bar.open, bar.high, bar.low, bar.close, bar.volume].join();
      if (bar.time > this.#last) {
        if (Number.isFinite(this.#last) && bar.time > this.#last + timeframe.ms && this.#holeRounds < HOLE_ROUNDS) {
          this.#holeRounds++;
          return found;
        }
        this.#holeRounds = 0;
        this.#last = bar.time;
      } else if (this.#seen.get(bar.time)?.has(text) === true) continue;
      this.#seen.set(bar.time, (this.#seen.get(bar.time) ?? new Set()).add(text));
      found.push(bar);
    }
    return found;
  }

  async #closedBars(): Promise<readonly IncomingBar[]> {
    const { source, timeframe, clock } = this.#options;
    const symbol = this.#symbol;
    // From known bars on, so that there is always something to answer with.
    const from = this.#last - LOOK_BACK_BARS * timeframe.ms;
    for (const time of this.#seen.keys()) if (time < from) this.#seen.delete(time);
    const { columns } = await source.load({ symbol, timeframe, ...(Number.isFinite(from) ? { from } : {}) });
    const { time, open, high, low, close, volume } = columns;
    const bars: IncomingBar[] = [];
    for (let row = 0; row < time.length; row++) {
      if (time[row]! + timeframe.ms > clock.now()) continue;
      bars.push({ symbol, time: time[row]!, open: open[row]!, high: high[row]!, low: low[row]!, close: close[row]!, volume: volume[row]! });
    }
    return bars.sort((one, other) => one.time - other.time);
  }
}

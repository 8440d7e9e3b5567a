import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toIso, UserError } from '#core';
import type { DataSource } from '#data';
import { barSeries, firstRowAtOrAfter, parseTimeframe, sliceBars, type BarSeries } from '#domain';
import type { PipelineConfig } from '#research';
import type { ResolvedConfig } from '../../config/layers.ts';
import { openSource } from '../../sources.ts';
import type { CliEnvironment } from '../terminal.ts';
import type { PaperPlan } from './common-setup.ts';
import { changedOf, modelPlan, readModel, type ModelPlan } from './model-plan.ts';

/** Stored bars that the source is asked for again, to see that both tell the same history. */
const OVERLAP_BARS = 20;

export interface LiveModelOptions {
  readonly workspace: string;
  /** The state folder: a session that is there goes on from its own first bar. */
  readonly state: string;
  readonly now: () => number;
  /** Where bars come from; default: what the model was made with, or what flags name. */
  readonly source?: DataSource;
}

/**
 * The pipeline's model on bars as they close. Its own bars are the history; what has closed since is fetched and joined to it, so that
 * features at the first live bar are those of a batch over everything up to it. Trading begins with the bar that is forming now.
 */
export async function planLiveModel(
  { workspace, state, now, source }: LiveModelOptions,
  given: ResolvedConfig<PipelineConfig>,
  io: CliEnvironment,
): Promise<ModelPlan> {
  const saved = await readModel(workspace, given);
  const { timeframe } = saved.series[0]!;
  const data = changedOf('data', saved.parts.config, given);
  if (data.timeframe !== timeframe.id)
    throw new UserError(`the model was made on ${timeframe.id} bars, not ${data.timeframe}`, 'Leave --timeframe away.');
  const symbols = saved.series.map(({ symbol }) => symbol);
  const venue = source ?? (await openLive(data, symbols, given.value.seed, io));
  const series = await Promise.all(saved.series.map((bars) => joined(bars, venue, now)));
  const plan = modelPlan(saved, series, knownStart(state) ?? Math.floor(now() / timeframe.ms) * timeframe.ms);
  return { ...plan, live: liveFeed(venue, timeframe.ms) };
}

/** A source that may have new bars, asked anew each time. */
export async function openLive(
  data: PipelineConfig['data'],
  symbols: readonly string[],
  seed: number,
  io: CliEnvironment,
): Promise<DataSource> {
  if (data.source === 'demo' || data.source === 'synthetic')
    throw new UserError(
      `source "${data.source}" never has a new bar`,
      'Use --source ccxt:<exchange>, alpaca, or files that grow (--source files --path bars/).',
    );
  if (data.corporateActions !== undefined)
    throw new UserError(
      '--corporate-actions (data.corporateActions) does not go with --live: new bars come unadjusted, and the adjusted history before them would be in other units',
      'Use a source that adjusts its prices, or leave the corporate actions out.',
    );
  const path = data.path === undefined ? {} : { path: resolve(io.cwd, data.path) };
  return openSource({ ...data, ...path }, { environment: io.environment, seed, symbols, keepNothing: true });
}

export function liveFeed(source: DataSource, timeframeMs: number): NonNullable<PaperPlan['live']> {
  return { source, everyMs: Math.min(30_000, Math.max(500, timeframeMs / 12)) };
}

/** Start of trading of the session that a folder holds. */
export function knownStart(state: string): number | undefined {
  const path = join(state, 'journal.jsonl');
  const head = existsSync(path) ? readFileSync(path, 'utf8').split('\n', 2) : [];
  return head.length === 2 ? (JSON.parse(head[0]!) as { tradeFrom?: number }).tradeFrom : undefined;
}

/** Stored bars, and after them those that have closed since. Refuses a source that tells another history than the stored bars. */
async function joined(stored: BarSeries, source: DataSource, now: () => number): Promise<BarSeries> {
  const { symbol, timeframe } = stored;
  const first = Math.max(0, stored.length - OVERLAP_BARS);
  const { columns } = await source.load({ symbol, timeframe, from: stored.time[first]! });
  const order = Array.from(columns.time.keys())
    .filter((row) => columns.time[row]! + timeframe.ms <= now())
    .sort((one, other) => columns.time[one]! - columns.time[other]! || one - other)
    .filter((row, at, rows) => at === 0 || columns.time[row] !== columns.time[rows[at - 1]!]);
  const column = (name: 'time' | 'open' | 'high' | 'low' | 'close' | 'volume') => Float64Array.from(order, (row) => columns[name][row]!);
  const [time, open, high, low, close, volume] = (['time', 'open', 'high', 'low', 'close', 'volume'] as const).map(column);
  const fresh = barSeries(symbol, timeframe, { time: time!, open: open!, high: high!, low: low!, close: close!, volume: volume! });
  checkOverlap(stored, first, fresh);
  return append(stored, sliceBars(fresh, firstRowAtOrAfter(fresh, stored.time.at(-1)! + 1), fresh.length));
}

function checkOverlap(stored: BarSeries, first: number, fresh: BarSeries): void {
  const { symbol } = stored;
  let common = 0;
  for (let row = first; row < stored.length; row++) {
    const at = firstRowAtOrAfter(fresh, stored.time[row]!);
    if (fresh.time[at] !== stored.time[row]) continue;
    common++;
    if (Math.abs(fresh.close[at]! / stored.close[row]! - 1) > 1e-6)
      throw new UserError(
        `${symbol}: the source now says ${fresh.close[at]} for the close of ${toIso(stored.time[row]!)}, the model was made on ${stored.close[row]}`,
        'Another source, or its history was adjusted since. Make the model on its bars: edgewright pipeline.',
      );
  }
  if (common === 0)
    throw new UserError(
      `${symbol}: the source has none of the last bars that the model was made on, which end ${toIso(stored.time.at(-1)!)}`,
      'Without them there would be a hole before the first live bar. Make the model on newer bars: edgewright pipeline.',
    );
}

function append(stored: BarSeries, more: BarSeries): BarSeries {
  const both = (one: Float64Array, other: Float64Array): Float64Array => {
    const joinedUp = new Float64Array(one.length + other.length);
    joinedUp.set(one);
    joinedUp.set(other, one.length);
    return joinedUp;
  };
  return barSeries(stored.symbol, parseTimeframe(stored.timeframe.id), {
    time: both(stored.time, more.time),
    open: both(stored.open, more.open),
    high: both(stored.high, more.high),
    low: both(stored.low, more.low),
    close: both(stored.close, more.close),
    volume: both(stored.volume, more.volume),
  });
}

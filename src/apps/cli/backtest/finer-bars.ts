import { UserError } from '#core';
import { firstRowAtOrAfter, parseTimeframe, sliceBars, type BarSeries } from '#domain';
import type { PipelineConfig } from '#research';
import type { ResolvedConfig } from '../../config/layers.ts';
import { isPath } from '../../config/paths.ts';
import type { CliEnvironment } from '../terminal.ts';
import { loadBars, type FinerBars, type LoadedBars } from './load-bars.ts';

/**
 * Loads what `--finer` names: a length of bar (5m) of the run's own source, or a file or folder of shorter bars. Every symbol of the run
 * must have some; where they begin later or have a hole, a bar keeps the pessimistic rule.
 */
export async function readFinerBars(
  given: string,
  run: LoadedBars,
  { value, origins }: Pick<ResolvedConfig<PipelineConfig>, 'value' | 'origins'>,
  io: CliEnvironment,
): Promise<FinerBars> {
  const fromPath = isPath(given, io.cwd);
  const timeframe = fromPath ? undefined : parseTimeframe(given).id;
  const { secondSource: _, ...own } = value.data;
  const data = fromPath ? { ...own, source: 'files', path: given } : { ...own, timeframe: timeframe! };
  const symbols = run.series.map(({ symbol }) => symbol);
  const asked = new Map([...origins, ['data.timeframe', fromPath ? 'default' : '--finer'] as const]);
  const loaded = await loadBars({ value: { ...value, symbols, data }, origins: asked }, io, 'splits');
  const coarse = run.series[0]!.timeframe;
  const notFiner = loaded.series.find((series) => series.timeframe.ms >= coarse.ms);
  if (notFiner !== undefined)
    throw new UserError(
      `the finer bars of ${notFiner.symbol} are ${notFiner.timeframe.id}, those of the run ${coarse.id}`,
      'Give a shorter length: --finer 1m',
    );
  const series = loaded.series.map((fine, at) => during(fine, run.series[at]!));
  const none = series.find(({ length }) => length === 0);
  if (none !== undefined) throw new UserError(`${none.symbol} has no finer bars in the dates of the run`, 'Choose dates that both cover.');
  return { series, fingerprint: loaded.provenance.map(({ sha256 }, at) => `${series[at]!.timeframe.id} ${sha256}`).join(', ') };
}

/** Rows within the run's bars, as views. */
function during(fine: BarSeries, { time, timeframe }: BarSeries): BarSeries {
  return sliceBars(fine, firstRowAtOrAfter(fine, time[0]!), firstRowAtOrAfter(fine, time.at(-1)! + timeframe.ms));
}

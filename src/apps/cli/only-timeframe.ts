import type { PipelineConfig } from '#research';
import type { ResolvedConfig } from '../config/layers.ts';
import { openSource } from '../sources.ts';
import type { CliEnvironment } from './terminal.ts';

/**
 * The settings with the length of bar that the user's files have, where no length was asked for and the files have just one; says so
 * when it is not the default.
 */
export async function withOnlyTimeframe({ value, origins }: ResolvedConfig<PipelineConfig>, io: CliEnvironment): Promise<PipelineConfig> {
  const { data, symbols, seed } = value;
  if (data.source !== 'files' || (origins.get('data.timeframe') ?? 'default') !== 'default') return value;
  const source = await openSource(data, { environment: io.environment, seed, symbols });
  const wanted = (await source.list()).filter(({ symbol }) => symbols.length === 0 || symbols.includes(symbol));
  const [only, ...others] = new Set(wanted.map(({ timeframe }) => timeframe.id));
  if (only === undefined || others.length > 0 || only === data.timeframe) return value;
  io.stderr.write(`The files hold ${only} bars and no others, so these are used (as --timeframe ${only} would say).\n`);
  return { ...value, data: { ...data, timeframe: only } };
}

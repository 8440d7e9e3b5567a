import { pipelineConfigSchema, type PipelineConfig } from '#research';
import { UserError } from '#core';
import { resolveConfig, type ConfigLayer, type ConfigTree, type ResolvedConfig } from '../config/layers.ts';
import { withAbsolutePaths } from '../config/paths.ts';
import { environmentLayer, fileLayer, parseScalar, setPath, splitList } from '../config/sources.ts';
import { CONFIG_FLAGS, type CommonOptions } from './config-flags.ts';
import type { CliEnvironment } from './terminal.ts';

/** defaults ← file ← environment ← flags, checked. */
export async function resolveOptions(options: CommonOptions, io: CliEnvironment): Promise<ResolvedConfig<PipelineConfig>> {
  const layers: ConfigLayer[] = [await fileLayer(options.config, io.cwd), environmentLayer(io.environment), flagLayer(options)];
  const resolved = resolveConfig(pipelineConfigSchema, layers);
  return { ...resolved, value: withAbsolutePaths(resolved.value, io.cwd) };
}

function flagLayer(options: CommonOptions): ConfigLayer {
  const values: ConfigTree = {};
  for (const flag of CONFIG_FLAGS) {
    const name = /--([a-z-]+)/.exec(flag.flags)![1]!.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const given = options[name];
    if (typeof given !== 'string') continue;
    // A file's name may hold a space.
    const list = flag.list
      ? flag.key === 'features.series'
        ? given
            .split(',')
            .map((file) => file.trim())
            .filter((file) => file !== '')
        : splitList(given)
      : undefined;
    if (list?.length === 0) throw new UserError(`--${name} is empty`, `Name one or more, or leave --${name} out for all.`);
    setPath(values, flag.key.split('.'), list ?? (TEXT_KEYS.has(flag.key) ? given : parseScalar(given)));
  }
  for (const pair of options.set ?? []) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UserError(`--set takes key=value, got "${pair}"`, 'Example: --set model.trees=500');
    setPath(values, pair.slice(0, at).split('.'), parseScalar(pair.slice(at + 1)));
  }
  return { name: 'command line', values };
}

const TEXT_KEYS = new Set([
  'data.source',
  'data.path',
  'data.timeframe',
  'data.start',
  'data.end',
  'data.assetClass',
  'data.corporateActions',
  'data.secondSource',
  'trading.profile',
]);

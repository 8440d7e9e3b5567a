import { pipelineConfigSchema, type PipelineConfig } from '#research';
import { UserError } from '#core';
import type { Command } from 'commander';
import { resolveConfig, type ConfigLayer, type ConfigTree, type ResolvedConfig } from '../config/layers.ts';
import { withAbsolutePaths } from '../config/paths.ts';
import { environmentLayer, fileLayer, parseScalar, setPath, splitList } from '../config/sources.ts';
import type { CliEnvironment } from './terminal.ts';

/** Flags that set a configuration key each, shared by every command that reads the configuration. */
const FLAGS: readonly { readonly flags: string; readonly text: string; readonly key: string; readonly list?: true }[] = [
  { flags: '--symbols <list>', text: 'comma-separated symbols (default: all that the source has)', key: 'symbols', list: true },
  { flags: '--source <name>', text: 'demo, synthetic, files, ccxt:<exchange> or alpaca', key: 'data.source' },
  { flags: '--path <path>', text: 'file or folder of bars, for --source files', key: 'data.path' },
  { flags: '--timeframe <length>', text: 'length of a bar: 1m, 5m, 1h, 1d', key: 'data.timeframe' },
  { flags: '--start <date>', text: 'first day, YYYY-MM-DD', key: 'data.start' },
  { flags: '--end <date>', text: 'day after the last, YYYY-MM-DD', key: 'data.end' },
  { flags: '--asset-class <class>', text: 'us_equity, crypto, fx, index or synthetic', key: 'data.assetClass' },
  { flags: '--corporate-actions <path>', text: 'splits and dividends, for unadjusted bars', key: 'data.corporateActions' },
  { flags: '--second-source <name|path>', text: 'the same bars from elsewhere, to compare with', key: 'data.secondSource' },
  { flags: '--series <files>', text: 'late-known series (CSV or Parquet), comma-separated', key: 'features.series', list: true },
  { flags: '--cash <amount>', text: 'starting cash', key: 'trading.cash' },
  { flags: '--profile <name>', text: 'fill model: optimistic, base or harsh', key: 'trading.profile' },
  { flags: '--seed <number>', text: 'seed of everything random', key: 'seed' },
  { flags: '--workers <number>', text: 'threads for training', key: 'workers' },
];

export function addConfigOptions(command: Command): Command {
  command.option('--config <file>', 'configuration file (default: edgewright.yaml here, if there is one)');
  for (const flag of FLAGS) command.option(flag.flags, flag.text);
  return command
    .option('--set <key=value...>', 'any other setting, e.g. --set model.trees=500')
    .option('--workspace <folder>', 'folder for results/ and models/', '.')
    .option('--json', 'print JSON for machines');
}

export interface CommonOptions {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly workspace: string;
  readonly json?: boolean;
  readonly [name: string]: unknown;
}

/** defaults ← file ← environment ← flags, checked. */
export function readConfig(options: CommonOptions, io: CliEnvironment): ResolvedConfig<PipelineConfig> {
  const layers: ConfigLayer[] = [fileLayer(options.config, io.cwd), environmentLayer(io.environment), flagLayer(options)];
  const resolved = resolveConfig(pipelineConfigSchema, layers);
  return { ...resolved, value: withAbsolutePaths(resolved.value, io.cwd) };
}

function flagLayer(options: CommonOptions): ConfigLayer {
  const values: ConfigTree = {};
  for (const flag of FLAGS) {
    const name = /--([a-z-]+)/.exec(flag.flags)![1]!.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const given = options[name];
    if (typeof given !== 'string') continue;
    const list = flag.list ? splitList(given) : undefined;
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

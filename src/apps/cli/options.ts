import type { PipelineConfig } from '#research';
import type { Command } from 'commander';
import type { ResolvedConfig } from '../config/layers.ts';
import { CONFIG_FLAGS, type CommonOptions } from './config-flags.ts';
import type { CliEnvironment } from './terminal.ts';

export type { CommonOptions } from './config-flags.ts';

export function addConfigOptions(command: Command): Command {
  command.option('--config <file>', 'configuration file (default: edgewright.yaml here, if there is one)');
  for (const flag of CONFIG_FLAGS) command.option(flag.flags, flag.text);
  return command
    .option('--set <key=value...>', 'any other setting, e.g. --set model.trees=500')
    .option('--workspace <folder>', 'folder for results/ and models/', '.')
    .option('--json', 'print JSON for machines');
}

/** defaults ← file ← environment ← flags, checked. The schema is loaded only here: `--help` must not wait for it. */
export async function readConfig(options: CommonOptions, io: CliEnvironment): Promise<ResolvedConfig<PipelineConfig>> {
  const { resolveOptions } = await import('./read-config.ts');
  return resolveOptions(options, io);
}

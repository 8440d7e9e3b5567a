import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { PipelineConfig } from '#research';
import type { ResolvedConfig } from '../../config/layers.ts';
import { addConfigOptions, readConfig, type CommonOptions } from '../options.ts';
import { EXIT, ExitWith, type CliEnvironment } from '../terminal.ts';

interface DataOptions extends CommonOptions {
  readonly out?: string;
  readonly strict?: boolean;
}

/** `data list`, `data check` and `data fetch`. What they name is a source (demo, synthetic, …) or a file or folder. */
export function addDataCommand(program: Command, io: CliEnvironment): void {
  const data = program.command('data').description('Look at, check and fetch bars');
  addConfigOptions(data.command('list [source]').description('What a source or folder has'))
    .addHelpText('after', '\nExamples:\n  edgewright data list\n  edgewright data list bars/\n')
    .action(async (source: string | undefined, options: DataOptions) => {
      const { listData } = await import('../backtest/data-list.ts');
      await listData((await configOf(source, options, io)).value, options.json === true, io);
    });
  addConfigOptions(data.command('check [source]').description('Run the quality gate and show what it found'))
    .option('--strict', 'exit with 3 when a finding is an error')
    .addHelpText('after', '\nExamples:\n  edgewright data check bars/AAPL-1d.csv\n  edgewright data check demo --symbols SP500 --json\n')
    .action(async (source: string | undefined, options: DataOptions) => {
      const { checkData } = await import('../backtest/data-check.ts');
      const clean = await checkData(await configOf(source, options, io), options.json === true, io);
      if (options.strict === true && !clean) throw new ExitWith(EXIT.gateFailed);
    });
  addConfigOptions(data.command('fetch [source]').description('Fetch bars through the quality gate and keep them as Parquet'))
    .option('--out <folder>', 'where they are kept (default: data/ in the workspace)')
    .addHelpText(
      'after',
      '\nBars that are already kept are added to. Use them with: --data data/\n\nExample:\n  edgewright data fetch demo --symbols AAPL --out data\n',
    )
    .action(async (source: string | undefined, options: DataOptions) => {
      const { fetchData } = await import('../backtest/data-fetch.ts');
      const folder = options.out ?? `${options.workspace}/data`.replace(/^\.\//, '');
      await fetchData(await configOf(source, options, io), { given: folder, path: resolve(io.cwd, folder) }, options.json === true, io);
    });
}

async function configOf(source: string | undefined, options: DataOptions, io: CliEnvironment): Promise<ResolvedConfig<PipelineConfig>> {
  const { asSourceAndPath } = await import('../backtest/load-bars.ts');
  return readConfig({ ...options, ...(source === undefined ? {} : asSourceAndPath(source, io.cwd)) }, io);
}

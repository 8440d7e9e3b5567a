import type { Command } from 'commander';
import type { ConfigTree, ConfigValue } from '../../config/layers.ts';
import { addConfigOptions, readConfig, type CommonOptions } from '../options.ts';
import { styleFor, type CliEnvironment } from '../terminal.ts';

export function addConfigCommand(program: Command, io: CliEnvironment): void {
  const config = program
    .command('config')
    .description('Show the settings and where each came from')
    .addHelpText('after', '\nExamples:\n  edgewright config show\n  edgewright config show --set model.trees=500 --json\n');
  addConfigOptions(config.command('show').description('Every setting, its value and its origin')).action(async (options: CommonOptions) => {
    const { value, origins } = await readConfig(options, io);
    const { leafPaths } = await import('../../config/layers.ts');
    const tree: ConfigTree = { ...value };
    if (options.json === true) {
      io.stdout.write(`${JSON.stringify({ settings: value, origins: Object.fromEntries(origins) }, null, 2)}\n`);
      return;
    }
    const style = styleFor(io.stdout, io.environment);
    const paths = leafPaths(tree);
    const width = Math.max(...paths.map((path) => path.length));
    const texts = new Map(paths.map((path) => [path, JSON.stringify(at(tree, path)) ?? '-']));
    const valueWidth = Math.min(32, Math.max(...[...texts.values()].map((text) => text.length)));
    for (const path of paths) {
      const origin = origins.get(path) ?? 'default';
      io.stdout.write(
        `${path.padEnd(width)}  ${texts.get(path)!.padEnd(valueWidth)}  ${origin === 'default' ? style.dim(origin) : style.bold(origin)}\n`,
      );
    }
  });
}

function at(tree: ConfigTree, path: string): ConfigValue {
  return path.split('.').reduce<ConfigValue>((node, key) => (node as ConfigTree)[key], tree);
}

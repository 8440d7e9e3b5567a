import type { Command } from 'commander';
import { resolve } from 'node:path';
import { EXIT, styleFor, type CliEnvironment } from '../terminal.ts';

/** A tour in about half a minute: the same pipeline on a market with an edge, on one without, and on real data. */
const TOUR = [
  {
    title: 'A synthetic market with an edge planted in it: it should be found.',
    folder: 'planted',
    argv: ['--source', 'synthetic', '--set', 'data.syntheticBars=2500', '--set', 'data.syntheticEdge=0.15'],
  },
  {
    title: 'The same market with nothing in it: nothing should be found.',
    folder: 'nothing',
    argv: ['--source', 'synthetic', '--set', 'data.syntheticBars=2500', '--set', 'data.syntheticEdge=0'],
  },
  { title: 'Real daily bars of AAPL and the S&P 500.', folder: 'real', argv: [] },
] as const;

export function addDemoCommand(program: Command, io: CliEnvironment, run: (argv: readonly string[]) => Promise<number>): void {
  program
    .command('demo')
    .description('A tour: an edge that is there, one that is not, and real data')
    .option('--folder <folder>', 'where the runs go', 'runs/demo')
    .addHelpText('after', '\nExample:\n  edgewright demo\n')
    .action(async (options: { readonly folder: string }) => {
      const style = styleFor(io.stdout, io.environment);
      for (const [index, { title, folder, argv }] of TOUR.entries()) {
        io.stdout.write(`\n${style.bold(`${index + 1}. ${title}`)}\n\n`);
        const code = await run(['pipeline', ...argv, '--workspace', resolve(io.cwd, options.folder, folder)]);
        if (code !== EXIT.ok) {
          process.exitCode = code;
          return;
        }
      }
      io.stdout.write(
        `\n${style.bold('Next:')} edgewright backtest --strategy sma-cross --symbols AAPL · edgewright paper · docs/QUICKSTART.md\n`,
      );
    });
}

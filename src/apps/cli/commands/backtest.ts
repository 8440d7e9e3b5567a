import { resolve } from 'node:path';
import { UserError } from '#core';
import type { Command } from 'commander';
import { addRunOptions, readParameters, readRunOptions, type RunOptions } from '../backtest/run-options.ts';
import { addConfigOptions } from '../options.ts';
import type { CliEnvironment } from '../terminal.ts';

interface BacktestOptions extends RunOptions {
  readonly strategy?: string;
  readonly list?: boolean;
  readonly param?: readonly string[];
  readonly ladder?: boolean;
  readonly out?: string;
}

const EXAMPLES = `
Fees: none, 5bps, 2/5bps (maker/taker), 0.1%, 1+0.1% (fixed plus part), 0.005/share (:min=1:max=1% an order), us-equity (regulatory);
several are added up: 0.005/share,us-equity; tiers by what was traded so far: 10/20bps,8/15bps@1000000; whole cents: "5bps to 0.01".
A position that is open when the data end is closed at the last close (--at-end open: at the last open; mark: left open).
Profiles: optimistic, base, harsh; and by the rules of others frictionless, backtesting_py, lean (without our own risk limits).
Several symbols run over the dates that all of them have (--dates all: over every date).

Examples:
  edgewright backtest --list
  edgewright backtest --strategy sma-cross --symbols AAPL
  edgewright backtest --strategy sma-cross --param fast=10 --param slow=30 --ladder
  edgewright backtest --strategy ./mine.ts --data bars/ --from 2020-01-01 --to 2024-01-01 --fees 10bps
`;

/** `backtest`, and the two commands that read what it wrote: `compare` and `why`. */
export function addBacktestCommand(program: Command, io: CliEnvironment): void {
  const command = addConfigOptions(program.command('backtest').description('Run a strategy over history with honest fills'))
    .option('--strategy <name|file>', 'a built-in or example strategy, or a file whose default export is one')
    .option('--list', 'list the strategies that can be named, and their parameters');
  addRunOptions(command)
    .option('--param <name=value...>', 'a number of the strategy, e.g. --param fast=10')
    .option('--ladder', 'also run at 0, 1, 2 and 4 times the costs')
    .option('--out <folder>', 'where the results go (default: results/backtests/<strategy>-<hash>)')
    .addHelpText('after', EXAMPLES)
    .action((options: BacktestOptions) => backtest(options, io));
  addCompare(program, io);
  addWhy(program, io);
}

function addCompare(program: Command, io: CliEnvironment): void {
  program
    .command('compare <first> <second>')
    .description('Two backtests side by side: a table here and a page with both curves')
    .option('--out <file>', 'where the page goes (default: results/comparisons/)')
    .option('--json', 'print JSON for machines')
    .addHelpText(
      'after',
      '\nA run is its folder, its name under results/backtests, or the start of that name.\n\nExample:\n  edgewright compare sma-cross rsi2-reversion\n',
    )
    .action(async (first: string, second: string, options: { readonly out?: string; readonly json?: boolean }) => {
      const { compareRuns } = await import('../backtest/compare.ts');
      compareRuns(first, second, options, io);
    });
}

function addWhy(program: Command, io: CliEnvironment): void {
  program
    .command('why <run> <symbol> <time>')
    .description('Why a backtest did, or did not, trade at a time')
    .option('--json', 'print JSON for machines')
    .addHelpText('after', '\nExample:\n  edgewright why sma-cross AAPL 2016-03-01\n')
    .action(async (run: string, symbol: string, time: string, options: { readonly json?: boolean }) => {
      const { explain, printAnswer } = await import('../backtest/why.ts');
      const answer = explain(run, symbol, time, io);
      if (options.json === true) io.stdout.write(`${JSON.stringify(answer)}\n`);
      else printAnswer(answer, io);
    });
}

async function backtest(options: BacktestOptions, io: CliEnvironment): Promise<void> {
  const { findStrategy, someStrategies } = await import('../backtest/find-strategy.ts');
  if (options.list === true) {
    const { printStrategies } = await import('../backtest/print-strategies.ts');
    return printStrategies(options.json === true, io);
  }
  if (options.strategy === undefined)
    throw new UserError('which strategy?', `Add --strategy <name>: there are ${someStrategies()}; or a file.`);
  // Before the strategy: from then on every import asks our hooks, which open the doors to a file of the user's.
  const { runOrder } = await import('../backtest/run.ts');
  const { reportOf, writeOutcome } = await import('../backtest/write.ts');
  await import('../backtest/load-bars.ts');
  const print = options.json === true ? undefined : await import('../backtest/print.ts');
  const found = await findStrategy(options.strategy, io.cwd);
  const parameters = readParameters(options.param ?? []);
  const surroundings = await readRunOptions(options, io);
  const outcome = runOrder({ found, parameters, ...surroundings, ladder: options.ladder === true });
  const folder =
    options.out ??
    `${options.workspace}/results/backtests/${outcome.strategy.name.replace(/[^\w.-]/g, '_')}-${outcome.hash}`.replace(/^\.\//, '');
  const written = writeOutcome(outcome, resolve(io.cwd, folder));
  const text = print?.outcomeText(outcome, folder, io) ?? `${JSON.stringify({ folder, ...(reportOf(outcome) as object) })}\n`;
  await written;
  io.stdout.write(text);
}

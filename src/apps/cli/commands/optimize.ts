import { UserError } from '#core';
import type { Command } from 'commander';
import { addRunOptions, readRunOptions, type RunOptions } from '../backtest/run-options.ts';
import { addConfigOptions } from '../options.ts';
import type { OptimizeWishes } from '../optimize/wishes.ts';
import type { CliEnvironment } from '../terminal.ts';

interface OptimizeOptions extends RunOptions, OptimizeWishes {}

const EXAMPLES = `
Methods: grid, random, tpe, cma-es, nsga2. Objectives: sharpe, sortino, calmar, return, cagr, drawdown; several make a Pareto front.
Ranges: name=low:high, name=low:high:step, name=low:high:log, name=a,b,c. Without --range every parameter is searched.
Every evaluation is a row of the trial ledger (results/trials/ledger.jsonl). What is in it is never run or counted again, so a search
that was stopped goes on where it was when the same command is given; the deflated Sharpe ratio counts all of it.

Examples:
  edgewright optimize --strategy sma-cross --symbols AAPL
  edgewright optimize --strategy sma-cross --symbols AAPL --method grid --range fast=5:50:5 --range slow=20:200:20 --where "fast<slow"
  edgewright optimize --strategy donchian-breakout --method tpe --trials 200 --objective sharpe,drawdown --folds walk-forward:5
`;

/** `optimize`: searches the numbers of a strategy and says how far the best of them may be believed. */
export function addOptimizeCommand(program: Command, io: CliEnvironment): void {
  const command = addConfigOptions(
    program.command('optimize').description('Search the parameters of a strategy, and tell a plateau from luck'),
  );
  addRunOptions(command)
    .option('--strategy <name|file>', 'a built-in or example strategy, or a file whose default export is a tunable one')
    .option('--method <name>', 'grid, random, tpe, cma-es or nsga2 (default: tpe, with several objectives nsga2)')
    .option('--trials <number>', 'combinations to try', '100')
    .option('--objective <list>', 'what to make large, comma-separated', 'sharpe')
    .option('--folds <kind>', 'none, walk-forward[:count] or purged[:count]', 'none')
    .option('--gap <days>', 'days left out between training and test', '5')
    .option('--range <name=low:high...>', 'search only these parameters, in these ranges')
    .option('--where <constraint...>', 'refuse combinations, e.g. "fast<slow"')
    .option('--param <name=value...>', 'keep a parameter at a value')
    .option('--resume', 'go on with a search that was stopped; refused when the ledger has nothing of it')
    .option('--ledger <folder>', 'the trial ledger (default: results/trials in the workspace)')
    .option('--out <folder>', 'where the results go (default: results/optimize/<strategy>-<hash>)')
    .addHelpText('after', EXAMPLES)
    .action((options: OptimizeOptions) => optimize(options, io));
}

async function optimize(options: OptimizeOptions, io: CliEnvironment): Promise<void> {
  const { findStrategy, someStrategies } = await import('../backtest/find-strategy.ts');
  if (options.strategy === undefined)
    throw new UserError('which strategy?', `Add --strategy <name>: there are ${someStrategies()}; or a file.`);
  const found = await findStrategy(options.strategy, io.cwd);
  const { readWishes, recipeOf } = await import('../optimize/wishes.ts');
  const wishes = readWishes(options);
  recipeOf(found);
  const surroundings = await readRunOptions(options, io);
  const { optimizeStrategy } = await import('../optimize/optimize.ts');
  const order = { found, strategy: options.strategy, ...surroundings, wishes, workspace: options.workspace };
  const outcome = await optimizeStrategy(order, io);
  const { reportOptimization, writeOptimization } = await import('../optimize/write.ts');
  const folder = writeOptimization(outcome, options.out, options.workspace, io);
  if (options.json === true) io.stdout.write(`${JSON.stringify({ folder, ...reportOptimization(outcome) })}\n`);
  else {
    const { printOptimization } = await import('../optimize/print.ts');
    printOptimization(outcome, folder, io);
  }
}

import { resolve } from 'node:path';
import { didYouMean, UserError } from '#core';
import type { Command } from 'commander';
import { addConfigOptions, readConfig, type CommonOptions } from '../options.ts';
import type { LoadedBars } from '../backtest/load-bars.ts';
import type { MarketRules } from '../backtest/market-rules.ts';
import type { BacktestOrder } from '../backtest/run.ts';
import type { CliEnvironment } from '../terminal.ts';

interface BacktestOptions extends CommonOptions {
  readonly strategy?: string;
  readonly list?: boolean;
  readonly data?: string;
  readonly from?: string;
  readonly to?: string;
  readonly fees?: string;
  readonly leverage?: string;
  readonly profile?: string;
  readonly fill?: readonly string[];
  readonly tradeOnClose?: boolean;
  readonly lot?: string;
  readonly exclusive?: boolean;
  readonly hedging?: boolean;
  readonly factors?: string;
  readonly param?: readonly string[];
  readonly ladder?: boolean;
  readonly atEnd?: string;
  readonly dates?: string;
  readonly out?: string;
}

const EXAMPLES = `
Fees: none, 5bps, 2/5bps (maker/taker), 0.1%, 1+0.1% (fixed plus part), 0.005/share, us-equity.
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
  addConfigOptions(program.command('backtest').description('Run a strategy over history with honest fills'))
    .option('--strategy <name|file>', 'a built-in or example strategy, or a file whose default export is one')
    .option('--list', 'list the strategies that can be named, and their parameters')
    .option('--data <source|path>', 'short for --source, or for --source files --path')
    .option('--from <date>', 'the same as --start')
    .option('--to <date>', 'the same as --end')
    .option('--fees <schedule>', "instead of the profile's own")
    .option('--leverage <multiple>', 'how many times equity may be held', '1')
    .option('--fill <name=value...>', 'a setting of the fill model, e.g. --fill halfSpreadBps=5 limitFill=touch')
    .option('--trade-on-close', 'market orders fill at the close they were decided on: --fill marketFill=previous_close')
    .option('--lot <units>', 'step of every quantity, e.g. 1 for whole shares (default: a millionth)')
    .option('--exclusive', 'every new order first cancels and closes what there is')
    .option('--hedging', 'long and short of a symbol side by side')
    .option('--factors <file|folder>', 'multiply raw prices by a factor file (YYYYMMDD,price,split), or a folder of SYMBOL.csv')
    .option('--param <name=value...>', 'a number of the strategy, e.g. --param fast=10')
    .option('--ladder', 'also run at 0, 1, 2 and 4 times the costs')
    .option('--at-end <rule>', 'what is open when the data end: close, open or mark', 'close')
    .option('--dates <which>', 'several symbols: only the dates common to all, or all', 'common')
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
  const { findStrategy, strategyNames } = await import('../backtest/find-strategy.ts');
  if (options.list === true) {
    const { printStrategies } = await import('../backtest/print-strategies.ts');
    return printStrategies(options.json === true, io);
  }
  if (options.strategy === undefined)
    throw new UserError('which strategy?', `Add --strategy <name>: ${strategyNames().join(', ')}; or a file.`);
  const found = await findStrategy(options.strategy, io.cwd);
  const { asSourceAndPath, onCommonDates, loadBars } = await import('../backtest/load-bars.ts');
  const config = await readConfig(withAliases(options, asSourceAndPath, io.cwd), io);
  const rules = await readRules(options, options.profile ?? config.value.trading.profile);
  const parameters = readParameters(options.param ?? []);
  const dates = oneOf('--dates', options.dates ?? 'common', ['common', 'all'] as const);
  // Dividends are left out of the prices: they are paid in cash to what is held.
  const loaded = await loadBars(config, io, 'splits');
  const dated = dates === 'all' ? loaded : onCommonDates(loaded);
  const data = await factored(dated, options.factors, io.cwd);
  const { runOrder } = await import('../backtest/run.ts');
  const outcome = runOrder({ found, parameters, ...data, config: config.value, rules, ladder: options.ladder === true });
  const { reportOf, writeOutcome } = await import('../backtest/write.ts');
  const folder =
    options.out ??
    `${options.workspace}/results/backtests/${outcome.strategy.name.replace(/[^\w.-]/g, '_')}-${outcome.hash}`.replace(/^\.\//, '');
  await writeOutcome(outcome, resolve(io.cwd, folder));
  if (options.json === true) io.stdout.write(`${JSON.stringify({ folder, ...(reportOf(outcome) as object) })}\n`);
  else {
    const { printOutcome } = await import('../backtest/print.ts');
    printOutcome(outcome, folder, io);
  }
}

async function factored(bars: LoadedBars, given: string | undefined, folder: string): Promise<Pick<BacktestOrder, 'bars' | 'factors'>> {
  if (given === undefined) return { bars };
  const { timesFactors } = await import('../backtest/factors.ts');
  const made = timesFactors(bars, given, folder);
  return { bars: made.bars, factors: made.sha256 };
}

async function readRules(options: BacktestOptions, profile: string): Promise<MarketRules> {
  const { parseFees } = await import('../backtest/fees.ts');
  const { parseFill, profileNamed } = await import('../backtest/market-rules.ts');
  return {
    profile: profileNamed(profile),
    fill: { ...parseFill(options.fill ?? []), ...(options.tradeOnClose === true ? { marketFill: 'previous_close' as const } : {}) },
    fees: options.fees === undefined ? undefined : parseFees(options.fees),
    leverage: positive('--leverage', options.leverage ?? '1'),
    lot: options.lot === undefined ? undefined : positive('--lot', options.lot),
    exclusive: options.exclusive === true,
    hedging: options.hedging === true,
    atEnd: oneOf('--at-end', options.atEnd ?? 'close', ['close', 'open', 'mark'] as const),
  };
}

function withAliases(
  options: BacktestOptions,
  asSourceAndPath: (data: string, folder: string) => { readonly source: string; readonly path?: string },
  folder: string,
): CommonOptions {
  const { data, from, to } = options;
  return {
    ...options,
    // A backtest knows more profiles than the configuration, which is about what a verdict may rest on.
    profile: undefined,
    ...(data === undefined ? {} : asSourceAndPath(data, folder)),
    ...(from === undefined ? {} : { start: from }),
    ...(to === undefined ? {} : { end: to }),
  };
}

function readParameters(pairs: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const value = Number(pair.slice(at + 1));
      if (at < 1 || pair.slice(at + 1).trim() === '' || !Number.isFinite(value))
        throw new UserError(`--param takes name=number, got "${pair}"`, 'Example: --param fast=10');
      return [pair.slice(0, at), value];
    }),
  );
}

function oneOf<const Choice extends string>(flag: string, given: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === given);
  if (found === undefined)
    throw new UserError(`${flag} cannot be "${given}"`, didYouMean(given, choices) || `Use ${choices.join(' or ')}.`);
  return found;
}

function positive(flag: string, given: string): number {
  const value = Number(given);
  if (!(value > 0) || !Number.isFinite(value))
    throw new UserError(`${flag} must be a positive number, got "${given}"`, `Example: ${flag} 2`);
  return value;
}

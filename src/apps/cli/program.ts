import { didYouMean, UserError } from '#core';
import { Command, CommanderError } from 'commander';
import { addBacktestCommand } from './commands/backtest.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addConfigCommand } from './commands/config.ts';
import { addDataCommand } from './commands/data.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addKillCommand } from './commands/kill.ts';
import { addModeCommand, asModeCommand } from './commands/mode.ts';
import { addPaperCommand } from './commands/paper.ts';
import { addOptimizeCommand } from './commands/optimize.ts';
import { addPipelineCommands } from './commands/pipeline.ts';
import { addReportCommands } from './commands/report.ts';
import { addWorkflowCommands } from './commands/workflows.ts';
import { refuseKernelFolders } from './kernel-folders.ts';
import { EXIT, reportFailure, type CliEnvironment } from './terminal.ts';

const VERSION = '0.1.0';

/** Runs one command line and resolves to the exit code; never throws and never ends the process. */
export async function runCli(argv: readonly string[], io: CliEnvironment): Promise<number> {
  const program = createProgram(io);
  const json = argv.includes('--json');
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return EXIT.ok;
    }
    await program.parseAsync(asModeCommand(argv), { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return reportCommander(error, program, io, json);
    return reportFailure(error, io, json);
  }
}

export function createProgram(io: CliEnvironment): Command {
  const program = new Command('edgewright')
    .description('Finds a trading edge, proves it and trades it.')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // Errors are told by `reportFailure`; what is left is the help of a command whose subcommand is missing.
      outputError: () => undefined,
      writeErr: (text) => io.stdout.write(text),
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? 100, 110),
    })
    .addHelpText('after', EXAMPLES);
  addModeCommand(program, io);
  addPipelineCommands(program, io);
  addDataCommand(program, io);
  addBacktestCommand(program, io);
  addPaperCommand(program, io);
  addKillCommand(program, io);
  addOptimizeCommand(program, io);
  addReportCommands(program, io);
  addWorkflowCommands(program, io);
  addConfigCommand(program, io);
  addDemoCommand(program, io, (argv) => runCli(argv, io));
  addCompletionCommand(program, io);
  program.hook('preAction', (_, command) => refuseKernelFolders(command.opts(), io.cwd));
  return program;
}

const EXAMPLES = `
Examples:
  edgewright --mode backtest --symbols AAPL --verbose
  edgewright pipeline                          data to verdict on the embedded demo data
  edgewright pipeline --source files --path bars/ --timeframe 1h --asset-class crypto
  edgewright backtest --strategy sma-cross --symbols AAPL
  edgewright paper                             the pipeline's model, or a strategy, bar by bar
  edgewright run simple_backtest               a workflow, shipped or your own file
  edgewright report                            where the last run's tear sheet is, and its verdict
  edgewright reproduce .                       run again, compare every byte
`;

/** Commander's own complaints (unknown option, missing argument) in our one-line form; help and version are no complaint. */
function reportCommander(error: CommanderError, program: Command, io: CliEnvironment, json: boolean): number {
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code === 'commander.help') return EXIT.usage;
  const message = error.message.replace(/^error: /, '');
  const [first, ...rest] = message.split('\n');
  const unknown = /unknown command '(.+)'/.exec(message)?.[1];
  const hint = message.includes("'--mode <mode>'")
    ? 'Modes: backtest, paper, optimize, live.'
    : unknown === undefined
      ? rest.join(' ').replace(/^\(|\)$/g, '') || 'See "edgewright --help".'
      : didYouMean(
          unknown,
          program.commands.map((command) => command.name()),
        );
  return reportFailure(new UserError(first!, hint), io, json);
}

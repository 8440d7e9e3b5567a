import type { Command } from 'commander';
import { resolve } from 'node:path';
import { didYouMean, UserError } from '#core';
import { addConfigOptions, readConfig, type CommonOptions } from '../options.ts';
import type { CliEnvironment } from '../terminal.ts';

/** Each mode is a shipped workflow; `--workflow` names another. */
const MODES: Readonly<Record<string, string>> = {
  backtest: 'simple_backtest',
  paper: 'paper_trading',
  optimize: 'optimization',
  live: 'live',
};

interface ModeOptions extends CommonOptions {
  readonly mode: string;
  readonly workflow?: string;
  readonly slices?: string;
  readonly verbose?: boolean;
}

/** `edgewright --mode backtest …` has no command word: it is the hidden command `mode`. */
export function asModeCommand(argv: readonly string[]): string[] {
  const first = argv[0];
  const isMode = first !== undefined && first.startsWith('-') && argv.some((item) => item === '--mode' || item.startsWith('--mode='));
  return isMode ? ['mode', ...argv] : [...argv];
}

/** Real money: refused, with what is missing. */
async function refuseLive(): Promise<never> {
  const { LIVE_REFUSAL } = await import('../../slices/built-in.ts');
  throw new UserError(LIVE_REFUSAL, 'On the simulated venue, with live bars too: edgewright paper --live');
}

export function addModeCommand(program: Command, io: CliEnvironment): void {
  program
    .command('live')
    .description('Real orders at a broker: not in this version, says what is missing')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(refuseLive);
  addConfigOptions(
    program
      .command('mode', { hidden: true })
      .usage('--mode <mode> [options]')
      .description('Run the workflow of a mode: backtest, paper, optimize or live'),
  )
    .requiredOption('--mode <mode>', 'backtest, paper, optimize or live')
    .option('--workflow <name>', 'a workflow by name, or a file, instead of the mode’s own')
    .option('--slices <folder>', 'folder of your own slices (default: slices/ here, if there is one)')
    .option('-v, --verbose', 'tell each step')
    .addHelpText(
      'after',
      '\nExamples:\n  edgewright --mode backtest --symbols AAPL --verbose\n  edgewright --mode backtest --symbols AAPL,SP500 --json\n  edgewright --mode optimize --symbols AAPL\n  edgewright --mode backtest --workflow mine.yaml --slices my-slices\n',
    )
    .action(async (options: ModeOptions) => {
      const shipped = MODES[options.mode];
      if (shipped === undefined) throw new UserError(`unknown mode "${options.mode}"`, didYouMean(options.mode, Object.keys(MODES)));
      if (options.mode === 'live') await refuseLive();
      const { value } = await readConfig(options, io);
      const config = value.symbols.length > 0 ? value : { ...value, symbols: ['AAPL'] };
      const { executeWorkflow, openSlices } = await import('../run-workflow.ts');
      const { narrator, printOutputs } = await import('../narrate.ts');
      const narrate = narrator(io, config.symbols, options.verbose === true && options.json !== true);
      narrate.say('loading slices');
      await openSlices({ config, slicesFolder: options.slices }, io);
      narrate.done('loading slices');
      narrate.line('executing workflow');
      const result = await executeWorkflow(
        {
          file: options.workflow ?? shipped,
          workspace: resolve(io.cwd, '.edgewright', options.mode),
          config,
          parameters: { symbols: config.symbols },
          fresh: true,
          json: options.json === true,
          reporter: narrate.reporter,
          slicesFolder: options.slices,
        },
        io,
      );
      printOutputs(result, options.json === true, io);
      if (options.mode === 'paper' && options.json !== true)
        io.stdout.write('\nThis was one cycle; a session that goes on trading: edgewright paper\n');
    });
}

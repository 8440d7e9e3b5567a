import { join, resolve } from 'node:path';
import { MINUTE_MS, UserError } from '#core';
import type { Command } from 'commander';
import { addConfigOptions, readConfig, type CommonOptions } from '../options.ts';
import { EXIT, ExitWith, type CliEnvironment } from '../terminal.ts';

interface PaperCommandOptions extends CommonOptions {
  readonly strategy?: string;
  readonly model?: string | true;
  readonly param?: readonly string[];
  readonly from?: string;
  readonly speed?: string;
  readonly state?: string;
  readonly fresh?: boolean;
  readonly live?: boolean;
  readonly reconcile: string;
  readonly health?: string;
  readonly currency?: string;
  readonly conversion?: readonly string[];
}

const HELP = `
Without --strategy the pipeline's model trades, from where its training ended, when there is one in the workspace; else a built-in strategy.
Bars before --from only warm up. Ctrl-C stops cleanly; the same command goes on from the journal.
In the state folder: journal.jsonl (every bar, order and fill), log.jsonl, execution_report.json.

Examples:
  edgewright paper
  edgewright paper --strategy supertrend --symbols AAPL --speed 50
  edgewright paper --model . --speed max
  edgewright paper --live --strategy supertrend --source ccxt:kraken --symbols BTC/USD --timeframe 5m
  edgewright paper --live --model                  the model on new bars of the source it was made on
  edgewright paper --strategy ./mine.ts --source files --path bars/ --from 2024-01-01 --state results/mine
`;

export function addPaperCommand(program: Command, io: CliEnvironment): void {
  addConfigOptions(program.command('paper').description('Trade on the simulated venue, bar by bar, with a journal that survives a crash'))
    .option('--strategy <name|file>', 'a built-in or example strategy, or a file whose default export is one')
    .option('--model [workspace]', "the pipeline's model in this workspace")
    .option('--param <name=value...>', 'a number of the strategy, e.g. --param fast=10')
    .option('--from <date>', 'first day of trading; bars before it warm up')
    .option('--currency <code>', 'currency of the account; without it all prices count as its own')
    .option('--conversion <currency=pair...>', 'bars of its rate, a symbol of the data or a file: --currency EUR --conversion USD=EURUSD')
    .option('--live', 'after the known bars, new ones as the source has them')
    .option('--speed <bars|max>', 'bars a second of the replay (default: 20 in a terminal, max in a pipe)')
    .option('--state <folder>', 'where the journal is kept (default: results/paper in the workspace)')
    .option('--fresh', 'put an earlier session of that folder aside and begin anew')
    .option('--reconcile <seconds>', 'wall time between comparisons with the venue', '30')
    .option('--health <port>', 'tell how the session is at http://127.0.0.1:<port>/health, to this machine only')
    .addHelpText('after', HELP)
    .action((options: PaperCommandOptions) => paper(options, io));
}

async function paper(options: PaperCommandOptions, io: CliEnvironment): Promise<void> {
  const config = await readConfig(options, io);
  const json = options.json === true;
  const barsPerSecond = speedOf(options.speed, io.stdout.isTTY === true && !json);
  const reconcileSeconds = Number(options.reconcile);
  if (!(reconcileSeconds > 0)) throw new UserError(`--reconcile takes seconds, got "${options.reconcile}"`, 'Example: --reconcile 30');
  const healthPort = portOf(options.health);
  const { planPaper } = await import('../paper/plan.ts');
  const { runPaper } = await import('../paper/run.ts');
  const state = resolve(io.cwd, options.state ?? join(options.workspace, 'results', 'paper'));
  const plan = await planPaper({ ...options, state }, config, io);
  const { crashRestarts: restarts, crashWindowMinutes } = config.value.safety;
  const crashLimit = { restarts, windowMs: crashWindowMinutes * MINUTE_MS };
  const outcome = await runPaper(
    {
      plan,
      state,
      fresh: options.fresh === true,
      barsPerSecond,
      reconcileEveryMs: reconcileSeconds * 1000,
      json,
      crashLimit,
      ...(healthPort === undefined ? {} : { healthPort }),
    },
    io,
  );
  if (json) io.stdout.write(`${JSON.stringify({ event: 'end', ...outcome })}\n`);
  else {
    const { printOutcome } = await import('../paper/outcome.ts');
    printOutcome(outcome, options.state ?? join(options.workspace, 'results', 'paper'), io);
  }
  if (outcome.stopped === 'signal') throw new ExitWith(EXIT.interrupted);
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UserError(`--health takes a port, got "${text}"`, 'Example: --health 9470');
}

function speedOf(text: string | undefined, watched: boolean): number {
  if (text === undefined) return watched ? 20 : Number.POSITIVE_INFINITY;
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = Number(text);
  if (speed > 0 && Number.isFinite(speed)) return speed;
  throw new UserError(`--speed takes bars a second or max, got "${text}"`, 'Example: --speed 50');
}

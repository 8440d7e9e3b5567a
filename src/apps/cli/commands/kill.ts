import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '#core';
import type { Command } from 'commander';
import type { CliEnvironment } from '../terminal.ts';

interface KillOptions {
  readonly release?: boolean;
  readonly flatten?: boolean;
  readonly state?: string;
  readonly workspace: string;
  readonly json?: boolean;
}

const HELP = `
A killed session opens nothing: waiting entries are withdrawn, positions keep their stops (--flatten closes them at the market). A running
session obeys with its next bar; one that is started later comes up killed. Only --release ends it; that also lifts a crash loop.

Examples:
  edgewright kill "news at noon"
  edgewright kill "wrong model" --flatten
  edgewright kill --release
`;

export function addKillCommand(program: Command, io: CliEnvironment): void {
  program
    .command('kill')
    .description('Stop a paper session from opening positions, until released')
    .argument('[why]', 'the reason, for the journal')
    .option('--release', 'let it open positions again')
    .option('--flatten', 'also close every position')
    .option('--state <folder>', 'the state folder of the session (default: results/paper in the workspace)')
    .option('--workspace <folder>', 'the workspace of the session', '.')
    .option('--json', 'one JSON object')
    .addHelpText('after', HELP)
    .action((why: string | undefined, options: KillOptions) => kill(why, options, io));
}

async function kill(why: string | undefined, options: KillOptions, io: CliEnvironment): Promise<void> {
  const state = resolve(io.cwd, options.state ?? join(options.workspace, 'results', 'paper'));
  const release = options.release === true;
  if (release && (why !== undefined || options.flatten === true))
    throw new UserError('--release stands alone', 'Example: edgewright kill --release');
  if (!release && (why ?? '').trim() === '')
    throw new UserError('kill needs a reason', 'Example: edgewright kill "news at noon". To end it: edgewright kill --release');
  const { forgetCrashes, readKill, writeKill } = await import('#adapters/state');
  const hasSession = existsSync(join(state, 'journal.jsonl'));
  const killed = readKill(state)?.killed === true;
  if (release && !hasSession && !killed)
    throw new UserError(`there is no session in ${state}`, 'Name its folder with --state, or the workspace with --workspace.');
  const order = { killed: !release, why: (why ?? 'released').trim(), flatten: options.flatten === true, at: new Date().toISOString() };
  writeKill(state, order);
  if (release) forgetCrashes(state);
  if (options.json === true) io.stdout.write(`${JSON.stringify({ state, ...order })}\n`);
  else io.stdout.write(`${sayWhat(release, killed, order.flatten, hasSession)}\n`);
}

function sayWhat(release: boolean, killed: boolean, flatten: boolean, hasSession: boolean): string {
  if (release)
    return killed
      ? 'Released: the session may open positions again from its next bar on.'
      : 'It was not killed; a crash loop, if there was one, is forgotten.';
  const closing = flatten ? 'closes every position' : 'keeps its positions behind their stops';
  if (!hasSession) return `Killed. There is no session yet; one that is started comes up killed, until: edgewright kill --release`;
  return `Killed. From its next bar on the session opens nothing and ${closing}, also after a restart, until: edgewright kill --release`;
}

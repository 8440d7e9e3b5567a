import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRng } from '#core';
import { scratch } from './fixtures.ts';

const MAIN = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url));
const DATA = ['--source', 'synthetic', '--symbols', 'SYN1,SYN2', '--set', 'data.syntheticBars=900'];
/** So many crashes would leave the session reduce-only, which the undisturbed one is not. */
const SESSION = ['paper', '--strategy', 'macd', ...DATA, '--set', 'safety.crashRestarts=0'];
/** Bars a second of a session that is to be killed: its 720 trading bars take about three seconds. */
const SPEED = '240';

export interface KillReport {
  readonly kills: number;
  /** Records in the journal at each kill. */
  readonly recordsAtKill: readonly number[];
  /** Kills that left an unfinished record. */
  readonly torn: number;
  readonly undisturbed: string;
  readonly disturbed: string;
  readonly orders: number;
  readonly doubledOrders: number;
  readonly doubledFills: number;
}

/** Kills a paper session `kills` times at random moments, each time starting it again, and compares its journal with an undisturbed one's. */
export async function killAndRestart(kills: number, seed: number): Promise<KillReport> {
  const rng = createRng(seed);
  const calm = scratch();
  finish(calm);
  let folder = scratch();
  const recordsAtKill: number[] = [];
  let torn = 0;
  while (recordsAtKill.length < kills) {
    const child = start(folder);
    const before = recordsOf(folder);
    // Most kills hit a session that trades, some one that starts or recovers.
    if (rng.uniform() < 0.25) await wait(rng.integer(700));
    else {
      await untilWriting(folder, before, child);
      await wait(rng.integer(350));
    }
    const killed = await kill(child);
    if (killed) {
      recordsAtKill.push(recordsOf(folder));
      if (existsSync(journalOf(folder)) && (readFileSync(journalOf(folder)).at(-1) ?? 10) !== 10) torn++;
    } else {
      // It had reached the end of its bars: what is there is compared, and a new one begins.
      if (hashOf(folder) !== hashOf(calm)) break;
      folder = scratch();
    }
  }
  finish(folder);
  return { kills: recordsAtKill.length, recordsAtKill, torn, undisturbed: hashOf(calm), disturbed: hashOf(folder), ...count(folder) };
}

const argumentsFor = (folder: string, speed: string): string[] => [
  MAIN,
  ...SESSION,
  '--state',
  folder,
  '--workspace',
  folder,
  '--speed',
  speed,
  '--json',
];

function start(folder: string): ChildProcess {
  return spawn(process.execPath, argumentsFor(folder, SPEED), { stdio: 'ignore', cwd: folder });
}

function finish(folder: string): void {
  const { status, stderr } = spawnSync(process.execPath, argumentsFor(folder, 'max'), { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the session ended with ${status}: ${stderr}`);
}

async function untilWriting(folder: string, records: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && recordsOf(folder) <= records) await wait(5);
}

/** True when the process was killed, false when it had ended before. */
async function kill(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) return false;
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  child.kill('SIGKILL');
  return (await ended) === 'SIGKILL';
}

const journalOf = (folder: string): string => join(folder, 'journal.jsonl');
const hashOf = (folder: string): string =>
  createHash('sha256')
    .update(readFileSync(journalOf(folder)))
    .digest('hex');
const recordsOf = (folder: string): number =>
  existsSync(journalOf(folder)) ? readFileSync(journalOf(folder), 'utf8').split('\n').length - 1 : 0;

interface Step {
  readonly orders?: readonly { readonly id: number; readonly client: string; readonly status: string }[];
  readonly fills?: readonly { readonly id: string }[];
}

function count(folder: string): { orders: number; doubledOrders: number; doubledFills: number } {
  const steps = readFileSync(journalOf(folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Step);
  const clients = new Map<string, number>();
  for (const { id, client } of steps.flatMap((step) => step.orders ?? [])) clients.set(client, id);
  const ids = [...clients.values()];
  const fills = steps.flatMap((step) => step.fills ?? []).map(({ id }) => id);
  return { orders: ids.length, doubledOrders: ids.length - new Set(ids).size, doubledFills: fills.length - new Set(fills).size };
}

// node tests/live/kill-session.ts 50
if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(JSON.stringify(await killAndRestart(Number(process.argv[2] ?? 50), 1), null, 2));

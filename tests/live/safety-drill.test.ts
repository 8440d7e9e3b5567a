import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { ControlRecord, JournalRecord, StepRecord } from '#live';
import { runCli } from '../../src/apps/cli/program.ts';
import { scratch } from './fixtures.ts';

const MAIN = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url));
const SESSION = ['paper', '--strategy', 'macd', '--source', 'synthetic', '--symbols', 'SYN1', '--set', 'data.syntheticBars=600'];

async function cli(folder: string, ...line: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  const said: string[] = [];
  const sink = { write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WritableStream;
  const code = await runCli([...line, '--state', folder], { stdout: sink, stderr: sink, environment: {}, cwd: folder });
  return { code, said: said.join('') };
}

const paper = (folder: string, ...more: readonly string[]) => cli(folder, ...SESSION, '--speed', 'max', ...more);

function journal(folder: string): readonly JournalRecord[] {
  const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as JournalRecord);
}

const controls = (folder: string): readonly ControlRecord[] => journal(folder).filter((record) => record.kind === 'control');

/** Starts a slow session, waits until it has traded `fills` times, and gives its process. */
async function trading(folder: string, fills: number) {
  const child = spawn(process.execPath, [MAIN, ...SESSION, '--speed', '400', '--json', '--state', folder], {
    cwd: folder,
    stdio: 'ignore',
  });
  const bought = () =>
    existsSync(join(folder, 'log.jsonl')) ? readFileSync(join(folder, 'log.jsonl'), 'utf8').split('"event":"fill"').length - 1 : 0;
  while (bought() < fills && child.exitCode === null) await wait(10);
  return child;
}

test('drill: a running session obeys the kill with its next bar, stays killed over SIGKILL and restart, and trades again when released', async () => {
  const folder = scratch();
  const child = await trading(folder, 4);
  expect((await cli(folder, 'kill')).said).toMatch(/kill needs a reason/);
  expect((await cli(folder, 'kill', 'drill of the switch')).said).toMatch(/^Killed\. From its next bar on/);
  while (child.exitCode === null && controls(folder).length === 0) await wait(5);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect(controls(folder)).toMatchObject([{ entries: 'withdrawn', reason: 'killed by hand: drill of the switch' }]);
  // The order's file is lost: the journal still knows, and only a release lifts it.
  rmSync(join(folder, 'kill.json'));
  const killed = await paper(folder, '--set', 'safety.crashRestarts=0');
  expect(killed.code).toBe(0);
  expect(killed.said.match(/Killed by hand: drill of the switch\. No entries; positions keep their stops\. To release: .*/g)).toHaveLength(
    1,
  );
  const after = journal(folder).slice(journal(folder).findIndex(({ kind }) => kind === 'control'));
  const steps = after.filter((record): record is StepRecord => record.kind === 'step');
  expect(steps.length).toBeGreaterThan(100);
  expect(
    steps.flatMap(({ fills }) =>
      fills.filter(({ reason }) => reason === 'signal' || reason === 'entry').filter(({ side }) => side === 'buy'),
    ),
  ).toEqual([]);
  expect(steps.flatMap(({ orders }) => orders).some(({ reason }) => reason === 'killed by hand: drill of the switch')).toBe(true);
  expect((await cli(folder, 'kill', '--release')).said).toMatch(/^Released/);
  writeFileSync(join(folder, 'kill.json'), '{ "killed": fal');
  expect((await paper(folder, '--fresh')).said).toMatch(/Killed by hand: kill\.json cannot be read/);
  await cli(folder, 'kill', '--release');
  const fresh = await paper(folder, '--fresh');
  expect(controls(folder)).toEqual([]);
  expect(fresh.said).toMatch(/closed trades/);
});

test('a killed session with --flatten closes what it holds', async () => {
  const folder = scratch();
  const child = await trading(folder, 5);
  await cli(folder, 'kill', 'out', '--flatten');
  while (child.exitCode === null && controls(folder).length === 0) await wait(5);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  const { said } = await paper(folder);
  expect(said).toMatch(/No position is open/);
});

test('the third restart after a crash within ten minutes opens nothing, says so in one line, and a release or a quiet time lets it in again', async () => {
  const folder = scratch();
  writeFileSync(join(folder, 'restarts.json'), JSON.stringify({ running: true, crashes: [Date.now() - 60_000, Date.now() - 30_000] }));
  const looped = await paper(folder);
  expect(looped.said.match(/Restarted 3 times after a crash within 10 minutes\. No entries; .*--release.*/g)).toHaveLength(1);
  expect(looped.said).toMatch(/0 fills/);
  expect(controls(folder)).toMatchObject([{ entries: 'withdrawn', reason: 'restarted 3 times after a crash within 10 minutes' }]);
  // It ended as it was meant to, yet within the ten minutes.
  expect((await paper(folder, '--fresh')).said).toMatch(/Restarted 3 times/);
  await cli(folder, 'kill', '--release');
  expect((await paper(folder, '--fresh')).said).not.toMatch(/Restarted/);
  // Long ago, or only twice: no loop.
  writeFileSync(join(folder, 'restarts.json'), JSON.stringify({ running: true, crashes: [Date.now() - 700_000, Date.now() - 30_000] }));
  expect((await paper(folder, '--fresh')).said).not.toMatch(/Restarted/);
});

test('a crash loop that runs quietly long enough is over within the session', async () => {
  const folder = scratch();
  writeFileSync(join(folder, 'restarts.json'), JSON.stringify({ running: true, crashes: [Date.now(), Date.now()] }));
  const { said } = await cli(folder, ...SESSION, '--speed', '400', '--set', 'safety.crashWindowMinutes=0.01');
  expect(said).toMatch(/Restarted 3 times/);
  expect(said).toMatch(/Entries again: crash loop no longer holds them/);
  expect(controls(folder).map(({ entries }) => entries)).toEqual(['withdrawn', 'open']);
});

test('a journal that is gone is asked for; --fresh begins anew', async () => {
  const folder = scratch();
  await paper(folder);
  rmSync(join(folder, 'journal.jsonl'));
  const gone = await paper(folder);
  expect(gone.code).toBe(2);
  expect(gone.said).toMatch(/journal\.jsonl is gone, but journal\.jsonl\.head shows that a session was here[^]*--fresh/);
  expect((await paper(folder, '--fresh')).code).toBe(0);
});

test('a disk that is full ends the session in one line; with room again it goes on as if nothing had been', async () => {
  const folder = scratch();
  const line = [MAIN, ...SESSION, '--set', 'data.syntheticBars=1500', '--speed', 'max', '--state', folder];
  // Files of more than 80 KiB cannot be written: the journal meets the limit in the middle of a record.
  const limited = spawnSync('bash', ['-c', 'ulimit -f 80; exec "$@"', 'bash', process.execPath, ...line], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(limited.status).toBe(1);
  expect(limited.stderr.trim().split('\n')).toHaveLength(1);
  expect(limited.stderr).toMatch(
    /the disk is full: stopped before anything that could not be journaled \(.*\)\. Free some space; the same command goes on/,
  );
  expect(JSON.parse(readFileSync(join(folder, 'execution_report.json'), 'utf8'))).toHaveProperty('safety');
  const calm = scratch();
  const more = ['--set', 'data.syntheticBars=1500', '--set', 'safety.crashRestarts=0'];
  await paper(calm, ...more);
  expect((await paper(folder, ...more)).code).toBe(0);
  expect(readFileSync(join(folder, 'journal.jsonl')).equals(readFileSync(join(calm, 'journal.jsonl')))).toBe(true);
});

test('a reader that leaves stops the session as cleanly as a signal does', async () => {
  const folder = scratch();
  const child = spawn(process.execPath, [MAIN, ...SESSION, '--speed', '400', '--state', folder], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const ended = once(child, 'exit');
  child.stdout.destroy();
  expect(await ended).toEqual([130, null]);
  expect(JSON.parse(readFileSync(join(folder, 'restarts.json'), 'utf8'))).toMatchObject({ running: false });
  expect(existsSync(join(folder, 'lease.json'))).toBe(false);
});

test.each(['SIGHUP', 'SIGINT'] as const)('%s stops cleanly, the same a second time at once', async (signal) => {
  const folder = scratch();
  const child = await trading(folder, 1);
  const ended = once(child, 'exit');
  child.kill(signal);
  expect(await ended).toEqual([130, null]);
  expect(JSON.parse(readFileSync(join(folder, 'restarts.json'), 'utf8'))).toMatchObject({ running: false });
  expect(existsSync(join(folder, 'lease.json'))).toBe(false);
  const again = await trading(folder, 2);
  const endedAgain = once(again, 'exit');
  again.kill(signal);
  again.kill(signal === 'SIGHUP' ? 'SIGTERM' : 'SIGHUP');
  expect(await endedAgain).toEqual([130, null]);
});

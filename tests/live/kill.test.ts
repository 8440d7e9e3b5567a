import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCli } from '../../src/apps/cli/program.ts';
import { scratch } from './fixtures.ts';
import { killAndRestart } from './kill-session.ts';

test('a session killed at random moments ends with the journal of an undisturbed one: nothing lost, nothing doubled', async () => {
  const report = await killAndRestart(8, 42);
  expect(report.disturbed).toBe(report.undisturbed);
  expect(report.kills).toBe(8);
  expect(report.orders).toBeGreaterThan(20);
  expect(report).toMatchObject({ doubledOrders: 0, doubledFills: 0 });
});

test('a signal stops cleanly with a report, a second process on the folder leaves before any order, and the session goes on later', async () => {
  const folder = scratch();
  const main = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url));
  const line = [
    'paper',
    '--strategy',
    'macd',
    '--source',
    'synthetic',
    '--symbols',
    'SYN1',
    '--set',
    'data.syntheticBars=600',
    '--state',
    folder,
  ];
  const child = spawn(process.execPath, [main, ...line, '--speed', '50', '--json'], { cwd: folder, stdio: 'ignore' });
  const ended = once(child, 'exit');
  while (!existsSync(join(folder, 'journal.jsonl'))) await wait(10);
  const said: string[] = [];
  const sink = { write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WritableStream;
  const io = { stdout: sink, stderr: sink, environment: {}, cwd: folder };
  expect(await runCli([...line, '--json'], io)).toBe(2);
  expect(said.join('')).toContain('another session');
  await wait(300);
  child.kill('SIGTERM');
  expect(await ended).toEqual([130, null]);
  expect(JSON.parse(readFileSync(join(folder, 'execution_report.json'), 'utf8'))).toHaveProperty('shortfall');
  said.length = 0;
  expect(await runCli([...line, '--json', '--speed', 'max'], io)).toBe(0);
  const end = JSON.parse(said.join('').trim().split('\n').at(-1)!) as Record<string, unknown>;
  expect(end).toMatchObject({ event: 'end', stopped: 'end_of_data' });
  expect(end['recoveredBars']).toBeGreaterThan(0);
});

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createRng } from '#core';

const KILLS = 20;
const folders: string[] = [];
const child = fileURLToPath(new URL('./child.ts', import.meta.url));

afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'workflow-'));
  folders.push(folder);
  return folder;
}

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

/** Runs the child; with a delay, kills it that long after its first line. */
async function run(folder: string, killAfterMs?: number): Promise<Ended> {
  const process_ = spawn(process.execPath, [child, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  process_.stderr.on('data', (data: Buffer) => (text += data.toString()));
  process_.stdout.on('data', (data: Buffer) => {
    if (text === '' && killAfterMs !== undefined) void delay(killAfterMs).then(() => process_.kill('SIGKILL'));
    text += data.toString();
  });
  return new Promise((resolve) => process_.on('close', (code) => resolve({ code, text })));
}

function visibleFiles(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.startsWith('.edgewright') && statSync(join(folder, name)).isFile(),
  );
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
}

test(`killed at ${KILLS} random moments and resumed, the files are those of an undisturbed run, and none is ever half-written`, {
  timeout: 120_000,
}, async () => {
  const undisturbed = workspace();
  expect((await run(undisturbed)).code).toBe(0);
  const wanted = visibleFiles(undisturbed);
  expect(Object.keys(wanted)).toHaveLength(11);
  const rng = createRng('kill');
  let killed = 0;
  let folder = workspace();
  while (killed < KILLS) {
    const ended = await run(folder, rng.uniform() * 120);
    for (const [name, text] of Object.entries(visibleFiles(folder))) expect(text === wanted[name], name).toBe(true);
    if (ended.code === null) {
      killed++;
      continue;
    }
    expect(ended.code, ended.text).toBe(0);
    expect(visibleFiles(folder)).toEqual(wanted);
    folder = workspace();
  }
  const last = await run(folder);
  expect(last.code, last.text).toBe(0);
  expect(visibleFiles(folder)).toEqual(wanted);
});

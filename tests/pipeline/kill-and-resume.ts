import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRng } from '#core';

const MAIN = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url));
export const STAGES = ['data', 'features', 'labels', 'train', 'calibrate', 'backtest', 'validate'] as const;

/** One run of the command line. `onLine` may return a number of milliseconds after which the process is killed with SIGKILL. */
function runPipeline(
  workspace: string,
  argv: readonly string[],
  onLine: (line: string) => number | undefined = () => undefined,
): Promise<{ readonly code: number | null; readonly killed: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'pipeline', '--workspace', workspace, ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let rest = '';
    let killed = false;
    child.stdout.on('data', (chunk: Buffer) => {
      output += String(chunk);
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const delay = killed ? undefined : onLine(line);
        if (delay === undefined) continue;
        killed = true;
        setTimeout(() => child.kill('SIGKILL'), delay);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += String(chunk);
    });
    child.on('close', (code, signal) => resolve({ code, killed: signal === 'SIGKILL', output }));
  });
}

/** Path → SHA-256 of every file that a run published (checkpoint records hold times and are left out). */
function publishedFiles(workspace: string): ReadonlyMap<string, string> {
  const names = readdirSync(workspace, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /^(results|models)\//.test(name) && statSync(join(workspace, name)).isFile(),
  );
  return new Map(
    names.sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(workspace, name)))
        .digest('hex'),
    ]),
  );
}

/** Milliseconds that each stage took in a plain report: `train: ✓ 2.2 s`. */
function durations(output: string): ReadonlyMap<string, number> {
  return new Map([...output.matchAll(/^(\w+): ✓ ([\d.]+) s/gm)].map((match) => [match[1]!, Number(match[2]) * 1000]));
}

/** Kills every stage at random moments, resuming each time; returns how many kills hit a running process. */
export async function killEveryStage(
  workspace: string,
  reference: string,
  argv: readonly string[],
  killsPerStage: number,
  seed: number,
): Promise<{ readonly kills: number; readonly difference: readonly string[] }> {
  const plain = await runPipeline(reference, argv);
  if (plain.code !== 0) throw new Error(plain.output);
  const took = durations(plain.output);
  const rng = createRng(seed);
  let kills = 0;
  for (const stage of STAGES) {
    for (let kill = 0; kill < killsPerStage; kill++) {
      // Inside the stage, as long as it took undisturbed; most kills then meet a running process.
      const delay = Math.floor(rng.uniform() * 0.9 * Math.max(took.get(stage) ?? 0, 20));
      // The stage is asked for again, so that a kill that came too late does not use up the stage.
      const again = stage === 'data' ? ['--fresh'] : ['--from-stage', stage];
      const run = await runPipeline(workspace, [...argv, ...again], (line) => (line.startsWith(`${stage}: started`) ? delay : undefined));
      if (run.killed) kills++;
      else if (run.code !== 0) throw new Error(run.output);
    }
    // Resumes after the last kill, so that the stages before the next one are done.
    const resumed = await runPipeline(workspace, argv);
    if (resumed.code !== 0) throw new Error(resumed.output);
  }
  const last = await runPipeline(workspace, argv);
  if (last.code !== 0) throw new Error(last.output);
  const expected = publishedFiles(reference);
  const found = publishedFiles(workspace);
  const difference = [...new Set([...expected.keys(), ...found.keys()])].filter((name) => expected.get(name) !== found.get(name));
  return { kills, difference };
}

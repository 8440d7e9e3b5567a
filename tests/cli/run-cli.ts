import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { runCli } from '../../src/apps/cli/program.ts';

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that is gone when the test ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'edgewright-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One command line in this process, in a folder, with what it printed. */
export async function cli(cwd: string, ...argv: string[]): Promise<CliRun> {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const code = await runCli(argv, { stdout, stderr, environment: {}, cwd });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

class Captured extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

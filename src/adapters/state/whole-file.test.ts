import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeWhole } from './whole-file.ts';

test('of a text that the disk takes only the beginning of, nothing comes to stand in the place of the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edgewright-whole-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'state');
  writeWhole(path, 'as it was');
  const program = 'const { writeWhole } = await import(process.argv[1]); writeWhole(process.argv[2], "x".repeat(3000));';
  const node = [process.execPath, '--input-type=module', '-e', program, join(import.meta.dirname, 'whole-file.ts'), path];
  // No file above one or two blocks of 512 bytes: the write that meets the limit is a short one, the next one fails.
  const { status } = spawnSync('sh', ['-c', 'ulimit -f 1 && exec "$@"', 'sh', ...node], { stdio: 'ignore' });
  expect(status).toBe(1);
  expect(readFileSync(path, 'utf8')).toBe('as it was');
  expect(readdirSync(folder)).toEqual(['state']);
});

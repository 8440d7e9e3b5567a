import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { killEveryStage } from './kill-and-resume.ts';

const folder = mkdtempSync(join(tmpdir(), 'edgewright-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('kill -9 in every stage, then resume: the files of an uninterrupted run, byte for byte', async () => {
  const argv = ['--source', 'synthetic', '--set', 'data.syntheticBars=600', '--set', 'model.shuffledControls=2'];
  const { kills, difference } = await killEveryStage(join(folder, 'killed'), join(folder, 'plain'), argv, 1, 7);
  expect(difference).toEqual([]);
  expect(kills).toBeGreaterThanOrEqual(3);
}, 120_000);

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { buildStrategies } from '../../scripts/build-strategies.ts';
import { findStrategy } from '../../src/apps/cli/backtest/find-strategy.ts';
import { scratchFolder } from './run-cli.ts';

const STRATEGIES = fileURLToPath(new URL('../../strategies/', import.meta.url));

test('the package gets a build of every worked strategy, those in sub-folders too', () => {
  const folder = scratchFolder();
  buildStrategies(STRATEGIES, folder);
  const files = (place: string, end: string): string[] =>
    readdirSync(place, { recursive: true, encoding: 'utf8' })
      .flatMap((file) => (file.endsWith(end) ? [file.slice(0, -end.length)] : []))
      .sort();
  expect(files(folder, '.js')).toEqual(files(STRATEGIES, '.ts'));
  expect(readFileSync(join(folder, 'published/sma-reversal.js'), 'utf8')).not.toMatch(/import type|: Strategy/);
});

test('the strategies of published results have names of their own, which work without a checkout around', async () => {
  const found = await findStrategy('published/sma-reversal', scratchFolder());
  expect(found).toMatchObject({ kind: 'example', sha256: '' });
  await expect(findStrategy('published/nothing', scratchFolder())).rejects.toThrow('there is no strategy file published/nothing');
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { packRooms } from '../../scripts/pack-rooms.ts';
import { PackedRooms } from '../../src/apps/cli/packed-rooms.ts';
import { scratchFolder } from './run-cli.ts';

const PROJECT = join(import.meta.dirname, '../..');

test('a pack stands for its room until one of its files is changed or gone', async () => {
  const root = scratchFolder();
  const folder = join(root, 'packs');
  const put = (name: string, text: string): void => {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  put('src/one/index.ts', "export { deep } from './deep/value.ts';\n");
  put('src/one/deep/value.ts', 'export const deep: number = 1;\n');
  put('src/two/index.ts', "import { deep } from '#one';\nexport const two: number = deep + 1;\n");
  const packs = (): PackedRooms => new PackedRooms(pathToFileURL(`${root}/`), pathToFileURL(`${folder}/`));
  const found = (): readonly boolean[] => ['#one', '#two', '#three', 'zod', 'constructor'].map((name) => packs().find(name) !== undefined);
  expect(found()).toEqual([false, false, false, false, false]);

  expect(await packRooms(root, folder, [])).toEqual(['#one', '#two']);
  expect(found()).toEqual([true, true, false, false, false]);
  // A room inside another's pack would be two rooms that do not know each other's objects.
  expect(readFileSync(join(folder, 'two.mjs'), 'utf8')).toMatch(/from ["']#one["']/);
  expect(await import(packs().find('#one')!)).toMatchObject({ deep: 1 });

  put('src/one/deep/value.ts', 'export const deep: number = 22;\n');
  expect(found()).toEqual([false, true, false, false, false]);
  await packRooms(root, folder, []);
  utimesSync(join(root, 'src/two/index.ts'), 1, 1);
  expect(found()).toEqual([true, false, false, false, false]);
  rmSync(join(root, 'src/one/deep/value.ts'));
  expect(found()).toEqual([false, false, false, false, false]);
  writeFileSync(join(folder, 'manifest.json'), '{"#two":');
  expect(found()).toEqual([false, false, false, false, false]);
});

const isPacked = new PackedRooms(pathToFileURL(`${PROJECT}/`)).find('#engine') !== undefined;

test.skipIf(!isPacked)('a command writes the same bytes from packs as from sources (skipped where make has not packed)', () => {
  const folder = scratchFolder();
  const run = (name: string, environment: Readonly<Record<string, string>>): readonly (readonly [string, string])[] => {
    const argv = ['backtest', '--strategy', 'sma-cross', '--symbols', 'AAPL', '--out', join(folder, name)];
    execFileSync(join(PROJECT, 'edgewright'), argv, { cwd: folder, env: { ...process.env, ...environment } });
    return readdirSync(join(folder, name)).map((file) => [file, readFileSync(join(folder, name, file), 'latin1')] as const);
  };
  expect(run('packs', {})).toEqual(run('sources', { EDGEWRIGHT_DEBUG: '1' }));
});

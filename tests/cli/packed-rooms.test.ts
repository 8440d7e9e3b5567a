import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { packRooms, warmUp } from '../../scripts/pack-rooms.ts';
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
  put('package.json', '{ "type": "module", "imports": { "#*": "./src/*/index.ts" } }');
  put('src/one/index.ts', "export { deep } from './deep/value.ts';\nexport const place = import.meta.url;\n");
  put('src/one/deep/value.ts', 'export const deep: number = 1;\n');
  put(
    'src/two/index.ts',
    "import { deep } from '#one';\nexport const two: number = deep + 1;\nexport const later = () => import('./later.ts');\n",
  );
  put('src/two/later.ts', "export { deep as catch } from '#one';\nexport const dash = '— 😀';\n");
  put('src/apps/cli/index.ts', "export { shared } from '../shared.ts';\n");
  put('src/apps/shared.ts', "export const shared = 'a';\n");
  const packs = (): PackedRooms => new PackedRooms(pathToFileURL(`${root}/`), pathToFileURL(`${folder}/`));
  const [cli, one, two] = ['src/apps/cli/index.ts', 'src/one/index.ts', 'src/two/index.ts'];
  const found = (): readonly boolean[] => [one, two, cli, 'zod', 'constructor'].map((name) => packs().find(name) !== undefined);
  expect(found()).toEqual([false, false, false, false, false]);

  expect(await packRooms(root, folder, [])).toEqual([cli, one, two]);
  expect(found()).toEqual([true, true, true, false, false]);
  const fresh = packs();
  expect(fresh.load(two)).toMatchObject({ two: 2 });
  const door = (await import(fresh.find(one)!)) as object;
  expect(door).toMatchObject({ deep: 1, place: pathToFileURL(join(root, one)).href });
  // A room inside another's pack would be two rooms that do not know each other's objects.
  expect(readFileSync(new URL('index.cjs', fresh.find(two)), 'utf8')).toMatch(/require\(["']#one["']\)/);

  put('src/one/deep/value.ts', 'export const deep: number = 22;\n');
  expect(found()).toEqual([false, true, true, false, false]);
  // The pack of a room takes another room from where everybody takes it: from its sources, now.
  expect(packs().load(two)).toMatchObject({ two: 23 });
  put('src/two/later.ts', 'export const dash = 1;\n');
  await packRooms(root, folder, []);
  // What began before goes on with what it began with, also where it loads it late.
  expect(await (fresh.load(two) as { later: () => unknown }).later()).toMatchObject({ catch: 1, dash: '— 😀' });
  utimesSync(join(root, two), 1, 1);
  put('src/apps/shared.ts', "export const shared = 'b';\n");
  expect(found()).toEqual([true, false, false, false, false]);
  rmSync(join(root, 'src/one/deep/value.ts'));
  expect(found()).toEqual([false, false, false, false, false]);
  writeFileSync(join(folder, 'manifest.json'), '{"src/two/index.ts":');
  expect(found()).toEqual([false, false, false, false, false]);
});

test('packs are for all to read, are kept a month after their last use, and agree with what loads them', async () => {
  const root = scratchFolder();
  const folder = join(root, 'packs');
  const packer = join(root, 'scripts/pack-rooms.ts');
  const source = join(root, 'src/one/index.ts');
  for (const file of [packer, source]) mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(packer, '// version 1');
  writeFileSync(source, 'export const one = 1;');
  const placeOfOne = (): string | undefined => {
    const door = new PackedRooms(pathToFileURL(`${root}/`), pathToFileURL(`${folder}/`)).find('src/one/index.ts');
    return door && join(folder, door.split('/').at(-2)!);
  };
  await packRooms(root, folder, []);
  const first = placeOfOne()!;
  // Who sets a project up is often not who runs it: a container is built by root.
  expect(statSync(first).mode & 0o777).toBe(0o777 & ~process.umask());

  // A pack that was made long ago and stood in the manifest until now may be what a session runs from.
  utimesSync(first, 1, 1);
  writeFileSync(source, 'export const one = 22;');
  await packRooms(root, folder, []);
  const second = placeOfOne()!;
  expect([existsSync(first), existsSync(second)]).toEqual([true, true]);
  utimesSync(first, 1, 1);
  utimesSync(second, 1, 1);
  await packRooms(root, folder, []);
  expect([existsSync(first), existsSync(second)]).toEqual([false, true]);

  // What was packed in another way may not be loaded in this one; what is gone cannot be.
  writeFileSync(packer, '// version 22');
  expect(placeOfOne()).toBeUndefined();
  await packRooms(root, folder, []);
  expect(placeOfOne()).toBe(second);
  rmSync(second, { recursive: true });
  expect(placeOfOne()).toBeUndefined();
});

test('the first run of the packs needs no folder of the system, and fails nothing where it can write none', () => {
  const folder = scratchFolder();
  const root = join(folder, 'project');
  mkdirSync(root);
  const program = '#!/bin/sh\nwhile [ "$1" != --data ]; do shift; done\nhead -n 2 "$2/WARM-1m.csv" > "$(dirname "$0")/read"\n';
  writeFileSync(join(root, 'edgewright'), program, { mode: 0o755 });
  vi.stubEnv('TMPDIR', join(folder, 'nowhere'));
  onTestFinished(() => void vi.unstubAllEnvs());
  warmUp(root, join(folder, 'nowhere'));
  expect(existsSync(join(root, 'read'))).toBe(false);
  const place = join(folder, 'place');
  mkdirSync(place);
  warmUp(root, place);
  expect(readFileSync(join(root, 'read'), 'utf8')).toContain('time,open,high,low,close,volume\n1704067200000,');
  expect(readdirSync(place)).toEqual([]);
});

test('what V8 made of a script serves that script only, and only undamaged', () => {
  const folder = scratchFolder();
  const script = join(folder, 'script.cjs');
  const keeper = pathToFileURL(join(PROJECT, 'src/apps/cli/kept-code.ts')).href;
  const text = (value: number): string => `(function () {\n  function inner() { return ${value}; }\n  return inner();\n})`;
  const run = (code = 0): string =>
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { KeptCode } from '${keeper}'; console.log(new KeptCode().compile('${script}')()); process.exit(${code})`,
      ],
      { encoding: 'utf8' },
    ).trim();
  const kept = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.code'));
  writeFileSync(script, text(1));
  expect(() => run(3)).toThrow('Command failed');
  expect(kept()).toEqual([]);
  expect(run()).toBe('1');
  expect(kept()).toHaveLength(1);
  const file = join(folder, kept()[0]!);
  const made = readFileSync(file);
  expect(run()).toBe('1');
  expect(readFileSync(file)).toEqual(made);
  // As many bytes, which is all that V8 itself compares.
  writeFileSync(script, text(2));
  expect(run()).toBe('2');
  for (const damage of [made.subarray(0, 5), made.subarray(0, 200), Buffer.alloc(0), Buffer.from(made).fill(7, 100, 140)]) {
    writeFileSync(file, damage);
    expect(run()).toBe('2');
    expect(readFileSync(file)).not.toEqual(damage);
  }
});

const isPacked = new PackedRooms(pathToFileURL(`${PROJECT}/`)).find('src/engine/index.ts') !== undefined;

test.skipIf(!isPacked)('a command writes the same bytes from packs as from sources (skipped where make has not packed)', () => {
  const folder = scratchFolder();
  const command = (argv: readonly string[], environment: Readonly<Record<string, string>>): string =>
    execFileSync(join(PROJECT, 'edgewright'), argv, { cwd: folder, env: { ...process.env, ...environment }, encoding: 'utf8' });
  const run = (name: string, environment: Readonly<Record<string, string>>): readonly (readonly [string, string])[] => {
    command(['backtest', '--strategy', 'sma-cross', '--symbols', 'AAPL', '--out', join(folder, name)], environment);
    return readdirSync(join(folder, name)).map((file) => [file, readFileSync(join(folder, name, file), 'latin1')] as const);
  };
  expect(run('packs', {})).toEqual(run('sources', { EDGEWRIGHT_DEBUG: '1' }));
  // A trial is the same trial: what the program is made of is read from its sources.
  const search = ['optimize', '--strategy', 'donchian-breakout', '--symbols', 'AAPL', '--method', 'random', '--trials', '3', '--json'];
  const told = (environment: Readonly<Record<string, string>>): unknown => JSON.parse(command(search, environment));
  expect(told({})).toMatchObject({ trials: { evaluated: 3, fromLedger: 0 } });
  expect(told({ EDGEWRIGHT_DEBUG: '1' })).toMatchObject({ trials: { evaluated: 0, fromLedger: 3 } });
});

/**
 * Packs every room, and the libraries that most commands load from many files, into one script each (more where something in it is imported
 * when it is needed), so that a command opens thirty files instead of five hundred, and with what V8 made of them before. `make` does it;
 * without it, or after a change of a room, its sources are loaded as they are. What is packed and of what it is made stands in the manifest,
 * which `src/apps/cli/packed-rooms.ts` reads.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { doorText, packName } from '../src/apps/cli/packed-rooms.ts';

const LIBRARIES = ['cli-table3', 'commander', 'zod'];
/** Half of zod is translations of its messages, which nobody here asks for. */
const englishOnly: Plugin = {
  name: 'english-only',
  resolveId(id, importer) {
    return id.endsWith('/locales/index.js') && importer !== undefined ? this.resolve(id.replace('index.js', 'en.js'), importer) : null;
  },
};

/** In one step, so that a command that runs meanwhile reads a whole file, the old or the new. */
function put(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** A packed file has the `import.meta` of its source, and imports what is only known by a URL through it: a script's own `import` is no ES module's. */
const ownMeta = (root: string): Plugin => ({
  name: 'own-meta',
  transform(code, id) {
    const meta = `importMeta('${relative(root, id)}')`;
    return id.startsWith(`${root}/src/`) ? code.replaceAll('import.meta', meta).replace(/\bimport\((?=[^'"\s)])/g, `${meta}.load(`) : null;
  },
});

/** One character beyond Latin would double the memory of the whole text. Without comments, such characters stand in strings and patterns. */
function inAscii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

async function pack(root: string, name: string, folder: string, isOutside: (id: string) => boolean): Promise<void> {
  const input = name.startsWith('src/') ? join(root, name) : name;
  const plugins = [englishOnly, ownMeta(root)];
  const bundle = await rolldown({ input, external: (id) => isOutside(id), platform: 'node', treeshake: false, plugins });
  const { output } = await bundle.generate({
    format: 'cjs',
    exports: 'named',
    comments: false,
    dynamicImportInCjs: false,
    entryFileNames: 'index.cjs',
    chunkFileNames: '[name]-[hash].cjs',
  });
  await bundle.close();
  const place = join(folder, packName(name));
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  for (const chunk of output) {
    if (chunk.type !== 'chunk') throw new Error(`${name} holds ${chunk.fileName}, which is no code`);
    put(join(place, chunk.fileName), `(function (exports, require, module, importMeta) {\n${inAscii(chunk.code)}\n})`);
    if (chunk.isEntry) put(join(place, 'door.mjs'), doorText(name, chunk.exports));
  }
}

/** Name → [time of the last change in ms, bytes]. */
export type Made = Readonly<Record<string, readonly [changed: number, bytes: number]>>;

function madeOf(root: string, names: readonly string[]): Made {
  const entries = names.map((name) => {
    const { mtimeMs, size } = statSync(join(root, name));
    return [name, [mtimeMs, size]] as const;
  });
  return Object.fromEntries(entries);
}

/** Packs the rooms of `root/src`, and libraries, into a folder; gives what it packed. */
export async function packRooms(root: string, folder: string, libraries: readonly string[] = LIBRARIES): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'manifest.json'), { force: true });
  const manifest: Record<string, Made> = {};
  for (const door of doorsOf(root)) {
    const room = dirname(door);
    const files = readdirSync(join(root, room), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).map((name) => `${room}/${name}`);
    // Before the packing: a change made meanwhile shows.
    manifest[door] = madeOf(root, sources.sort());
    await pack(root, door, folder, (id) => !/^[./]/.test(id));
  }
  for (const library of libraries) {
    manifest[library] = madeOf(root, [`node_modules/${library}/package.json`]);
    await pack(root, library, folder, (id) => id.startsWith('node:'));
  }
  put(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return Object.keys(manifest);
}

/** The doors of all rooms: of adapters each has its own, and of apps the command line has one. */
function doorsOf(root: string): readonly string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const doors = files.filter((name) => /^(?:(?:adapters|apps)\/)?[^/]+\/index\.ts$/.test(name));
  return doors.sort().map((name) => `src/${name}`);
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  await packRooms(root, join(root, 'node_modules/.cache/edgewright/rooms'));
  // The first command that ends well leaves behind what V8 made of the packs: here one that calls most of what commands have in common.
  const out = mkdtempSync(join(tmpdir(), 'edgewright-'));
  spawnSync(join(root, 'edgewright'), ['backtest', '--strategy', 'sma-cross', '--symbols', 'AAPL', '--out', out], { stdio: 'ignore' });
  rmSync(out, { recursive: true });
}

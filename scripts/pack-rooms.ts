/**
 * Packs every room, and the libraries that most commands load from many files, into one script each (more where something in it is imported
 * when it is needed), so that a command opens thirty files instead of five hundred, and with what V8 made of them before. `make` does it;
 * without it, or after a change of a room, its sources are loaded as they are. What is packed and of what it is made stands in the manifest,
 * which `src/apps/cli/packed-rooms.ts` reads.
 */
import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';
import { doorText, readManifest, type Manifest } from '../src/apps/cli/packed-rooms.ts';

const LIBRARIES = ['cli-table3', 'commander', 'pure-rand/generator/xoroshiro128plus', 'zod'];
/** What makes packs and what loads them have to agree: after a change of either every pack is an old one. */
const BOTH_ENDS = ['scripts/pack-rooms.ts', 'src/apps/cli/packed-rooms.ts'];
/** Half of zod is translations of its messages, which nobody here asks for. */
const englishOnly: Plugin = {
  name: 'english-only',
  resolveId(id, importer) {
    return id.endsWith('/locales/index.js') && importer !== undefined ? this.resolve(id.replace('index.js', 'en.js'), importer) : null;
  },
};

/**
 * A packed file has the `import.meta` of its source, and imports what is only known by a URL through it: a script's own `import` is no ES
 * module's. `read` gets every source file, from the project's folder on.
 */
const ownMeta = (root: string, read: Set<string>): Plugin => ({
  name: 'own-meta',
  transform(code, id) {
    if (!id.startsWith(`${root}/src/`)) return null;
    const file = relative(root, id);
    read.add(file);
    const meta = `importMeta('${file}')`;
    return code.replaceAll('import.meta', meta).replace(/\bimport\((?=[^'"\s)])/g, `${meta}.load(`);
  },
});

/** One character beyond Latin would double the memory of the whole text. Without comments, such characters stand in strings and patterns. */
function inAscii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Files by name. */
type Files = Readonly<Record<string, string>>;

/** The files of a pack, and the source files that it holds. */
async function pack(root: string, name: string): Promise<{ readonly files: Files; readonly sources: readonly string[] }> {
  const isRoom = name.startsWith('src/');
  const sources = new Set<string>();
  const bundle = await rolldown({
    input: isRoom ? join(root, name) : name,
    external: (id) => (isRoom ? !/^[./]/.test(id) : id.startsWith('node:')),
    platform: 'node',
    treeshake: false,
    plugins: [englishOnly, ownMeta(root, sources)],
  });
  const { output } = await bundle.generate({
    format: 'cjs',
    exports: 'named',
    comments: false,
    dynamicImportInCjs: false,
    entryFileNames: 'index.cjs',
    chunkFileNames: '[name]-[hash].cjs',
  });
  await bundle.close();
  const files: Record<string, string> = {};
  for (const chunk of output) {
    if (chunk.type !== 'chunk') throw new Error(`${name} holds ${chunk.fileName}, which is no code`);
    files[chunk.fileName] = `(function (exports, require, module, importMeta) {\n${inAscii(chunk.code)}\n})`;
    if (chunk.isEntry) files['door.mjs'] = doorText(name, chunk.exports);
  }
  return { files, sources: [...sources].sort() };
}

/**
 * Writes a pack where no other version of it lies: a session that runs for weeks may load a part of its own version late. Who set the project
 * up may be another than who runs it, so it is a folder for all to read. Two that pack at once write the same.
 */
function put(folder: string, name: string, files: Files): string {
  const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12);
  const place = `${name.replace(/^src\/|\/index\.ts$/g, '').replaceAll('/', '.')}-${version}`;
  if (existsSync(join(folder, place))) return place;
  const staging = join(folder, `.packing-${randomUUID()}`);
  mkdirSync(staging);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(staging, file), text);
  try {
    renameSync(staging, join(folder, place));
  } catch (error) {
    if (!existsSync(join(folder, place))) throw error;
    rmSync(staging, { recursive: true });
  }
  return place;
}

const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Removes what has been in use by nothing for a month: what the manifest named until now is used until now. */
function clear(folder: string, before: Manifest, manifest: Manifest): void {
  const now = new Date();
  const places = new Set(Object.values(manifest).map(({ place }) => place));
  for (const { place } of Object.values(before)) if (existsSync(join(folder, place))) utimesSync(join(folder, place), now, now);
  for (const name of readdirSync(folder)) {
    const state = statSync(join(folder, name), { throwIfNoEntry: false });
    const old = state !== undefined && now.getTime() - state.mtimeMs > KEPT_MS;
    if (old && !places.has(name) && name !== 'manifest.json') rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Packs the rooms of `root/src`, and libraries, into a folder; gives what it packed. */
export async function packRooms(root: string, folder: string, libraries: readonly string[] = LIBRARIES): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const manifest: Record<string, Manifest[string]> = {};
  const stateOf = (file: string): readonly [number, number] => {
    const { mtimeMs, size } = statSync(join(root, file));
    return [mtimeMs, size];
  };
  const before = readManifest(pathToFileURL(`${folder}/`));
  const bothEnds = BOTH_ENDS.filter((file) => existsSync(join(root, file)));
  // Before the packing: a change made meanwhile shows.
  const states = new Map([...filesIn(root), ...bothEnds].map((file) => [file, stateOf(file)]));
  for (const name of [...doorsOf(root), ...libraries]) {
    const { files, sources } = await pack(root, name);
    const made = name.startsWith('src/')
      ? sources.map((file) => [file, states.get(file) ?? [0, 0]] as const)
      : [`node_modules/${name.split('/', 1)[0]!}/package.json`].map((file) => [file, stateOf(file)] as const);
    const ends = bothEnds.map((file) => [file, states.get(file)!] as const);
    manifest[name] = { place: put(folder, name, files), made: Object.fromEntries([...made, ...ends]) };
  }
  const staging = join(folder, `.manifest-${randomUUID()}`);
  writeFileSync(staging, JSON.stringify(manifest));
  renameSync(staging, join(folder, 'manifest.json'));
  clear(folder, before, manifest);
  return Object.keys(manifest);
}

function filesIn(root: string): readonly string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name}`);
}

/** The doors of all rooms: of adapters each has its own, and of apps the command line has one. */
function doorsOf(root: string): readonly string[] {
  return filesIn(root)
    .filter((name) => /^src\/(?:(?:adapters|apps)\/)?[^/]+\/index\.ts$/.test(name))
    .sort();
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  await packRooms(root, join(root, 'node_modules/.cache/edgewright/packs')).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall === undefined) throw error;
    // A disk that is full or not ours to write on; `make` says what that means.
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  warmUp(root, join(root, 'node_modules/.cache/edgewright'));
}

/**
 * The first command that ends well leaves behind what V8 made of the packs, and which functions were worth an early look of its compilers:
 * here one that calls most of what commands have in common, and often enough. It works in a folder of ours, since it only saves time: where
 * nothing can be written, a later command does it.
 */
export function warmUp(root: string, folder: string): void {
  let scratch: string | undefined;
  try {
    scratch = mkdtempSync(join(folder, 'warm-up-'));
    writeFileSync(join(scratch, 'WARM-1m.csv'), barsAsCsv(20_000));
    const asked = 'backtest --strategy sma-cross --profile frictionless --fees 0.1%'.split(' ');
    spawnSync(join(root, 'edgewright'), [...asked, '--data', scratch, '--out', join(scratch, 'out')], { stdio: 'ignore' });
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
  } finally {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

/** Minute bars of a price that swings, with some noise. */
function barsAsCsv(rows: number): string {
  let seed = 1;
  let price = 100;
  const lines = ['time,open,high,low,close,volume'];
  for (let row = 0; row < rows; row++) {
    seed = (seed * 48_271) % 2_147_483_647;
    const open = price;
    price = 100 + 5 * Math.sin(row / 40) + seed / 2_147_483_647;
    const prices = [open, Math.max(open, price) + 0.05, Math.min(open, price) - 0.05, price];
    lines.push([Date.UTC(2024, 0, 1) + row * 60_000, ...prices.map((value) => value.toFixed(6)), 10 + (row % 7)].join(','));
  }
  return `${lines.join('\n')}\n`;
}

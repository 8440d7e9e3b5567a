/**
 * Packs every room of floors 0 to 5 into one file, and with them the libraries that most commands load from many, so that a command
 * opens twenty files instead of three hundred. `make` does it; without it, or after a change of a room, its sources are loaded as they are.
 * What is packed and of what it is made stands in the manifest, which `src/apps/cli/packed-rooms.ts` reads.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';

const LIBRARIES = ['cli-table3', 'commander', 'zod'];
/** They find files beside their own. */
const BESIDE = new Set(['adapters', 'apps']);

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

async function pack(input: string, file: string, isOutside: (id: string) => boolean): Promise<void> {
  const bundle = await rolldown({ input, external: (id) => isOutside(id), platform: 'node', treeshake: false, plugins: [englishOnly] });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  if (output.length !== 1) throw new Error(`${input} became ${output.length} files: something in it is imported when it is needed`);
  put(file, output[0].code);
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
  const rooms = readdirSync(join(root, 'src')).filter((name) => !BESIDE.has(name) && existsSync(join(root, 'src', name, 'index.ts')));
  for (const room of rooms) {
    const files = readdirSync(join(root, 'src', room), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).map((name) => `src/${room}/${name}`);
    // Before the packing: a change made meanwhile shows.
    manifest[`#${room}`] = madeOf(root, sources.sort());
    await pack(join(root, 'src', room, 'index.ts'), join(folder, `${room}.mjs`), (id) => !/^[./]/.test(id));
  }
  for (const library of libraries) {
    manifest[library] = madeOf(root, [`node_modules/${library}/package.json`]);
    await pack(library, join(folder, `${library}.mjs`), (id) => id.startsWith('node:'));
  }
  put(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return Object.keys(manifest);
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  await packRooms(root, join(root, 'node_modules/.cache/edgewright/rooms'));
}

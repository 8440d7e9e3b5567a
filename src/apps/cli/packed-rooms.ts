import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { KeptCode } from './kept-code.ts';

/** By what was packed: the folder it lies in, and the files it was made of, each with the time of its last change in ms and its bytes. */
export type Manifest = Readonly<
  Record<string, { readonly place: string; readonly made: Readonly<Record<string, readonly [changed: number, bytes: number]>> }>
>;

/** What a pack's wrapper takes; `meta` stands for the `import.meta` of the source file that it names. */
type Wrapper = (exports: object, require: (id: string) => unknown, module: Module, meta: (source: string) => Meta) => void;

interface Module {
  exports: object;
}

interface Meta {
  readonly url: string;
  resolve(id: string): string;
  /** `import` of a module that is known by its URL. */
  load(url: string): Promise<unknown>;
}

/** Where a pack's door, which is an ES module, finds the packs of its thread. */
const SHARED = Symbol.for('edgewright.packs');

/**
 * Rooms and libraries that `scripts/pack-rooms.ts` made one script each, as long as they are what their sources would be. What is packed has
 * a name: the door's file (`src/core/index.ts`), or a library's name. Each is loaded once, whoever asks: importers by its door, other packs
 * straight.
 */
export class PackedRooms {
  /** Where the packs lie, as a URL that ends in a slash. */
  readonly folder: string;
  readonly #root: URL;
  readonly #manifest: Manifest;
  readonly #code: KeptCode;
  /** A room is packs or sources for the whole of a process: two copies of one would not know each other's objects. */
  readonly #known = new Map<string, boolean>();
  readonly #loaded = new Map<string, Module>();
  readonly #outside;

  /** `root`: the project's folder. Without a manifest nothing is packed. */
  constructor(root: URL, folder = new URL('node_modules/.cache/edgewright/packs/', root)) {
    this.#root = root;
    this.folder = folder.href;
    this.#manifest = readManifest(folder);
    this.#code = new KeptCode();
    this.#outside = createRequire(new URL('package.json', root));
    Object.assign(globalThis, { [SHARED]: this });
  }

  /** The URL of a pack's door; undefined for what was not packed, has changed since, or cannot be read. */
  find(name: string): string | undefined {
    if (!this.#known.has(name)) this.#known.set(name, this.#isFresh(name) && this.#isReadable(name));
    return this.#known.get(name) === true ? `${this.folder}${this.#manifest[name]!.place}/door.mjs` : undefined;
  }

  /** What a pack exports. */
  load(name: string): object {
    return this.#run(`${this.#manifest[name]!.place}/index.cjs`);
  }

  #run(file: string): object {
    const known = this.#loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#loaded.set(file, module);
    const wrapper = this.#code.compile(fileURLToPath(this.folder + file)) as Wrapper;
    const beside = file.slice(0, file.lastIndexOf('/') + 1);
    const meta = (source: string): Meta => ({
      url: new URL(source, this.#root).href,
      resolve: (id) => import.meta.resolve(id),
      load: (url) => import(url),
    });
    wrapper(module.exports, (id) => this.#require(id, beside), module, meta);
    return module.exports;
  }

  #require(id: string, beside: string): unknown {
    if (id.startsWith('./')) return this.#run(beside + id.slice(2));
    // Straight: `require` would ask our hooks, which have nothing to say of Node's own.
    if (id.startsWith('node:')) return process.getBuiltinModule(id);
    const name = id.startsWith('#') ? `src/${id.slice(1)}/index.ts` : id;
    return this.find(name) === undefined ? this.#outside(id) : this.load(name);
  }

  #isFresh(name: string): boolean {
    if (!Object.hasOwn(this.#manifest, name)) return false;
    const root = fileURLToPath(this.#root);
    return Object.entries(this.#manifest[name]!.made).every(([file, [changed, bytes]]) => {
      const found = statSync(root + file, { throwIfNoEntry: false });
      return found?.mtimeMs === changed && found.size === bytes;
    });
  }

  #isReadable(name: string): boolean {
    try {
      accessSync(fileURLToPath(`${this.folder}${this.#manifest[name]!.place}/index.cjs`), constants.R_OK);
      return true;
    } catch {
      return false;
    }
  }
}

/** The text of a pack's door: an ES module that offers what the pack exports, or all of it where that is one value. */
export function doorText(name: string, exported: readonly string[]): string {
  const names = exported.map((each, at) => `const e${at} = pack[${JSON.stringify(each)}];\n`).join('');
  const list = exported.length === 0 ? 'pack as default' : exported.map((each, at) => `e${at} as ${each}`).join(', ');
  return `const pack = globalThis[Symbol.for('edgewright.packs')].load(${JSON.stringify(name)});\n${names}export { ${list} };\n`;
}

/** What is packed in a folder; nothing where there is no manifest that can be read. */
export function readManifest(folder: URL): Manifest {
  try {
    return JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Manifest;
  } catch {
    return {};
  }
}

import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** By what is imported (`#room` or a library): the files it was made of, each with the time of its last change in ms and its bytes. */
type Manifest = Readonly<Record<string, Readonly<Record<string, readonly [changed: number, bytes: number]>>>>;

/** Finds the one file into which `scripts/pack-rooms.ts` packed a room, as long as it is what the room's sources would be. */
export class PackedRooms {
  /** Where the packs lie, as a URL that ends in a slash. */
  readonly folder: string;
  readonly #root: URL;
  readonly #manifest: Manifest;
  /** A room is one file or many for the whole of a process: two copies of one would not know each other's objects. */
  readonly #known = new Map<string, string | undefined>();

  /** `root`: the project's folder. Without a manifest nothing is packed. */
  constructor(root: URL, folder = new URL('node_modules/.cache/edgewright/rooms/', root)) {
    this.#root = root;
    this.folder = folder.href;
    this.#manifest = readManifest(folder);
  }

  /** The URL of a pack; undefined for what was not packed or has changed since. */
  find(specifier: string): string | undefined {
    if (!this.#known.has(specifier)) this.#known.set(specifier, this.#fresh(specifier) ? this.#urlOf(specifier) : undefined);
    return this.#known.get(specifier);
  }

  #urlOf(specifier: string): string {
    return `${this.folder}${specifier.replace('#', '')}.mjs`;
  }

  #fresh(specifier: string): boolean {
    if (!Object.hasOwn(this.#manifest, specifier)) return false;
    const root = fileURLToPath(this.#root);
    return Object.entries(this.#manifest[specifier]!).every(([name, [changed, bytes]]) => {
      const found = statSync(root + name, { throwIfNoEntry: false });
      return found?.mtimeMs === changed && found.size === bytes;
    });
  }
}

function readManifest(folder: URL): Manifest {
  try {
    return JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Manifest;
  } catch {
    return {};
  }
}

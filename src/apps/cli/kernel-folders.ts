import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '#core';

/** Options that name a place where a command may make folders. */
const PLACES = ['state', 'workspace', 'out', 'folder'];

/** The type that Linux gives the file system under /proc. */
const PROC_FILE_SYSTEM = 0x9fa0;

/**
 * Refuses places under /proc, where no folder can be made. The kernel says of such a folder that it does not exist, though the one above
 * does, and `mkdir` with `recursive` of Node then tries both in turn without end.
 */
export function refuseKernelFolders(options: Readonly<Record<string, unknown>>, cwd: string): void {
  for (const name of PLACES) {
    const given = options[name];
    if (typeof given !== 'string') continue;
    const place = resolve(cwd, given);
    if (statfsSync(nearest(place)).type === PROC_FILE_SYSTEM)
      throw new UserError(
        `${place} cannot hold a run: the folders under /proc are the kernel's own`,
        `Choose another place for --${name}.`,
      );
  }
}

/** The place itself or the deepest folder above it that is there. */
function nearest(place: string): string {
  return existsSync(place) || dirname(place) === place ? place : nearest(dirname(place));
}

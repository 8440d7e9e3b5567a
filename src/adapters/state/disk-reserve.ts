import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Kept so that a session on a full disk can still say what it has to say. */
const RESERVE_BYTES = 65_536;
const LEAST_FREE_BYTES = 16_777_216;

export interface DiskReserve {
  /** Why there is too little room to open positions; empty when there is enough. */
  fault(): string;
  /** Gives the reserve up: the disk is full, and the last words need room. */
  release(): void;
}

/**
 * A file of 64 KiB in the folder, and a watch on what is free: below 16 MiB, or a quarter of a disk smaller than 64 MiB, entries stop while
 * there is still room to journal the exits.
 */
export function reserveDisk(folder: string): DiskReserve {
  const path = join(folder, 'reserve.bin');
  writeFileSync(path, Buffer.alloc(RESERVE_BYTES));
  return {
    fault() {
      const { bavail, bsize, blocks } = statfsSync(folder);
      const free = bavail * bsize;
      if (free >= Math.min(LEAST_FREE_BYTES, (blocks * bsize) / 4)) return '';
      return 'the disk is almost full';
    },
    release: () => rmSync(path, { force: true }),
  };
}

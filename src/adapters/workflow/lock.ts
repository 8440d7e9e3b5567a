import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MINUTE_MS, UserError } from '#core';

interface LockOwner {
  readonly pid: number;
  /** Tells a process from a later one with the same pid, where the system says (Linux); empty elsewhere. */
  readonly bornAt: string;
  readonly token: string;
}

const ATTEMPTS = 20;

/**
 * Takes a lock file that names its owner. A lock is linked into place whole, so it is never seen half-written; one whose
 * process is dead is moved aside (only one taker can win the move) and taken. Throws `UserError` while a live process holds it.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const owner: LockOwner = { pid: process.pid, bornAt: await bornAt(process.pid), token: randomUUID() };
  const own = `${path}.${owner.token}`;
  await writeFile(own, JSON.stringify(owner));
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await linked(own, path)) return () => release(path, owner);
      const holder = await readOwner(path);
      if (holder !== undefined && (await isAlive(holder)))
        throw new UserError(
          `another run (process ${holder.pid}) is using this workspace`,
          'Wait for it, stop it, or choose another workspace.',
        );
      await setAside(path, holder?.token);
    }
    throw new UserError('other runs keep taking this workspace', 'Try again in a moment.');
  } finally {
    await rm(own, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead lock away. Should a new owner have come between the look and the move, its lock is put back. */
async function setAside(path: string, token: string | undefined): Promise<void> {
  const aside = `${path}.dead-${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await readOwner(aside);
  if (moved !== undefined && moved.token !== token) await linked(aside, path);
  await rm(aside, { force: true });
}

async function release(path: string, owner: LockOwner): Promise<void> {
  if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true });
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockOwner;
  } catch {
    return undefined;
  }
}

async function isAlive(owner: LockOwner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return (await bornAt(owner.pid)) === owner.bornAt;
}

async function bornAt(pid: number): Promise<string> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Removes the lock files that killed takers left; young ones may belong to a taker at work. */
export async function sweepLocks(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('lock.')) continue;
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > MINUTE_MS) await rm(join(folder, name), { force: true });
  }
}

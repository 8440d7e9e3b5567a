import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperationalError, UserError } from '#core';

interface Owner {
  readonly pid: number;
  /** Tells a process from a later one of the same number, where the system says (Linux); empty elsewhere. */
  readonly bornAt: string;
  readonly token: string;
}

export interface Lease {
  /** Throws `OperationalError` when the lease is no longer ours: nothing more may be written. */
  check(): void;
  release(): void;
}

/**
 * One process a state folder. The lease names its owner and is linked into place whole; that of a dead process is taken over.
 * Throws `UserError` while its owner lives. The token is the fence: an owner whose lease was taken notices at its next sync.
 */
export function takeLease(folder: string): Lease {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'lease.json');
  const owner: Owner = { pid: process.pid, bornAt: bornAt(process.pid), token: randomUUID() };
  const own = `${path}.${owner.token}`;
  writeFileSync(own, JSON.stringify(owner));
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      if (linked(own, path)) return leaseOf(path, owner);
      const holder = readOwner(path);
      if (holder !== undefined && isAlive(holder))
        throw new UserError(
          `another session (process ${holder.pid}) is trading from ${folder}`,
          'Stop it first, or choose another folder with --state.',
        );
      setAside(path, holder?.token);
    }
    throw new UserError(`other sessions keep taking ${folder}`, 'Try again in a moment.');
  } finally {
    rmSync(own, { force: true });
  }
}

function leaseOf(path: string, owner: Owner): Lease {
  const ours = () => readOwner(path)?.token === owner.token;
  return {
    check() {
      if (!ours()) throw new OperationalError('rejected', `another process took ${path}; this one writes and trades no more`);
    },
    release() {
      if (ours()) rmSync(path, { force: true });
    },
  };
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead lease away: only one taker can win the move. A living one that came in between is put back. */
function setAside(path: string, token: string | undefined): void {
  const aside = `${path}.dead-${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readOwner(aside);
  if (moved !== undefined && moved.token !== token) linked(aside, path);
  rmSync(aside, { force: true });
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return bornAt(owner.pid) === owner.bornAt;
}

/** A killed process whose parent has not looked yet still has a number; it is a zombie and owns nothing. */
function bornAt(pid: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'dead' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

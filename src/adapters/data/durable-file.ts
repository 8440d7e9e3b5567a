import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OperationalError, UserError } from '#core';

/** A fault of the file system as a line a person can act on; anything unknown is passed through. */
export function fileFault(error: unknown, path: string): unknown {
  if (error instanceof UserError || error instanceof OperationalError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const text = error instanceof Error ? error.message : String(error);
  const cause = { cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT' || /no space left|disk quota/i.test(text))
    return new OperationalError('no_space', `no space left to write ${path}; free some and run again: what was complete is kept`, cause);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || /permission denied|read-only file system/i.test(text))
    return new UserError(`no permission for ${path}`, 'Give yourself access, or choose another folder.', cause);
  if (code === 'ENOENT') return new UserError(`${path} does not exist`, 'Check the path.', cause);
  if (code === 'EISDIR') return new UserError(`${path} is a folder`, 'Name a file.', cause);
  if (code === 'ENOTDIR') return new UserError(`part of ${path} is a file, not a folder`, 'Choose another path.', cause);
  return error;
}

/** The bytes of a file; its faults as clear errors. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileFault(error, path);
  }
}

/** Names in a folder, sorted; none when it does not exist. */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw fileFault(error, path);
  }
}

/**
 * Lets `write` fill a temporary file beside the target, then fsync, rename over it and fsync the folder: after a crash there is the
 * old file or the new, never half of one. On any fault the temporary file is removed.
 */
export async function writeDurably(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await write(temporary);
    await syncPath(temporary);
    await rename(temporary, path);
    await syncPath(dirname(path));
  } catch (error) {
    // Its own fault must not hide the first one.
    await rm(temporary, { force: true }).catch(() => {});
    throw fileFault(error, path);
  }
}

/** Writes text the durable way. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeDurably(path, async (temporary) => {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  });
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

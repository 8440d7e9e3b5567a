import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { OperationalError, UserError } from '#core';
import type { CheckpointStore, FileStamp, Staging } from '#workflow';
import { sweepLocks, takeLock } from './lock.ts';

const HOME = '.edgewright';

/**
 * Checkpoints in `<workspace>/.edgewright`: `records/` (JSON), `staging/` (private outputs, on the same file system so that
 * publishing is a rename) and `lock`.
 */
export function createFileCheckpointStore(workspace: string): CheckpointStore {
  return new FileCheckpointStore(resolve(workspace));
}

class FileCheckpointStore implements CheckpointStore {
  readonly #workspace: string;
  readonly #home: string;

  constructor(workspace: string) {
    this.#workspace = workspace;
    this.#home = join(workspace, HOME);
  }

  async lock(): Promise<() => Promise<void>> {
    return onDisk(async () => {
      await mkdir(this.#home, { recursive: true });
      return takeLock(join(this.#home, 'lock'));
    });
  }

  async sweep(): Promise<void> {
    await onDisk(() => rm(join(this.#home, 'staging'), { recursive: true, force: true }));
    await sweepLocks(this.#home);
  }

  async readRecord(name: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(this.#recordPath(name), 'utf8')) as unknown;
    } catch (error) {
      if (error instanceof SyntaxError || isMissing(error)) return undefined;
      throw error;
    }
  }

  async writeRecord(name: string, record: unknown): Promise<void> {
    await this.#writeWhole(this.#recordPath(name), `${JSON.stringify(record)}\n`);
  }

  async removeRecord(name: string): Promise<void> {
    await onDisk(() => rm(this.#recordPath(name), { force: true }));
  }

  async stage(label: string): Promise<Staging> {
    const folder = join(this.#home, 'staging', `${label}-${randomUUID()}`);
    await onDisk(() => mkdir(folder, { recursive: true }));
    return new FileStaging(folder, (path) => this.#inside(path));
  }

  async stamp(path: string): Promise<FileStamp | undefined> {
    return stampOf(this.resolve(path), path);
  }

  async removeFile(path: string): Promise<void> {
    await onDisk(() => rm(this.#inside(path), { force: true }));
  }

  async writeFile(path: string, text: string): Promise<void> {
    await this.#writeWhole(this.#inside(path), text);
  }

  resolve(path: string): string {
    return isAbsolute(path) ? path : this.#inside(path);
  }

  #recordPath(name: string): string {
    return join(this.#home, 'records', `${name}.json`);
  }

  #inside(path: string): string {
    const clean = normalize(path);
    const leaves = isAbsolute(path) || clean === '..' || clean.startsWith(`..${sep}`) || clean === '.';
    if (leaves || clean.split(sep)[0] === HOME)
      throw new UserError(`"${path}" is not a path inside the workspace`, 'Outputs go to relative paths such as results/report.json.');
    return join(this.#workspace, clean);
  }

  async #writeWhole(path: string, text: string): Promise<void> {
    await onDisk(async () => {
      const temporary = join(this.#home, 'staging', `write-${randomUUID()}`);
      await mkdir(dirname(temporary), { recursive: true });
      const handle = await open(temporary, 'w');
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await moveDurably(temporary, path);
    });
  }
}

class FileStaging implements Staging {
  readonly #folder: string;
  readonly #place: (path: string) => string;

  constructor(folder: string, place: (path: string) => string) {
    this.#folder = folder;
    this.#place = place;
  }

  pathOf(path: string): string {
    this.#place(path);
    const staged = join(this.#folder, path);
    mkdirSync(dirname(staged), { recursive: true });
    return staged;
  }

  async seal(paths: readonly string[]): Promise<readonly FileStamp[]> {
    return onDisk(async () => {
      const stamps: FileStamp[] = [];
      for (const path of paths) {
        const staged = join(this.#folder, path);
        const stamp = await stampOf(staged, path);
        if (stamp === undefined) throw new UserError(`the output ${path} was declared but never written`);
        await sync(staged);
        stamps.push(stamp);
      }
      return stamps;
    });
  }

  async publish(paths: readonly string[]): Promise<void> {
    await onDisk(async () => {
      for (const path of paths) await moveDurably(join(this.#folder, path), this.#place(path));
    });
  }

  async discard(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function stampOf(absolute: string, path: string): Promise<FileStamp | undefined> {
  try {
    const { size, isFile } = await stat(absolute).then((found) => ({ size: found.size, isFile: found.isFile() }));
    if (!isFile) return undefined;
    const hash = createHash('sha256');
    await pipeline(createReadStream(absolute), hash);
    return { path, sha256: hash.digest('hex'), sizeBytes: size };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function moveDurably(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
  await sync(dirname(to));
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Tells a full or read-only disk in plain words. */
async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new OperationalError('no_space', 'there is no space left on the disk; free some and run again', { cause: error });
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
      throw new UserError(`the workspace cannot be written (${(error as Error).message})`, 'Choose a folder that you may write to.', {
        cause: error,
      });
    throw error;
  }
}

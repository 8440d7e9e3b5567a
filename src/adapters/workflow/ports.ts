import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { timestamp, UserError } from '#core';
import type { MemoryMeter, Reporter, Timer, WorkflowPorts } from '#workflow';
import { createFileCheckpointStore } from './store.ts';

const SAMPLE_MS = 100;

const wallTimer: Timer = {
  sleep: (ms, signal, background) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      if (background !== undefined) timer.unref();
      signal?.addEventListener('abort', end, { once: true });
    }),
};

/** Resolves when Node has run out of things to do: no timer, no connection, no file is waited for. */
function processStalled(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.off('beforeExit', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    process.once('beforeExit', end);
    signal.addEventListener('abort', end, { once: true });
  });
}

/** Samples the resident set every 100 ms. */
const processMemory: MemoryMeter = {
  watch: () => {
    let peak = process.memoryUsage.rss();
    const look = (): void => {
      peak = Math.max(peak, process.memoryUsage.rss());
    };
    const timer = setInterval(look, SAMPLE_MS);
    timer.unref();
    return () => {
      clearInterval(timer);
      look();
      return peak;
    };
  },
};

/**
 * Hashes source files, or folders with all the source files in them (tests apart), under `root`. Each file is read once a run.
 * Throws `UserError` for a path that is not there.
 */
export function createCodeHasher(root: string): (codeFiles: readonly string[]) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  const hashOf = (path: string): Promise<string> => {
    const found = known.get(path) ?? hashPath(root, path);
    known.set(path, found);
    return found;
  };
  return async (codeFiles) => {
    const hash = createHash('sha256');
    for (const path of [...new Set(codeFiles)].sort()) hash.update(`${path}\0${await hashOf(path)}\0`);
    return hash.digest('hex');
  };
}

async function hashPath(root: string, path: string): Promise<string> {
  const absolute = join(root, path);
  const found = await stat(absolute).catch(() => undefined);
  if (found === undefined) throw new UserError(`the code of a step is missing: ${path}`, 'Check `codeFiles` of the step.');
  const hash = createHash('sha256');
  if (found.isFile()) return hash.update(await readFile(absolute)).digest('hex');
  const names = (await readdir(absolute, { recursive: true })).filter(
    (name) => /\.(?:[cm]?[jt]s|wasm|json)$/.test(name) && !/\.test\.|\.d\.ts$/.test(name),
  );
  for (const name of names.sort()) hash.update(`${name}\0`).update(await readFile(join(absolute, name)));
  return hash.digest('hex');
}

/** All ports over a workspace folder; `codeRoot` is the folder that `codeFiles` of steps are relative to. */
export function createWorkflowPorts(options: {
  readonly workspace: string;
  readonly codeRoot: string;
  readonly reporter: Reporter;
}): WorkflowPorts {
  return {
    clock: { now: () => timestamp(Date.now()) },
    timer: wallTimer,
    store: createFileCheckpointStore(options.workspace),
    reporter: options.reporter,
    memory: processMemory,
    stalled: processStalled,
    codeVersion: createCodeHasher(options.codeRoot),
  };
}

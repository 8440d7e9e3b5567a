import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OperationalError, UserError } from '#core';
import type { EventJournal } from '#live';
import { readHead, writeHead, type JournalHead } from './journal-head.ts';
import { lineOf, readRecords } from './journal-lines.ts';
import { syncFolder } from './whole-file.ts';

export interface FileJournal extends EventJournal {
  /** Bytes of an unfinished record that were cut off the end at opening; kept beside the journal as `.torn`. */
  readonly tornBytes: number;
  close(): void;
}

/**
 * An append-only file of JSON lines, each with its number and a checksum over its text and the checksum before it. Beside it, `.head` says
 * how many records are safely on disk. `guard` is asked before every sync and may throw (a lost lease). What a crash left unfinished at
 * the end is cut off. Damage before that, or fewer records than the head knows of, throws `OperationalError` ('corrupt'): nothing after
 * it can be trusted. A journal that is gone or empty throws `UserError` when the head, or one of `remains` in its folder, shows that there
 * was one.
 */
export function openJournal(path: string, guard: () => void = () => undefined, remains: readonly string[] = []): FileJournal {
  mkdirSync(dirname(path), { recursive: true });
  const head = readHead(path);
  checkThere(path, head, remains);
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const { records, end, lastSum } = readRecords(bytes, path, head);
  const tornBytes = bytes.length - end;
  if (tornBytes > 0) writeFileSync(`${path}.torn`, bytes.subarray(end));
  const file = openSync(path, 'a');
  if (tornBytes > 0) ftruncateSync(file, end);
  fsyncSync(file);
  syncFolder(dirname(path));
  const hash: Hash = createHash('sha256').update(bytes.subarray(0, end));
  let size = end;
  let count = records.length;
  let sum = lastSum;
  let headed = head?.records ?? 0;
  let dirty = false;
  let broken: unknown;
  return {
    recovered: records,
    tornBytes,
    append(record) {
      if (broken !== undefined) throw broken;
      const line = lineOf(record, count, sum);
      const text = Buffer.from(line.text);
      try {
        for (let written = 0; written < text.length; ) written += writeSync(file, text, written);
      } catch (error) {
        broken = new OperationalError('no_space', `cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
        // Part of a line may be on disk: it is taken back, and nothing may follow it.
        cutTo(file, size);
        throw broken;
      }
      hash.update(text);
      size += text.length;
      sum = line.sum;
      count++;
      dirty = true;
    },
    sync() {
      guard();
      if (dirty) fsyncSync(file);
      dirty = false;
      if (broken !== undefined || headed === count) return;
      if (writeHead(path, { records: count, sum })) headed = count;
    },
    hash: () => hash.copy().digest('hex'),
    close: () => closeSync(file),
  };
}

/** A session that was there must not begin anew in silence because its journal is not. */
function checkThere(path: string, head: JournalHead | undefined, remains: readonly string[]): void {
  if (existsSync(path) && statSync(path).size > 0) return;
  const left = head === undefined ? remains.find((name) => existsSync(join(dirname(path), name))) : `${basename(path)}.head`;
  if (left === undefined) return;
  throw new UserError(
    `${path} is ${existsSync(path) ? 'empty' : 'gone'}, but ${left} shows that a session was here`,
    'Restore the journal to go on with it, or begin anew with --fresh.',
  );
}

function cutTo(file: number, size: number): void {
  try {
    ftruncateSync(file, size);
  } catch {
    // The next start cuts it off.
  }
}

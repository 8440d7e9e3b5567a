import { createHash, type Hash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperationalError } from '#core';
import type { EventJournal, JournalRecord } from '#live';

const SUM_LENGTH = 12;
const PREFIX = '{"sum":"';
const BODY_AT = PREFIX.length + SUM_LENGTH + 2;

export interface FileJournal extends EventJournal {
  /** Bytes of an unfinished record that were cut off the end at opening; kept beside the journal as `.torn`. */
  readonly tornBytes: number;
  close(): void;
}

/**
 * An append-only file of JSON lines, each with its number and a checksum over the rest of the line. `guard` is asked before every
 * sync and may throw (a lost lease). What a crash left unfinished at the end is cut off; damage before the end throws
 * `OperationalError` ('corrupt'), for nothing after it can be trusted.
 */
export function openJournal(path: string, guard: () => void = () => undefined): FileJournal {
  mkdirSync(dirname(path), { recursive: true });
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const { records, end } = readRecords(bytes, path);
  const tornBytes = bytes.length - end;
  if (tornBytes > 0) writeFileSync(`${path}.torn`, bytes.subarray(end));
  const file = openSync(path, 'a');
  if (tornBytes > 0) ftruncateSync(file, end);
  fsyncSync(file);
  syncFolder(dirname(path));
  const hash: Hash = createHash('sha256').update(bytes.subarray(0, end));
  let count = records.length;
  let dirty = false;
  let broken: unknown;
  return {
    recovered: records,
    tornBytes,
    append(record) {
      if (broken !== undefined) throw broken;
      const line = Buffer.from(lineOf(record, count));
      try {
        for (let written = 0; written < line.length; ) written += writeSync(file, line, written);
      } catch (error) {
        // Part of a line may be on disk: nothing may follow it.
        broken = new OperationalError('no_space', `cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
        throw broken;
      }
      hash.update(line);
      count++;
      dirty = true;
    },
    sync() {
      guard();
      if (dirty) fsyncSync(file);
      dirty = false;
    },
    hash: () => hash.copy().digest('hex'),
    close: () => closeSync(file),
  };
}

function lineOf(record: JournalRecord, number: number): string {
  const body = `"n":${number},${JSON.stringify(record).slice(1)}`;
  return `${PREFIX}${sumOf(body)}",${body}\n`;
}

function sumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, SUM_LENGTH);
}

/** The whole records, and where they end. Only a tail with no whole record after it may be cut. */
function readRecords(bytes: Buffer, path: string): { readonly records: JournalRecord[]; readonly end: number } {
  const records: JournalRecord[] = [];
  let end = 0;
  let at = 0;
  let bad = -1;
  for (let number = 0; at < bytes.length; number++) {
    const stop = bytes.indexOf(10, at);
    const line = stop < 0 ? undefined : bytes.toString('utf8', at, stop);
    const record = line === undefined ? undefined : parseLine(line);
    if (record === undefined) {
      if (bad < 0) bad = number;
    } else if (bad >= 0 || record.n !== number) {
      throw new OperationalError(
        'corrupt',
        `${path}: record ${bad >= 0 ? bad + 1 : number + 1} is damaged and whole ones follow it. Halted before any order; restore the file, or begin anew with --fresh`,
      );
    } else {
      const { sum: _, n: __, ...rest } = record;
      records.push(rest as unknown as JournalRecord);
      end = stop + 1;
    }
    if (stop < 0) break;
    at = stop + 1;
  }
  return { records, end };
}

/** Every byte of a line is vouched for: the sum covers the body, the rest must be just what `lineOf` writes. */
function parseLine(line: string): { readonly sum: string; readonly n: number } | undefined {
  const body = line.slice(BODY_AT);
  if (line !== `${PREFIX}${sumOf(body)}",${body}`) return undefined;
  return JSON.parse(line) as { sum: string; n: number };
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

import { createHash } from 'node:crypto';
import { OperationalError } from '#core';
import type { JournalRecord } from '#live';
import type { JournalHead } from './journal-head.ts';

const SUM_LENGTH = 12;
const PREFIX = '{"sum":"';
const BODY_AT = PREFIX.length + SUM_LENGTH + 2;

export interface JournalLine {
  readonly text: string;
  readonly sum: string;
}

/** One record as a line. Its checksum covers the one before, so that lines of two journals cannot be mixed. */
export function lineOf(record: JournalRecord, number: number, before: string): JournalLine {
  const body = `"n":${number},${JSON.stringify(record).slice(1)}`;
  const sum = sumOf(before, body);
  return { text: `${PREFIX}${sum}",${body}\n`, sum };
}

function sumOf(before: string, body: string): string {
  return createHash('sha256').update(before).update(body).digest('hex').slice(0, SUM_LENGTH);
}

export interface ReadRecords {
  readonly records: JournalRecord[];
  /** Bytes that they take. */
  readonly end: number;
  /** Checksum of the last one; empty without any. */
  readonly lastSum: string;
}

/** A record as its line holds it: with its checksum and its number. */
type SealedRecord = JournalRecord & { readonly sum: string; readonly n: number };

/** The whole records, and where they end. Only a tail that the head does not know of, and with no whole record after it, may be cut. */
export function readRecords(bytes: Buffer, path: string, head: JournalHead | undefined): ReadRecords {
  const records: JournalRecord[] = [];
  let end = 0;
  let lastSum = '';
  let before = '';
  let bad = -1;
  let at = 0;
  for (let number = 0; at < bytes.length; number++) {
    const stop = bytes.indexOf(10, at);
    if (stop < 0) break;
    const line = bytes.toString('utf8', at, stop);
    const record = parseLine(line, before);
    if (record === undefined) {
      if (bad < 0) bad = number;
    } else if (bad >= 0 || record.n !== number) throw damaged(path, bad >= 0 ? bad : number, 'whole ones follow it');
    else {
      const { sum, n: _, ...rest } = record;
      records.push(rest);
      end = stop + 1;
      lastSum = sum;
      if (head?.records === records.length && head.sum !== sum) throw damaged(path, number, 'it is of another journal than its head');
    }
    before = line.slice(PREFIX.length, PREFIX.length + SUM_LENGTH);
    at = stop + 1;
  }
  if (head !== undefined && records.length < head.records) {
    if (end < bytes.length) throw damaged(path, records.length, 'it was safely on disk');
    throw corrupt(`${path} ends after ${records.length} of ${head.records} records: it was cut`);
  }
  return { records, end, lastSum };
}

function damaged(path: string, number: number, why: string): OperationalError {
  return corrupt(`${path}: record ${number + 1} is damaged and ${why}`);
}

function corrupt(what: string): OperationalError {
  return new OperationalError('corrupt', `${what}. Halted before any order; restore the file, or begin anew with --fresh`);
}

/** Every byte of a line is vouched for: the sum covers the body, the rest must be just what `lineOf` writes. */
function parseLine(line: string, before: string): SealedRecord | undefined {
  const body = line.slice(BODY_AT);
  if (line !== `${PREFIX}${sumOf(before, body)}",${body}`) return undefined;
  return JSON.parse(line) as SealedRecord;
}

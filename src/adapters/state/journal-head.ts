import { renameSync, writeFileSync } from 'node:fs';
import { readWhole } from './whole-file.ts';

/** What of a journal is safely on disk: kept apart from it, so that a journal that was cut or emptied is not taken for a young one. */
export interface JournalHead {
  readonly records: number;
  /** Checksum of the last of them, which covers all before. */
  readonly sum: string;
}

const headOf = (journal: string): string => `${journal}.head`;

/** Undefined without a head, or with one that cannot be read: the journal's own chain then has the only say. */
export function readHead(journal: string): JournalHead | undefined {
  const text = readWhole(headOf(journal));
  try {
    const head = JSON.parse(text ?? '') as Partial<JournalHead>;
    return Number.isSafeInteger(head.records) && typeof head.sum === 'string' ? (head as JournalHead) : undefined;
  } catch {
    return undefined;
  }
}

/** After the journal itself is synced. Not synced, and false when it could not be written: an older head only vouches for less. */
export function writeHead(journal: string, head: JournalHead): boolean {
  const path = headOf(journal);
  try {
    writeFileSync(`${path}.new`, `${JSON.stringify(head)}\n`);
    renameSync(`${path}.new`, path);
    return true;
  } catch {
    return false;
  }
}

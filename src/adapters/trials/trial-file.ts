import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '#core';
import { returnsHash, type TrialRow } from '#research';

const SUM_LENGTH = 12;
const PREFIX = '{"sum":"';

export interface TrialLedger {
  /** All rows on disk, those just written too. */
  readonly rows: readonly TrialRow[];
  /** Lines that are not whole: what a kill left unfinished, or damage. They stay in the file and count for nothing. */
  readonly unreadable: number;
  /** Keeps the stream, then the row; a kill between the two leaves a stream that no row names. */
  append(row: TrialRow, returns: Float64Array): void;
  /** The returns of a row, or undefined when its file is lost or damaged. */
  returnsOf(row: TrialRow): Float64Array | undefined;
  sync(): void;
  close(): void;
}

/** Opens `ledger.jsonl` and `streams/` in a folder, made when there is none. */
export function openTrialLedger(folder: string): TrialLedger {
  const streams = join(folder, 'streams');
  mkdirSync(streams, { recursive: true });
  const path = join(folder, 'ledger.jsonl');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const rows: TrialRow[] = [];
  let unreadable = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const row = parseLine(line);
    if (row === undefined) unreadable++;
    else rows.push(row);
  }
  const file = openSync(path, 'a');
  // A line cut off by a kill is ended, so that the next one starts whole.
  if (text !== '' && !text.endsWith('\n')) writeSync(file, '\n');
  return {
    rows,
    unreadable,
    append(row, returns) {
      const place = join(streams, `${row.returnsHash}.f64`);
      if (!existsSync(place)) {
        writeFileSync(`${place}.part`, new Uint8Array(returns.buffer, returns.byteOffset, returns.byteLength));
        renameSync(`${place}.part`, place);
      }
      writeSync(file, lineOf(row));
      rows.push(row);
    },
    returnsOf(row) {
      const place = join(streams, `${row.returnsHash}.f64`);
      if (!existsSync(place)) return undefined;
      const bytes = Uint8Array.from(readFileSync(place));
      if (bytes.length % 8 !== 0) return undefined;
      const returns = new Float64Array(bytes.buffer);
      return returnsHash(returns) === row.returnsHash ? returns : undefined;
    },
    sync: () => fsyncSync(file),
    close() {
      fsyncSync(file);
      closeSync(file);
    },
  };
}

function lineOf(row: TrialRow): string {
  const body = JSON.stringify(row).slice(1);
  return `${PREFIX}${sha256(body).slice(0, SUM_LENGTH)}",${body}\n`;
}

function parseLine(line: string): TrialRow | undefined {
  const body = line.slice(PREFIX.length + SUM_LENGTH + 2);
  const sum = line.slice(PREFIX.length, PREFIX.length + SUM_LENGTH);
  return line.startsWith(PREFIX) && sha256(body).slice(0, SUM_LENGTH) === sum ? (JSON.parse(`{${body}`) as TrialRow) : undefined;
}

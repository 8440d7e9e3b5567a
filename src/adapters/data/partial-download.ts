import { mkdir, open, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileFault, listFolder, readBytes } from './durable-file.ts';

/** Bar start in UTC milliseconds, open, high, low, close, volume. */
export type BarRow = readonly [number, number, number, number, number, number];

/**
 * The pages of a download that has not ended yet, as lines of text in one file: each page is on disk before the next is asked for, at
 * the cost of that page alone. A line cut off by a crash is ignored.
 */
export interface PartialDownload {
  /** Rows of an earlier, interrupted run; empty when there was none. */
  read(): Promise<BarRow[]>;
  append(rows: readonly BarRow[]): Promise<void>;
  remove(): Promise<void>;
}

export function partialDownload(path: string): PartialDownload {
  return {
    read: async () => {
      if (!(await listFolder(dirname(path))).includes(basename(path))) return [];
      return parseRows(new TextDecoder().decode(await readBytes(path)));
    },
    append: async (rows) => {
      try {
        await mkdir(dirname(path), { recursive: true });
        const file = await open(path, 'a');
        try {
          // The leading line end closes a line that a crash may have cut off.
          await file.appendFile(`\n${rows.map((row) => row.join(',')).join('\n')}\n`);
          await file.sync();
        } finally {
          await file.close();
        }
      } catch (error) {
        throw fileFault(error, path);
      }
    },
    remove: () => rm(path, { force: true }),
  };
}

function parseRows(text: string): BarRow[] {
  const rows: BarRow[] = [];
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const line of complete.split('\n')) {
    const cells = line.split(',').map(Number);
    const [time, open, high, low, close, volume] = cells;
    if (cells.length === 6 && Number.isFinite(time)) rows.push([time!, open!, high!, low!, close!, volume!]);
  }
  return rows;
}

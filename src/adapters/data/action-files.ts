import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256, UserError } from '#core';
import { factorFileActions, isFactorFile, parseCorporateActions, type CorporateAction } from '#data';
import { fileFault, listFolder, readBytes } from './durable-file.ts';

export interface ActionFiles {
  readonly actions: readonly CorporateAction[];
  /** The name of the file or folder, for provenance. */
  readonly name: string;
  /** Over the files' bytes, in the order of their names. */
  readonly sha256: string;
}

/**
 * Splits and dividends of a CSV file, or of every CSV file of a folder (not below it). A file is a list (`symbol,ex_date,type,value`) or a
 * factor file `SYMBOL.csv` without a header. Throws `UserError` for a file that is neither.
 */
export async function readCorporateActions(path: string): Promise<ActionFiles> {
  const info = await stat(path).catch((error: unknown) => {
    throw fileFault(error, path);
  });
  const names = info.isDirectory() ? (await listFolder(path)).filter((name) => /\.csv$/i.test(name)) : [''];
  if (names.length === 0)
    throw new UserError(`no CSV file of splits and dividends in ${path}`, 'Its columns are symbol, ex_date, type, value.');
  const actions: CorporateAction[] = [];
  const hashes: string[] = [];
  for (const file of names) {
    const bytes = await readBytes(join(path, file));
    const name = file === '' ? basename(path) : file;
    const text = new TextDecoder().decode(bytes);
    if (text.trim() === '') throw new UserError(`${name} is empty`, 'Its columns are symbol, ex_date, type, value.');
    const own = isFactorFile(text)
      ? factorFileActions(text, decodeURIComponent(name.replace(/\.csv$/i, '')), name)
      : parseCorporateActions(text, name);
    actions.push(...own);
    hashes.push(sha256(bytes));
  }
  return { actions, name: basename(path), sha256: hashes.length === 1 ? hashes[0]! : sha256(hashes.join('\n')) };
}

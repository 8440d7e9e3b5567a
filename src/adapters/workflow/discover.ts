import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { UserError } from '#core';
import { type Slice, sliceFromModule } from '#workflow';
import { importUserModule } from '#adapters/user-code';

/** A workflow file as found; its text has not been checked. */
export interface FoundWorkflow {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

/** The workflow files (.yaml, .yml, .json) of a folder by name; none when the folder is absent. */
export async function findWorkflows(folder: string): Promise<readonly FoundWorkflow[]> {
  const files = (await namesIn(folder)).filter((name) => /\.(?:ya?ml|json)$/.test(name));
  return Promise.all(
    files.map(async (name) => ({
      name: name.replace(/\.\w+$/, ''),
      file: join(folder, name),
      text: await readFile(join(folder, name), 'utf8'),
    })),
  );
}

/** Loads a user's own slices (.ts, .mts, .mjs, .js; tests apart) in order of name. Throws `UserError` for one that does not fit. */
export async function discoverSlices(folder: string): Promise<readonly Slice[]> {
  const slices: Slice[] = [];
  for (const name of (await namesIn(folder)).filter((file) => /\.(?:m?ts|m?js)$/.test(file) && !/\.(?:test|d)\./.test(file))) {
    const path = resolve(folder, name);
    slices.push(sliceFromModule(path, await load(path)));
  }
  return slices;
}

async function load(path: string): Promise<unknown> {
  try {
    return await importUserModule(path);
  } catch (error) {
    throw new UserError(
      `the slice file ${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      'Mend it, or move it out of the slices folder.',
      { cause: error },
    );
  }
}

/** Whether a package can be resolved from here. */
export function isPackageInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

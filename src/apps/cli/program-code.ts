import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCodeHasher } from '#adapters/workflow';

/** The folder that holds `src/` (or its build) and the shipped workflows. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What decides what a backtest gives, beside a file of the user's, the data and the settings. */
const BACKTEST_CODE = [
  ...['core', 'domain', 'features', 'strategy', 'portfolio', 'risk', 'execution', 'engine', 'backtest'].map((room) => `src/${room}`),
  'strategies',
];

/** Where a file of `src/` lies in an installed package, which has only its build. */
export function installedFile(file: string): string {
  return existsSync(join(ROOT, 'src')) ? file : file.replace(/^src\b/, 'dist').replace(/\.ts$/, '.js');
}

/** Content hash of the program as far as a backtest hangs on it. */
export function backtestCode(): Promise<string> {
  return createCodeHasher(ROOT)(BACKTEST_CODE.map(installedFile));
}

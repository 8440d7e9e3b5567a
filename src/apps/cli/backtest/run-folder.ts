import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { didYouMean, UserError } from '#core';
import type { TearSheetInput } from '#research';
import type { DecisionFile } from './decisions.ts';
import { RUN_FILES } from './run-files.ts';

/** The folder of a run: given as it is, by its name under results/backtests, or by the start of that name when one fits. */
export function findRun(given: string, folder: string): string {
  const direct = resolve(folder, given);
  if (existsSync(join(direct, RUN_FILES.report))) return direct;
  const home = resolve(folder, 'results/backtests');
  const names = existsSync(home) ? readdirSync(home).filter((name) => existsSync(join(home, name, RUN_FILES.report))) : [];
  const fitting = names.filter((name) => name === given || name.startsWith(given));
  if (fitting.length === 1) return join(home, fitting[0]!);
  if (fitting.length > 1) return newest(fitting.map((name) => join(home, name)));
  throw new UserError(
    `there is no finished run "${given}"`,
    didYouMean(given, names) || (names.length === 0 ? 'Run "edgewright backtest" first.' : `There are: ${names.slice(0, 8).join(', ')}.`),
  );
}

function newest(folders: readonly string[]): string {
  const age = (folder: string): number => statSync(join(folder, RUN_FILES.report)).mtimeMs;
  return folders.reduce((one, other) => (age(other) > age(one) ? other : one));
}

export function readDecisions(folder: string): DecisionFile {
  return readPart(folder, RUN_FILES.decisions) as DecisionFile;
}

/** What the tear sheet of a run was made of. */
export function readSheet(folder: string): TearSheetInput {
  return readPart(folder, RUN_FILES.sheetInput) as TearSheetInput;
}

/** Figures that were null on disk are missing, which here is NaN. */
function readPart(folder: string, file: string): unknown {
  const path = join(folder, file);
  if (!existsSync(path)) throw new UserError(`${basename(folder)} has no ${file}`, 'Run the backtest again.');
  try {
    return JSON.parse(readFileSync(path, 'utf8'), (_, value: unknown) => (value === null ? Number.NaN : value));
  } catch (cause) {
    throw new UserError(`${basename(folder)}/${file} is damaged`, 'Run the backtest again.', { cause });
  }
}

import { join } from 'node:path';
import { readWhole, writeWhole } from './whole-file.ts';

interface Restarts {
  /** A session is running, or ended without saying so. */
  readonly running: boolean;
  /** Starts after such an end, UTC milliseconds, oldest first. */
  readonly crashes: readonly number[];
}

const placeOf = (folder: string): string => join(folder, 'restarts.json');

/**
 * Notes a start, and gives the starts after a crash within `windowMs`, this one included. One in the future (the clock went back) counts.
 */
export function noteStart(folder: string, now: number, windowMs: number): readonly number[] {
  const { running, crashes } = read(folder);
  const recent = [...crashes, ...(running ? [now] : [])].filter((at) => at > now - windowMs);
  write(folder, { running: true, crashes: recent });
  return recent;
}

/** Notes an end that was meant. */
export function noteEnd(folder: string): void {
  write(folder, { ...read(folder), running: false });
}

/** Forgets the crashes, not that one is running. */
export function forgetCrashes(folder: string): void {
  write(folder, { ...read(folder), crashes: [] });
}

export function crashesOf(folder: string): readonly number[] {
  return read(folder).crashes;
}

function read(folder: string): Restarts {
  try {
    const { running, crashes } = JSON.parse(readWhole(placeOf(folder)) ?? '') as Partial<Restarts>;
    if (typeof running === 'boolean' && Array.isArray(crashes)) return { running, crashes };
  } catch {
    // A file that says nothing: no crash is known.
  }
  return { running: false, crashes: [] };
}

function write(folder: string, restarts: Restarts): void {
  writeWhole(placeOf(folder), `${JSON.stringify(restarts)}\n`);
}

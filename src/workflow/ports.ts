import type { Clock } from '#core';
import type { Reporter } from './events.ts';
import type { FileStamp } from './stamp.ts';

export interface Timer {
  /** Resolves after `ms`, or at once when the signal aborts. A sleep in the background does not keep the process alive. */
  sleep(ms: number, signal?: AbortSignal, background?: 'background'): Promise<void>;
}

/** A private folder in which one attempt of one step writes its outputs. */
export interface Staging {
  /** The private absolute path for an output; creates its folder. */
  pathOf(path: string): string;
  /** Checksums the files and makes them durable. Throws `UserError` when one was declared but never written. */
  seal(paths: readonly string[]): Promise<readonly FileStamp[]>;
  /** Moves the sealed files to their places by rename. */
  publish(paths: readonly string[]): Promise<void>;
  discard(): Promise<void>;
}

/** The durable side of a run. Records are JSON, written whole or not at all. */
export interface CheckpointStore {
  /** Takes the workspace for one run; a lock of a dead process is taken over. Throws `UserError` when a live run holds it. */
  lock(): Promise<() => Promise<void>>;
  /** Removes what interrupted runs left behind; call under the lock. */
  sweep(): Promise<void>;
  /** A record, or undefined when it is absent or damaged. */
  readRecord(name: string): Promise<unknown>;
  writeRecord(name: string, record: unknown): Promise<void>;
  removeRecord(name: string): Promise<void>;
  stage(label: string): Promise<Staging>;
  /** Checksum of a file of the workspace or of an absolute path; undefined when there is none. */
  stamp(path: string): Promise<FileStamp | undefined>;
  removeFile(path: string): Promise<void>;
  /** Writes a text file of the workspace whole or not at all. */
  writeFile(path: string, text: string): Promise<void>;
  /** Absolute path of a workspace path. Throws `UserError` for one that leaves the workspace. */
  resolve(path: string): string;
}

export interface MemoryMeter {
  /** Starts watching; the returned function stops and gives the peak resident bytes since. */
  watch(): () => number;
}

export interface WorkflowPorts {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly store: CheckpointStore;
  readonly reporter: Reporter;
  readonly memory: MemoryMeter;
  /** Resolves when nothing is left that could still happen, so that whoever waits now waits for ever, or when the signal aborts. */
  stalled?(signal: AbortSignal): Promise<void>;
  /** Content hash of source files and folders, the code version of a step. */
  codeVersion(codeFiles: readonly string[]): Promise<string>;
}

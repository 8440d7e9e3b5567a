import { contentHash } from '#core';
import type { WorkflowPorts } from '../ports.ts';
import type { FileStamp } from '../stamp.ts';
import type { RegisteredStep } from '../step.ts';

/** What decides whether a step must run again. */
export interface StepKey {
  readonly key: string;
  readonly code: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** The durable record of a finished step. `digest` is what dependants see of it: its outputs and files, not its history. */
export interface CheckpointRecord {
  readonly format: 1;
  readonly step: string;
  readonly uses: string;
  readonly key: string;
  readonly digest: string;
  readonly code: string;
  readonly seed: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly files: readonly FileStamp[];
  readonly checksum: string;
}

/** Hashes everything that a step's result may depend on. */
export async function keyOf(
  step: RegisteredStep,
  input: Readonly<Record<string, unknown>>,
  upstream: ReadonlyMap<string, string>,
  seed: string,
  ports: WorkflowPorts,
): Promise<StepKey> {
  const code = contentHash({ version: step.version, files: await ports.codeVersion(step.codeFiles) });
  const inputs: Record<string, string> = {};
  for (const [id, digest] of upstream) inputs[`step:${id}`] = digest;
  for (const path of step.inputFiles(input)) inputs[path] = (await ports.store.stamp(path))?.sha256 ?? 'absent';
  return { key: contentHash({ step: step.name, code, seed, input, inputs }), code, inputs };
}

export function digestOf(outputs: Readonly<Record<string, unknown>>, files: readonly FileStamp[]): string {
  return contentHash({ outputs, files: files.map((file) => ({ path: file.path, sha256: file.sha256 })) });
}

export function sealRecord(record: Omit<CheckpointRecord, 'checksum'>): CheckpointRecord {
  return { ...record, checksum: contentHash(record) };
}

/** The record when it is whole and of this format; undefined otherwise, which means: run again. */
export function openRecord(value: unknown): CheckpointRecord | undefined {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1 || !('checksum' in value)) return undefined;
  const { checksum, ...rest } = value as CheckpointRecord;
  return contentHash(rest) === checksum ? (value as CheckpointRecord) : undefined;
}

/** Whether every file that the record names is in its place with the recorded content; all bytes are read. */
export async function filesAreIntact(record: CheckpointRecord, ports: WorkflowPorts): Promise<boolean> {
  for (const file of record.files) {
    const found = await ports.store.stamp(file.path);
    if (found === undefined || found.sha256 !== file.sha256) return false;
  }
  return true;
}

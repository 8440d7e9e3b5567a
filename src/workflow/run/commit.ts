import { UserError } from '#core';
import type { PlannedStep } from '../plan.ts';
import type { CheckpointStore } from '../ports.ts';
import { type CheckpointRecord, openRecord } from './key.ts';
import type { Outcome } from './retry.ts';

interface Intent {
  readonly files: readonly string[];
}

/**
 * Publishes an outcome so that a kill at any moment is mended by running the step again: the intent names the files to come,
 * stale files of the last run go, the new ones move in by rename, the record follows, the intent goes.
 */
export async function commitOutcome(
  store: CheckpointStore,
  name: string,
  outcome: Outcome,
  record: CheckpointRecord,
  claimed: ReadonlyMap<string, string>,
): Promise<void> {
  const paths = record.files.map((file) => file.path);
  const intentName = `${name}.intent`;
  const before = new Set([
    ...filesOf(await store.readRecord(intentName)),
    ...(openRecord(await store.readRecord(name))?.files ?? []).map((file) => file.path),
  ]);
  await store.writeRecord(intentName, { files: [...new Set([...before, ...paths])].sort() } satisfies Intent);
  for (const path of before) if (!paths.includes(path) && !claimed.has(path)) await store.removeFile(path);
  await outcome.staging.publish(paths);
  await store.writeRecord(name, record);
  await store.removeRecord(intentName);
  await outcome.staging.discard();
}

function filesOf(intent: unknown): readonly string[] {
  const files = (intent as Partial<Intent> | undefined)?.files;
  return Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [];
}

/** Two steps may not write one file. */
export function claimFiles(claimed: Map<string, string>, step: PlannedStep, paths: readonly string[]): void {
  for (const path of paths) {
    const owner = claimed.get(path);
    if (owner !== undefined && owner !== step.id)
      throw new UserError(`steps "${owner}" and "${step.id}" both write ${path}`, 'Give each its own file.');
  }
  for (const path of paths) claimed.set(path, step.id);
}

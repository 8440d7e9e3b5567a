import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '#core';
import { pipelineConfigSchema } from '#research';
import { readJson } from '../steps/files.ts';
import { executeWorkflow } from './run-workflow.ts';
import { EXIT, ExitWith, styleFor, type CliEnvironment } from './terminal.ts';

interface Lineage {
  readonly workflow: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: string;
  readonly artefacts: readonly { readonly path: string; readonly sha256: string; readonly code: string }[];
}

/** Runs what `results/lineage.json` says again, elsewhere, and compares checksums. Exit 1 when an artefact differs. */
export async function reproduce(workspace: string, json: boolean, io: CliEnvironment): Promise<void> {
  const place = join(workspace, 'results', 'lineage.json');
  if (!existsSync(place))
    throw new UserError(`there is no results/lineage.json in ${workspace}`, 'Give the folder of a finished pipeline run.');
  const before = readJson<Lineage>(place);
  if (before.workflow !== 'pipeline')
    throw new UserError(`${workspace} holds a run of "${before.workflow}"`, 'Only runs of the pipeline can be reproduced.');
  const scratch = mkdtempSync(join(tmpdir(), 'edgewright-reproduce-'));
  try {
    await executeWorkflow(
      {
        file: before.workflow,
        workspace: scratch,
        config: pipelineConfigSchema.parse({ seed: Number(before.seed) }),
        parameters: before.parameters,
        fresh: false,
        json,
      },
      io,
    );
    const after = new Map(
      readJson<Lineage>(join(scratch, 'results', 'lineage.json')).artefacts.map((artefact) => [artefact.path, artefact]),
    );
    const differ = before.artefacts.filter(({ path, sha256 }) => after.get(path)?.sha256 !== sha256);
    const codeChanged = before.artefacts.some(({ path, code }) => after.get(path)?.code !== code);
    if (json)
      io.stdout.write(`${JSON.stringify({ artefacts: before.artefacts.length, differ: differ.map(({ path }) => path), codeChanged })}\n`);
    else {
      const style = styleFor(io.stdout, io.environment);
      io.stdout.write('\n');
      if (differ.length === 0) io.stdout.write(style.green(`Reproduced: all ${before.artefacts.length} artefacts have the same bytes.\n`));
      else {
        io.stdout.write(style.red(`${differ.length} of ${before.artefacts.length} artefacts differ:\n`));
        for (const { path } of differ) io.stdout.write(`  ${path}\n`);
      }
      if (codeChanged) io.stdout.write('The code has changed since that run.\n');
    }
    if (differ.length > 0) throw new ExitWith(EXIT.fault);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

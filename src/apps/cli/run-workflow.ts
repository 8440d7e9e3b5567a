import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFoldTrainer } from '#adapters/gbdt';
import { chooseReporter, createWorkflowPorts } from '#adapters/workflow';
import { UserError } from '#core';
import { compileWorkflow, exitCodeOf, runWorkflow, type WorkflowResult } from '#workflow';
import { createStepRegistry } from '../steps/registry.ts';
import { ExitWith, type CliEnvironment } from './terminal.ts';

/** The folder that holds `src/` (or its build) and the shipped workflows. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface WorkflowRequest {
  /** A shipped workflow by name, or a file. */
  readonly file: string;
  readonly workspace: string;
  readonly workers: number;
  readonly seed: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly stage?: string | undefined;
  readonly fromStage?: string | undefined;
  readonly fresh: boolean;
  readonly json: boolean;
}

/** The text of a workflow: a file when there is one of that name, else a shipped one. */
export function readWorkflow(name: string): { readonly file: string; readonly text: string } {
  const shipped = join(ROOT, 'workflows', `${name}.yaml`);
  const file = existsSync(name) ? name : /^[\w-]+$/.test(name) && existsSync(shipped) ? shipped : undefined;
  if (file === undefined)
    throw new UserError(`there is no workflow "${name}"`, 'Give the path of a YAML file, or see "edgewright workflows list".');
  return { file, text: readFileSync(file, 'utf8') };
}

/** Runs a workflow with checkpoints in the workspace, reporting as it goes. Throws what a failed step threw, or `ExitWith` when interrupted. */
export async function executeWorkflow(request: WorkflowRequest, io: CliEnvironment): Promise<WorkflowResult> {
  const workspace = resolve(io.cwd, request.workspace);
  mkdirSync(workspace, { recursive: true });
  const trainer = createFoldTrainer({ threads: request.workers });
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    const { file, text } = readWorkflow(request.file);
    const plan = compileWorkflow(
      file,
      text,
      createStepRegistry((jobs, onDone) => trainer.train(jobs, onDone), io.environment),
    );
    const ports = createWorkflowPorts({
      workspace,
      codeRoot: ROOT,
      reporter: chooseReporter(request.json ? process.stderr : process.stdout, { json: request.json }),
    });
    const result = await runWorkflow(plan, ports, {
      parameters: request.parameters,
      seed: request.seed,
      signal: interrupt.signal,
      fresh: request.fresh,
      ...(request.stage === undefined ? {} : { stage: request.stage }),
      ...(request.fromStage === undefined ? {} : { fromStage: request.fromStage }),
    });
    const code = exitCodeOf(result);
    if (code === 130) throw new ExitWith(code);
    if (code !== 0) throw failureOf(result);
    return result;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    await trainer.close();
  }
}

/** What the first failed step threw, so that the user sees one line about the cause and not about the machinery. */
function failureOf(result: WorkflowResult): unknown {
  const failed = result.steps.find((step) => step.status === 'failed' && !step.tolerated);
  return failed?.cause ?? new UserError(failed?.detail ?? 'the workflow failed', failed?.hint ?? '');
}

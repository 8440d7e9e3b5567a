import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createFoldTrainer } from '#adapters/gbdt';
import { chooseReporter, createWorkflowPorts, discoverSlices, isPackageInstalled } from '#adapters/workflow';
import { suggest, UserError } from '#core';
import type { PipelineConfig } from '#research';
import {
  buildSliceRegistry,
  compileWorkflow,
  exitCodeOf,
  runWorkflow,
  type Reporter,
  type SliceRegistry,
  type StepRegistry,
  type WorkflowPlan,
  type WorkflowPorts,
  type WorkflowResult,
} from '#workflow';
import { builtInSlices, LIVE_REFUSAL } from '../slices/built-in.ts';
import { createStepRegistry } from '../steps/registry.ts';
import { installedFile, ROOT } from './program-code.ts';
import { ExitWith, type CliEnvironment } from './terminal.ts';

export interface WorkflowRequest {
  /** A shipped workflow by name, or a file. */
  readonly file: string;
  readonly workspace: string;
  readonly config: PipelineConfig;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly stage?: string | undefined;
  readonly fromStage?: string | undefined;
  readonly untilStage?: string | undefined;
  readonly fresh: boolean;
  readonly json: boolean;
  /** How to tell of progress; by default what fits the stream. */
  readonly reporter?: Reporter;
  /** Folder of the user's own slices; absent: `slices/` in the caller's folder. */
  readonly slicesFolder?: string | undefined;
}

const OWN = ['.yaml', '.yml', '.json'];

/** The text of a workflow: a file when there is one of that name, else a shipped one, else one in `workflows/` here. */
function readWorkflow(name: string): { readonly file: string; readonly text: string } {
  const shipped = join(ROOT, 'workflows', `${name}.yaml`);
  const bare = /^[\w-]+$/.test(name);
  // A folder that happens to be called `pipeline` does not hide the shipped workflow.
  const file =
    existsSync(name) && !(bare && statSync(name).isDirectory())
      ? name
      : bare
        ? [shipped, ...OWN.map((end) => join('workflows', `${name}${end}`))].find((path) => existsSync(path))
        : undefined;
  if (file === undefined) {
    const folder = dirname(name);
    const filesIn = (place: string): string[] =>
      existsSync(place) ? readdirSync(place).filter((entry) => OWN.some((end) => entry.endsWith(end))) : [];
    const near = suggest(name, [
      ...readdirSync(join(ROOT, 'workflows')).map((entry) => entry.replace(/\.yaml$/, '')),
      ...(bare ? filesIn('workflows').map((entry) => entry.replace(/\.\w+$/, '')) : []),
      ...filesIn(folder).map((entry) => join(folder, entry)),
    ]);
    const hint = near === undefined ? 'Give the path of a YAML file, or see "edgewright workflows list".' : `Did you mean "${near}"?`;
    throw new UserError(`there is no workflow "${name}"`, hint);
  }
  return { file, text: readFileSync(file, 'utf8') };
}

/** Runs a workflow with checkpoints in the workspace, reporting as it goes. Throws what a failed step threw, or `ExitWith` when interrupted. */
export async function executeWorkflow(request: WorkflowRequest, io: CliEnvironment): Promise<WorkflowResult> {
  const workspace = resolve(io.cwd, request.workspace);
  mkdirSync(workspace, { recursive: true });
  const trainer = createFoldTrainer({ threads: request.config.workers });
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    const { file, text } = readWorkflow(request.file);
    const slices = await openSlices(request, io);
    const registry = createStepRegistry({
      trainJobs: (jobs, onDone) => trainer.train(jobs, onDone),
      environment: io.environment,
      slices,
      config: request.config,
    });
    const plan = compileWorkflow(file, text, registry);
    const reporter = request.reporter ?? chooseReporter(request.json ? io.stderr : io.stdout, { json: request.json });
    const ports = withBuiltCode(createWorkflowPorts({ workspace, codeRoot: ROOT, reporter }));
    const result = await runWorkflow(plan, ports, {
      parameters: request.parameters,
      seed: request.config.seed,
      lineagePath: plan.name === 'pipeline' ? 'results/lineage.json' : `results/${plan.name}/lineage.json`,
      signal: interrupt.signal,
      fresh: request.fresh,
      ...(request.stage === undefined ? {} : { stage: request.stage }),
      ...(request.fromStage === undefined ? {} : { fromStage: request.fromStage }),
      ...(request.untilStage === undefined ? {} : { untilStage: request.untilStage }),
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

/** Steps name their code by its place in the sources; an installed package has the build of it instead. */
function withBuiltCode(ports: WorkflowPorts): WorkflowPorts {
  return { ...ports, codeVersion: (files) => ports.codeVersion(files.map(installedFile)) };
}

/** The built-in slices, with the user's own over them. */
export async function openSlices(request: Pick<WorkflowRequest, 'config' | 'slicesFolder'>, io: CliEnvironment): Promise<SliceRegistry> {
  const folder = resolve(io.cwd, request.slicesFolder ?? 'slices');
  if (request.slicesFolder !== undefined && !existsSync(folder))
    throw new UserError(`there is no folder ${request.slicesFolder}`, 'Check the path given to --slices.');
  const factories = builtInSlices({ config: request.config, io, logFolder: resolve(io.cwd, 'results/log') });
  const registry = await buildSliceRegistry(factories, await discoverSlices(folder), isPackageInstalled);
  return registry.state('live_trade').kind === 'absent' ? registry.disable('live_trade', LIVE_REFUSAL) : registry;
}

/** Checks a workflow file against every step there is, without running anything. */
export async function checkWorkflow(
  name: string,
  config: PipelineConfig,
  io: CliEnvironment,
  slicesFolder?: string,
): Promise<{ readonly plan: WorkflowPlan; readonly registry: StepRegistry }> {
  const { file, text } = readWorkflow(name);
  const slices = await openSlices({ config, slicesFolder }, io);
  const registry = createStepRegistry({ trainJobs: () => Promise.resolve([]), environment: io.environment, slices, config });
  return { plan: compileWorkflow(file, text, registry), registry };
}

/** What the first failed step threw, so that the user sees one line about the cause and not about the machinery. */
function failureOf(result: WorkflowResult): unknown {
  const failed = result.steps.find((step) => step.status === 'failed' && !step.tolerated);
  return failed?.cause ?? new UserError(failed?.detail ?? 'the workflow failed', failed?.hint ?? '');
}

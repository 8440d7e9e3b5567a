import type { Command } from 'commander';
import { join, resolve } from 'node:path';
import { UserError } from '#core';
import type { PipelineConfig } from '#research';
import { addConfigOptions, readConfig, type CommonOptions } from '../options.ts';
import { wrapWords, type CliEnvironment } from '../terminal.ts';

interface RunOptions extends CommonOptions {
  readonly param?: readonly string[];
  readonly stage?: string;
  readonly fromStage?: string;
  readonly fresh?: boolean;
  readonly slices?: string;
}

export function addWorkflowCommands(program: Command, io: CliEnvironment): void {
  addRunCommand(program, io);
  const workflows = program
    .command('workflows')
    .description('List, show, check and draw workflows')
    .addHelpText(
      'after',
      `
Examples:
  edgewright workflows list
  edgewright workflows show simple_backtest
  edgewright workflows steps                      what a step may use
  edgewright workflows check mine.yaml            every mistake with line and column
  edgewright workflows graph pipeline --mermaid
`,
    );
  addListCommand(workflows, io);
  addStepsCommand(workflows, io);
  addFileCommands(workflows, io);
}

function addRunCommand(program: Command, io: CliEnvironment): void {
  addConfigOptions(program.command('run <workflow>').description('Run a workflow, shipped or your own file, with checkpoints'))
    .option('--param <name=value...>', 'a parameter of the workflow')
    .option('--stage <stage>', 'only this step, by number or id')
    .option('--from-stage <stage>', 'this step and all after it, again')
    .option('--fresh', 'everything again, whatever is done')
    .option('--slices <folder>', 'folder of your own slices (default: slices/ here, if there is one)')
    .addHelpText(
      'after',
      '\nExamples:\n  edgewright run simple_backtest --param symbols=AAPL,SP500\n  edgewright run my-workflow.yaml --workspace runs/mine\n',
    )
    .action(async (name: string, options: RunOptions) => {
      const { value } = await readConfig(options, io);
      const { checkWorkflow, executeWorkflow } = await import('../run-workflow.ts');
      const { plan } = await checkWorkflow(name, value, io, options.slices);
      const parameters = await parametersOf(plan.parameters, options.param ?? [], value.symbols);
      const result = await executeWorkflow(
        {
          file: name,
          workspace: options.workspace,
          config: value,
          parameters,
          stage: options.stage,
          fromStage: options.fromStage,
          fresh: options.fresh === true,
          json: options.json === true,
          slicesFolder: options.slices,
        },
        io,
      );
      const { printOutputs } = await import('../narrate.ts');
      printOutputs(result, options.json === true, io);
    });
}

function addListCommand(workflows: Command, io: CliEnvironment): void {
  workflows
    .command('list')
    .description('The shipped workflows, and those in workflows/ here')
    .option('--json', 'print JSON for machines')
    .action(async (options: { readonly json?: boolean }) => {
      const { findWorkflows } = await import('#adapters/workflow');
      const { checkWorkflow } = await import('../run-workflow.ts');
      const { ROOT } = await import('../program-code.ts');
      const shipped = await findWorkflows(join(ROOT, 'workflows'));
      const own = resolve(io.cwd, 'workflows') === resolve(ROOT, 'workflows') ? [] : await findWorkflows(resolve(io.cwd, 'workflows'));
      const rows = [];
      for (const { name, file } of [...shipped, ...own])
        rows.push({ name, file, description: await descriptionOf(async () => (await checkWorkflow(file, await defaults(), io)).plan) });
      if (options.json === true) io.stdout.write(`${JSON.stringify(rows)}\n`);
      else for (const { name, description } of rows) io.stdout.write(`${name.padEnd(18)} ${description}\n`);
    });
}

function addStepsCommand(workflows: Command, io: CliEnvironment): void {
  workflows
    .command('steps')
    .description('What a step of a workflow file may use: inputs and outputs of each')
    .option('--slices <folder>', 'folder of your own slices')
    .option('--json', 'print JSON for machines')
    .action(async (options: { readonly slices?: string; readonly json?: boolean }) => {
      const { checkWorkflow } = await import('../run-workflow.ts');
      const { registry } = await checkWorkflow('simple_backtest', await defaults(), io, options.slices);
      const rows = registry
        .list()
        .map(({ name, description, input, output }) => ({ name, description, inputs: keysOf(input), outputs: keysOf(output) }));
      if (options.json === true) io.stdout.write(`${JSON.stringify(rows)}\n`);
      else
        for (const { name, description, inputs, outputs } of rows) {
          io.stdout.write(`${name}\n`);
          for (const line of [description, `in   ${inputs}`, `out  ${outputs}`])
            io.stdout.write(`${wrapWords(`  ${line}`, io.stdout.columns, 7)}\n`);
        }
    });
}

/** What is asked of one workflow file. */
function addFileCommands(workflows: Command, io: CliEnvironment): void {
  workflows
    .command('show <workflow>')
    .description('Parameters and steps of a workflow')
    .option('--slices <folder>', 'folder of your own slices')
    .action(async (name: string, options: { readonly slices?: string }) => {
      const { checkWorkflow } = await import('../run-workflow.ts');
      const { describeWorkflow } = await import('#workflow');
      io.stdout.write(`${describeWorkflow((await checkWorkflow(name, await defaults(), io, options.slices)).plan)}\n`);
    });
  workflows
    .command('check <workflow>')
    .description('Check a workflow file against the steps there are')
    .option('--slices <folder>', 'folder of your own slices')
    .action(async (name: string, options: { readonly slices?: string }) => {
      const { checkWorkflow } = await import('../run-workflow.ts');
      const { plan } = await checkWorkflow(name, await defaults(), io, options.slices);
      io.stdout.write(`${plan.name}: ${plan.steps.length} steps, nothing wrong\n`);
    });
  workflows
    .command('graph <workflow>')
    .description('Draw a workflow')
    .option('--mermaid', 'as a Mermaid diagram')
    .option('--slices <folder>', 'folder of your own slices')
    .action(async (name: string, options: { readonly mermaid?: boolean; readonly slices?: string }) => {
      const { checkWorkflow } = await import('../run-workflow.ts');
      const { renderGraphMermaid, renderGraphText } = await import('#workflow');
      const { plan } = await checkWorkflow(name, await defaults(), io, options.slices);
      io.stdout.write(`${(options.mermaid === true ? renderGraphMermaid : renderGraphText)(plan.steps)}\n`);
    });
}

/** A file with mistakes does not hide the others. */
async function descriptionOf(check: () => Promise<{ readonly description: string }>): Promise<string> {
  try {
    return (await check()).description;
  } catch (error) {
    if (error instanceof UserError) return `has a mistake: ${error.message.split('\n')[0]!}`;
    throw error;
  }
}

/** `symbols, start?` of a step's inputs or outputs: what may be left away has a question mark. */
function keysOf(schema: {
  readonly shape: Readonly<Record<string, { safeParse(value: unknown): { readonly success: boolean } }>>;
}): string {
  const keys = Object.entries(schema.shape).map(([key, value]) => (value.safeParse(undefined).success ? `${key}?` : key));
  return keys.join(', ');
}

type ParameterSpecs = Parameters<typeof import('#workflow').resolveParameters>[0];

/** `--param name=value` by the workflow's own types; `--symbols` fills a parameter of that name. */
async function parametersOf(specs: ParameterSpecs, given: readonly string[], symbols: readonly string[]): Promise<Record<string, unknown>> {
  const { parseParameterText, resolveParameters } = await import('#workflow');
  const values: Record<string, unknown> = symbols.length > 0 && Object.hasOwn(specs, 'symbols') ? { symbols } : {};
  for (const pair of given) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UserError(`--param takes name=value, got "${pair}"`, 'Example: --param symbols=AAPL,SP500');
    const name = pair.slice(0, at);
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    values[name] = spec === undefined ? pair.slice(at + 1) : parseParameterText(name, spec, pair.slice(at + 1));
  }
  return { ...resolveParameters(specs, values) };
}

async function defaults(): Promise<PipelineConfig> {
  const { pipelineConfigSchema } = await import('#research');
  return pipelineConfigSchema.parse({});
}

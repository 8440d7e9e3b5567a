import type { Command } from 'commander';
import { resolve } from 'node:path';
import { addConfigOptions, readConfig, type CommonOptions } from '../options.ts';
import { EXIT, ExitWith, type CliEnvironment } from '../terminal.ts';

interface PipelineOptions extends CommonOptions {
  readonly stage?: string;
  readonly fromStage?: string;
  readonly untilStage?: string;
  readonly fresh?: boolean;
  readonly strict?: boolean;
  readonly workflow?: string;
}

/** Runs the pipeline's stages that were asked for. */
async function runStages(options: PipelineOptions, io: CliEnvironment): Promise<void> {
  const config = await readConfig(options, io);
  const { openSource } = await import('../../sources.ts');
  // A source that cannot be opened, or a series that cannot be read, is refused before anything of an earlier run is touched.
  await openSource(config.value.data, { environment: io.environment, seed: config.value.seed });
  const { withOnlyTimeframe } = await import('../only-timeframe.ts');
  const value = await withOnlyTimeframe(config, io);
  const { loadLateSeries } = await import('../../late-series.ts');
  await loadLateSeries(value.features.series);
  const { executeWorkflow } = await import('../run-workflow.ts');
  const { seed, symbols, data, features, labels, model, trading, risk, gates } = value;
  await executeWorkflow(
    {
      file: options.workflow ?? 'pipeline',
      workspace: options.workspace,
      config: value,
      parameters: { symbols, seed, data, features, labels, model, trading, risk, gates },
      stage: options.stage,
      fromStage: options.fromStage,
      untilStage: options.untilStage,
      fresh: options.fresh === true,
      json: options.json === true,
    },
    io,
  );
}

export function addPipelineCommands(program: Command, io: CliEnvironment): void {
  addConfigOptions(program.command('pipeline').description('Data to verdict: features, labels, model, calibration, backtest, gates'))
    .option('--stage <stage>', 'only this stage, by number or id (data, features, labels, train, calibrate, backtest, validate)')
    .option('--from-stage <stage>', 'this stage and all after it, again')
    .option('--until-stage <stage>', 'nothing after this stage')
    .option('--fresh', 'everything again, whatever is done')
    .option('--strict', 'exit with 3 when a gate fails')
    .option('--workflow <file>', 'your own copy of workflows/pipeline.yaml')
    .addHelpText(
      'after',
      `
A stage whose inputs, settings and code have not changed is skipped; an interrupted run goes on where it was.

Examples:
  edgewright pipeline
  edgewright pipeline --source files --path bars/ --timeframe 1h --asset-class crypto --workspace runs/crypto
  edgewright pipeline --source synthetic --set data.syntheticEdge=0   (nothing to find: the gates must fail)
  edgewright pipeline --from-stage train --set model.trees=500
`,
    )
    .action(async (options: PipelineOptions) => {
      await runStages(options, io);
      const last = options.stage ?? options.untilStage;
      if (last !== undefined && !['7', 'validate'].includes(last)) return;
      const { printVerdict, readVerdict } = await import('../verdict.ts');
      const { validation, backtest } = readVerdict(resolve(io.cwd, options.workspace));
      if (options.json === true) io.stdout.write(`${JSON.stringify({ ...validation, backtest })}\n`);
      else {
        printVerdict(options.workspace, io);
        const { tearSheetPath } = await import('../tear-sheet.ts');
        io.stdout.write(`\nTear sheet: ${tearSheetPath(options.workspace)}\n`);
      }
      if (options.strict === true && validation.verdict === 'failed') throw new ExitWith(EXIT.gateFailed);
    });

  addConfigOptions(program.command('train').description('Data to a calibrated model: the pipeline without backtest and verdict'))
    .option('--fresh', 'everything again, whatever is done')
    .addHelpText(
      'after',
      '\nExamples:\n  edgewright train\n  edgewright train --source files --path bars/ --timeframe 1h --workspace runs/mine\n',
    )
    .action(async (options: PipelineOptions) => {
      await runStages({ ...options, untilStage: 'calibrate' }, io);
      const { printTraining } = await import('../training.ts');
      printTraining(resolve(io.cwd, options.workspace), options.json === true, io);
    });

  program
    .command('reproduce [workspace]')
    .description('Run a finished pipeline again in a scratch folder and compare every artefact byte by byte')
    .option('--json', 'print JSON for machines')
    .addHelpText('after', '\nExample:\n  edgewright reproduce .        (the folder that holds results/ and models/)\n')
    .action(async (workspace: string | undefined, options: { readonly json?: boolean }) => {
      const { reproduce } = await import('../reproduce.ts');
      await reproduce(resolve(io.cwd, workspace ?? '.'), options.json === true, io);
    });
}

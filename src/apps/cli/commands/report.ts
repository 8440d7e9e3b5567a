import type { Command } from 'commander';
import { resolve } from 'node:path';
import { EXIT, ExitWith, type CliEnvironment } from '../terminal.ts';

interface ReportOptions {
  readonly workspace: string;
  readonly json?: boolean;
  readonly strict?: boolean;
}

export function addReportCommands(program: Command, io: CliEnvironment): void {
  program
    .command('report')
    .description('The verdict of the last run, its figures, and where the tear sheet is')
    .option('--workspace <folder>', 'folder that holds results/', '.')
    .option('--strict', 'exit with 3 when a gate failed')
    .option('--json', 'print JSON for machines')
    .addHelpText('after', '\nExamples:\n  edgewright report\n  edgewright report --workspace runs/crypto --json\n')
    .action(async (options: ReportOptions) => {
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
}

import Table from 'cli-table3';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '#core';
import { damaged, PLACES, readJson } from '../steps/files.ts';
import { FRAMELESS } from './backtest/table.ts';
import { styleFor, type CliEnvironment } from './terminal.ts';

/** The parts of `results/validation_report.json` that people see. */
export interface ValidationReport {
  readonly verdict: 'passed' | 'failed';
  readonly statement: string;
  readonly gates: readonly {
    readonly name: string;
    readonly question: string;
    readonly figure: number | null;
    readonly bound: number;
    readonly rule: string;
    readonly passed: boolean;
    readonly note: string;
  }[];
}

interface BacktestReport {
  readonly data: { readonly description: string; readonly kind: string; readonly symbols: readonly string[]; readonly timeframe: string };
  readonly period: { readonly from: string; readonly to: string };
  readonly profiles: readonly {
    readonly profile: string;
    readonly trades: number;
    readonly totalReturn: number | null;
    readonly sharpe: number | null;
    readonly maxDrawdown: number | null;
    readonly winRate: number | null;
    readonly fees: number;
  }[];
  readonly benchmark: { readonly totalReturn: number | null; readonly sharpe: number | null; readonly maxDrawdown: number | null };
  readonly profile: string;
}

/** The verdict of the last run in a workspace. Throws `UserError` when there is none. */
export function readVerdict(workspace: string): { readonly validation: ValidationReport; readonly backtest: BacktestReport } {
  const validation = join(workspace, PLACES.validationReport);
  const backtest = join(workspace, PLACES.backtestReport);
  if (!existsSync(validation) || !existsSync(backtest))
    throw new UserError(
      `there is no finished run in ${workspace}`,
      'Run "edgewright pipeline" first, or give its folder with --workspace.',
    );
  const read = { validation: readJson<ValidationReport>(validation), backtest: readJson<BacktestReport>(backtest) };
  if (!Array.isArray((read.validation as Partial<ValidationReport> | null)?.gates)) throw damaged(validation);
  if (!Array.isArray((read.backtest as Partial<BacktestReport> | null)?.profiles)) throw damaged(backtest);
  return read;
}

/** What was traded on, how it did under three cost assumptions, every gate, and the verdict last. */
export function printVerdict(workspace: string, io: CliEnvironment): void {
  const { validation, backtest } = readVerdict(resolve(io.cwd, workspace));
  const style = styleFor(io.stdout, io.environment);
  const out = (text: string) => io.stdout.write(`${text}\n`);
  const { data } = backtest;
  out('');
  out(`${style.bold('Data')}       ${data.description}`);
  out(
    `${style.bold('Judged on')}  ${data.symbols.length > 8 ? `${data.symbols.length} symbols` : data.symbols.join(', ')}, ${data.timeframe} bars, ${backtest.period.from.slice(0, 10)} to ${backtest.period.to.slice(0, 10)}, all out of sample`,
  );
  if (data.kind === 'synthetic') out(style.yellow('           SYNTHETIC prices: this says nothing about a real market.'));
  out('');
  const figures = plainTable(['Costs', 'Trades', 'Return', 'Sharpe', 'Drawdown', 'Win rate', 'Fees']);
  for (const row of backtest.profiles) {
    figures.push([
      row.profile === backtest.profile ? `${row.profile} *` : row.profile,
      String(row.trades),
      percent(row.totalReturn),
      decimal(row.sharpe),
      percent(row.maxDrawdown),
      percent(row.winRate),
      row.fees.toFixed(0),
    ]);
  }
  const hold = backtest.benchmark;
  figures.push([
    'buy and hold',
    '-',
    percent(hold.totalReturn),
    decimal(hold.sharpe),
    percent(hold.maxDrawdown === null ? null : Math.abs(hold.maxDrawdown)),
    '-',
    '-',
  ]);
  out(figures.toString());
  out('');
  printGates(validation.gates, io);
  out('');
  out(validation.verdict === 'passed' ? style.green(style.bold(validation.statement)) : style.red(style.bold(validation.statement)));
}

/** One row a gate; where the notes would not fit beside, each stands below its gate. */
function printGates(rows: ValidationReport['gates'], io: CliEnvironment): void {
  const style = styleFor(io.stdout, io.environment);
  const cells = rows.map((gate) => [gate.question, decimal(gate.figure, 3), `${gate.rule} ${Number(gate.bound.toFixed(3))}`, gate.note]);
  const width = [0, 1, 2, 3].reduce((sum, at) => sum + 2 + Math.max(...cells.map((row) => row[at]!.length)), 1);
  const beside = width <= (io.stdout.columns ?? Number.POSITIVE_INFINITY);
  const gates = plainTable(beside ? ['', 'Gate', 'Figure', 'Bound', ''] : ['', 'Gate', 'Figure', 'Bound']);
  rows.forEach(({ passed }, at) => {
    const [question, figure, bound, note] = cells[at] as [string, string, string, string];
    const row = [passed ? style.green('✓') : style.red('✗'), question, figure, bound];
    gates.push(beside ? [...row, style.dim(note)] : row);
    if (!beside && note !== '') gates.push(['', { colSpan: 3, content: style.dim(note) }]);
  });
  io.stdout.write(`${gates.toString()}\n`);
}

function plainTable(head: string[]): Table.Table {
  return new Table({ head, chars: FRAMELESS, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } });
}

function percent(value: number | null): string {
  return value === null ? '-' : `${(value * 100).toFixed(1)} %`;
}

function decimal(value: number | null, digits = 2): string {
  return value === null ? '-' : value.toFixed(digits);
}

import Table from 'cli-table3';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '#core';
import type { QualityReport } from '#data';
import { damaged, PLACES, readJson } from '../steps/files.ts';
import { columnsTable, decimal, FRAMELESS, money, percent } from './backtest/table.ts';
import { styleFor, wrapWords, type CliEnvironment } from './terminal.ts';

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
  const columns = io.stdout.columns;
  out('');
  out(wrapWords(`${style.bold('Data')}       ${data.description}`, columns, 11));
  out(
    wrapWords(
      `${style.bold('Judged on')}  ${data.symbols.length > 8 ? `${data.symbols.length} symbols` : data.symbols.join(', ')}, ${data.timeframe} bars, ${backtest.period.from.slice(0, 10)} to ${backtest.period.to.slice(0, 10)}, all out of sample`,
      columns,
      11,
    ),
  );
  for (const line of errorsInData(join(resolve(io.cwd, workspace), PLACES.qualityReport)))
    out(style.yellow(wrapWords(`Careful    ${line}`, columns, 11)));
  if (data.kind === 'synthetic') out(style.yellow('           SYNTHETIC prices: this says nothing about a real market.'));
  out('');
  out(columnsTable(['Costs', 'Trades', 'Return', 'Sharpe', 'Drawdown', 'Win rate', 'Fees'], costRows(backtest)));
  out('');
  printGates(validation.gates, io);
  out('');
  const statement = style.bold(wrapWords(validation.statement, columns, 0));
  out(validation.verdict === 'passed' ? style.green(statement) : style.red(statement));
}

const MOST_ERRORS = 4;

/** What the quality gate calls an error, most of all what it had to leave in the bars; none when the report is not there. */
function errorsInData(path: string): string[] {
  if (!existsSync(path)) return [];
  const errors = readJson<readonly QualityReport[]>(path).flatMap(({ symbol, findings }) =>
    findings
      .filter(({ severity }) => severity === 'error')
      .map(({ text, action, check }) => {
        const mend = check === 'unadjusted_split' ? ': give them with --corporate-actions' : '';
        return `${symbol}: ${text} (${action})${mend}`;
      }),
  );
  if (errors.length <= MOST_ERRORS) return errors;
  return [...errors.slice(0, MOST_ERRORS), `${errors.length - MOST_ERRORS} more such findings: ${PLACES.qualityReport}`];
}

function costRows({ profiles, profile, benchmark }: BacktestReport): string[][] {
  const rows = profiles.map((row) => [
    row.profile === profile ? `${row.profile} *` : row.profile,
    String(row.trades),
    percent(row.totalReturn ?? Number.NaN),
    decimal(row.sharpe ?? Number.NaN),
    percent(row.maxDrawdown ?? Number.NaN),
    percent(row.winRate ?? Number.NaN),
    money(row.fees),
  ]);
  const hold = [benchmark.totalReturn, benchmark.sharpe, benchmark.maxDrawdown].map((value) => value ?? Number.NaN) as [
    number,
    number,
    number,
  ];
  return [...rows, ['buy and hold', '-', percent(hold[0]), decimal(hold[1]), percent(Math.abs(hold[2])), '-', '-']];
}

/** One row a gate; where the notes would not fit beside, each stands below its gate. */
function printGates(rows: ValidationReport['gates'], io: CliEnvironment): void {
  const style = styleFor(io.stdout, io.environment);
  const figure = ({ name, figure }: (typeof rows)[number]): string => decimal(figure ?? Number.NaN, name === 'trades' ? 0 : 3);
  const cells = rows.map((gate) => [gate.question, figure(gate), `${gate.rule} ${Number(gate.bound.toFixed(3))}`, gate.note]);
  const width = [0, 1, 2, 3].reduce((sum, at) => sum + 2 + Math.max(...cells.map((row) => row[at]!.length)), 1);
  const beside = width <= (io.stdout.columns ?? Number.POSITIVE_INFINITY);
  const gates = new Table({
    head: beside ? ['', 'Gate', 'Figure', 'Bound', ''] : ['', 'Gate', 'Figure', 'Bound'],
    chars: FRAMELESS,
    colAligns: ['left', 'left', 'right', 'left', 'left'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  rows.forEach(({ passed }, at) => {
    const [question, value, bound, note] = cells[at] as [string, string, string, string];
    const row = [passed ? style.green('✓') : style.red('✗'), question, value, bound];
    gates.push(beside ? [...row, style.dim(note)] : row);
    if (!beside && note !== '') gates.push(['', { colSpan: 3, content: style.dim(note) }]);
  });
  const lines = gates.toString().split('\n');
  io.stdout.write(`${lines.map((line) => line.trimEnd()).join('\n')}\n`);
}

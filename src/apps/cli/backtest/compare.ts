import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { createRng, DAY_MS } from '#core';
import { finite, renderComparison, sparkline, type TearSheetInput } from '#research';
import {
  annualReturn,
  bootstrapDifference,
  returnsFromEquity,
  sharpeRatio,
  summarisePerformance,
  type DifferenceInterval,
} from '#statistics';
import { styleFor, type CliEnvironment } from '../terminal.ts';
import { findRun, readSheet } from './run-folder.ts';
import { columnsTable, decimal, money, percent } from './table.ts';

interface ComparedFigure {
  readonly label: string;
  readonly show: (value: number) => string;
  readonly of: (figures: ReturnType<typeof summarisePerformance>) => number;
}

const FIGURES: readonly ComparedFigure[] = [
  { label: 'Return', show: percent, of: (figures) => figures.totalReturn },
  { label: 'Return a year', show: percent, of: (figures) => figures.cagr },
  { label: 'Volatility a year', show: percent, of: (figures) => figures.volatility },
  { label: 'Sharpe', show: decimal, of: (figures) => figures.sharpe },
  { label: 'Sortino', show: decimal, of: (figures) => figures.sortino },
  { label: 'Calmar', show: decimal, of: (figures) => figures.calmar },
  { label: 'Max drawdown', show: percent, of: (figures) => Math.abs(figures.maxDrawdown) },
  { label: 'Time under water', show: percent, of: (figures) => figures.timeUnderwater },
  { label: 'Trades', show: (value) => decimal(value, 0), of: (figures) => figures.trades?.count ?? Number.NaN },
  { label: 'Win rate', show: percent, of: (figures) => figures.trades?.winRate ?? Number.NaN },
  { label: 'Profit factor', show: decimal, of: (figures) => figures.trades?.profitFactor ?? Number.NaN },
  { label: 'Mean trade', show: money, of: (figures) => figures.trades?.expectancy ?? Number.NaN },
];

/** Two runs side by side: a table here, a page with both curves on disk. */
export function compareRuns(
  one: string,
  other: string,
  options: { readonly out?: string; readonly json?: boolean },
  io: CliEnvironment,
): void {
  const [first, second] = [findRun(one, io.cwd), findRun(other, io.cwd)];
  const sheets = [named(first), named(second)] as const;
  const summaries = sheets.map(summaryOf);
  const out = options.out ?? `results/comparisons/${basename(first)}-and-${basename(second)}.html`;
  const page = resolve(io.cwd, out);
  mkdirSync(dirname(page), { recursive: true });
  writeFileSync(page, renderComparison(sheets[0], sheets[1]));
  const difference = differenceOf(...sheets);
  const rows = FIGURES.map(({ label, show, of }) => ({ label, show, values: summaries.map(of) as [number, number] }));
  if (options.json === true) {
    const figures = Object.fromEntries(rows.map(({ label, values }) => [label, values]));
    const compared = { runs: [basename(first), basename(second)], figures, difference, page: out, sameDates: sameDates(...sheets) };
    io.stdout.write(`${JSON.stringify(finite(compared))}\n`);
    return;
  }
  const style = styleFor(io.stdout, io.environment);
  const head = ['', basename(first), basename(second), 'Difference'];
  io.stdout.write('\n');
  for (const [at, sheet] of sheets.entries()) io.stdout.write(`${head[at + 1]!.padEnd(36)} ${sparkline(sheet.curve.equity, 50)}\n`);
  io.stdout.write(
    `\n${columnsTable(
      head,
      rows.map(({ label, show, values: [a, b] }) => [label, show(a), show(b), show(b - a)]),
    )}\n\n`,
  );
  for (const line of luckLines(difference)) io.stdout.write(`${line}\n`);
  if (!sameDates(...sheets))
    io.stdout.write(style.yellow('• The runs cover different dates: their figures do not compare like with like.\n'));
  io.stdout.write(`Comparison  ${out}\n`);
}

/** How sure the difference is: the days that both have, drawn again in blocks, the same for both. */
function differenceOf(one: TearSheetInput, other: TearSheetInput): Readonly<Record<'sharpe' | 'cagr', DifferenceInterval>> {
  const { periodsPerYear } = one;
  const at = new Map(Array.from(other.curve.time, (time, row) => [dayOf(time), other.curve.equity[row]!]));
  const days = Array.from(one.curve.time, dayOf);
  const rows = Array.from(days.keys()).filter((row) => at.has(days[row]!));
  const [first, second] = [rows.map((row) => one.curve.equity[row]!), rows.map((row) => at.get(days[row]!)!)];
  return bootstrapDifference(
    returnsFromEquity(first),
    returnsFromEquity(second),
    { sharpe: (returns) => sharpeRatio(returns, { periodsPerYear }), cagr: (returns) => annualReturn(returns, { periodsPerYear }) },
    { rng: createRng(1).stream('compare') },
  );
}

function luckLines({ sharpe, cagr }: ReturnType<typeof differenceOf>): string[] {
  if (Number.isNaN(sharpe.low)) return [];
  const range = ({ low, high }: DifferenceInterval, show: (value: number) => string): string => `${show(low)} to ${show(high)}`;
  const sure = sharpe.low > 0 || sharpe.high < 0;
  return [
    `• Second less first, the same days drawn again 1,000 times, 95 %: Sharpe ${range(sharpe, decimal)}, return a year ${range(cagr, percent)}.`,
    `• The second has the higher Sharpe ratio in ${percent(sharpe.aboveZero)} of them: ${sure ? 'more than luck' : 'the difference may be luck'}.`,
  ];
}

/** The run's own name in the title tells two runs of one strategy apart. */
function named(folder: string): TearSheetInput {
  const sheet = readSheet(folder);
  return { ...sheet, title: basename(folder) };
}

function summaryOf({ curve, periodsPerYear, trades = [] }: TearSheetInput): ReturnType<typeof summarisePerformance> {
  return summarisePerformance({ equity: curve.equity, periodsPerYear, trades });
}

function sameDates(one: TearSheetInput, other: TearSheetInput): boolean {
  const ends = ({ curve }: TearSheetInput): string => `${dayOf(curve.time[0]!)} ${dayOf(curve.time[curve.time.length - 1]!)}`;
  return ends(one) === ends(other);
}

/** Curves have a row a day, at the start of its last bar: of hours and of days not the same instant. */
const dayOf = (time: number): number => Math.floor(time / DAY_MS);

import Table from 'cli-table3';
import { columnsTable } from './backtest/table.ts';
import type { Reporter, WorkflowResult } from '#workflow';
import { styleFor, type CliEnvironment } from './terminal.ts';

export interface Narrator {
  readonly reporter: Reporter;
  line(text: string): void;
  say(text: string): void;
  done(text: string): void;
}

/** Each step of a run in words, with a tick when it is done: `fetching data for AAPL ✓`. Silent unless asked. */
export function narrator(io: CliEnvironment, symbols: readonly string[], verbose: boolean): Narrator {
  const style = styleFor(io.stdout, io.environment);
  const live = io.stdout.isTTY === true;
  const titles = new Map<string, string>();
  const write = (text: string): void => {
    if (verbose) io.stdout.write(text);
  };
  const phrase = (title: string): string => (title === 'fetching data' ? `${title} for ${symbols.join(', ')}` : title);
  // In a terminal the tick is put behind the line that announced the step; a pipe gets one whole line when it is done.
  const say = (text: string): void => (live ? write(`  ${text} …`) : undefined);
  const done = (text: string): void => write(`${live ? '\r\u001b[2K' : ''}  ${text} ${style.green('✓')}\n`);
  const failed = (text: string): void => write(`${live ? '\r\u001b[2K' : ''}  ${text} ${style.red('✗')}\n`);
  return {
    line: (text) => write(`  ${text}\n`),
    say,
    done,
    reporter: {
      report(event) {
        if (event.kind === 'runStarted') for (const { id, title } of event.steps) titles.set(id, phrase(title));
        else if (event.kind === 'stepStarted') say(titles.get(event.id) ?? event.id);
        else if (event.kind === 'stepFinished') done(titles.get(event.id) ?? event.id);
        else if (event.kind === 'stepFailed') failed(titles.get(event.id) ?? event.id);
      },
    },
  };
}

interface BacktestAnswer {
  readonly symbol: string;
  readonly strategy: string;
  readonly trades: number;
  readonly reason: string;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** The outputs of a workflow: a table for backtests, else as YAML-like lines; JSON for machines. */
export function printOutputs(result: WorkflowResult, json: boolean, io: CliEnvironment): void {
  if (json) {
    io.stdout.write(
      `${JSON.stringify({ workflow: result.workflow, status: result.status, durationMs: result.durationMs, outputs: result.outputs })}\n`,
    );
    return;
  }
  const { results, ...others } = result.outputs as { readonly results?: readonly unknown[] } & Record<string, unknown>;
  io.stdout.write('\n');
  if (Array.isArray(results) && results.every(isBacktest)) printBacktests(results, io);
  else if (Array.isArray(results)) for (const cycle of results) printCycle(cycle as Cycle, io);
  for (const value of Object.values(others)) {
    const list: unknown = Array.isArray(value) ? value : [value];
    for (const item of list as readonly {
      readonly symbol?: string;
      readonly reason?: string;
      readonly strategy?: string;
      readonly name?: string;
    }[]) {
      if (item.reason !== undefined)
        io.stdout.write(
          `${[item.symbol, item.strategy ?? item.name].filter((word) => word !== undefined).join(' ')}${(item.symbol ?? item.strategy ?? item.name) ? ': ' : ''}${item.reason}\n`,
        );
    }
  }
}

interface Cycle {
  readonly symbol: string;
  readonly outcome: string;
  readonly decisions?: readonly { readonly slice: string; readonly decision: string; readonly reason: string }[];
}

function printCycle(cycle: Cycle, io: CliEnvironment): void {
  const style = styleFor(io.stdout, io.environment);
  io.stdout.write(`${style.bold(cycle.symbol)}  ${cycle.outcome}\n`);
  for (const { slice, decision, reason } of cycle.decisions ?? [])
    io.stdout.write(`  ${slice.padEnd(16)} ${decision}  ${style.dim(reason)}\n`);
}

function isBacktest(value: unknown): value is BacktestAnswer {
  return typeof value === 'object' && value !== null && 'metrics' in value && 'trades' in value;
}

function printBacktests(results: readonly BacktestAnswer[], io: CliEnvironment): void {
  const percent = (value: number | null | undefined) => (value === null || value === undefined ? '-' : `${(value * 100).toFixed(1)} %`);
  const number = (value: number | null | undefined) => (value === null || value === undefined ? '-' : value.toFixed(2));
  const head = ['Symbol', 'Strategy', 'Trades', 'Return', 'CAGR', 'Sharpe', 'Drawdown', 'Win rate', 'Fees'];
  const rows = results.map(({ symbol, strategy, trades, metrics: { totalReturn, cagr, sharpe, maxDrawdown, winRate, fees } }) => [
    symbol,
    strategy,
    String(trades),
    percent(totalReturn),
    percent(cagr),
    number(sharpe),
    percent(maxDrawdown),
    percent(winRate),
    (fees ?? 0).toFixed(0),
  ]);
  io.stdout.write(`${tableThatFits(head, rows, io.stdout.columns ?? Number.POSITIVE_INFINITY)}\n`);
  for (const { reason } of results) io.stdout.write(`${reason}\n`);
}

/** With lines around the cells where they fit, without on a narrow terminal. */
function tableThatFits(head: readonly string[], rows: readonly (readonly string[])[], columns: number): string {
  const lined = new Table({ head: [...head], style: { head: [], border: [] } });
  lined.push(...rows.map((row) => [...row]));
  const text = lined.toString();
  return text.indexOf('\n') <= columns ? text : columnsTable(head, rows, [1]);
}

import Table from 'cli-table3';
import { columnsTable } from './backtest/table.ts';
import type { Reporter, WorkflowResult } from '#workflow';
import { styleFor, wrapWords, type CliEnvironment } from './terminal.ts';

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

/** The outputs of a workflow: a table for backtests, then what was said of each symbol, then the rest by name; JSON for machines. */
export function printOutputs(result: WorkflowResult, json: boolean, io: CliEnvironment): void {
  if (json) {
    io.stdout.write(
      `${JSON.stringify({ workflow: result.workflow, status: result.status, durationMs: result.durationMs, outputs: result.outputs })}\n`,
    );
    return;
  }
  const style = styleFor(io.stdout, io.environment);
  const { results, ...others } = result.outputs as { readonly results?: unknown } & Record<string, unknown>;
  io.stdout.write('\n');
  if (Array.isArray(results) && results.every(isBacktest)) printBacktests(results, io);
  else if (Array.isArray(results) && results.every(isCycle)) for (const cycle of results) printCycle(cycle, io);
  else if (results !== undefined) others['results'] = results;
  const symbols = symbolsIn([results, ...Object.values(others)]);
  const perSymbol = Object.entries(others).filter((entry): entry is [string, Said[]] => isSaidOf(entry[1], symbols.length));
  const width = Math.max(0, ...perSymbol.map(([name]) => name.length));
  for (const [at, symbol] of (perSymbol.length === 0 ? [] : symbols).entries()) {
    io.stdout.write(`${at > 0 || results !== undefined ? '\n' : ''}${style.bold(symbol)}\n`);
    for (const [name, list] of perSymbol)
      io.stdout.write(`${wrapWords(`  ${style.dim(name.padEnd(width))}  ${saidText(list[at]!)}`, io.stdout.columns, width + 4)}\n`);
  }
  for (const [name, value] of Object.entries(others))
    if (!perSymbol.some(([known]) => known === name))
      io.stdout.write(`${wrapWords(`${name}: ${valueText(value)}`, io.stdout.columns, 2)}\n`);
}

/** What a slice answers with: a reason, and often a name. */
interface Said {
  readonly reason: string;
  readonly symbol?: unknown;
  readonly strategy?: unknown;
  readonly name?: unknown;
}

function isSaid(value: unknown): value is Said {
  return typeof value === 'object' && value !== null && 'reason' in value && typeof value.reason === 'string';
}

function isSaidOf(value: unknown, symbols: number): value is Said[] {
  return Array.isArray(value) && value.length === symbols && value.every(isSaid);
}

function symbolsIn(outputs: readonly unknown[]): readonly string[] {
  for (const list of outputs) {
    const symbols = Array.isArray(list) ? list.map((item: { readonly symbol?: unknown } | null) => item?.symbol) : [];
    if (symbols.length > 0 && symbols.every((symbol) => typeof symbol === 'string')) return symbols;
  }
  return [];
}

function saidText({ name, strategy, reason }: Said): string {
  const word = strategy ?? name;
  return typeof word === 'string' ? `${word}: ${reason}` : reason;
}

const MAX_VALUE_TEXT = 200;

/** Words and numbers as they are, an answer with a reason by its reason, anything else as JSON that does not fill the screen. */
function valueText(value: unknown): string {
  if (isSaid(value)) return saidText(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= MAX_VALUE_TEXT ? text : `${text.slice(0, MAX_VALUE_TEXT)}… (--json prints it all)`;
}

interface Cycle {
  readonly symbol: string;
  readonly outcome: string;
  readonly decisions?: readonly { readonly slice: string; readonly decision: string; readonly reason: string }[];
}

function printCycle(cycle: Cycle, io: CliEnvironment): void {
  const style = styleFor(io.stdout, io.environment);
  io.stdout.write(`${style.bold(cycle.symbol)}  ${cycle.outcome.replace('_', ' ')}\n`);
  for (const { slice, decision, reason } of cycle.decisions ?? [])
    io.stdout.write(`  ${slice.padEnd(16)} ${decision}  ${style.dim(reason)}\n`);
}

function isCycle(value: unknown): value is Cycle {
  return typeof value === 'object' && value !== null && 'symbol' in value && 'outcome' in value;
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
    percent(maxDrawdown && Math.abs(maxDrawdown)),
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

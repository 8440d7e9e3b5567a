import { basename } from 'node:path';
import { DAY_MS, didYouMean, UserError } from '#core';
import { parseTimeText } from '#data';
import { styleFor, type CliEnvironment } from '../terminal.ts';
import type { DecisionFile, OrderLine, SymbolDecisions } from './decisions.ts';
import { findRun, readDecisions } from './run-folder.ts';
import { columnsTable, decimal, money } from './table.ts';

/** Orders shown before and after the bar asked about. */
const NEIGHBOURS = 3;

export interface Answer {
  readonly run: string;
  readonly symbol: string;
  /** Length of a bar. */
  readonly barMs: number;
  /** The bar that holds the time; the last one before it when no bar does. */
  readonly bar: string;
  readonly inside: boolean;
  readonly reason: string;
  readonly since: string;
  readonly trade: DecisionFile['trades'][number] | undefined;
  readonly orders: readonly OrderLine[];
}

/** Why the strategy did what it did on the bar that holds `time`, with the orders around it. */
export function explain(run: string, symbol: string, time: string, io: CliEnvironment): Answer {
  const folder = findRun(run, io.cwd);
  const file = readDecisions(folder);
  const names = file.symbols.map((decisions) => decisions.symbol);
  const decisions = file.symbols.find((one) => one.symbol === symbol);
  if (decisions === undefined)
    throw new UserError(`this run has no ${symbol}`, didYouMean(symbol, names) || `It has: ${names.join(', ')}.`);
  const { barMs } = file;
  const iso = (moment: number): string => textOf(moment, barMs);
  const at = parseTimeText(time);
  if (Number.isNaN(at)) throw new UserError(`"${time}" is not a time`, 'Use 2024-01-31 or 2024-01-31T09:30:00Z.');
  const start = barAt(decisions, barMs, at);
  if (start === undefined || at >= decisions.last + barMs)
    throw new UserError(
      `the run has no bar of ${symbol} at ${iso(at)}`,
      `Its bars go from ${iso(decisions.runs[0]![0])} to ${iso(decisions.last)}.`,
    );
  const change = lastAtOrBefore(decisions.from, start);
  const trade = file.trades.find((one) => one.symbol === symbol && one.entryTime <= start + barMs && one.exitTime >= start);
  return {
    run: basename(folder),
    symbol,
    barMs,
    bar: iso(start),
    inside: at < start + barMs,
    trade,
    reason: decisions.reasons[decisions.reason[change]!] || 'the strategy gave no reason',
    since: iso(decisions.from[change]!),
    orders: around(
      file.orders.filter((order) => order.symbol === symbol),
      start,
      trade,
    ),
  };
}

/** Start of the last bar that begins at or before a time. */
function barAt({ runs }: SymbolDecisions, barMs: number, time: number): number | undefined {
  const at = lastAtOrBefore(
    runs.map(([start]) => start),
    time,
  );
  if (at < 0) return undefined;
  const [start, count] = runs[at]!;
  return start + Math.min(count - 1, Math.floor((time - start) / barMs)) * barMs;
}

function lastAtOrBefore(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Inside a trade all orders of it; else the nearest on both sides. */
function around(orders: readonly OrderLine[], start: number, trade: Answer['trade']): readonly OrderLine[] {
  if (trade !== undefined) {
    const opener = orders.findLastIndex((order) => order.createdTime < trade.entryTime && order.parentId === 0);
    return orders.filter((order, at) => at >= opener && order.createdTime <= trade.exitTime).slice(0, 20);
  }
  const next = orders.findIndex((order) => order.createdTime >= start);
  const at = next < 0 ? orders.length : next;
  return orders.slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS);
}

export function printAnswer(answer: Answer, io: CliEnvironment): void {
  const style = styleFor(io.stdout, io.environment);
  const out = (text: string): void => void io.stdout.write(`${text}\n`);
  const iso = (time: number): string => textOf(time, answer.barMs);
  const since = answer.since === answer.bar ? '' : `  (since ${answer.since})`;
  out(`${style.bold(answer.symbol)}  bar of ${answer.bar}${answer.inside ? '' : ', the last before that time'}`);
  out(`Decision  ${style.bold(answer.reason)}${since}`);
  const { trade } = answer;
  if (trade !== undefined)
    out(
      `Trade     ${trade.side} from ${iso(trade.entryTime)} to ${iso(trade.exitTime)}, ended by ${trade.exitReason}, profit ${money(trade.pnl)}`,
    );
  if (answer.orders.length === 0) return out('Orders    none around it');
  out('');
  out(
    columnsTable(
      ['Order', 'Asked', 'Side', 'Type', 'Status', 'Units', 'Price', 'Stop', 'Why'],
      answer.orders.map((order) => [
        String(order.id),
        iso(order.createdTime),
        order.side,
        order.type,
        order.status,
        decimal(order.quantity, 4),
        decimal(Number.isFinite(order.averagePrice) ? order.averagePrice : order.limitPrice),
        decimal(order.stopPrice),
        order.reason || order.tag,
      ]),
      [1, 2, 3, 4, 8],
    ),
  );
}

/** To the minute, or the second where there is one; a day is enough for bars of days. */
function textOf(time: number, barMs: number): string {
  const text = new Date(time).toISOString().replace(/:00\.000Z$/, 'Z');
  return barMs >= DAY_MS ? text.replace('T00:00Z', '') : text;
}

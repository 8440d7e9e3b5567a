import type { BacktestResult, LookAhead } from '#backtest';
import { TOO_LITTLE_VOLUME } from '#execution';
import type { SheetNote } from '#research';
import type { LoadedBars } from './load-bars.ts';
import { executionOf, type MarketRules } from './market-rules.ts';
import { money } from './table.ts';
import { endedOpen, refusals } from './refusals.ts';

/** What notes are made of. */
interface Run {
  readonly order: { readonly bars: LoadedBars; readonly rules: MarketRules };
  readonly result: BacktestResult;
  readonly lookAhead: LookAhead | undefined;
}

function lookAheadNote({ lookAhead }: Run): string[] {
  if (lookAhead === undefined) return [];
  const bar = new Date(lookAhead.time).toISOString().replace(/:00\.000Z$/, 'Z');
  return [
    `LOOK-AHEAD: what it decided on ${lookAhead.symbol} at ${bar} changes when the bars after it are cut off. These figures mean nothing.`,
  ];
}

function ruinNote(endCash: number): string {
  if (endCash >= 0) return 'The account was ruined: equity reached zero.';
  return `The account was ruined: equity is told as 0, and ${money(-endCash)} is owed (endCash).`;
}

/** Orders that nothing has filled for want of volume: a run without trades has to say why. */
function volumeNote({ result, order: { bars, rules } }: Run): string[] {
  const { volumeCap } = executionOf(rules, rules.profile, bars);
  const hasVolumes = bars.series.some(({ volume }) => volume.some((units) => units > 0));
  if (!hasVolumes && volumeCap < Number.POSITIVE_INFINITY && result.orders.some(({ status }) => status !== 'denied'))
    return ['No order could fill: these data have no volumes. --fill volumeCap=none fills whatever the volume.'];
  const waiting = result.orders.filter(({ status, reason }) => status === 'accepted' && reason === TOO_LITTLE_VOLUME).length;
  if (waiting === 0) return [];
  return [`${waiting === 1 ? '1 order waits' : `${waiting} orders wait`} for volume to the end.`];
}

/** So many bars may be missing at a symbol's end: some markets rest while others trade. */
const RESTS = 10;

/** Symbols that were held when their bars ended, long before the run's. */
function endedEarlyNote({ result, order }: Run): string[] {
  const end = result.equity.time.at(-1)!;
  return order.bars.series.flatMap(({ symbol, time, timeframe }) => {
    const last = time.at(-1)!;
    const held = [...result.positions, ...endedOpen({ result })].some((open) => open.symbol === symbol);
    if (!held || end - last <= RESTS * timeframe.ms) return [];
    return [
      `The bars of ${symbol} end ${day(last)}, the run ${day(end)}: what was held of it stood at its last close from there on, and kept its margin. List its delisting (--corporate-actions), or end the run there (--to ${day(last + timeframe.ms)}).`,
    ];
  });
}

/** What a reader of the figures must know: warnings, without which they mislead, then the rest. */
export function notesOf(outcome: Run): readonly SheetNote[] {
  const { result } = outcome;
  const warnings = [
    ...lookAheadNote(outcome),
    ...(result.ruined ? [ruinNote(result.endCash)] : []),
    ...volumeNote(outcome),
    ...endedEarlyNote(outcome),
  ];
  return [...warnings.map((text) => ({ text, warning: true })), ...plainNotes(outcome).map((text) => ({ text, warning: false }))];
}

function plainNotes(outcome: Run): string[] {
  const { result, order } = outcome;
  const refused = refusals(outcome);
  const open = endedOpen(outcome);
  const findings = order.bars.reports.flatMap((report) =>
    report.findings.filter(({ severity }) => severity !== 'info').map((finding) => `${report.symbol}: ${finding.text}`),
  );
  return [
    ...(order.bars.datesNote === undefined ? [] : [order.bars.datesNote]),
    ...(result.orders.length === 0 ? ['No orders: the strategy never wanted anything. Ask: edgewright why <run> <symbol> <time>'] : []),
    ...firstOf(
      refused.map(({ status, reason, count }) => `${count} ${count === 1 ? 'order was' : 'orders were'} ${status}: ${reason}`),
      3,
      (left) => `And for ${left} more ${left === 1 ? 'reason' : 'reasons'}: orders.refused in report.json.`,
    ),
    ...(open.length > 0
      ? [`${open.length} ${open.length === 1 ? 'trade was' : 'trades were'} open at the end of the data and closed at the last close.`]
      : []),
    ...(result.positions.length > 0 && order.rules.atEnd === 'mark'
      ? [
          `${result.positions.length === 1 ? '1 position is' : `${result.positions.length} positions are`} still open, marked at the last close.`,
        ]
      : []),
    ...(result.trades.length > 0 && result.trades.length < 30
      ? [`Only ${result.trades.length} ${result.trades.length === 1 ? 'trade' : 'trades'}: the figures are mostly luck.`]
      : []),
    ...firstOf(findings, 4, (left) => `And ${left} more ${left === 1 ? 'finding' : 'findings'} about the data: edgewright data check.`),
  ];
}

/** Some lines, and how many there are that do not stand here. */
function firstOf(lines: readonly string[], most: number, rest: (left: number) => string): readonly string[] {
  return lines.length > most ? [...lines.slice(0, most), rest(lines.length - most)] : lines;
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

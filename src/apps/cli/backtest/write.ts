import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetBytes } from '#adapters/data';
import { UserError } from '#core';
import {
  dailyEquity,
  equityCsvParts,
  finite,
  renderTearSheet,
  tradesCsv,
  type ProfileFigures,
  type TearSheetFigure,
  type TearSheetInput,
} from '#research';
import { decisionFile } from './decisions.ts';
import { sheetFigures } from './sheet-figures.ts';
import { executionOf } from './market-rules.ts';
import { endedOpen, refusals } from './refusals.ts';
import type { BacktestOutcome } from './run.ts';
import { RUN_FILES } from './run-files.ts';

/** Writes every file of a run beside its place first, so that a full disk or a kill never leaves half a file under a final name. */
export async function writeOutcome(outcome: BacktestOutcome, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const name of Object.values(RUN_FILES)) refuseFolder(join(folder, name));
  const staging = mkdtempSync(join(folder, '.writing-'));
  try {
    writeFiles(outcome, staging);
    // A run without trades has no such table; one that an earlier run left here would be taken for this run's.
    rmSync(join(folder, RUN_FILES.tradesParquet), { force: true });
    // Where a large file of an earlier run lies in the way this takes a while, which the caller has other work for.
    await Promise.all(readdirSync(staging).map((name) => rename(join(staging, name), join(folder, name))));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Before anything of an earlier run is gone: found on the way, it would leave files of two runs beside each other. */
function refuseFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UserError(`${path} is a folder, where a file of the run belongs`, 'Move it away, or give another --out.');
}

function writeFiles(outcome: BacktestOutcome, folder: string): void {
  const { result, strategy, order } = outcome;
  const put = (name: string, text: string | Buffer): void => writeFileSync(join(folder, name), text);
  const sheet = sheetOf(outcome);
  put(RUN_FILES.report, `${JSON.stringify(reportOf(outcome), null, 2)}\n`);
  put(RUN_FILES.tradesCsv, tradesCsv(outcome.trades));
  putParts(join(folder, RUN_FILES.equity), equityCsvParts(result.equity));
  put(RUN_FILES.sheet, renderTearSheet(sheet));
  put(RUN_FILES.sheetInput, `${JSON.stringify(sheet, columnsAsLists)}\n`);
  // JSON writes what is no number as null by itself: the largest file of a run is not copied first.
  put(RUN_FILES.decisions, `${JSON.stringify(decisionFile(result, strategy.name, order.bars.series))}\n`);
  if (result.trades.length > 0) put(RUN_FILES.tradesParquet, parquetBytes(tradeTable(outcome.trades)));
}

const columnsAsLists = (_: string, value: unknown): unknown => (value instanceof Float64Array ? Array.from(value) : value);

/** A text too long to hold at once. */
function putParts(path: string, parts: Iterable<Uint8Array>): void {
  const file = openSync(path, 'wx');
  try {
    // A disk that becomes full takes a piece first, and says so only when it is given the rest.
    for (const part of parts) for (let at = 0; at < part.length; ) at += writeSync(file, part, at);
  } finally {
    closeSync(file);
  }
}

function tradeTable(trades: BacktestOutcome['trades']): Record<string, Float64Array | string[]> {
  const text = (name: 'symbol' | 'strategy' | 'side' | 'exitReason') => trades.map((trade) => trade[name]);
  const number = (
    name:
      | 'quantity'
      | 'entryTime'
      | 'entryPrice'
      | 'exitTime'
      | 'exitPrice'
      | 'fees'
      | 'pnl'
      | 'returnFraction'
      | 'barsHeld'
      | 'maxAdverseExcursion'
      | 'maxFavourableExcursion',
  ): Float64Array => {
    const column = new Float64Array(trades.length);
    for (let row = 0; row < column.length; row++) column[row] = trades[row]![name] ?? Number.NaN;
    return column;
  };
  return {
    symbol: text('symbol'),
    strategy: text('strategy'),
    side: text('side'),
    quantity: number('quantity'),
    entryTime: number('entryTime'),
    entryPrice: number('entryPrice'),
    exitTime: number('exitTime'),
    exitPrice: number('exitPrice'),
    exitReason: text('exitReason'),
    fees: number('fees'),
    pnl: number('pnl'),
    returnFraction: number('returnFraction'),
    barsHeld: number('barsHeld'),
    maxAdverseExcursion: number('maxAdverseExcursion'),
    maxFavourableExcursion: number('maxFavourableExcursion'),
  };
}

/** The whole report as plain JSON; a figure that the data cannot give is null. */
export function reportOf(outcome: BacktestOutcome): unknown {
  const { order, strategy, result, report } = outcome;
  const { bars, config, found } = order;
  return finite({
    run: outcome.hash,
    strategy: { name: strategy.name, kind: found.kind, source: found.recipe?.source ?? null, parameters: strategy.parameters ?? {} },
    data: {
      description: bars.description,
      kind: bars.kind,
      assetClass: bars.assetClass,
      timeframe: bars.series[0]!.timeframe.id,
      symbols: bars.series.map((series) => series.symbol),
      provenance: bars.provenance,
      quality: bars.reports,
    },
    period: { from: iso(result.equity.time[0]!), to: iso(result.equity.time.at(-1)!), bars: result.barsRun },
    account: {
      cash: result.startCash,
      endCash: result.endCash,
      endEquity: result.endEquity,
      leverage: order.rules.leverage,
      ...order.rules.holding,
      lot: order.rules.lot ?? null,
      exclusiveOrders: order.rules.exclusive,
      hedging: order.rules.hedging,
      ruined: result.ruined,
      ...(bars.currency === undefined ? {} : { currency: bars.currency.currency }),
      ...(result.balances === undefined ? {} : { balances: result.balances }),
    },
    profile: order.rules.profile,
    execution: executionOf(order.rules, order.rules.profile, bars),
    finer: bars.finer === undefined ? null : bars.finer.series.map(({ symbol, timeframe }) => ({ symbol, timeframe: timeframe.id })),
    seed: config.seed,
    lookAhead: outcome.lookAhead === undefined ? null : { symbol: outcome.lookAhead.symbol, time: iso(outcome.lookAhead.time) },
    notes: outcome.notes.map(({ text }) => text),
    statistics: report.summary,
    intervals: report.intervals,
    psr: report.psr,
    winRate: report.winRate,
    robustness: outcome.robustness,
    exposure: outcome.exposure,
    turnover: result.turnover,
    feesPaid: result.feesPaid,
    ...(result.credits.length === 0 ? {} : { credits: result.credits, creditShares: result.creditShares }),
    asReportedBy: outcome.asReportedBy,
    benchmark: outcome.benchmarkFigures,
    profiles: outcome.profiles.map(({ figures }) => figures),
    ladder: outcome.ladder,
    breakEvenCostMultiple: outcome.breakEven ?? null,
    orders: {
      asked: result.orders.length,
      fills: result.fills.length,
      refused: refusals(outcome),
      deniedByRisk: result.refusals,
      hash: result.orderHash,
    },
    openAtEnd: { rule: order.rules.atEnd, closed: endedOpen(outcome).length, positions: result.positions },
  });
}

function sheetOf(outcome: BacktestOutcome): TearSheetInput {
  const { order, strategy, result } = outcome;
  const { bars } = order;
  const parameters = Object.entries(strategy.parameters ?? {}).map(([name, value]) => `${name} ${value}`);
  const symbols = bars.series.map(({ symbol }) => symbol);
  return {
    title: `${strategy.name} on ${symbols.length > 4 ? `${symbols.length} symbols` : symbols.join(', ')}`,
    subtitle: [`${bars.series[0]!.timeframe.id} bars`, `${order.rules.profile} costs`, ...parameters].join(' · '),
    curve: { name: strategy.name, ...dailyEquity(result.equity) },
    benchmark: { name: 'buy and hold', ...dailyEquity(outcome.benchmark) },
    periodsPerYear: outcome.periodsPerYear,
    notes: outcome.notes,
    ...(bars.currency === undefined ? {} : { currency: bars.currency.currency }),
    moreFigures: sheetFigures(outcome),
    reportedBy: outcome.asReportedBy,
    trades: outcome.trades,
    costProfiles: [
      ...outcome.profiles.map(({ figures, equity }) => ({
        name: figures.profile,
        figures: profileRow(figures),
        curve: { name: figures.profile, ...equity },
      })),
      ...outcome.ladder.map((figures) => ({ name: `costs × ${figures.multiple}`, figures: profileRow(figures) })),
    ],
    provenance: {
      source: bars.description,
      kind: bars.kind,
      symbols,
      timeframe: bars.series[0]!.timeframe.id,
      start: result.equity.time[0]!,
      end: result.equity.time.at(-1)!,
      notes: ['In sample unless the parameters were fixed before these dates: one backtest proves nothing.'],
    },
  };
}

function profileRow(figures: ProfileFigures): TearSheetFigure[] {
  return [
    { label: 'Trades', value: figures.trades, unit: 'count' },
    { label: 'Return', value: figures.totalReturn, unit: 'percent' },
    { label: 'Sharpe', value: figures.sharpe, unit: 'ratio' },
    { label: 'Max drawdown', value: figures.maxDrawdown, unit: 'percent' },
    { label: 'Win rate', value: figures.winRate, unit: 'percent' },
    { label: 'Fees', value: figures.fees, unit: 'money' },
  ];
}

const iso = (time: number): string => new Date(time).toISOString();

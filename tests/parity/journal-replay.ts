import { join } from 'node:path';
import { openJournal } from '#adapters/state';
import { runBacktest, type BacktestRequest, type BacktestResult } from '#backtest';
import { barSeries, type BarSeries, type Order } from '#domain';
import {
  JournaledSession,
  protectedRisk,
  supervisorFor,
  tradingFrom,
  type ControlRecord,
  type ControlSchedule,
  type JournalRecord,
  type OrderRecord,
  type SessionSetup,
} from '#live';
import type { Strategy } from '#strategy';
import { scratch } from '../live/fixtures.ts';
import { replay } from '../../src/apps/cli/paper/replay.ts';

/** Trades all bars on paper into a journal, and gives the journal's records as a reader of the file finds them. */
export function tradeOnPaper(
  setup: SessionSetup,
  series: readonly BarSeries[],
  before: (live: JournaledSession) => void = () => undefined,
): readonly JournalRecord[] {
  const path = join(scratch(), 'journal.jsonl');
  const journal = openJournal(path);
  const live = new JournaledSession(setup, journal);
  for (const { bars, closedAt } of replay(series, Number.NEGATIVE_INFINITY)) {
    before(live);
    const { refused } = live.offer(bars, closedAt);
    if (refused.length > 0) throw new Error(refused[0]);
  }
  journal.close();
  const again = openJournal(path);
  again.close();
  return again.recovered;
}

/** The bars of a journal as columns: all that the backtest is given. */
export function barsOfJournal(records: readonly JournalRecord[], setup: SessionSetup): readonly BarSeries[] {
  const rows: number[][][] = setup.instruments.map(() => []);
  for (const record of records)
    if (record.kind === 'bars') for (const [symbol, ...bar] of record.bars) rows[symbol!]!.push([record.time, ...bar]);
  return rows.map((bars, symbol) => {
    const column = (at: number): Float64Array => Float64Array.from(bars, (bar) => bar[at]!);
    const [time, open, high, low, close, volume] = [0, 1, 2, 3, 4, 5].map(column);
    return barSeries(setup.instruments[symbol]!.symbol, setup.timeframe, {
      time: time!,
      open: open!,
      high: high!,
      low: low!,
      close: close!,
      volume: volume!,
    });
  });
}

/** The control records of a journal by the row before whose fills they came. */
export function controlsOf(records: readonly JournalRecord[]): ControlSchedule {
  const controls = new Map<number, ControlRecord[]>();
  let row = 0;
  for (const record of records) {
    if (record.kind === 'bars') row = record.row + 1;
    else if (record.kind === 'control') controls.set(row, [...(controls.get(row) ?? []), record]);
  }
  return controls;
}

function accountCurrency(given: SessionSetup['currency']): Pick<BacktestRequest['account'], 'currency' | 'conversion'> {
  if (given === undefined) return {};
  const rates = given.conversion.map(({ currency, columns }) => [currency, columns as BarSeries] as const);
  return { currency: given.currency, conversion: Object.fromEntries(rates) };
}

/** The backtest wiring of a session: `controls` are what its journal says happened beside the bars. */
export function backtestOf(
  setup: SessionSetup,
  bars: readonly BarSeries[],
  strategies: readonly Strategy[],
  controls?: ControlSchedule,
): BacktestResult {
  const supervisor = supervisorFor(setup, controls);
  return runBacktest({
    bars,
    strategy: strategies.map((strategy) => tradingFrom(strategy, setup.tradeFrom)),
    account: { ...setup.account, ...accountCurrency(setup.currency) },
    profile: setup.profile,
    instruments: setup.instruments,
    seed: setup.seed,
    supervisor,
    risk: protectedRisk(supervisor.check, setup.risk),
    ...(setup.limits === undefined ? {} : { limits: setup.limits }),
    atEnd: 'mark',
  });
}

/** Orders, fills and equity of a journal and of a backtest in one form, to be compared for equality. */
export function outputsOfJournal(records: readonly JournalRecord[]): {
  readonly orders: readonly unknown[];
  readonly fills: readonly unknown[];
  readonly equity: readonly number[];
} {
  const steps = records.filter((record) => record.kind === 'step');
  const orders = new Map<number, OrderRecord>();
  for (const order of steps.flatMap((step) => step.orders)) orders.set(order.id, order);
  return {
    orders: [...orders.values()]
      .sort((one, other) => one.id - other.id)
      .map(({ id, symbol, strategy, side, type, status, quantity, filled, limit, stop, protects, created, reason }) => [
        id,
        symbol,
        strategy,
        side,
        type,
        status,
        quantity,
        filled,
        limit,
        stop,
        protects,
        created,
        reason,
      ]),
    fills: steps.flatMap((step) =>
      step.fills.map(({ id, order, symbol, side, quantity, price, fee, time, reason }) => [
        id,
        order,
        symbol,
        side,
        quantity,
        price,
        fee,
        time,
        reason,
      ]),
    ),
    equity: steps.map((step) => step.equity),
  };
}

export function outputsOfBacktest(result: BacktestResult, tradeFrom: number): ReturnType<typeof outputsOfJournal> {
  const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const order = (one: Order): unknown => {
    const { id, symbol, strategy, side, type, status, quantity, filledQuantity, limitPrice, stopPrice, parentId, createdTime, reason } =
      one;
    return [
      id,
      symbol,
      strategy,
      side,
      type,
      status,
      known(quantity),
      filledQuantity,
      known(limitPrice),
      known(stopPrice),
      parentId,
      createdTime,
      reason,
    ];
  };
  return {
    orders: result.orders.map(order),
    fills: result.fills.map(({ id, orderId, symbol, side, quantity, price, fee, time, reason }) => [
      id,
      orderId,
      symbol,
      side,
      quantity,
      price,
      fee,
      time,
      reason,
    ]),
    equity: [...result.equity.equity].filter((_, row) => result.equity.time[row]! >= tradeFrom),
  };
}

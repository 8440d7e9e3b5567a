import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { barSeries, instrument, parseTimeframe, type BarSeries, type OrderRequest } from '#domain';
import { executionProfile } from '#execution';
import type { BarContext, Strategy } from '#strategy';

/**
 * Exit cases of freqtrade (oracle 12): entry at the next open or by a limit, stops from the entry's bar on and before targets, targets that
 * need trade-through, exit signals at the next open, tables of targets by age, trailing stops, a forced exit at the last open. A target that
 * falls due with a bar may get that bar's better open; other limits that are marketable get none: they fill at their own price, or at the
 * worst price of a bar that lies wholly beyond it, as ours do with `limitImproves: false` (`OWN_PRICE`).
 *
 * Trailing stops move with bars that are over. Theirs moves with the high of the very bar whose low it is then held against: a bar goes to
 * the better extreme first. The one row that turns on it is run with that path as finer bars (`PATH`).
 *
 * Differ on purpose: in the bar of the entry theirs takes a trailing stop for hit when the bar's high moved it, at the stop's first price or,
 * when the bar did not fall so far, at its low. We know no order of high and low there, and a stop that the low has not reached is not hit.
 * And a target of theirs goes before a trailing stop, even one that the open has passed; at our open the stop is what fills.
 */
const DIFFER: Readonly<Record<string, string>> = {
  'freqtrade-detail-24': 'a target goes before a trailing stop that the open has already passed',
  'freqtrade-detail-36': 'a trailing stop is hit in the bar of the entry, whose low lies above it',
  'freqtrade-detail-38': 'a trailing stop is hit in the bar of the entry, whose high lies below it',
};
const OWN_PRICE: ReadonlySet<string> = new Set(['16', '20', '40', '44', '48', '52'].map((id) => `freqtrade-detail-${id}`));
const PATH: ReadonlySet<string> = new Set(['freqtrade-detail-12']);

const file = new URL('../../../shared/oracles/12_execution_semantics.json', import.meta.url);
const present = existsSync(file);

interface Row {
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
  readonly enterLong: number;
  readonly exitLong: number;
  readonly enterShort: number;
  readonly exitShort: number;
}

interface Vector {
  readonly id: string;
  readonly inputs: {
    readonly rows: readonly Row[];
    readonly params: {
      readonly stopLoss: number;
      readonly roi: Readonly<Record<string, number>>;
      readonly useExitSignal: boolean;
      readonly customEntryPrice: number | null;
      readonly customExitPrice: number | null;
      readonly adjustEntryPrice?: number | null;
      readonly trailingStop?: boolean;
      readonly trailingStopPositive?: number | null;
      readonly trailingStopPositiveOffset?: number | null;
      readonly trailingOnlyOffsetIsReached?: boolean;
      readonly leverage: number;
    };
  };
  readonly expected: {
    readonly trades: readonly {
      readonly openTick: number;
      readonly closeTick: number;
      readonly isShort: boolean;
      readonly exitReason: string;
    }[];
    readonly totalProfitRatio: number;
  };
}

function hourly(rows: readonly Row[]): BarSeries {
  const column = (pick: (row: Row) => number): Float64Array => Float64Array.from(rows, pick);
  return barSeries('X', parseTimeframe('1h'), {
    time: Float64Array.from(rows, (_, row) => row * 3_600_000),
    open: column((row) => row.o),
    high: column((row) => row.h),
    low: column((row) => row.l),
    close: column((row) => row.c),
    volume: column((row) => row.v),
  });
}

/** The vector's signals as orders. Stops and targets hang on the entry price, which is the open (or the limit) of the row after the signal. */
function signals({ rows, params }: Vector['inputs']): Strategy {
  const dueAt = (minutes: number): number | undefined => {
    const keys = Object.keys(params.roi)
      .map(Number)
      .filter((key) => key <= minutes);
    return keys.length === 0 ? undefined : Math.max(...keys);
  };
  const enter = (context: BarContext, sign: 1 | -1, limit = params.customEntryPrice): void => {
    const next = rows[context.row + 1]!;
    const price = sign > 0 ? Math.min(limit ?? next.o, next.h) : Math.max(limit ?? next.o, next.l);
    const target = params.roi[String(dueAt(0))];
    const trails = params.trailingStop === true;
    context.submit({
      side: sign > 0 ? 'buy' : 'sell',
      type: limit === null ? 'market' : 'limit',
      size: 1,
      ...(limit === null ? {} : { limitPrice: limit }),
      ...(trails ? {} : { stopLoss: price * (1 + (sign * params.stopLoss) / params.leverage) }),
      ...(target === undefined || price !== (limit ?? price) ? {} : { takeProfit: price * (1 + (sign * target) / params.leverage) }),
    });
    if (trails) for (const order of trailing(params, price, sign)) context.submit(order);
  };
  return {
    name: 'signals',
    features: {},
    onBar(context) {
      const row = rows[context.row]!;
      const last = rows.length - 1;
      const { quantity } = context.position;
      if (quantity === 0) {
        if (context.orders().length > 0) {
          // Its exits hang on its price: a moved entry is a new order.
          context.cancelAll();
          if (typeof params.adjustEntryPrice === 'number') enter(context, 1, params.adjustEntryPrice);
        } else if (context.row + 1 < last && row.enterLong === 1) enter(context, 1);
        else if (context.row + 1 < last && row.enterShort === 1) enter(context, -1);
        return undefined;
      }
      const wantsOut = quantity > 0 ? row.exitLong === 1 && row.enterLong !== 1 : row.exitShort === 1 && row.enterShort !== 1;
      const due = dueAt((context.row + 1 - context.lots()[0]!.row) * 60);
      const target = params.roi[String(due)];
      const side = quantity > 0 ? 'sell' : 'buy';
      // Due at an open, everything goes there; due between two, at any price.
      if (target === -1 && due! % 60 === 0) context.closePosition();
      else if (target === -1) context.submit({ side, type: 'limit', size: 1, limitPrice: quantity > 0 ? 0.01 : 1e6, reduceOnly: true });
      else if (wantsOut && params.useExitSignal) {
        if (params.customExitPrice === null) context.closePosition();
        else context.submit({ side, type: 'limit', size: 1, limitPrice: params.customExitPrice, reduceOnly: true });
      } else if (target !== undefined) retarget(context, target / params.leverage);
      return undefined;
    },
  };
}

/** The loss stop that trails at its own distance, or the closer one, from the entry or from the offset on. */
function trailing(params: Vector['inputs']['params'], price: number, sign: 1 | -1): OrderRequest[] {
  const side = sign > 0 ? 'sell' : 'buy';
  const shared = { side, size: 1, reduceOnly: true } as const;
  const { stopLoss, trailingStopPositive: closer, trailingStopPositiveOffset: offset } = params;
  if (closer === null || closer === undefined)
    return [{ ...shared, type: 'trailing_stop', trailPercent: -stopLoss, stopPrice: price * (1 + sign * stopLoss) }];
  if (params.trailingOnlyOffsetIsReached !== true)
    return [{ ...shared, type: 'trailing_stop', trailPercent: closer, stopPrice: price * (1 - sign * closer) }];
  return [
    { ...shared, type: 'stop', stopPrice: price * (1 + sign * stopLoss) },
    { ...shared, type: 'trailing_stop', trailPercent: closer, activationPrice: price * (1 + sign * offset!) },
  ];
}

/** The way from the open over the high and the low to the close, in three bars of twenty minutes. */
function highFirst(rows: readonly Row[]): BarSeries {
  const legs = rows.flatMap(({ o, h, l, c }) => [
    { from: o, to: h },
    { from: h, to: l },
    { from: l, to: c },
  ]);
  const column = (pick: (leg: { from: number; to: number }) => number): Float64Array => Float64Array.from(legs, pick);
  return barSeries('X', parseTimeframe('20m'), {
    time: Float64Array.from(legs, (_, at) => at * 1_200_000),
    open: column(({ from }) => from),
    high: column(({ from, to }) => Math.max(from, to)),
    low: column(({ from, to }) => Math.min(from, to)),
    close: column(({ to }) => to),
    volume: column(() => 1000),
  });
}

function retarget(context: BarContext, fraction: number): void {
  const { averagePrice, quantity } = context.position;
  const limit = context.orders().find((order) => order.type === 'limit');
  const limitPrice = averagePrice * (1 + Math.sign(quantity) * fraction);
  if (limit !== undefined && limit.limitPrice !== limitPrice) context.replace(limit.id, { limitPrice });
}

describe.skipIf(!present)('oracle 12: freqtrade (skipped when ../shared/oracles is absent)', () => {
  const all = present ? (JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] }).vectors : [];
  const vectors = all.filter(({ id }) => id.startsWith('freqtrade') && !(id in DIFFER));

  test.each(vectors.map((vector) => [vector.id, vector] as const))('%s', (id, { inputs, expected }) => {
    const result = runBacktest({
      bars: [hourly(inputs.rows)],
      strategy: signals(inputs),
      account: { cash: 1e6 },
      profile: executionProfile('frictionless', { limitImproves: !OWN_PRICE.has(id) }),
      ...(PATH.has(id) ? { finer: [highFirst(inputs.rows)] } : {}),
      instruments: [instrument('X', 'crypto', { tickSize: 0 })],
    });
    const last = inputs.rows.length - 1;
    const forced = result.positions.map(({ quantity, averagePrice }) => ({
      openTick: result.fills.at(-1)!.time / 3_600_000,
      closeTick: last,
      isShort: quantity < 0,
      profit: (inputs.rows[last]!.o / averagePrice - 1) * Math.sign(quantity),
    }));
    const closed = result.trades.map((trade) => ({
      openTick: trade.entryTime / 3_600_000,
      closeTick: trade.exitTime / 3_600_000,
      isShort: trade.side === 'short',
      profit: trade.returnFraction,
    }));
    const ours = [...closed, ...forced];
    // Theirs counts from the first order, however often it was moved.
    if (typeof inputs.params.adjustEntryPrice === 'number') ours[0]!.openTick = result.orders[0]!.createdTime / 3_600_000 + 1;
    expect(ours.map(({ profit: _profit, ...ticks }) => ticks)).toEqual(
      expected.trades.map(({ openTick, closeTick, isShort }) => ({ openTick, closeTick, isShort })),
    );
    const profit = ours.reduce((sum, trade) => sum + trade.profit * inputs.params.leverage, 0);
    expect(Number(profit.toFixed(3))).toBeCloseTo(expected.totalProfitRatio, 10);
  });
});

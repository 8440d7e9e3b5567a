import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { barSeries, instrument, parseTimeframe, type BarSeries } from '#domain';
import { executionProfile } from '#execution';
import type { BarContext, Strategy } from '#strategy';

/**
 * Exit cases of freqtrade (oracle 12) whose rules we share: entry at the next open or by a limit, stops from the entry's bar on and before
 * targets, targets that need trade-through, exit signals at the next open, tables of targets by age, a forced exit at the last open.
 *
 * Differ on purpose:
 * - trailing stops: theirs moves with the high of the very bar whose low it is then held against, ours only with bars that are over;
 * - a limit entry above the bar: theirs fills at the bar's high, ours at the open, which a marketable limit gets;
 * - a limit exit below the bar: theirs fills at the bar's low, ours at the open.
 * - a target of the table that was already due between two bars: theirs fills at its own price (or the low), ours at the open.
 */
const DIFFER: Readonly<Record<string, string>> = {
  'freqtrade-detail-08': 'trails inside the bar',
  'freqtrade-detail-12': 'trails inside the bar',
  'freqtrade-detail-16': 'due before the bar opened',
  'freqtrade-detail-20': 'due before the bar opened',
  'freqtrade-detail-32': 'trails inside the bar',
  'freqtrade-detail-34': 'trails inside the bar',
  'freqtrade-detail-36': 'trails inside the bar',
  'freqtrade-detail-38': 'trails inside the bar',
  'freqtrade-detail-40': 'limit entry above the bar',
  'freqtrade-detail-44': 'limit exit below the bar',
  'freqtrade-detail-48': 'limit entry above the bar',
  'freqtrade-detail-52': 'limit entry above the bar',
};

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
  const targetAt = (minutes: number): number | undefined => {
    const keys = Object.keys(params.roi)
      .map(Number)
      .filter((key) => key <= minutes);
    return keys.length === 0 ? undefined : params.roi[String(Math.max(...keys))];
  };
  const enter = (context: BarContext, sign: 1 | -1): void => {
    const price = params.customEntryPrice ?? rows[context.row + 1]!.o;
    const target = targetAt(0);
    context.submit({
      side: sign > 0 ? 'buy' : 'sell',
      type: params.customEntryPrice === null ? 'market' : 'limit',
      size: 1,
      ...(params.customEntryPrice === null ? {} : { limitPrice: price, timeInForce: 'ioc' }),
      stopLoss: price * (1 + (sign * params.stopLoss) / params.leverage),
      ...(target === undefined ? {} : { takeProfit: price * (1 + (sign * target) / params.leverage) }),
    });
  };
  return {
    name: 'signals',
    features: {},
    onBar(context) {
      const row = rows[context.row]!;
      const last = rows.length - 1;
      const { quantity } = context.position;
      if (quantity === 0) {
        if (context.row + 1 < last && row.enterLong === 1) enter(context, 1);
        else if (context.row + 1 < last && row.enterShort === 1) enter(context, -1);
        return undefined;
      }
      const wantsOut = quantity > 0 ? row.exitLong === 1 && row.enterLong !== 1 : row.exitShort === 1 && row.enterShort !== 1;
      const target = targetAt((context.row + 1 - context.lots()[0]!.row) * 60);
      if (target === -1) context.closePosition();
      else if (wantsOut && params.useExitSignal) {
        if (params.customExitPrice === null) context.closePosition();
        else
          context.submit({
            side: quantity > 0 ? 'sell' : 'buy',
            type: 'limit',
            size: 1,
            limitPrice: params.customExitPrice,
            reduceOnly: true,
          });
      } else if (target !== undefined) retarget(context, target / params.leverage);
      return undefined;
    },
  };
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

  test.each(vectors.map((vector) => [vector.id, vector] as const))('%s', (_, { inputs, expected }) => {
    const result = runBacktest({
      bars: [hourly(inputs.rows)],
      strategy: signals(inputs),
      account: { cash: 1e6 },
      profile: executionProfile('frictionless'),
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
    expect(ours.map(({ profit: _profit, ...ticks }) => ticks)).toEqual(
      expected.trades.map(({ openTick, closeTick, isShort }) => ({ openTick, closeTick, isShort })),
    );
    const profit = ours.reduce((sum, trade) => sum + trade.profit * inputs.params.leverage, 0);
    expect(Number(profit.toFixed(3))).toBeCloseTo(expected.totalProfitRatio, 10);
  });
});

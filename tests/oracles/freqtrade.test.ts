import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { barSeries, instrument, parseTimeframe, type BarSeries, type OrderRequest } from '#domain';
import { executionProfile } from '#execution';
import type { BarContext, Strategy } from '#strategy';

/**
 * Exit cases of freqtrade (oracle 12), by rules of ours that can be asked for: an entry at the next open or by a limit, stops from the entry's
 * bar on and before targets, targets that need trade-through, exit signals at the next open, tables of targets by age, a forced exit at the
 * last open. Its trailing stops move within the bar (`trailing: within`), its limits get no better open (`limitImproves: false`).
 *
 * Here, not in the engine, stands what its strategies ask of it: a target that falls due at an open that is better leaves at that open, a
 * priced exit takes the other exits down, and a bar that a priced entry fills in goes to its nearer extreme first (`path`).
 *
 * Differs on purpose, and no row turns on it: a stop that the open has passed fills there at the open, in theirs at the stop unless the whole
 * bar lies beyond it; a target that falls due leaves at an open that is better, in theirs only where the bar's stop is not hit; a stop that wakes at
 * its offset in the entry's bar stands that share of the offset off, in theirs that share of the entry price.
 */
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
      readonly useCustomStoploss?: boolean;
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

/** What a row's profit must exceed is told at eight decimals. */
const STRICTLY = 5e-9;

/** The vector's signals as orders. Stops and targets hang on the entry price, which is the open (or the limit) of the row after the signal. */
function signals({ rows, params }: Vector['inputs']): Strategy {
  const last = rows.length - 1;
  const dueAt = (minutes: number): number | undefined =>
    Object.keys(params.roi)
      .map(Number)
      .filter((key) => key <= minutes)
      .toSorted((one, other) => other - one)[0];
  const targetOf = (price: number, sign: number, fraction: number): number =>
    price * (1 + (sign * (fraction + STRICTLY)) / params.leverage);

  const enter = (context: BarContext, sign: 1 | -1, limit = params.customEntryPrice): void => {
    const next = rows[context.row + 1]!;
    const price = sign > 0 ? Math.min(limit ?? next.o, next.h) : Math.max(limit ?? next.o, next.l);
    const start = params.roi[String(dueAt(0))];
    const reachable = start === undefined ? -1 : targetOf(price, sign, start);
    const target = reachable > 0 ? reachable : undefined;
    const stopLoss = price * (1 + (sign * params.stopLoss) / params.leverage);
    const [side, exit] = sign > 0 ? (['buy', 'sell'] as const) : (['sell', 'buy'] as const);
    if (limit === null) {
      // Beside the entry, not with it: they hang on an open that may gap away from the last close.
      context.submit({ side, type: 'market', size: 1 });
      context.submit({ side: exit, type: 'stop', size: 1, stopPrice: stopLoss, reduceOnly: true });
      if (target !== undefined) context.submit({ side: exit, type: 'limit', size: 1, limitPrice: target, reduceOnly: true });
    } else {
      const reached = target !== undefined && price === limit ? { takeProfit: target } : {};
      context.submit({ side, type: 'limit', size: 1, limitPrice: limit, stopLoss, ...reached });
    }
    for (const order of trailing(params, price, sign, (sign > 0 ? next.h : next.l) - price)) context.submit(order);
  };

  const hold = (context: BarContext): void => {
    const { quantity, averagePrice } = context.position;
    const [sign, side] = quantity > 0 ? ([1, 'sell'] as const) : ([-1, 'buy'] as const);
    if (context.orders().some(({ tag }) => tag === 'priced exit')) return;
    const row = rows[context.row]!;
    const next = rows[context.row + 1];
    const priced = (limitPrice: number, tag: string): void => {
      context.cancelAll();
      for (const order of context.orders()) context.cancel(order.id);
      context.submit({ side, type: 'limit', size: 1, limitPrice, reduceOnly: true, tag });
    };
    // Once it trails, the first stop is no more.
    const start = averagePrice * (1 + (sign * params.stopLoss) / params.leverage);
    const trails = context.orders().some(({ type, stopPrice }) => type === 'trailing_stop' && (stopPrice - start) * sign > 1e-9);
    for (const order of context.orders()) if (trails && order.type === 'stop') context.cancel(order.id);

    const wantsOut = quantity > 0 ? row.exitLong === 1 && row.enterLong !== 1 : row.exitShort === 1 && row.enterShort !== 1;
    if (wantsOut && params.useExitSignal) {
      if (params.customExitPrice === null) context.closePosition();
      else priced(params.customExitPrice, 'priced exit');
      return;
    }
    const minutes = (context.row + 1 - context.lots()[0]!.row) * 60;
    const due = dueAt(minutes);
    const target = params.roi[String(due)];
    if (target === undefined || next === undefined) return;
    const limitPrice = target === -1 ? (quantity > 0 ? 0.01 : 1e6) : targetOf(averagePrice, sign, target);
    if (due === minutes && (next.o - limitPrice) * sign > 0) context.closePosition();
    else retarget(context, limitPrice, side);
  };

  return {
    name: 'signals',
    features: {},
    onBar(context) {
      const row = rows[context.row]!;
      if (context.position.quantity !== 0) hold(context);
      else if (context.orders().some(({ reduceOnly }) => !reduceOnly)) {
        // Its exits hang on its price: a moved entry is a new order.
        const [entry] = context.orders().filter(({ reduceOnly }) => !reduceOnly);
        context.cancelAll();
        if (typeof params.adjustEntryPrice === 'number') enter(context, entry!.side === 'buy' ? 1 : -1, params.adjustEntryPrice);
        else if (context.row + 1 < last) again(context, row);
      } else if (context.row + 1 < last) again(context, row);
      return undefined;
    },
  };

  function again(context: BarContext, row: Row): void {
    context.cancelAll();
    if (row.enterLong === 1 && row.exitLong !== 1) enter(context, 1);
    else if (row.enterShort === 1 && row.exitShort !== 1) enter(context, -1);
  }
}

/**
 * The stops that trail: at the distance of the first one, or at the closer one from the offset on; of two, the last one sent stands in front.
 * `first` is how far the price runs in the bar of the entry: the closer one starts there, at its distance from the entry, or waits.
 */
function trailing(params: Vector['inputs']['params'], price: number, sign: 1 | -1, first: number): OrderRequest[] {
  const shared = { side: sign > 0 ? 'sell' : 'buy', type: 'trailing_stop', size: 1, reduceOnly: true } as const;
  const { stopLoss, trailingStopPositive: closer, leverage } = params;
  const at = (profit: number): number => price * (1 + (sign * profit) / leverage);
  const own = { ...shared, trailPercent: -stopLoss / leverage };
  if (params.useCustomStoploss === true) return [{ ...own, stopPrice: at(stopLoss) }];
  if (params.trailingStop !== true) return [];
  const offset = params.trailingStopPositiveOffset ?? 0;
  const activationPrice = at(offset + STRICTLY);
  const late = params.trailingOnlyOffsetIsReached === true;
  if (typeof closer !== 'number') return [late ? { ...own, activationPrice } : { ...own, stopPrice: at(stopLoss) }];
  const near = { ...shared, trailPercent: closer / leverage };
  const starts = !late && first * sign > 0 && offset === 0;
  const nearer = starts ? { ...near, stopPrice: at(-closer) } : { ...near, activationPrice };
  return late || offset === 0 ? [nearer] : [{ ...own, stopPrice: at(stopLoss) }, nearer];
}

/** The way through the bar that a priced entry fills in: a rising bar goes over its low first, a falling one over its high. */
function path({ rows, params }: Vector['inputs']): BarSeries | undefined {
  const { customEntryPrice, adjustEntryPrice } = params;
  if (customEntryPrice === null) return undefined;
  const short = rows.some(({ enterShort }) => enterShort === 1);
  const sent = rows.findIndex(({ enterLong, enterShort }) => enterLong === 1 || enterShort === 1) + 1;
  const priceAt = (row: number): number => (row === sent ? customEntryPrice : (adjustEntryPrice ?? Number.NaN));
  const filled = rows.findIndex(({ h, l }, row) => row >= sent && l <= priceAt(row) && priceAt(row) <= h);
  const bar = rows[filled];
  // A limit that the open already beats fills at its own price; the way through the bar would give it the open's.
  if (bar === undefined || (short ? priceAt(filled) < bar.o : priceAt(filled) > bar.o)) return undefined;
  const { o, h, l, c } = bar;
  const [one, other] = c >= o ? [l, h] : [h, l];
  const legs = [
    { time: filled * 60, from: o, to: one },
    { time: filled * 60 + 20, from: one, to: other },
    { time: filled * 60 + 40, from: other, to: c },
  ];
  const column = (pick: (leg: { time: number; from: number; to: number }) => number): Float64Array => Float64Array.from(legs, pick);
  return barSeries('X', parseTimeframe('20m'), {
    time: column(({ time }) => time * 60_000),
    open: column(({ from }) => from),
    high: column(({ from, to }) => Math.max(from, to)),
    low: column(({ from, to }) => Math.min(from, to)),
    close: column(({ to }) => to),
    volume: column(() => 1000),
  });
}

function retarget(context: BarContext, limitPrice: number, side: 'buy' | 'sell'): void {
  const limit = context.orders().find((order) => order.type === 'limit');
  if (limit === undefined) context.submit({ side, type: 'limit', size: 1, limitPrice, reduceOnly: true });
  else if (Math.abs(limit.limitPrice / limitPrice - 1) > 1e-12) context.replace(limit.id, { limitPrice });
}

describe.skipIf(!present)('oracle 12: freqtrade (skipped when ../shared/oracles is absent)', () => {
  const all = present ? (JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] }).vectors : [];
  const vectors = all.filter(({ id }) => id.startsWith('freqtrade'));

  test.each(vectors.map((vector) => [vector.id, vector] as const))('%s', (_, { inputs, expected }) => {
    const finer = path(inputs);
    const result = runBacktest({
      bars: [hourly(inputs.rows)],
      strategy: signals(inputs),
      account: { cash: 1e6 },
      profile: executionProfile('frictionless', { limitFill: 'touch', limitImproves: false, trailing: 'within' }),
      ...(finer === undefined ? {} : { finer: [finer] }),
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

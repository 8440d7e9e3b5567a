import { expect, test } from 'vitest';
import { createRng } from '#core';
import { barSeries, instrument, parseTimeframe, type Trade } from '#domain';
import { executionProfile } from '#execution';
import { hold, long, type Strategy } from '#strategy';
import { Engine } from './engine.ts';
import { featureTable } from './features.ts';

test('a strategy is told of each of its closed trades once, before it is asked again', () => {
  const closes = Float64Array.from([100, 101, 90, 100, 101, 90, 100, 100]);
  const day = 86_400_000;
  const bars = barSeries('X', parseTimeframe('1d'), {
    time: closes.map((_, row) => row * day),
    open: closes,
    high: closes.map((value) => value + 1),
    low: closes.map((value) => value - 1),
    close: closes,
    volume: closes.map(() => 1e9),
  });
  const told: Trade[] = [];
  const toldWhenAsked: number[] = [];
  const strategy: Strategy = {
    name: 'listener',
    features: {},
    onBar(context) {
      toldWhenAsked.push(told.length);
      return context.position.flat ? long({ stop: { percent: 0.05 }, units: 1 }) : hold('held');
    },
    onTrade: (trade) => told.push(trade),
  };
  const engine = new Engine({
    columns: [bars],
    instruments: [instrument('X', 'synthetic')],
    strategies: [strategy],
    features: [featureTable(strategy, [bars])],
    account: { cash: 10_000, leverage: 1, hedging: false, exclusiveOrders: false },
    profile: executionProfile('frictionless'),
    rng: createRng(1),
    rows: bars.length,
  });
  for (let row = 0; row < bars.length; row++) engine.step(row, bars.time[row]!, Int32Array.of(row));
  engine.liquidate('end_of_data');
  expect(told).toEqual(engine.ledger.trades);
  expect(told.map((trade) => trade.exitReason)).toEqual(['stop', 'end_of_data']);
  expect(toldWhenAsked).toEqual([0, 0, 1, 1, 1, 1, 1, 1]);
});

test('an exit that the volume cap spreads over bars is one trade, told when the last part is done', () => {
  const rows = 8;
  const flat = new Float64Array(rows).fill(100);
  const time = flat.map((_, row) => row * 86_400_000);
  const bars = barSeries('X', parseTimeframe('1d'), { time, open: flat, high: flat, low: flat, close: flat, volume: flat.map(() => 100) });
  const toldAt: number[] = [];
  const strategy: Strategy = {
    name: 'listener',
    features: {},
    onBar(context) {
      if (context.row === 0) context.submit({ side: 'buy', type: 'market', size: 15 });
      if (context.row === 2) context.submit({ side: 'sell', type: 'market', size: 12 });
      if (context.row === 4) context.submit({ side: 'sell', type: 'market', size: 99, reduceOnly: true });
      return undefined;
    },
    onTrade: ({ quantity }) => toldAt.push(engine.row, quantity),
  };
  const engine = new Engine({
    columns: [bars],
    instruments: [instrument('X', 'synthetic')],
    strategies: [strategy],
    features: [featureTable(strategy, [bars])],
    account: { cash: 10_000, leverage: 1, hedging: false, exclusiveOrders: false },
    profile: executionProfile('frictionless', { volumeCap: 0.1 }),
    rng: createRng(1),
    rows,
  });
  for (let row = 0; row < rows; row++) engine.step(row, time[row]!, Int32Array.of(row));
  expect(engine.fills.map(({ quantity }) => quantity)).toEqual([10, 5, 10, 2, 3]);
  expect(toldAt).toEqual([4, 12, 5, 3]);
  expect(engine.ledger.trades.map(({ quantity }) => quantity)).toEqual([12, 3]);
});

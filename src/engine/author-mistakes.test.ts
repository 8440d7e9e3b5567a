import { expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { createRng } from '#core';
import { syntheticMarket } from '#data';
import { parseTimeframe } from '#domain';
import { close, ema } from '#features';
import { defineCrossSection, defineStrategy, hold, type BarContext, type Decision, type Strategy } from '#strategy';

const bars = syntheticMarket({ symbols: ['A'], timeframe: parseTimeframe('1d'), bars: 60, start: 0, venueHours: 'always' }, createRng(1));

function run(decide: (context: BarContext<'fast'>) => unknown): () => unknown {
  const strategy = defineStrategy({ name: 'slip', features: { fast: ema(close, 5) }, decide: (context) => decide(context) as Decision });
  return () => runBacktest({ bars, strategy, account: { cash: 1000 } });
}

test('a misspelt feature stops the run with the name that was meant', () => {
  expect(run((context) => hold(String((context.f as Record<string, number>)['fsat'])))).toThrow(/no feature "fsat"/);
  expect(run((context) => hold(String(context.f.fast)))).not.toThrow();
});

test.each([
  ['nothing', () => undefined],
  ['a promise', async () => hold('later')],
  ['a word', () => 'long'],
])('a decision that is %s stops the run', (_, decide) => {
  expect(run(decide)).toThrow(/decided/);
});

test('what a strategy is given may be taken out by name, its methods too', () => {
  const one = defineStrategy({
    name: 'one',
    features: {},
    decide: ({ row, submit, orders, replace, cancel, cancelAll, closePosition, lots, closeLot }) => {
      if (row === 1) submit({ side: 'buy', type: 'limit', size: 2, limitPrice: 1 });
      if (row === 2 && replace(orders()[0]!.id, { quantity: 3 })) cancel(orders()[0]!.id);
      if (row === 3) cancelAll();
      if (row === 4) submit({ side: 'buy', type: 'market', size: 4 });
      if (row === 6) closeLot(lots()[0]!.orderId, 0.5);
      if (row === 8) closePosition();
      return hold('by name');
    },
  });
  const all = defineCrossSection({
    name: 'all',
    features: { fast: ema(close, 5) },
    decide: ({ row, symbols, present, close: last, feature, history, held, explain, targetWeights, submit }) => {
      explain(0, `${present(0)} ${last(0)} ${feature('fast', 0)} ${history(0, 2)?.close.length} ${held(0)}`);
      if (row === 2) targetWeights(new Map([[symbols[0]!, 0.5]]));
      if (row === 4) submit({ symbol: symbols[0]!, side: 'sell', type: 'market', size: held(0) });
    },
  });
  const sides = (strategy: Strategy): string[] =>
    runBacktest({ bars, strategy, account: { cash: 1000 } }).fills.map(({ side, quantity }) => `${side} ${quantity}`);
  expect(sides(one)).toEqual(['buy 4', 'sell 2', 'sell 2']);
  expect(sides(all)).toHaveLength(2);
});

test('a method taken out by name means the moment of its own strategy, also around a run within a run', () => {
  const buys = (size: number): Strategy => ({
    name: 'buys',
    features: {},
    onBar({ row, submit }) {
      if (row === 1) submit({ side: 'buy', type: 'market', size });
      return hold('bought');
    },
  });
  const inner: number[] = [];
  const outer: Strategy = {
    name: 'outer',
    features: {},
    onBar({ row, submit, position }) {
      if (row === 3) inner.push(...runBacktest({ bars, strategy: buys(2), account: { cash: 1000 } }).fills.map(({ quantity }) => quantity));
      if (row === 3 && position.flat) submit({ side: 'buy', type: 'market', size: 5 });
      return hold('bought');
    },
  };
  const { fills } = runBacktest({ bars, strategy: [outer, buys(1)], account: { cash: 1000 } });
  expect(inner).toEqual([2]);
  expect(fills.map(({ strategy, quantity }) => `${strategy} ${quantity}`)).toEqual(['buys 1', 'outer 5']);
});

test('a method taken out by name is refused once its strategy has answered, and works on its context', () => {
  let submit: BarContext['submit'] | undefined;
  let kept: BarContext | undefined;
  const keeps: Strategy = {
    name: 'keeps',
    features: {},
    onBar(context) {
      ({ submit } = context);
      kept = context;
      return hold('kept');
    },
  };
  runBacktest({ bars, strategy: keeps, account: { cash: 1000 } });
  const order = { side: 'buy', type: 'market', size: 1 } as const;
  expect(() => submit!(order)).toThrow('when it was not asked');
  expect(kept!.submit(order)).toBeGreaterThan(0);
  expect(() => Object.assign(kept!, { submit: () => 1 })).toThrow(TypeError);
  expect(() => Object.assign(Object.getPrototypeOf(kept) as object, { submit: () => 1 })).toThrow(TypeError);
});

test('what is told of a trade is no asking: a method kept for it by name is refused', () => {
  let submit: BarContext['submit'] | undefined;
  const keeps: Strategy = {
    name: 'keeps',
    features: {},
    onBar(context) {
      ({ submit } = context);
      if (context.row === 1) submit({ side: 'buy', type: 'market', size: 1 });
      if (context.row === 3) context.closePosition();
      return undefined;
    },
    onTrade: () => submit!({ side: 'buy', type: 'market', size: 1 }),
  };
  expect(() => runBacktest({ bars, strategy: keeps, account: { cash: 1000 } })).toThrow('when it was not asked');
});

import { expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { createRng } from '#core';
import { syntheticMarket } from '#data';
import { parseTimeframe } from '#domain';
import { close, ema } from '#features';
import { defineStrategy, hold, type BarContext, type Decision } from '#strategy';

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

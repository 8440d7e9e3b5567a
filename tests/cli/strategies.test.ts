import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { createRng, UserError } from '#core';
import { syntheticMarket } from '#data';
import { instrument, parseTimeframe, sliceBars, type BarSeries } from '#domain';
import { BUILT_IN_STRATEGIES, prepare, type StrategyRecipe } from '#strategy';

const folder = new URL('../../strategies/', import.meta.url);
const exampleFiles = readdirSync(folder).filter((file) => file.endsWith('.ts'));
const examples = await Promise.all(
  exampleFiles.map(async (file) => ((await import(new URL(file, folder).href)) as { default: StrategyRecipe }).default),
);
const recipes: readonly StrategyRecipe[] = [...BUILT_IN_STRATEGIES, ...examples];

const market = syntheticMarket(
  {
    symbols: ['AAA', 'BBB', 'CCC'],
    timeframe: parseTimeframe('1d'),
    bars: 1200,
    start: Date.UTC(2010, 0, 4),
    venueHours: 'us_equity',
    drift: 0.08,
    edge: { kind: 'momentum', lookbackBars: 20, informationCoefficient: 0.1 },
  },
  createRng(11),
);

/** Thirty sessions of five-minute bars, for strategies that need them. */
const intraday = syntheticMarket(
  { symbols: ['AAA', 'BBB', 'CCC'], timeframe: parseTimeframe('5m'), bars: 2340, start: Date.UTC(2015, 5, 1), venueHours: 'us_equity' },
  createRng(12),
);

const marketFor = ({ needs }: StrategyRecipe): readonly BarSeries[] => (needs?.longestBarMs === undefined ? market : intraday);

/** What the bars lack, drawn at random, the same for a prefix of the bars. */
function externalsFor({ needs }: StrategyRecipe, bars: readonly BarSeries[]) {
  const rng = createRng(13);
  const column = (name: string, { symbol, time }: BarSeries) => time.map((at) => rng.stream(`${name}/${symbol}/${at}`).normal() * 1e-4);
  return Object.fromEntries(
    bars.map((series) => [series.symbol, Object.fromEntries((needs?.externals ?? []).map((name) => [name, column(name, series)]))]),
  );
}

function run(recipe: StrategyRecipe, bars: readonly BarSeries[] = marketFor(recipe), parameters = {}) {
  return runBacktest({
    bars,
    externals: externalsFor(recipe, bars),
    strategy: prepare(recipe, parameters, { seed: 3, symbols: bars.length }),
    account: { cash: 100_000 },
    instruments: bars.map(({ symbol }) => instrument(symbol, 'us_equity', { lotSize: 1e-6, minQuantity: 1e-6 })),
    seed: 3,
    atEnd: 'close',
  });
}

describe.each(recipes.map((recipe) => [recipe.name, recipe] as const))('%s', (_, recipe) => {
  test('trades, the same twice, and as the golden run did', () => {
    const first = run(recipe);
    const second = run(recipe);
    expect(first.trades.length).toBeGreaterThan(0);
    expect(second.orderHash).toBe(first.orderHash);
    expect({ hash: first.orderHash.slice(0, 16), trades: first.trades.length, endEquity: first.endEquity.toFixed(2) }).toMatchSnapshot();
  });

  test('decides nothing by what comes later', () => {
    const half = marketFor(recipe).map((series) => sliceBars(series, 0, Math.floor((series.length * 2) / 3)));
    const until = half[0]!.time.at(-1)!;
    const early = (result: ReturnType<typeof run>) =>
      result.fills.filter((fill) => fill.time < until).map((fill) => `${fill.time} ${fill.symbol} ${fill.quantity} ${fill.price}`);
    expect(early(run(recipe, half))).toEqual(early(run(recipe)));
  });

  test('says where it comes from, and holds to its ranges', () => {
    expect(recipe.source).not.toBe('');
    for (const [name, { usual, low, high }] of Object.entries(recipe.parameters)) {
      expect(usual >= low && usual <= high, name).toBe(true);
      expect(() => prepare(recipe, { [name]: high + 1 })).toThrow(UserError);
    }
  });

  test('every refused order and every bar has a reason', () => {
    const result = run(recipe);
    for (const order of result.orders.filter(({ status }) => status === 'denied' || status === 'rejected'))
      expect(order.reason).not.toBe('');
    for (const { symbol, time } of marketFor(recipe))
      for (const at of time) expect(result.why(recipe.name, symbol, at), `${symbol} ${new Date(at).toISOString()}`).not.toBe('');
  });
});

test('the examples import only the doors that authors have', () => {
  expect(exampleFiles).toHaveLength(5);
  for (const file of exampleFiles) {
    const imports = [...readFileSync(new URL(file, folder), 'utf8').matchAll(/from '([^']+)'/g)].map((match) => match[1]);
    for (const door of imports) expect(['#strategy', '#features', '#domain']).toContain(door);
  }
});

test('the seed decides the coin tosses of the random control', () => {
  const random = recipes.find(({ name }) => name === 'random-entry')!;
  const hash = (seed: number) =>
    runBacktest({ bars: market, strategy: prepare(random, {}, { seed, symbols: 3 }), account: { cash: 100_000 } }).orderHash;
  expect(hash(1)).toBe(hash(1));
  expect(hash(1)).not.toBe(hash(2));
});

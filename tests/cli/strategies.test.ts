import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { createRng, UserError } from '#core';
import { syntheticMarket } from '#data';
import { instrument, parseTimeframe, sliceBars, type BarSeries } from '#domain';
import { RUN_FILES } from '../../src/apps/cli/backtest/run-files.ts';
import { cli, scratchFolder } from './run-cli.ts';
import { protectedRisk } from '#live';
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

test('in a paper session, where every entry needs a stop, none of them is refused for want of one; the bare control is, always', () => {
  for (const recipe of recipes) {
    const bars = marketFor(recipe);
    const stop = recipe.parameters['stop']?.usual === 0 ? { stop: 0.3 } : {};
    const result = runBacktest({
      bars,
      externals: externalsFor(recipe, bars),
      strategy: prepare(recipe, stop, { seed: 3, symbols: bars.length }),
      account: { cash: 100_000 },
      risk: protectedRisk(),
    });
    const refused = result.orders.filter(({ status, reason }) => status === 'denied' && reason.includes('without a stop'));
    expect(refused.length > 0, recipe.name).toBe(recipe.name === 'crossing');
    expect(result.fills.length > 0, recipe.name).toBe(recipe.name !== 'crossing');
  }
});

test('the examples import only the doors that authors have', () => {
  expect(exampleFiles).toHaveLength(5);
  for (const file of exampleFiles) {
    const imports = [...readFileSync(new URL(file, folder), 'utf8').matchAll(/from '([^']+)'/g)].map((match) => match[1]);
    for (const door of imports) expect(['#strategy', '#features', '#domain']).toContain(door);
  }
});

test('the list says what a strategy needs, and why a ranking held or left a symbol on any bar', async () => {
  const folder = scratchFolder();
  const { stdout: list } = await cli(folder, 'backtest', '--list');
  expect(list).toMatch(/opening-range[^\n]*\n[^\n]*Crabel[^\n]*\n\s+needs bars of 15m or shorter/);
  expect(list).toContain('needs 2 symbols or more, the series "funding"');
  const source = ['--source', 'synthetic', '--symbols', 'AAA,BBB,CCC'];
  const ran = await cli(folder, 'backtest', '--strategy', 'momentum-rank', ...source, '--param', 'lookback=60', 'every=10');
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const reason = async (symbol: string, time: string): Promise<string> =>
    (JSON.parse((await cli(folder, 'why', 'momentum-rank', symbol, time, '--json')).stdout) as { readonly reason: string }).reason;
  const starts = JSON.parse(readFileSync(decisionsIn(folder), 'utf8')) as {
    readonly symbols: readonly { readonly symbol: string; readonly from: readonly number[]; readonly reasons: readonly string[] }[];
  };
  for (const { symbol, from, reasons } of starts.symbols) {
    expect(reasons.every((text) => text !== '')).toBe(true);
    expect(await reason(symbol, new Date(from[0]!).toISOString())).toBe('warming up');
    expect(await reason(symbol, new Date(from[1]!).toISOString())).toMatch(/^rank \d of \d, (in the top 1|not in the top 1|but its value)/);
    expect(await reason(symbol, new Date(from[2]!).toISOString())).toMatch(/^not a rebalance day; on \d{4}-\d\d-\d\d: rank \d of \d/);
  }
  const alone = await cli(folder, 'backtest', '--strategy', 'momentum-rank', '--symbols', 'AAPL');
  expect(alone).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('strategy momentum-rank needs at least 2 symbols, this run has 1') as unknown,
  });
});

test('a strategy exported by name, or as a function, is told how to export it', async () => {
  const folder = scratchFolder();
  const mine =
    "import { defineStrategy, hold } from '#strategy'; const make = () => defineStrategy({ name: 'mine', features: {}, decide: () => hold('x') });";
  const run = async (end: string) => {
    writeFileSync(join(folder, `${end.length}.ts`), `${mine} ${end}`);
    return (await cli(folder, 'backtest', '--strategy', `./${end.length}.ts`, '--symbols', 'AAPL')).stderr;
  };
  expect(await run('export const mine = make();')).toContain('It exports mine by name: write export default mine;');
  expect(await run('export default make;')).toContain('Its default export is a function');
});

test('a feature that sees the future is told of in the summary, in the report and on the page', async () => {
  const folder = scratchFolder();
  const leak = '({ close, length }) => Float64Array.from({ length }, (_, row) => close[Math.min(row + 1, length - 1)])';
  const decide =
    "({ f, close, position }) => f.next > close ? (position.flat ? long({ stop: { percent: 0.5 } }) : hold('up')) : position.long ? exit('down') : hold('down')";
  writeFileSync(
    join(folder, 'leak.ts'),
    `import { defineStrategy, exit, hold, long } from '#strategy'; export default defineStrategy({ name: 'leak', features: { next: ${leak} }, decide: ${decide} });`,
  );
  const { stdout } = await cli(folder, 'backtest', '--strategy', './leak.ts', '--symbols', 'AAPL');
  expect(stdout).toMatch(/LOOK-AHEAD: what it decided on AAPL at \d{4}-/);
  const { stdout: json } = await cli(folder, 'backtest', '--strategy', './leak.ts', '--symbols', 'AAPL', '--json');
  const told = JSON.parse(json) as { readonly lookAhead: object | null; readonly notes: readonly string[]; readonly folder: string };
  expect(told.lookAhead).toMatchObject({ symbol: 'AAPL' });
  expect(told.notes[0]).toMatch(/^LOOK-AHEAD/);
  // A page goes farther than a terminal.
  expect(readFileSync(join(folder, told.folder, 'tear_sheet.html'), 'utf8')).toContain('<section class="notice">LOOK-AHEAD');
});

test('the examples of the page run as they stand', async () => {
  const folder = scratchFolder();
  const page = readFileSync(new URL('README.md', new URL('../../strategies/', import.meta.url)), 'utf8');
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
  expect(blocks).toHaveLength(2);
  for (const [at, block] of blocks.entries()) {
    writeFileSync(join(folder, `page${at}.ts`), block);
    const { code, stdout, stderr } = await cli(
      folder,
      'backtest',
      '--strategy',
      `./page${at}.ts`,
      '--source',
      'synthetic',
      '--symbols',
      'AAA,BBB,CCC',
      '--json',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((JSON.parse(stdout) as { readonly orders: { readonly fills: number } }).orders.fills).toBeGreaterThan(0);
  }
});

test.each([
  ['carry', 'the series "funding", which these data do not have'],
  ['opening-range', 'bars of 15m or shorter, these are 1d'],
])('%s without the data it needs is refused in one line, in a backtest and in a search', async (name, missing) => {
  for (const command of ['backtest', 'optimize']) {
    const { code, stderr } = await cli(scratchFolder(), command, '--strategy', name, '--source', 'synthetic', '--symbols', 'AAA,BBB');
    expect({ code, told: stderr.includes(`strategy ${name} needs ${missing}`) }, stderr).toEqual({ code: 2, told: true });
  }
});

function decisionsIn(folder: string): string {
  const home = join(folder, 'results/backtests');
  return join(home, readdirSync(home)[0]!, RUN_FILES.decisions);
}

test('the seed decides the coin tosses of the random control', () => {
  const random = recipes.find(({ name }) => name === 'random-entry')!;
  const hash = (seed: number) =>
    runBacktest({ bars: market, strategy: prepare(random, {}, { seed, symbols: 3 }), account: { cash: 100_000 } }).orderHash;
  expect(hash(1)).toBe(hash(1));
  expect(hash(1)).not.toBe(hash(2));
});

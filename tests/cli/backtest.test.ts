import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readTable } from '#adapters/data';
import { cli, scratchFolder } from './run-cli.ts';

/** The author's example of strategies/README.md: what is written there must run. */
const MINE = /```ts\n(.*?)```/s.exec(readFileSync(new URL('../../strategies/README.md', import.meta.url), 'utf8'))![1]!;
const SMA = ['backtest', '--strategy', 'sma-cross', '--symbols', 'AAPL'];

interface Report {
  readonly folder: string;
  readonly strategy: { readonly parameters: Record<string, number> };
  readonly data: { readonly symbols: readonly string[] };
  readonly period: { readonly from: string; readonly to: string; readonly bars: number };
  readonly account: { readonly cash: number; readonly endEquity: number };
  readonly statistics: { readonly sharpe: number; readonly trades: { readonly count: number } };
  readonly intervals: { readonly sharpe: { readonly low: number; readonly high: number } };
  readonly ladder: readonly { readonly multiple: number; readonly totalReturn: number; readonly fees: number }[];
  readonly profiles: readonly { readonly profile: string }[];
  readonly orders: { readonly hash: string };
  readonly openAtEnd: { readonly closed: number };
  readonly feesPaid: number;
  readonly robustness: {
    readonly capacity: number;
    readonly turnoverPerYear: number;
    readonly regimes: readonly { readonly share: number }[];
  };
}

async function report(folder: string, ...argv: string[]): Promise<Report> {
  const { code, stdout, stderr } = await cli(folder, ...argv, '--json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Report;
}

describe('backtest', () => {
  test('a ruined account says what it owes', async () => {
    const folder = scratchFolder();
    const rows = Array.from({ length: 40 }, (_, row) => {
      const price = row < 20 ? 100 : 400;
      return `${new Date(Date.UTC(2020, 0, 1 + row)).toISOString().slice(0, 10)},${price},${price + 1},${price - 1},${price},1e9`;
    });
    writeFileSync(join(folder, 'UP.csv'), `time,open,high,low,close,volume\n${rows.join('\n')}\n`);
    writeFileSync(
      join(folder, 'short.mjs'),
      `export default { name: 'short', features: {}, onBar: (at) => void (at.row === 0 && at.submit({ side: 'sell', type: 'market', size: 1500 })) };\n`,
    );
    const run = ['backtest', '--strategy', './short.mjs', '--data', 'UP.csv', '--asset-class', 'crypto', '--leverage', '2'];
    const { stdout } = await cli(folder, ...run, '--profile', 'frictionless');
    // 250,000 after the sale of 1,500 at 100, less 600,000 to buy them back at 400.
    expect(stdout).toContain('The account was ruined: equity is told as 0, and 350 000 is owed (endCash).');
  });

  test('orders that nothing fills for want of volume are told, and how to fill them', async () => {
    const folder = scratchFolder();
    const rows = Array.from({ length: 60 }, (_, row) => `${new Date(Date.UTC(2020, 0, 1 + row)).toISOString().slice(0, 10)},${100 + row}`);
    writeFileSync(join(folder, 'INDEX.csv'), `date,close\n${rows.join('\n')}\n`);
    writeFileSync(
      join(folder, 'impatient.mjs'),
      `export default { name: 'impatient', features: {}, onBar: (at) => (at.cancelAll(), void at.submit({ side: 'buy', type: 'market', size: 1 })) };\n`,
    );
    for (const strategy of ['buy-and-hold', './impatient.mjs']) {
      const run = ['backtest', '--strategy', strategy, '--data', 'INDEX.csv', '--asset-class', 'crypto'];
      const told = 'No order could fill: these data have no volumes. --fill volumeCap=none fills whatever the volume.';
      expect((await cli(folder, ...run)).stdout).toContain(told);
      expect((await cli(folder, ...run, '--fill', 'volumeCap=none')).stdout).not.toContain('could fill');
    }
  });

  test('what was held of a symbol whose bars end long before the run is told', async () => {
    const folder = scratchFolder();
    const write = (symbol: string, days: number): void => {
      const rows = Array.from(
        { length: days },
        (_, row) => `${new Date(Date.UTC(2020, 0, 1 + row)).toISOString().slice(0, 10)},10,11,9,10,1e9`,
      );
      writeFileSync(join(folder, `${symbol}-1d.csv`), `time,open,high,low,close,volume\n${rows.join('\n')}\n`);
    };
    write('LONG', 60);
    write('SHORT', 31);
    const run = async (...flags: string[]): Promise<string> =>
      (await cli(folder, 'backtest', '--strategy', 'buy-and-hold', '--data', '.', '--asset-class', 'crypto', ...flags)).stdout;
    const told = 'The bars of SHORT end 2020-01-31, the run 2020-02-29: what was held of it stood at its last close';
    for (const atEnd of ['close', 'mark']) expect(await run('--dates', 'all', '--at-end', atEnd)).toContain(told);
    for (const flags of [[], ['--dates', 'all', '--to', '2020-02-01'], ['--dates', 'all', '--symbols', 'LONG']])
      expect(await run(...flags)).not.toContain('The bars of');
  });

  test('prints a table worth reading and writes every file', async () => {
    const folder = scratchFolder();
    const { code, stdout, stderr } = await cli(folder, ...SMA, '--ladder');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const text of ['sma-cross', 'fast=20', '95 % interval', 'Buy and hold', 'optimistic', 'base *', 'harsh', 'base × 4', 'Order hash'])
      expect(stdout).toContain(text);
    const home = join(folder, 'results/backtests');
    const [run] = readdirSync(home);
    expect(run).toMatch(/^sma-cross-[0-9a-f]{10}$/);
    expect(readdirSync(join(home, run!)).sort()).toEqual(
      ['decisions.json', 'equity_curve.csv', 'report.json', 'tear_sheet.html', 'tear_sheet.json', 'trades.csv', 'trades.parquet'].sort(),
    );
    const csv = readFileSync(join(home, run!, 'trades.csv'), 'utf8')
      .trim()
      .split('\n');
    const table = await readTable(join(home, run!, 'trades.parquet'));
    expect(table['pnl']).toHaveLength(csv.length - 1);
    expect(csv[1]!.split(',')[10]).toBe(String((table['pnl'] as Float64Array)[0]));
    expect(csv[0]!.split(',').slice(-2)).toEqual(['maxAdverseExcursion', 'maxFavourableExcursion']);
    expect(Math.max(...(table['maxAdverseExcursion'] as Float64Array))).toBeLessThanOrEqual(0);
    expect(readFileSync(join(home, run!, 'tear_sheet.html'), 'utf8')).toContain('Adverse excursion');
    expect(readFileSync(join(home, run!, 'equity_curve.csv'), 'utf8').split('\n').length).toBe(1260 + 2);
  });

  test('the same command gives the same bytes, another seed another folder', async () => {
    const [one, two] = [scratchFolder(), scratchFolder()];
    const first = await report(one, ...SMA);
    const second = await report(two, ...SMA);
    for (const file of readdirSync(join(one, first.folder)))
      expect(readFileSync(join(one, first.folder, file)).equals(readFileSync(join(two, second.folder, file))), file).toBe(true);
    expect((await report(one, ...SMA, '--seed', '7')).folder).not.toBe(first.folder);
  });

  test('parameters, dates, cash, fees and the ladder do what they say', async () => {
    const folder = scratchFolder();
    const run = await report(
      folder,
      ...SMA,
      '--param',
      'fast=10',
      '--param',
      'slow=30',
      '--from',
      '2014-01-01',
      '--to',
      '2016-01-01',
      '--cash',
      '5000',
      '--fees',
      '20bps',
      '--ladder',
    );
    expect(run.strategy.parameters).toEqual({ fast: 10, slow: 30, stop: 4 });
    expect(run.period.from.slice(0, 10) >= '2014-01-01' && run.period.to.slice(0, 10) < '2016-01-01').toBe(true);
    expect(run.account.cash).toBe(5000);
    expect(run.ladder.map(({ multiple }) => multiple)).toEqual([0, 1, 2, 4]);
    expect(run.ladder[0]!.fees).toBe(0);
    expect(run.ladder[2]!.fees / run.ladder[1]!.fees).toBeGreaterThan(1.8);
    expect(run.profiles.map(({ profile }) => profile)).toEqual(['optimistic', 'base', 'harsh']);
    expect(run.robustness.capacity).toBeGreaterThan(5000);
    expect(run.robustness.turnoverPerYear).toBeGreaterThan(1);
    expect(run.robustness.regimes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    const page = readFileSync(join(folder, run.folder, 'tear_sheet.html'), 'utf8');
    for (const text of [
      'Market regimes',
      'Capacity',
      'Turnover a year',
      'Years to be sure',
      'Max drawdown, redrawn',
      'Worst drawdowns',
      'costs × 4',
    ])
      expect(page).toContain(text);
    expect(run.intervals.sharpe.low).toBeLessThan(run.statistics.sharpe);
    expect(run.intervals.sharpe.high).toBeGreaterThan(run.statistics.sharpe);
  });

  test('data that end in a trade: closed at the last close and said so, or marked', async () => {
    const folder = scratchFolder();
    const hold = ['backtest', '--strategy', 'buy-and-hold', '--symbols', 'AAPL'];
    const closed = await report(folder, ...hold);
    expect(closed.openAtEnd.closed).toBe(1);
    expect((await cli(folder, ...hold)).stdout).toContain('open at the end of the data');
    const marked = await report(folder, ...hold, '--at-end', 'mark');
    expect(marked.openAtEnd.closed).toBe(0);
    expect(marked.statistics.trades.count).toBe(0);
  });

  test('several symbols run on the dates they share', async () => {
    const run = await report(scratchFolder(), 'backtest', '--strategy', 'momentum-rank');
    expect(run.data.symbols).toEqual(['AAPL', 'SP500']);
    expect(run.period.bars).toBeLessThanOrEqual(1260);
    const all = await report(scratchFolder(), 'backtest', '--strategy', 'momentum-rank', '--dates', 'all');
    expect(all.period.bars).toBeGreaterThan(5000);
  });

  test('a strategy in a file of one’s own, anywhere', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'mine.ts'), MINE);
    const run = await report(folder, 'backtest', '--strategy', './mine.ts', '--symbols', 'AAPL');
    expect(run.statistics.trades.count).toBeGreaterThan(0);
    writeFileSync(join(folder, 'other.ts'), MINE.replace('close, 8', 'close, 5'));
    const other = await report(folder, 'backtest', '--strategy', './other.ts', '--symbols', 'AAPL');
    expect(other.folder).not.toBe(run.folder);
    expect(other.orders.hash).not.toBe(run.orders.hash);
  });

  test('the same file written against the public door, in a process of its own', () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'mine.ts'), MINE.replaceAll(/'#(features|strategy)'/g, "'edgewright'"));
    const main = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url));
    const stdout = execFileSync(process.execPath, [main, 'backtest', '--strategy', './mine.ts', '--symbols', 'AAPL', '--json'], {
      cwd: folder,
    });
    expect((JSON.parse(stdout.toString()) as Report).statistics.trades.count).toBeGreaterThan(0);
    const told = (text: string): string => {
      writeFileSync(join(folder, 'mine.ts'), text);
      return spawnSync(process.execPath, [main, 'backtest', '--strategy', './mine.ts', '--symbols', 'AAPL'], {
        cwd: folder,
      }).stderr.toString();
    };
    // A slip of the pen is told with its line, and what a door has instead of what it has not.
    expect(told("export default {\n  name: 'x' 'y',\n};\n")).toContain('mine.ts, line 2: ');
    for (const door of ['edgewright', '#features'])
      expect(told(`import { smma } from '${door}';`)).toContain('Did you mean "sma"? All names are in');
    expect(told("import { zzzzzzzzz } from '#strategy';")).toContain('\n  All names are in');
  });

  test('lists the strategies that can be named', async () => {
    const { stdout } = await cli('.', 'backtest', '--list');
    for (const name of [
      'sma-cross',
      'rsi2-reversion',
      'donchian-breakout',
      'bollinger-reversion',
      'momentum-rank',
      'buy-and-hold',
      'random-entry',
    ])
      expect(stdout).toContain(name);
  });
});

describe('compare and why', () => {
  test('two runs side by side, by the start of their names', async () => {
    const folder = scratchFolder();
    await report(folder, ...SMA);
    await report(folder, 'backtest', '--strategy', 'macd', '--symbols', 'AAPL');
    const { code, stdout } = await cli(folder, 'compare', 'sma-cross', 'macd');
    expect(code).toBe(0);
    for (const text of ['Difference', 'Sharpe', 'Win rate', 'results/comparisons/']) expect(stdout).toContain(text);
    const [page] = readdirSync(join(folder, 'results/comparisons'));
    expect(readFileSync(join(folder, 'results/comparisons', page!), 'utf8')).toContain('<h2>Figures</h2>');
    expect(stdout).toMatch(/Second less first, .* Sharpe -?[\d.]+ to -?[\d.]+, return a year -?[\d.]+ % to -?[\d.]+ %/);
    const json = JSON.parse((await cli(folder, 'compare', 'sma-cross', 'macd', '--json')).stdout) as {
      sameDates: boolean;
      figures: { Sharpe: [number, number] };
      difference: { sharpe: { estimate: number; low: number; high: number } };
    };
    expect(json.sameDates).toBe(true);
    const [one, two] = json.figures.Sharpe;
    expect(json.difference.sharpe.estimate).toBeCloseTo(two - one, 12);
    expect(json.difference.sharpe.low).toBeLessThan(two - one);
    expect(json.difference.sharpe.high).toBeGreaterThan(two - one);
  });

  test('bars of an hour and of four have their days in common', async () => {
    const folder = scratchFolder();
    for (const hours of [1, 4]) {
      const rows = Array.from({ length: (24 / hours) * 40 }, (_, row) => {
        const price = 100 + 10 * Math.sin((row * hours) / 30);
        return `${new Date(Date.UTC(2024, 0, 1, row * hours)).toISOString()},${price},${price + 1},${price - 1},${price},1e9`;
      });
      writeFileSync(join(folder, `H${hours}.csv`), `time,open,high,low,close,volume\n${rows.join('\n')}\n`);
      writeFileSync(
        join(folder, `hold-${hours}.mjs`),
        `export default { name: 'hold-${hours}', features: {}, onBar: (at) => void (at.row === 9 && at.submit({ side: 'buy', type: 'market', size: 9 })) };\n`,
      );
      await report(folder, 'backtest', '--strategy', `./hold-${hours}.mjs`, '--data', `H${hours}.csv`, '--asset-class', 'crypto');
    }
    const { stdout } = await cli(folder, 'compare', 'hold-1', 'hold-4');
    expect(stdout).toContain('Second less first, the same days drawn again');
    expect(stdout).not.toContain('different dates');
    const [page] = readdirSync(join(folder, 'results/comparisons'));
    expect(readFileSync(join(folder, 'results/comparisons', page!), 'utf8')).not.toContain('different dates');
  });

  test('the reason on a bar, in a trade and outside one', async () => {
    const folder = scratchFolder();
    const run = await report(folder, ...SMA);
    const [, trade] = readFileSync(join(folder, run.folder, 'trades.csv'), 'utf8').split('\n');
    const entry = trade!.split(',')[4]!;
    const inside = JSON.parse((await cli(folder, 'why', 'sma-cross', 'AAPL', entry, '--json')).stdout) as {
      reason: string;
      trade: { side: string };
      orders: unknown[];
    };
    expect(inside.reason).toBe('trend holds');
    expect(inside.trade.side).toBe('long');
    expect(inside.orders.length).toBeGreaterThan(1);
    expect((await cli(folder, 'why', 'sma-cross', 'AAPL', '2013-05-14')).stdout).toContain('warming up');
    expect((await cli(folder, 'why', 'sma-cross', 'AAPL', '2016-03-05')).stdout).toContain('the last before that time');
    expect((await cli(folder, 'why', 'sma-cross', 'AAPL', '2030-01-01')).stderr).toContain('no bar of AAPL');
    expect((await cli(folder, 'why', 'sma-cross', 'APL', '2016-03-05')).stderr).toContain('AAPL');
    expect((await cli(folder, 'why', 'nothing', 'AAPL', '2016-03-05')).code).toBe(2);
  });

  test('why tells times to the minute where bars are shorter than a day, at midnight too', async () => {
    const folder = scratchFolder();
    const hourly = ['--source', 'synthetic', '--timeframe', '1h', '--symbols', 'SYN1', '--start', '2024-01-01', '--end', '2024-03-01'];
    const run = await cli(folder, 'backtest', '--strategy', 'sma-cross', ...hourly, '--out', 'hours');
    expect(run.stderr).toBe('');
    const { stdout } = await cli(folder, 'why', 'hours', 'SYN1', '2024-02-01');
    expect(stdout).toContain('bar of 2024-02-01T00:00Z\n');
    expect(stdout).not.toMatch(/\d{4}-\d\d-\d\d(?!T\d\d:\d\d)/);
  });
});

test('data: list, fetch, check, and a backtest on what was fetched', async () => {
  const folder = scratchFolder();
  expect((await cli(folder, 'data', 'list')).stdout).toContain('SP500');
  expect((await cli(folder, 'data', 'fetch', 'demo')).stdout).toContain('1260');
  expect(existsSync(join(folder, 'data/AAPL-1d.parquet'))).toBe(true);
  const again = JSON.parse((await cli(folder, 'data', 'fetch', 'demo', '--json')).stdout) as { datasets: { kept: number }[] };
  expect(again.datasets[0]!.kept).toBe(1260);
  const fromStore = await report(folder, ...SMA, '--data', 'data/');
  expect(fromStore.orders.hash).toBe((await report(folder, ...SMA)).orders.hash);
  writeFileSync(
    join(folder, 'bad-1d.csv'),
    'date,open,high,low,close,volume\n2020-01-02,10,11,9,10.5,100\n2020-01-03,10,11,9,nan,100\n2020-01-06,10,12,9,11,-1\n2020-01-07,11,12,10,11,100\n2020-01-08,11,12,10,11,100\n',
  );
  const check = await cli(folder, 'data', 'check', 'bad-1d.csv', '--strict');
  expect(check.code).toBe(3);
  for (const text of ['missing_value', 'negative_volume', '5 rows in, 3 out']) expect(check.stdout).toContain(text);
  const clean = JSON.parse((await cli(folder, 'data', 'check', 'demo', '--json')).stdout) as { clean: boolean };
  expect(clean.clean).toBe(true);
});

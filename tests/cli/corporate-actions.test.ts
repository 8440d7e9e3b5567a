import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

/** 300 unadjusted days of X: a 4:1 split on the 101st, a dividend of 0.5 on the 201st. */
function folderWithSplit(): string {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'bars'));
  const rows = Array.from({ length: 300 }, (_, row) => {
    const value = (100 + row * 0.2 + (row % 5)) / (row >= 100 ? 4 : 1) - (row >= 200 ? 0.5 : 0);
    const price = value.toFixed(4);
    return `${day(row)},${price},${(value * 1.01).toFixed(4)},${(value * 0.99).toFixed(4)},${price},1000000`;
  });
  writeFileSync(join(folder, 'bars/X-1d.csv'), `date,open,high,low,close,volume\n${rows.join('\n')}\n`);
  writeFileSync(join(folder, 'actions.csv'), `symbol,ex_date,type,value\nX,${day(100)},split,4:1\nX,${day(200)},dividend,0.5\n`);
  return folder;
}
const day = (row: number): string => new Date(Date.UTC(2020, 0, 1 + row)).toISOString().slice(0, 10);
const BACKTEST = ['backtest', '--strategy', 'buy-and-hold', '--data', 'bars', '--fees', 'none', '--asset-class', 'crypto', '--json'];

interface Report {
  readonly account: { readonly endEquity: number };
  readonly statistics: { readonly totalReturn: number };
  readonly benchmark: { readonly totalReturn: number };
  readonly credits?: readonly { readonly kind: string; readonly amount: number }[];
}

async function run(folder: string, ...more: string[]): Promise<Report> {
  const { code, stdout, stderr } = await cli(folder, ...BACKTEST, ...more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Report;
}

test('a split on an open position and a unit of before are the same account; dividends are paid in cash', async () => {
  const folder = folderWithSplit();
  const wrong = await run(folder);
  const inPrices = await run(folder, '--corporate-actions', 'actions.csv');
  const happening = await run(folder, '--corporate-actions', 'actions.csv', '--set', 'data.adjust=none');
  // Without the actions the split looks like a crash of three quarters.
  expect(wrong.statistics.totalReturn).toBeLessThan(-0.5);
  expect(inPrices.statistics.totalReturn).toBeGreaterThan(0.4);
  expect(happening.account.endEquity).toBeCloseTo(inPrices.account.endEquity, 2);
  expect(inPrices.credits).toMatchObject([{ kind: 'dividend' }]);
  expect(happening.credits?.[0]?.amount).toBeCloseTo(inPrices.credits![0]!.amount, 2);
  // Holding is measured with what it paid, whatever the prices hold.
  expect(happening.benchmark.totalReturn).toBeCloseTo(inPrices.benchmark.totalReturn, 10);
  const all = await run(folder, '--corporate-actions', 'actions.csv', '--set', 'data.adjust=all');
  expect(all.credits).toBeUndefined();
  expect(all.account.endEquity).toBeGreaterThan(inPrices.account.endEquity);
});

test('a delisting pays out what is held, at its price or at the last close, and its margin is free again', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'bars'));
  const write = (symbol: string, days: number): void => {
    const rows = Array.from({ length: days }, (_, row) => `${day(row)},10,11,9,10,1e9`);
    writeFileSync(join(folder, `bars/${symbol}-1d.csv`), `date,open,high,low,close,volume\n${rows.join('\n')}\n`);
  };
  write('GONE', 30);
  write('STAYS', 60);
  const exits = async (value: string): Promise<readonly string[]> => {
    writeFileSync(join(folder, 'actions.csv'), `symbol,ex_date,type,value\nGONE,${day(30)},delisting,${value}\n`);
    const argv = [...BACKTEST, '--dates', 'all', '--corporate-actions', 'actions.csv', '--out', 'run'];
    const { code, stderr, stdout } = await cli(folder, ...argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((JSON.parse(stdout) as { notes: readonly string[] }).notes.join()).not.toContain('The bars of');
    const trades = readFileSync(join(folder, 'run/trades.csv'), 'utf8').trim().split('\n').slice(1);
    return trades.map((line) => line.split(',')).map((cells) => [cells[0], cells[6]!.slice(0, 10), cells[7], cells[8]].join(' '));
  };
  expect(await exits('2.5')).toContain(`GONE ${day(30)} 2.5 delisting`);
  expect(await exits('0')).toContain(`GONE ${day(30)} 0 delisting`);
  expect(await exits('')).toContain(`GONE ${day(30)} 10 delisting`);
  writeFileSync(join(folder, 'actions.csv'), `symbol,ex_date,type,value\nGONE,${day(30)},delisting,-1\n`);
  const { stderr } = await cli(folder, ...BACKTEST, '--corporate-actions', 'actions.csv');
  expect(stderr).toContain('line 2: not a split, dividend or delisting');
});

test.each<[string, string[], string]>([
  ['a missing file', ['--corporate-actions', 'nowhere.csv'], 'nowhere.csv does not exist'],
  ['adjusting by nothing', ['--set', 'data.adjust=all'], 'there are no splits and dividends'],
  ['prices that jump', ['--corporate-actions', 'actions.csv', '--set', 'data.adjust=none'], 'only a backtest books them'],
  ['bars for actions', ['--corporate-actions', 'bars'], 'X-1d.csv: not a corporate actions file'],
  ['a second source that is none', ['--second-source', 'dmeo'], 'unknown data source "dmeo"'],
  ['a second source that is not there', ['--second-source', './other'], 'other does not exist'],
])('%s: exit 2 and one line', async (_, more, message) => {
  const { code, stderr } = await cli(folderWithSplit(), 'data', 'check', 'bars', ...more);
  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  expect(code).toBe(2);
});

test('data check says what was put into the prices and how a second source compares', async () => {
  const folder = folderWithSplit();
  mkdirSync(join(folder, 'other'));
  const lines = readFileSync(join(folder, 'bars/X-1d.csv'), 'utf8').split('\n');
  lines[50] = lines[50]!.replace(/([\d.]+),1000000$/, (_, close) => `${(Number(close) * 1.05).toFixed(4)},1000000`);
  writeFileSync(join(folder, 'other/X-1d.csv'), lines.join('\n'));
  const { stdout } = await cli(folder, 'data', 'check', 'bars', '--corporate-actions', 'actions.csv', '--second-source', 'other');
  expect(stdout).toContain('1 split and 1 dividend put into the prices');
  expect(stdout).toContain('1 of 300 closes differ from the second source (other)');
  expect(stdout).toMatch(/Second source other: 300 bars compared, 1 differ/);
});

test('live bars refuse corporate actions in one line that says why', async () => {
  const live = ['paper', '--live', '--strategy', 'supertrend', '--source', 'ccxt:kraken', '--symbols', 'BTC/USD'];
  const { code, stderr } = await cli(scratchFolder(), ...live, '--corporate-actions', 'actions.csv');
  expect(code).toBe(2);
  expect(stderr.split('\n')[0]).toMatch(
    /^edgewright: --corporate-actions \(data\.corporateActions\) does not go with --live: new bars come unadjusted/,
  );
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

const DAYS = 60;
const SYMBOLS = ['AAA', 'BBB', 'CCC'];
const day = (row: number): string => new Date(Date.UTC(2023, 0, 2 + row)).toISOString().slice(0, 10);

/** Three symbols whose price never moves; BBB's funding is the lowest. */
function folder(header = 'value'): string {
  const place = scratchFolder();
  mkdirSync(join(place, 'bars'));
  const bars = Array.from({ length: DAYS }, (_, row) => `${day(row)},100,100,100,100,1000000`).join('\n');
  for (const symbol of SYMBOLS) writeFileSync(join(place, `bars/${symbol}-1d.csv`), `date,open,high,low,close,volume\n${bars}\n`);
  const rates = Array.from({ length: DAYS }, (_, row) =>
    SYMBOLS.map((symbol, at) => `${day(row)}T00:00:00Z,${day(row)}T00:00:00Z,${symbol},${[0.001, -0.002, 0.003][at]}`).join('\n'),
  ).join('\n');
  writeFileSync(join(place, 'funding.csv'), `time,known_time,symbol,${header}\n${rates}\n`);
  return place;
}

interface Report {
  readonly run: string;
  readonly account: { readonly cash: number; readonly endEquity: number };
  readonly orders: { readonly fills: number };
  readonly credits?: readonly { readonly kind: string; readonly symbol: string; readonly amount: number }[];
  readonly creditShares?: readonly { readonly strategy: string; readonly symbol: string; readonly funding: number }[];
}

const BACKTEST = 'backtest --strategy carry --data bars --profile frictionless --asset-class crypto --at-end mark'.split(' ');

async function run(place: string, ...more: string[]): Promise<Report> {
  const { code, stdout, stderr } = await cli(place, ...BACKTEST, '--json', ...more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Report;
}

test('a strategy that needs a series says which, and runs with it', async () => {
  const place = folder();
  const without = await cli(place, ...BACKTEST);
  expect(without.code).toBe(2);
  expect(without.stderr).toContain('--series funding.csv');
  const report = await run(place, '--series', 'funding.csv');
  expect(report.orders.fills).toBeGreaterThan(0);
  // Only known, not paid: the column is called value.
  expect(report).not.toHaveProperty('credits');
  expect(report.account.endEquity).toBeCloseTo(report.account.cash, 6);
});

test('a column called funding_rate is also paid, and shown by strategy and symbol', async () => {
  const place = folder('funding_rate');
  const report = await run(place, '--series', 'funding.csv');
  expect(report.creditShares).toMatchObject([{ strategy: 'carry', symbol: 'BBB', dividend: 0 }]);
  expect(report.creditShares![0]!.funding).toBeGreaterThan(0);
  expect(report.account.endEquity - report.account.cash).toBeCloseTo(report.creditShares![0]!.funding, 4);
  const two = await cli(place, ...BACKTEST, '--series', 'funding.csv', '--param', 'hold=2');
  expect(two.stdout).toMatch(/Funding/);
  expect(two.stdout).toMatch(/Strategy +│? *Symbol +│? *Funding[\s\S]*carry[\s\S]*AAA/);
  expect(two.stdout).not.toContain('Dividends');
});

test('optimize searches with the series; a changed file is another run', async () => {
  const place = folder('funding_rate');
  const search = 'optimize --strategy carry --data bars --profile frictionless --asset-class crypto --series funding.csv'.split(' ');
  const { code, stderr } = await cli(place, ...search, '--method', 'grid', '--range', 'lookback=5:7:2', '--workers', '1', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const before = await run(place, '--series', 'funding.csv');
  writeFileSync(join(place, 'funding.csv'), `time,known_time,symbol,funding_rate\n${day(1)},${day(1)},AAA,0.5\n`);
  expect((await run(place, '--series', 'funding.csv')).run).not.toBe(before.run);
});

test('a series of none of the symbols is refused', async () => {
  const place = folder();
  writeFileSync(join(place, 'other.csv'), `time,known_time,symbol,value\n${day(1)},${day(1)},ZZZ,1\n`);
  const { code, stderr } = await cli(place, ...BACKTEST, '--series', 'other.csv');
  expect(code).toBe(2);
  expect(stderr).toContain('has no values of AAA, BBB, CCC');
});

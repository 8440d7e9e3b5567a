import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

const ORDERS = (on: number, request: string): string => `export default {
  name: 'once', features: {}, onBar(context) { if (context.row === ${on}) context.submit(${request}); return undefined; },
};`;

interface Report {
  readonly account: { readonly endEquity: number; readonly maintenanceMargin?: number };
  readonly credits: readonly { readonly kind: string; readonly amount: number }[];
  readonly finer: unknown;
  readonly run: string;
}

/** Four days at 100, then the last at 160, and the hours of the second day: first up to 110, then down to 90. */
function folderOf(strategy: string): string {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'bars'));
  const day = (date: number, bar: string): string => `2024-01-0${date}T00:00:00Z,${bar},1000000`;
  const days = [
    day(1, '100,101,99,100'),
    day(2, '100,111,89,100'),
    day(3, '100,101,99,100'),
    day(4, '160,161,159,160'),
    day(5, '160,161,159,160'),
  ];
  const hour = (at: number): string => (at < 12 ? '100,111,100,105' : '105,105,89,100');
  const hours = Array.from({ length: 24 }, (_, at) => `2024-01-02T${String(at).padStart(2, '0')}:00:00Z,${hour(at)},1000`);
  writeFileSync(join(folder, 'bars/BTC-1d.csv'), ['time,open,high,low,close,volume', ...days].join('\n'));
  writeFileSync(join(folder, 'bars/BTC-1h.csv'), ['time,open,high,low,close,volume', ...hours].join('\n'));
  writeFileSync(join(folder, 'once.mjs'), strategy);
  return folder;
}

async function report(folder: string, ...more: string[]): Promise<Report> {
  const run = ['backtest', '--strategy', './once.mjs', '--data', 'bars/', '--timeframe', '1d', '--asset-class', 'crypto'];
  const { code, stdout, stderr } = await cli(
    folder,
    ...run,
    '--profile',
    'frictionless',
    '--cash',
    '1000',
    '--at-end',
    'mark',
    ...more,
    '--json',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Report;
}

test('borrow and interest are booked by the night, and are part of the run', async () => {
  const folder = folderOf(ORDERS(0, "{ side: 'sell', type: 'market', size: 5 }"));
  const free = await report(folder, '--to', '2024-01-04');
  const paid = await report(folder, '--to', '2024-01-04', '--borrow', '3.65%', '--interest', '3.65%/7.3%');
  // Short 5 at 100 from the second day: 500 · 3.65 % / 365; cash 1000, then 1500.05, at the same rate.
  expect(paid.credits.map(({ kind, amount }) => `${kind} ${amount.toFixed(6)}`)).toEqual([
    'interest 0.100000',
    'borrow -0.050000',
    'interest 0.150005',
  ]);
  expect(paid.account.endEquity).toBeCloseTo(1000 + 0.1 - 0.05 + 0.150005, 5);
  expect(paid.run).not.toBe(free.run);
  const unknown = await cli(folder, 'backtest', '--strategy', './once.mjs', '--data', 'bars/', '--timeframe', '1d', '--borrow', 'X=1%');
  expect(unknown.stderr).toContain('there are borrow rates for X, which is not in this run');
});

test('under the maintenance margin everything is closed at the next open', async () => {
  const folder = folderOf(ORDERS(0, "{ side: 'sell', type: 'market', size: 10 }"));
  const { account } = await report(folder, '--leverage', '3', '--maintenance-margin', '30%');
  // Equity 1000 + 10 · (100 − 160) = 400, below 30 % of 1600: bought back at 160.
  expect(account).toMatchObject({ endEquity: 400, maintenanceMargin: 0.3 });
  for (const wrong of ['30', '130%', '-1%', 'much']) {
    const { code, stderr } = await cli(folder, 'backtest', '--strategy', './once.mjs', '--data', 'bars/', '--maintenance-margin', wrong);
    expect({ code, said: stderr.includes(`--maintenance-margin cannot be "${wrong}"`) }).toEqual({ code: 2, said: true });
  }
});

test('with finer bars stop and target are met in the order of the price, without them the stop is first', async () => {
  const folder = folderOf(ORDERS(0, "{ side: 'buy', type: 'market', size: 1, stopLoss: 90, takeProfit: 110 }"));
  const coarse = await report(folder);
  expect(coarse).toMatchObject({ account: { endEquity: 990 }, finer: null });
  for (const finer of ['1h', 'bars/BTC-1h.csv']) {
    const fine = await report(folder, '--finer', finer);
    expect(fine).toMatchObject({ account: { endEquity: 1010 }, finer: [{ symbol: 'BTC', timeframe: '1h' }] });
    expect(fine.run).not.toBe(coarse.run);
  }
  const { code, stderr } = await cli(
    folder,
    'backtest',
    '--strategy',
    './once.mjs',
    '--data',
    'bars/',
    '--timeframe',
    '1h',
    '--finer',
    '1d',
  );
  expect({ code, said: /the finer bars of BTC are 1d, those of the run 1h/.test(stderr) }).toEqual({ code: 2, said: true });
});

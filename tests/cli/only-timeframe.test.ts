import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

const HOUR = 3_600_000;

function hourlyBars(folder: string, file: string): void {
  const rows = Array.from({ length: 200 }, (_, row) => {
    const price = 100 + 5 * Math.sin(row / 9);
    return [new Date(Date.UTC(2024, 0, 1) + row * HOUR).toISOString(), price, price + 1, price - 1, price, 1000].join(',');
  });
  mkdirSync(join(folder, 'bars'), { recursive: true });
  writeFileSync(join(folder, 'bars', file), ['timestamp,open,high,low,close,volume', ...rows].join('\n'));
}

const FIRST_STAGE = ['pipeline', '--stage', '1', '--source', 'files', '--path', 'bars', '--asset-class', 'crypto', '--workspace', 'made'];

test('a folder of hourly bars alone is taken as such by the pipeline, which says so', async () => {
  const folder = scratchFolder();
  hourlyBars(folder, 'BTCUSDT-1h.csv');
  hourlyBars(folder, 'ETHUSDT.csv');
  const { code, stderr } = await cli(folder, ...FIRST_STAGE);
  expect(stderr).toContain('The files hold 1h bars and no others, so these are used');
  expect(code).toBe(0);
  for (const symbol of ['BTCUSDT', 'ETHUSDT']) expect(existsSync(join(folder, 'made/results/data', `${symbol}-1h.parquet`))).toBe(true);
});

test('a length that was asked for stands, and of two lengths none is chosen', async () => {
  const folder = scratchFolder();
  hourlyBars(folder, 'BTCUSDT-1h.csv');
  const asked = await cli(folder, ...FIRST_STAGE, '--timeframe', '1d');
  expect(asked.code).not.toBe(0);
  expect(asked.stderr).toContain('there are no 1d bars of BTCUSDT');
  hourlyBars(folder, 'BTCUSDT-5m.csv');
  const both = await cli(folder, ...FIRST_STAGE);
  expect(both.stderr).toContain('There are: 1h, 5m.');
});

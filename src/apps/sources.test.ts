import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseTimeframe } from '#domain';
import { dataConfigSchema } from '#research';
import { openSource } from './sources.ts';

const keys = { EDGEWRIGHT_ALPACA_KEY: 'KEYID', EDGEWRIGHT_ALPACA_SECRET: 'SECRET' };
const open = (source: string, environment = {}, symbols: readonly string[] = [], settings: object = {}) =>
  openSource(dataConfigSchema.parse({ source, ...settings }), { environment, seed: 1, symbols });

test.each([
  ['demo', 'us_equity'],
  ['synthetic', 'always'],
  ['ccxt:kraken', 'always'],
  ['alpaca', 'us_equity'],
])('%s opens without a connection', async (name, hours) => {
  const source = await open(name, keys);
  expect([source.id, source.describe().venueHours]).toEqual([name, hours]);
});

test.each([
  ['alpaca', {}, 'needs your keys', 'EDGEWRIGHT_ALPACA_SECRET'],
  ['alpacca', {}, 'unknown data source "alpacca"', 'Did you mean "alpaca"?'],
  ['barz', {}, 'unknown data source "barz"', 'a file or folder that is there'],
  ['files', {}, 'needs a path', '--path'],
])('%s with %j: one clear line', async (name, environment, message, hint) => {
  await expect(open(name, environment)).rejects.toMatchObject({
    message: expect.stringContaining(message) as string,
    hint: expect.stringContaining(hint) as string,
  });
});

test('crypto pairs at Alpaca trade at all hours, and are not mixed with stocks', async () => {
  expect((await open('alpaca', keys, ['BTC/USD'])).describe().venueHours).toBe('always');
  await expect(open('alpaca', keys, ['BTC/USD', 'AAPL'])).rejects.toThrow('different hours');
});

test('settings of the adapters reach them: feed and adjustment, another server, the cache folder', async () => {
  const described = (await open('alpaca', keys, [], { alpaca: { feed: 'sip', adjustment: 'raw' } })).describe().text;
  expect(described).toContain('feed sip, adjustment raw');
  const asked: { url: string; cache: string[] }[] = [];
  const cacheFolder = mkdtempSync(join(tmpdir(), 'edgewright-cache-'));
  const day = { t: '2024-01-02T05:00:00Z', o: 1, h: 2, l: 1, c: 2, v: 3 };
  const server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', cache: readdirSync(cacheFolder) });
    response.end(JSON.stringify({ bars: { AAPL: [day] }, next_page_token: null }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const source = await open('alpaca', keys, ['AAPL'], {
      alpaca: { feed: 'sip', adjustment: 'raw', apiUrl: `http://127.0.0.1:${port}` },
      cacheFolder,
    });
    const range = { from: Date.UTC(2024, 0, 2), to: Date.UTC(2024, 0, 3) };
    const { columns } = await source.load({ symbol: 'AAPL', timeframe: parseTimeframe('1d'), ...range });
    expect(Array.from(columns.close)).toEqual([2]);
    expect(asked[0]!.url).toMatch(/feed=sip.*adjustment=raw/);
    // Bars of another feed, adjustment or server never mix.
    expect(readdirSync(cacheFolder)).toEqual([`alpaca-sip-raw-127.0.0.1%3A${port}`]);
  } finally {
    server.close();
    rmSync(cacheFolder, { recursive: true });
  }
});

test('prices that Alpaca has adjusted are not adjusted again; an address that is none is refused', async () => {
  await expect(open('alpaca', keys, ['AAPL'], { corporateActions: 'actions.csv' })).rejects.toThrow(/would adjust them twice/);
  await expect(open('alpaca', keys, ['AAPL'], { alpaca: { apiUrl: 'nowhere' } })).rejects.toThrow('is no address of a server');
  await expect(open('ccxt:kraken', {}, [], { ccxt: { apiUrl: 'ftp://x' } })).rejects.toThrow('is no address of a server');
});

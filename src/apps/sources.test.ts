import { expect, test } from 'vitest';
import { dataConfigSchema } from '#research';
import { openSource } from './sources.ts';

const keys = { EDGEWRIGHT_ALPACA_KEY: 'KEYID', EDGEWRIGHT_ALPACA_SECRET: 'SECRET' };
const open = (source: string, environment = {}, symbols: readonly string[] = []) =>
  openSource(dataConfigSchema.parse({ source }), { environment, seed: 1, symbols });

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

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, scratchFolder } from '../cli/run-cli.ts';

const STRATEGY = `
import { close } from '#features';
import { defineStrategy, hold, short } from '#strategy';
export default defineStrategy({
  name: 'shorts-once',
  features: { last: close },
  decide: ({ position, row }) => (position.flat && row === 100 ? short({ stop: { percent: 9 } }) : hold('waits')),
});`;

test('a ruined session halts, and says what the account owes', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'bars'));
  const rows = Array.from({ length: 200 }, (_, row) => {
    const price = row < 150 ? 100 - row * 0.01 : 400;
    return [new Date(Date.UTC(2020, 0, 1 + row)).toISOString().slice(0, 10), price, price + 0.5, price - 0.5, price, 1e9].join(',');
  });
  writeFileSync(join(folder, 'bars/X-1d.csv'), ['date,open,high,low,close,volume', ...rows].join('\n'));
  writeFileSync(join(folder, 'mine.mjs'), STRATEGY);
  const paper = 'paper --strategy ./mine.mjs --source files --path bars --asset-class crypto --from 2020-02-01 --state state'.split(' ');
  const { code, stderr } = await cli(folder, ...paper);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/trading is halted: account: equity is gone, and 1\d\d,\d{3}\.\d\d is owed/);
});

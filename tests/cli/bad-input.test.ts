import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

const AAPL = ['backtest', '--symbols', 'AAPL', '--strategy'];

describe('a wrong command line: exit 2 and one line that says what, one that says how', () => {
  test.each<[string, string[], string, string]>([
    ['unknown strategy', [...AAPL, 'sma-cros'], 'there is no strategy "sma-cros"', 'sma-cross'],
    ['no strategy', ['backtest'], 'which strategy?', 'buy-and-hold'],
    ['unknown parameter', [...AAPL, 'sma-cross', '--param', 'fst=3'], 'has no parameter "fst"', 'fast'],
    ['parameter out of range', [...AAPL, 'sma-cross', '--param', 'fast=-3'], 'fast cannot be -3', 'whole number from 2 to 250'],
    ['parameter not whole', [...AAPL, 'sma-cross', '--param', 'fast=3.5'], 'fast cannot be 3.5', 'whole number'],
    ['parameter not a number', [...AAPL, 'sma-cross', '--param', 'fast=ten'], '--param takes name=number', 'fast=10'],
    ['cash 0', [...AAPL, 'sma-cross', '--cash', '0'], 'trading.cash', 'config show'],
    ['unknown profile', [...AAPL, 'sma-cross', '--profile', 'rosy'], 'trading.profile', 'config show'],
    ['unreadable fee', [...AAPL, 'sma-cross', '--fees', 'much'], '"much" is not a fee', '5bps'],
    ['leverage 0', [...AAPL, 'sma-cross', '--leverage', '0'], '--leverage must be a positive number', '--leverage 2'],
    ['unknown end rule', [...AAPL, 'sma-cross', '--at-end', 'clsoe'], '--at-end cannot be "clsoe"', 'close'],
    ['unknown symbol', ['backtest', '--strategy', 'sma-cross', '--symbols', 'APPL'], 'no symbol APPL', 'AAPL'],
    ['unknown source', [...AAPL, 'sma-cross', '--source', 'dmeo'], 'unknown data source "dmeo"', 'demo'],
    ['no such file', [...AAPL, 'sma-cross', '--data', './nowhere.csv'], 'nowhere.csv', ''],
    ['dates the wrong way round', [...AAPL, 'sma-cross', '--from', '2016-01-01', '--to', '2015-01-01'], 'hold nothing', '--from'],
    ['dates without bars', [...AAPL, 'sma-cross', '--from', '1990-01-01', '--to', '1991-01-01'], 'no bars in the dates', '2013-05-13'],
    ['unknown option', ['backtest', '--strateg', 'x'], '--strateg', '--strategy'],
  ])('%s', async (_, argv, message, hint) => {
    const { code, stderr, stdout } = await cli(scratchFolder(), ...argv);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('the same as JSON', async () => {
    const { stderr } = await cli(scratchFolder(), ...AAPL, 'sma-cros', '--json');
    expect((JSON.parse(stderr) as { error: { kind: string } }).error.kind).toBe('usage');
  });
});

describe('a wrong strategy file', () => {
  test.each<[string, string, string]>([
    ['no default export', 'export const x = 1;', 'has no strategy as its default export'],
    ['broken code', 'export default {', 'cannot load the strategy'],
    ['unknown key', strategy("stopp: 1, decide: () => hold('x')"), 'stopp'],
    ['throws', strategy("decide: () => { throw new Error('my own mistake'); }"), 'strategy mine failed: my own mistake'],
  ])('%s', async (_, text, message) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'mine.ts'), text);
    const { code, stderr } = await cli(folder, ...AAPL, './mine.ts');
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test.each<[string, string, RegExp]>([
    ['stop on the wrong side', 'stop: { away: -5 }, target: { away: 5 }', /wrong side/],
    ['size 0', 'stop: { percent: 0.1 }, units: 0', /size|quantity|units/],
    ['stop that is not a number', 'stop: Number.NaN', /NaN|stop|number/],
  ])('%s: refused, counted and said', async (_, plan, reason) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'mine.ts'), strategy(`decide: ({ position }) => position.flat ? long({ ${plan} }) : hold('x')`));
    const { code, stdout } = await cli(folder, ...AAPL, './mine.ts');
    expect(code).toBe(0);
    expect(stdout).toMatch(/orders were denied/);
    expect(stdout).toMatch(reason);
  });
});

test('a NaN price never reaches a strategy: the row is dropped and the finding printed', async () => {
  const folder = scratchFolder();
  const rows = Array.from({ length: 120 }, (_, at) => {
    const day = new Date(Date.UTC(2020, 0, 1) + at * 86_400_000).toISOString().slice(0, 10);
    return `${day},10,11,9,${at === 60 ? 'nan' : 10 + (at % 7) / 10},1000000`;
  });
  writeFileSync(join(folder, 'BTC-1d.csv'), `date,open,high,low,close,volume\n${rows.join('\n')}\n`);
  const { code, stdout } = await cli(
    folder,
    'backtest',
    '--strategy',
    'sma-cross',
    '--param',
    'fast=3',
    '--param',
    'slow=8',
    '--data',
    'BTC-1d.csv',
    '--asset-class',
    'crypto',
  );
  expect(code).toBe(0);
  expect(stdout).toContain('empty or infinite');
  expect(stdout).toContain('119 1d bars');
});

test('symbols without common dates are refused by name and date', async () => {
  const folder = scratchFolder();
  const file = (symbol: string, year: number) =>
    writeFileSync(
      join(folder, `${symbol}-1d.csv`),
      `date,open,high,low,close,volume\n${[2, 3, 6, 7].map((day) => `${year}-01-0${day},10,11,9,10,1000`).join('\n')}\n`,
    );
  file('OLD', 2001);
  file('NEW', 2020);
  const { code, stderr } = await cli(folder, 'backtest', '--strategy', 'buy-and-hold', '--data', '.');
  expect(code).toBe(2);
  expect(stderr).toContain('OLD and NEW have no dates in common: OLD ends 2001-01-07, NEW begins 2020-01-02');
});

function strategy(body: string): string {
  return `import { defineStrategy, hold, long } from '#strategy';\nexport default defineStrategy({ name: 'mine', features: {}, ${body} });\nvoid [hold, long];\n`;
}

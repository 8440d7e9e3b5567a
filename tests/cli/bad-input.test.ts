import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeTable } from '#adapters/data';
import { reportFailure } from '../../src/apps/cli/terminal.ts';
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
    ['unknown profile', [...AAPL, 'sma-cross', '--profile', 'rosy'], 'there is no profile "rosy"', 'optimistic, base, harsh'],
    ['unreadable fee', [...AAPL, 'sma-cross', '--fees', 'much'], '"much" is not a fee', '5bps'],
    ['leverage 0', [...AAPL, 'sma-cross', '--leverage', '0'], '--leverage must be a positive number', '--leverage 2'],
    ['unknown end rule', [...AAPL, 'sma-cross', '--at-end', 'clsoe'], '--at-end cannot be "clsoe"', 'close'],
    ['unknown symbol', ['backtest', '--strategy', 'sma-cross', '--symbols', 'APPL'], 'no symbol APPL', 'AAPL'],
    ['unknown source', [...AAPL, 'sma-cross', '--source', 'dmeo'], 'unknown data source "dmeo"', 'demo'],
    ['no such file', [...AAPL, 'sma-cross', '--data', './nowhere.csv'], 'nowhere.csv', ''],
    ['dates the wrong way round', [...AAPL, 'sma-cross', '--from', '2016-01-01', '--to', '2015-01-01'], 'hold nothing', '--from'],
    ['dates without bars', [...AAPL, 'sma-cross', '--from', '1990-01-01', '--to', '1991-01-01'], 'no bars in the dates', '2013-05-13'],
    ['empty list of symbols', ['backtest', '--strategy', 'sma-cross', '--symbols', ' , '], '--symbols is empty', 'leave --symbols out'],
    ['a key of every object', ['config', 'show', '--set', '__proto__.x=1'], 'unknown setting "__proto__"', ''],
    ['a folder for a strategy', [...AAPL, '/'], '/ is not a strategy file', '.ts'],
    ['a file for a folder', [...AAPL, 'sma-cross', '--out', import.meta.filename], 'there is a file of that name', 'folder'],
    ['unknown workflow', ['workflows', 'show', 'pipelin'], 'there is no workflow "pipelin"', 'pipeline'],
    ['a folder for a workflow', ['workflows', 'check', '/'], 'is a folder', 'file'],
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
    ['no stop', strategy('decide: () => long({ target: { percent: 0.1 } })'), 'long() has no stop'],
    ['unknown key', strategy("stopp: 1, decide: () => hold('x')"), 'stopp'],
    ['throws', strategy("decide: () => { throw new Error('my own mistake'); }"), 'strategy mine failed: my own mistake (mine.ts, line '],
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

test('more reasons of refusal than stand in the summary are counted there', async () => {
  const folder = scratchFolder();
  const wrong = ['size: 0', 'size: 1, limitPrice: 5', 'size: 1, maxBars: 0.5', 'size: 1, goodTill: 1', "size: 1, tagg: ''"];
  const submits = wrong.map((fields, at) => `if (row === ${at + 60}) submit({ side: 'buy', type: 'market', ${fields} });`);
  writeFileSync(join(folder, 'mine.ts'), strategy(`decide: ({ row, submit }) => { ${submits.join(' ')} return hold('x'); }`));
  const { stdout } = await cli(folder, ...AAPL, './mine.ts');
  expect(stdout.match(/1 order was denied/g)).toHaveLength(3);
  expect(stdout).toContain('And for 2 more reasons: orders.refused in report.json.');
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

describe('what a disk, a file or a slice does wrong is never called a fault of ours', () => {
  test('aliases in a configuration file', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'edgewright.yaml'), 'symbols: &a [AAPL]\nmodel: *a\n');
    const { code, stderr } = await cli(folder, 'config', 'show');
    expect(stderr).toContain('edgewright.yaml:2:8: the alias *a is not allowed');
    expect(code).toBe(2);
  });

  test.each(['xx', '{}'])('a report that holds %s', async (text) => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'results/backtest'), { recursive: true });
    for (const file of ['validation_report.json', 'backtest/backtest_report.json']) writeFileSync(join(folder, 'results', file), text);
    const { code, stderr } = await cli(folder, 'report');
    expect(stderr).toMatch(/damaged; run "edgewright pipeline" again/);
    expect(code).toBe(1);
  });

  test('a slice that throws is named with its file', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'slices'));
    writeFileSync(
      join(folder, 'slices/mine.mjs'),
      "export const slice = { name: 'analyze', analyze() { throw new TypeError('my own mistake'); } };",
    );
    const { code, stderr } = await cli(folder, '--mode', 'backtest', '--symbols', 'AAPL');
    expect(stderr).toMatch(/the slice "analyze" \(.*mine\.mjs\) failed: my own mistake/);
    expect(code).toBe(2);
  });

  test('a run that cannot be written leaves no half of it', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'out/trades.csv'), { recursive: true });
    const { code, stderr } = await cli(folder, ...AAPL, 'sma-cross', '--out', 'out');
    expect(stderr).not.toContain('fault of ours');
    expect(code).toBe(2);
    expect(readdirSync(join(folder, 'out')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test.each([
    ['ENOSPC', 'no space left', 1],
    ['EROFS', 'read-only disk', 2],
    ['EACCES', 'no permission', 2],
  ])('%s', (code, words, exit) => {
    let said = '';
    const stderr = { write: (text: string) => (said += text) } as unknown as NodeJS.WritableStream;
    const error = Object.assign(new Error(`${code}: x`), { code, syscall: 'open', path: '/somewhere' });
    expect(reportFailure(error, { stdout: stderr, stderr, environment: {}, cwd: '/' }, false)).toBe(exit);
    expect(said).toContain(words);
    expect(said).not.toContain('fault of ours');
  });
});

test('one symbol with five rows: what is cut from the others is said', async () => {
  const folder = scratchFolder();
  const line = (at: number) => `${new Date(Date.UTC(2024, 0, 1 + at)).toISOString().slice(0, 10)},10,11,9,10,1000`;
  mkdirSync(join(folder, 'bars'));
  for (const [symbol, rows] of [
    ['LONG', 200],
    ['FIVE', 5],
  ] as const)
    writeFileSync(
      join(folder, `bars/${symbol}-1d.csv`),
      `time,open,high,low,close,volume\n${Array.from({ length: rows }, (_, at) => line(at)).join('\n')}\n`,
    );
  const { code, stdout } = await cli(folder, 'backtest', '--strategy', 'sma-cross', '--data', './bars', '--asset-class', 'crypto');
  expect(stdout).toContain('Only the dates that all symbols have were run: 5 of 200 bars of LONG');
  expect(code).toBe(0);
});

describe('a Parquet file of the user that is no table of bars: exit 2, one line that names it, nothing written', () => {
  const numbers = (value: number) => Float64Array.from({ length: 150 }, (_, row) => value + row);
  const good = {
    time: numbers(0).map((row) => Date.UTC(2020, 0, 1) + row * 86_400_000),
    open: numbers(10),
    high: numbers(10),
    low: numbers(10),
    close: numbers(10),
    volume: numbers(10),
  };

  test.each<[string, (path: string) => Promise<void> | void, string]>([
    ['zero bytes', (path) => writeFileSync(path, ''), 'X-1d.parquet is empty'],
    ['not Parquet', (path) => writeFileSync(path, 'a,b\n1,2\n'.repeat(40)), 'X-1d.parquet is damaged or not a Parquet file'],
    ['cut off', (path) => cutOff(path, good, 0.6), 'X-1d.parquet is damaged or not a Parquet file'],
    ['a hole in the middle', (path) => punched(path, good), 'X-1d.parquet is damaged or not a Parquet file'],
    [
      'prices as text',
      (path) => writeTable(path, { ...good, open: ['x'].concat(Array<string>(149).fill('1')) }),
      'column open holds text, not numbers',
    ],
    [
      'a time that is none',
      (path) => writeTable(path, { ...good, time: Array<string>(150).fill('soon') }),
      '"soon" in column time is not a time',
    ],
    ['no close', (path) => writeTable(path, { time: good.time, open: good.open }), 'X-1d.parquet: no close column among: time, open'],
    ['no rows', (path) => writeTable(path, { time: new Float64Array(0), close: new Float64Array(0) }), 'has columns but no rows'],
    ['absurd prices', (path) => writeTable(path, { ...good, high: numbers(1e300) }), '0 usable bars of 150'],
    ['vanishing prices', (path) => writeTable(path, { ...good, low: good.low.map(() => 1e-300) }), '0 usable bars of 150'],
  ])('%s', async (_, write, message) => {
    const folder = scratchFolder();
    await write(join(folder, 'X-1d.parquet'));
    const { code, stderr } = await cli(folder, 'pipeline', '--source', 'files', '--path', 'X-1d.parquet', '--workspace', 'out');
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(code).toBe(2);
    const left = readdirSync(join(folder, 'out'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(parquet|json|tmp)$/.test(name),
    );
    expect(left.filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  test('times as epoch seconds, dates or text, and the names that CSV headers may have, are read', async () => {
    const folder = scratchFolder();
    const day = (at: number) => new Date(at).toISOString().slice(0, 10);
    await writeTable(join(folder, 'X-1d.parquet'), { Date: Array.from(good.time, day), Close: good.close });
    const { code, stdout } = await cli(folder, 'data', 'check', 'X-1d.parquet', '--asset-class', 'crypto', '--json');
    expect(code).toBe(0);
    const [dataset] = (JSON.parse(stdout) as { datasets: { rowsOut: number; provenance: { transformations: string[]; first: string } }[] })
      .datasets;
    expect(dataset).toMatchObject({ rowsOut: 150, provenance: { first: '2020-01-01T00:00:00.000Z' } });
    expect(dataset!.provenance.transformations.join()).toMatch(/close only.*no volume/);
  });
});

async function cutOff(path: string, table: Parameters<typeof writeTable>[1], share: number): Promise<void> {
  await writeTable(path, table);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)));
}

async function punched(path: string, table: Parameters<typeof writeTable>[1]): Promise<void> {
  await writeTable(path, table);
  const bytes = readFileSync(path);
  bytes.fill(0xff, 20, Math.floor(bytes.length / 2));
  writeFileSync(path, bytes);
}

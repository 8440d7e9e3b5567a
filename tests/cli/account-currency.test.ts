import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

const DAYS = 120;
const day = (row: number): string => new Date(Date.UTC(2023, 0, 2 + row)).toISOString().slice(0, 10);

function write(folder: string, file: string, price: (row: number) => number): void {
  const rows = Array.from({ length: DAYS }, (_, row) => {
    const value = price(row);
    return `${day(row)},${value},${value},${value},${value},1000000`;
  });
  writeFileSync(join(folder, file), `date,open,high,low,close,volume\n${rows.join('\n')}\n`);
}

/** X doubles in dollars from 100; a euro rises from one dollar to two: worth the same in euros all the time. */
function folder(): string {
  const place = scratchFolder();
  mkdirSync(join(place, 'bars'));
  const growth = (row: number): number => 1 + row / (DAYS - 1);
  write(place, 'bars/X-1d.csv', (row) => 100 * growth(row));
  write(place, 'bars/EURUSD-1d.csv', (row) => 1 / growth(row));
  write(place, 'eurusd.csv', growth);
  return place;
}

interface Report {
  readonly folder: string;
  readonly run: string;
  readonly account: { readonly endEquity: number; readonly currency?: string; readonly balances?: Readonly<Record<string, number>> };
  readonly benchmark: { readonly totalReturn: number };
  readonly data: { readonly symbols: readonly string[] };
}

const BACKTEST = 'backtest --strategy buy-and-hold --data bars --profile frictionless --asset-class crypto --at-end mark'.split(' ');

async function run(place: string, ...more: string[]): Promise<Report> {
  const { code, stdout, stderr } = await cli(place, ...BACKTEST, '--symbols', 'X', '--json', ...more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Report;
}

test('an account in euros measures stocks in dollars in euros: by a symbol of the data or by a file', async () => {
  const place = folder();
  const plain = await run(place);
  expect(plain.benchmark.totalReturn).toBeCloseTo(1, 6);
  expect(plain.account).not.toHaveProperty('currency');
  // A pair whose name begins with the account's currency is inverted: a euro for growth() dollars.
  const byFile = await run(place, '--currency', 'eur', '--conversion', 'USDT=eurusd.csv');
  expect(byFile.account.currency).toBe('EUR');
  expect(Object.keys(byFile.account.balances ?? {})).toEqual(['EUR', 'USDT']);
  expect(byFile.benchmark.totalReturn).toBeCloseTo(0, 6);
  const sheet = readFileSync(join(place, byFile.folder, 'tear_sheet.html'), 'utf8');
  expect([/\d EUR\b/.test(sheet), /\d USD\b/.test(sheet)]).toEqual([true, false]);
  // What was bought in dollars is owed in dollars: only the gain is converted, which halves it.
  expect(Math.abs(byFile.account.endEquity / plain.account.endEquity - 0.75)).toBeLessThan(0.02);
  const bySymbol = await run(place, '--currency', 'EUR', '--conversion', 'USDT=EURUSD');
  expect(bySymbol.benchmark.totalReturn).toBeCloseTo(3, 6);
  expect(new Set([plain.run, byFile.run, bySymbol.run]).size).toBe(3);
});

test('what is named only as a rate is not traded, and the balances are told', async () => {
  const place = folder();
  const { code, stdout } = await cli(place, ...BACKTEST, '--currency', 'EUR', '--conversion', 'USDT=EURUSD', '--out', 'out');
  expect(code).toBe(0);
  expect(stdout).toMatch(/Cash in EUR[\s\S]*Cash in USDT/);
  const report = JSON.parse(readFileSync(join(place, 'out/report.json'), 'utf8')) as Report;
  expect(report.data.symbols).toEqual(['X']);
});

test('optimize runs in the same account', async () => {
  const place = folder();
  const common = 'optimize --strategy sma-cross --data bars --symbols X --profile frictionless --asset-class crypto'.split(' ');
  const search = ['--method', 'grid', '--range', 'fast=5:10:5', 'slow=20:40:20', '--workers', '1', '--json'];
  const best = async (...more: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli(place, ...common, ...search, ...more);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.stringify((JSON.parse(stdout) as { readonly best: unknown }).best);
  };
  expect(await best('--currency', 'EUR', '--conversion', 'USDT=eurusd.csv')).not.toBe(await best());
});

test.each<[string, string[], string]>([
  ['a rate that is missing', ['--currency', 'EUR'], 'X is quoted in USDT, the account is in EUR'],
  ['a rate of the own currency', ['--currency', 'USD', '--conversion', 'USD=EURUSD'], 'needs no rate of it'],
  ['no pair', ['--conversion', 'EURUSD'], '--conversion takes currency=pair'],
  ['two rates', ['--currency', 'EUR', '--conversion', 'USDT=EURUSD', 'USDT=eurusd.csv'], 'two rates of USDT'],
  ['a file that is not there', ['--currency', 'EUR', '--conversion', 'USDT=nowhere.csv'], 'there are no rates at nowhere.csv'],
  ['a currency that is none', ['--currency', '€'], '--currency cannot be'],
])('%s: exit 2 and one line', async (_, more, message) => {
  const { code, stderr } = await cli(folder(), ...BACKTEST, '--symbols', 'X', ...more);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('paper takes the same flags, keeps the account in its currency, agrees with the venue, and goes on from its journal', async () => {
  const place = folder();
  const paper = 'paper --strategy buy-and-hold --source files --path bars --asset-class crypto --symbols X --speed max'.split(' ');
  const euros = ['--currency', 'EUR', '--conversion', 'USDT=eurusd.csv'];
  const endEquity = async (state: string, ...more: string[]): Promise<number> => {
    const { code, stdout } = await cli(place, ...paper, '--state', state, '--json', ...more);
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; equity: number; reconciliations: number });
    const end = events.at(-1)!;
    expect(end).toMatchObject({ event: 'end', positions: [{ symbol: 'X' }] });
    return end.equity;
  };
  const plain = await endEquity('plain');
  const inEuros = await endEquity('euros', ...euros);
  expect(inEuros).not.toBeCloseTo(plain, 0);
  expect(await endEquity('euros', ...euros)).toBe(inEuros);
  expect(readFileSync(join(place, 'euros/log.jsonl'), 'utf8')).not.toContain('"event":"reconciliation"');
  const other = await cli(place, ...paper, '--state', 'euros');
  expect(other.code).not.toBe(0);
});

test('live and the model refuse a currency in one line', async () => {
  const place = folder();
  const { code, stderr } = await cli(place, 'paper', '--live', '--strategy', 'supertrend', '--symbols', 'X', '--currency', 'EUR');
  expect(code).toBe(2);
  expect(stderr).toContain('--currency and --conversion do not go with this: a live session gets no rates of currencies');
});

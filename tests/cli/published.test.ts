import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

/**
 * Results that other programs publish, by the commands of docs/cli.md. The profile of backtesting.py adds equity up as it does, to the last
 * digit; cash stays the exact sum of the fills.
 */
const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const strategies = fileURLToPath(new URL('../../strategies/published/', import.meta.url));
const present = existsSync(shared);

interface Report {
  readonly account: { readonly endEquity: number; readonly endCash: number };
  readonly feesPaid: number;
  readonly statistics: { readonly trades: { readonly count: number } };
  readonly orders: { readonly asked: number; readonly fills: number };
  readonly profile: string;
  readonly execution: { readonly marketFill: string; readonly halfSpreadBps: number };
  readonly asReportedBy: Readonly<Record<'backtesting.py' | 'quantstats' | 'LEAN', Readonly<Record<string, number | null>>>>;
}

/** `line` is what stands on the command line beside the strategy and the paths. */
async function run(strategy: string, line: string, ...paths: string[]): Promise<Report> {
  const argv = [...line.split(' '), ...paths];
  const { code, stdout, stderr } = await cli(scratchFolder(), 'backtest', '--strategy', join(strategies, strategy), ...argv, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Report;
}

describe.skipIf(!present)('published results by the command line (skipped when ../shared/data is absent)', () => {
  test('backtesting.py: GOOG, averages of 10 and 30 days, 66 trades', async () => {
    const { account, statistics, asReportedBy } = await run(
      'sma-reversal.ts',
      '--profile backtesting_py --cash 10000 --lot 1 --at-end open',
      '--data',
      join(shared, 'backtesting_py/GOOG-1d.csv.gz'),
    );
    expect(account.endEquity).toBe(51_422.98999999996);
    expect(account.endCash).toBe(51_422.989999999954);
    expect(statistics.trades.count).toBe(66);
    const { cases } = JSON.parse(readFileSync(join(shared, 'published_results/backtesting_py.json'), 'utf8')) as {
      cases: { expected: Record<string, number> }[];
    };
    for (const [label, wanted] of Object.entries(cases[0]!.expected)) {
      const [name, days] = [label.replace(/ (\[days\]|\((geometric|arithmetic|sum).*\))$/, ''), label.endsWith('[days]')];
      expect(asReportedBy['backtesting.py'][name]! / (days ? 86_400_000 : 1), label).toBeCloseTo(wanted, 9);
    }
  });

  test('LEAN: BasicTemplateDaily, one order, 104,486.22', async () => {
    const { account, feesPaid, orders, asReportedBy } = await run(
      'all-in-once.ts',
      '--from 2013-10-08 --to 2013-10-18 --profile lean --cash 100000 --leverage 2 --lot 1 --at-end mark',
      '--data',
      join(shared, 'lean_us_daily_raw/SPY-1d.csv.gz'),
      '--factors',
      join(shared, 'corporate_actions/factor_files'),
    );
    expect(account.endEquity.toFixed(2)).toBe('104486.22');
    expect(feesPaid).toBeCloseTo(3.485, 9);
    expect(orders).toMatchObject({ asked: 1, fills: 1 });
    const lean = asReportedBy.LEAN;
    expect(lean['Compounding Annual Return [%]']!.toFixed(3)).toBe('424.375');
    expect(lean['Net Profit [%]']!.toFixed(3)).toBe('4.486');
    expect(lean['Portfolio Turnover [%]']!.toFixed(2)).toBe('10.01');
    expect(lean['Annual Standard Deviation']!.toFixed(3)).toBe('0.141');
    expect(lean['Tracking Error']!.toFixed(3)).toBe('0.011');
    expect(lean.Beta!.toFixed(3)).toBe('1.015');
    expect(lean['Drawdown Recovery']).toBe(1);
  });

  test('backtrader: one unit over the 15-day average of 2006, 10,284.10', async () => {
    const { account } = await run(
      'close-over-average.ts',
      '--profile frictionless --cash 10000 --at-end mark',
      '--data',
      join(shared, 'backtrader_2006/ESTX50-1d.csv.gz'),
    );
    expect(account.endEquity.toFixed(2)).toBe('10284.10');
    expect(account.endCash.toFixed(2)).toBe('6164.16');
  });
});

describe('the fill model from the command line', () => {
  const averages = '--symbols AAPL --profile backtesting_py';

  test('trading on the close, single settings, whole lots and exclusive orders change the run', async () => {
    const plain = await run('sma-reversal.ts', averages);
    expect(plain.execution.marketFill).toBe('next_open');
    const onClose = await run('sma-reversal.ts', `${averages} --trade-on-close --fill halfSpreadBps=5 spreadOn=both`);
    expect(onClose.execution).toMatchObject({ marketFill: 'previous_close', halfSpreadBps: 5 });
    expect(onClose.account.endEquity).not.toBe(plain.account.endEquity);
    const whole = await run('sma-reversal.ts', `${averages} --lot 1`);
    expect(whole.account.endEquity).not.toBe(plain.account.endEquity);
    // The strategy closes before it turns, so that replacing what there is changes nothing.
    expect((await run('sma-reversal.ts', `${averages} --exclusive`)).account.endEquity).toBeCloseTo(plain.account.endEquity, 6);
  });

  test('a position open at the end is closed at the last close or the last open', async () => {
    const atClose = await run('all-in-once.ts', '--symbols AAPL');
    const atOpen = await run('all-in-once.ts', '--symbols AAPL --at-end open');
    expect([atClose.statistics.trades.count, atOpen.statistics.trades.count]).toEqual([1, 1]);
    expect(atOpen.account.endEquity).not.toBe(atClose.account.endEquity);
  });

  test('factors apply up to and including their date; without a file for a symbol the run is refused', async () => {
    const folder = scratchFolder();
    const day = (at: number) => `2020-01-0${at},10,11,9,10,1000`;
    writeFileSync(join(folder, 'ABC-1d.csv'), `date,open,high,low,close,volume\n${[2, 3, 6, 7].map(day).join('\n')}\n`);
    writeFileSync(join(folder, 'factors.csv'), '20200103,0.5,0.5,10\n20500101,1,1,0\n');
    const argv = ['backtest', '--strategy', 'buy-and-hold', '--data', 'ABC-1d.csv', '--profile', 'frictionless', '--json'];
    const { stdout } = await cli(folder, ...argv, '--factors', 'factors.csv');
    const report = JSON.parse(stdout) as { benchmark: { totalReturn: number } };
    expect(report.benchmark.totalReturn).toBeCloseTo(3, 12);
    const { code, stderr } = await cli(folder, ...argv, '--factors', '.');
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('Add ABC.csv') });
  });

  test('a split that the factors know is no finding; one that they do not know is', async () => {
    const folder = scratchFolder();
    const rows = Array.from({ length: 40 }, (_, at) => {
      const price = (at < 20 ? 700 : 100) + at;
      const day = new Date(Date.UTC(2020, 0, 1 + at)).toISOString().slice(0, 10);
      return `${day},${price},${price + 1},${price - 1},${price},100000`;
    });
    writeFileSync(join(folder, 'ABC-1d.csv'), `date,open,high,low,close,volume\n${rows.join('\n')}\n`);
    writeFileSync(join(folder, 'right.csv'), '20200120,1,0.142857143,719\n20500101,1,1,0\n');
    writeFileSync(join(folder, 'wrong.csv'), '20200101,1,0.9,700\n20500101,1,1,0\n');
    const told = async (factors: string): Promise<string> =>
      (await cli(folder, 'backtest', '--strategy', 'buy-and-hold', '--data', 'ABC-1d.csv', '--asset-class', 'crypto', '--factors', factors))
        .stdout;
    expect(await told('right.csv')).not.toContain('looks like a split');
    expect(await told('wrong.csv')).toContain('looks like a split that was not adjusted for');
  });

  test.each<[string, string[], string]>([
    ['setting', ['--fill', 'halfSpred=5'], 'halfSpreadBps'],
    ['value', ['--fill', 'marketFill=now'], 'next_open, previous_close'],
    ['number', ['--fill', 'latencyBars=0.5'], 'whole number'],
    ['lot', ['--lot', '0'], '--lot must be a positive number'],
    ['profile', ['--profile', 'backtesting-py'], 'backtesting_py'],
  ])('an unknown %s is refused with what is meant', async (_, argv, hint) => {
    const { code, stderr } = await cli(scratchFolder(), 'backtest', '--strategy', 'sma-cross', '--symbols', 'AAPL', ...argv);
    expect(stderr).toContain(hint);
    expect(code).toBe(2);
  });
});

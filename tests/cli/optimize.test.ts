import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

const GRID = ['optimize', '--strategy', 'sma-cross', '--symbols', 'AAPL', '--method', 'grid', '--where', 'fast<slow'];
const SMALL = [...GRID, '--range', 'fast=5:25:5', '--range', 'slow=20:80:20'];

const EDGEWRIGHT = fileURLToPath(new URL('../../edgewright', import.meta.url));

interface Report {
  readonly folder: string;
  readonly trials: { readonly evaluated: number; readonly fromLedger: number; readonly ledgerRows: number; readonly asked: number };
  readonly best: { readonly parameters: Record<string, number>; readonly scores: readonly number[] };
  readonly top: readonly { readonly parameters: Record<string, number>; readonly scores: readonly number[]; readonly trades: number }[];
  readonly evaluator: string;
  readonly engineNeeded: string | null;
  readonly pareto: readonly { readonly scores: readonly number[] }[];
  readonly honesty: { readonly trials: number; readonly deflatedSharpeRatio: number };
  readonly folds: readonly { readonly parameters: Record<string, number>; readonly outOfSample: number }[];
}

interface BacktestReport {
  readonly statistics: {
    readonly sharpe: number;
    readonly totalReturn: number;
    readonly maxDrawdown: number;
    readonly trades: { readonly count: number };
  };
  readonly orders: { readonly deniedByRisk: Record<string, number> };
}

async function report(folder: string, ...argv: string[]): Promise<Report> {
  const { code, stdout, stderr } = await cli(folder, ...argv, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Report;
}

const rows = (folder: string): { readonly trial: string }[] => {
  const path = join(folder, 'results/trials/ledger.jsonl');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  return lines.map((line) => JSON.parse(line) as { readonly trial: string });
};

test('the page on searching: its code runs as it stands', () => {
  const page = readFileSync(new URL('../../docs/optimize.md', import.meta.url), 'utf8');
  const door = new URL('../../src/index.ts', import.meta.url).href;
  const code = /```ts\n([\s\S]*?)```/.exec(page)![1]!.replace("'edgewright'", JSON.stringify(door));
  const said = execFileSync(process.execPath, ['--input-type=module-typescript', '--eval', code], { encoding: 'utf8' });
  expect(said.trim().split(' ')).toHaveLength(9);
});

/** A strategy whose direction stands outside of `make`, in its own file or in one that it imports. */
const TURNED = (away: string, here: string): string => `
import { close, sma } from '#features';
import { defineStrategy, exit, hold, long, tunable, whole } from '#strategy';
${away}
const HERE = ${here};
export default tunable({
  name: 'turned',
  summary: 'above its average, or below',
  source: 'a test',
  parameters: { length: whole(20, 5, 60, 'bars') },
  make: ({ length }) =>
    defineStrategy({
      name: 'turned',
      features: { average: sma(close, length) },
      decide({ f, position, close }) {
        const up = (close - f.average) * HERE * AWAY > 0;
        if (position.long) return up ? hold('up') : exit('down');
        return up ? long({ stop: { percent: 0.2 } }) : hold('down');
      },
    }),
});
`;

describe('optimize', () => {
  test('folds that cannot be made are told before anything is evaluated', async () => {
    const folder = scratchFolder();
    const { code, stderr } = await cli(folder, ...SMALL, '--folds', 'walk-forward:500');
    expect({ code, said: stderr.includes('1259 days are too few for 500 folds') }).toEqual({ code: 2, said: true });
    expect(rows(folder)).toEqual([]);
  });

  test('code that changed outside of make, or in an imported file, is evaluated anew', () => {
    const folder = scratchFolder();
    const search = ['optimize', '--strategy', './turned.ts', '--symbols', 'AAPL', '--method', 'grid', '--range', 'length=10,20'];
    const scored = (away: string, here: string): { fresh: number; scores: readonly number[] } => {
      writeFileSync(join(folder, 'away.ts'), `export const AWAY = ${away};\n`);
      writeFileSync(join(folder, 'turned.ts'), TURNED("import { AWAY } from './away.ts';", here));
      const stdout = execFileSync(EDGEWRIGHT, [...search, '--json'], { cwd: folder, encoding: 'utf8' });
      const { trials, best } = JSON.parse(stdout) as Report;
      return { fresh: trials.evaluated, scores: best.scores };
    };
    const first = scored('1', '1');
    expect(first.fresh).toBe(2);
    expect(scored('1', '1')).toEqual({ fresh: 0, scores: first.scores });
    const here = scored('1', '-1');
    expect(here.fresh).toBe(2);
    expect(here.scores).not.toEqual(first.scores);
    // The same product of signs, by other code: another trial with the same score.
    expect(scored('-1', '1')).toEqual({ fresh: 2, scores: here.scores });
  }, 60_000);

  test('two threads find what one does; the second run reads the ledger and evaluates nothing', async () => {
    const [one, two] = [scratchFolder(), scratchFolder()];
    const alone = await report(one, ...SMALL, '--workers', '1');
    const shared = await report(two, ...SMALL, '--workers', '2');
    expect(shared.top).toEqual(alone.top);
    expect(shared.honesty).toEqual(alone.honesty);
    expect(alone.trials).toMatchObject({ evaluated: alone.trials.asked, fromLedger: 0, ledgerRows: alone.trials.asked });
    const again = await report(one, ...SMALL, '--workers', '1', '--resume');
    expect(again.trials).toMatchObject({ evaluated: 0, fromLedger: alone.trials.asked, ledgerRows: alone.trials.asked });
    expect(again.top).toEqual(alone.top);
    const page = readFileSync(join(one, again.folder, 'plateau.html'), 'utf8');
    for (const part of ['<h2>sharpe over fast and slow</h2>', '<h2>Best combinations</h2>', '▲ the highest point', 'Deflated Sharpe ratio'])
      expect(page).toContain(part);
  });

  test.each([
    ['the defaults', []],
    [
      'risk limits, leverage, fees, whole shares and the end',
      ['--set', 'risk.maxDrawdownFraction=0.1', '--leverage', '2', '--fees', '20bps', '--lot', '1', '--at-end', 'mark'],
    ],
  ])('the best trial is what a backtest with its parameters gives, to the last digit: %s', async (_, flags) => {
    const folder = scratchFolder();
    const { best } = await report(folder, ...SMALL, '--objective', 'sharpe,return,drawdown', '--workers', '2', ...flags);
    const parameters = Object.entries(best.parameters).map(([name, value]) => `${name}=${value}`);
    const backtest = ['backtest', '--strategy', 'sma-cross', '--symbols', 'AAPL', '--json', ...flags, '--param', ...parameters];
    const { stdout } = await cli(folder, ...backtest);
    const { statistics, orders } = JSON.parse(stdout) as BacktestReport;
    // The ledger keeps daily returns: a drawdown compounded from them is a rounding away from that of the equity itself.
    const { sharpe, totalReturn, maxDrawdown } = statistics;
    expect(best.scores).toEqual([sharpe, totalReturn, expect.closeTo(maxDrawdown, 12)]);
    expect(Object.keys(orders.deniedByRisk).length > 0).toBe(flags.length > 0);
  });

  test('the bare crossing runs by its own loop, on one thread as on two, with the results of a backtest; with costs it is the engine’s', async () => {
    const search = ['optimize', '--strategy', 'crossing', '--symbols', 'AAPL', '--method', 'grid', '--where', 'fast<slow'];
    const ranges = ['--range', 'fast=5:45:10', '--range', 'slow=20:100:20'];
    const plain = ['--profile', 'frictionless', '--fees', '10bps'];
    const one = await report(scratchFolder(), ...search, ...ranges, ...plain, '--objective', 'sharpe,return', '--workers', '1');
    const two = await report(scratchFolder(), ...search, ...ranges, ...plain, '--objective', 'sharpe,return', '--workers', '2');
    expect(one.evaluator).toBe('crossing loop');
    expect(two.top).toEqual(one.top);
    for (const { parameters, scores, trades } of one.top.slice(0, 2)) {
      const flags = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
      const folder = scratchFolder();
      const { stdout } = await cli(
        folder,
        'backtest',
        '--strategy',
        'crossing',
        '--symbols',
        'AAPL',
        '--json',
        ...plain,
        '--param',
        ...flags,
      );
      const { statistics } = JSON.parse(stdout) as BacktestReport;
      expect(scores).toEqual([statistics.sharpe, statistics.totalReturn]);
      expect(trades).toBe(statistics.trades.count);
    }
    const costly = await report(scratchFolder(), ...search, '--range', 'fast=5:15:10', '--range', 'slow=20:40:20');
    expect([costly.evaluator, costly.engineNeeded]).toEqual(['engine', 'the profile is not frictionless']);
  });

  test('the deflated Sharpe ratio counts every trial of the ledger, of other searches too', async () => {
    const folder = scratchFolder();
    const first = await report(folder, ...SMALL);
    const second = await report(folder, 'optimize', '--strategy', 'sma-cross', '--symbols', 'AAPL', '--method', 'random', '--trials', '9');
    expect(second.honesty.trials).toBe(first.trials.asked + second.trials.evaluated);
    expect(rows(folder).length).toBe(second.honesty.trials);
  });

  test('folds choose on training days; several objectives make a front', async () => {
    const folder = scratchFolder();
    const walk = await report(folder, ...SMALL, '--folds', 'walk-forward:3');
    expect(walk.folds.length).toBe(3);
    // All windows read the streams of the same evaluations.
    expect(walk.trials.evaluated).toBe(walk.trials.asked);
    const front = await report(folder, ...SMALL, '--objective', 'sharpe,drawdown');
    const sharpes = front.pareto.map(({ scores }) => scores[0]!);
    expect(sharpes.length).toBeGreaterThan(0);
    expect(sharpes).toEqual(sharpes.toSorted((one, other) => other - one));
    expect(front.trials.evaluated).toBe(0);
  });

  test('killed in the middle, it goes on: nothing is lost, nothing is counted twice', async () => {
    const folder = scratchFolder();
    const wide = [...GRID, '--range', 'fast=5:60:1', '--range', 'slow=20:200:10', '--workers', '1'];
    const main = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url));
    const child = spawn(process.execPath, [main, ...wide, '--json'], { cwd: folder, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while (rows(folder).length < 20 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await ended;
    const before = readFileSync(join(folder, 'results/trials/ledger.jsonl'), 'utf8');
    const done = before.split('\n').length - 1;
    const after = JSON.parse(
      execFileSync(process.execPath, [main, ...wide, '--resume', '--json'], { cwd: folder, encoding: 'utf8' }),
    ) as Report;
    expect(readFileSync(join(folder, 'results/trials/ledger.jsonl'), 'utf8').startsWith(before)).toBe(true);
    expect(after.trials.evaluated + done).toBe(after.trials.asked);
    expect(new Set(rows(folder).map(({ trial }) => trial)).size).toBe(after.trials.asked);
  }, 60_000);

  test('bad wishes end with one line and a hint', async () => {
    for (const [flags, said] of [
      [['--objective', 'sharp'], 'Did you mean "sharpe"?'],
      [['--method', 'gird'], 'Did you mean "grid"?'],
      [['--range', 'fst=1:2'], 'Did you mean "fast"?'],
      [['--trials', '0'], '--trials takes a whole number'],
      [['--folds', 'walk-forward:1'], 'Example: --folds walk-forward:5'],
      [['--range', 'fast=30:20'], 'got 30 and 20.\n  Swap them.'],
      [['--folds', 'purged:400'], 'too few for 400 folds'],
      [['--folds', 'walk-forward:400'], 'so many need 8040 days'],
      [['--resume'], 'no search to resume'],
      [['--method', 'tpe', '--objective', 'sharpe,return'], 'takes one objective'],
    ] as const) {
      const { code, stderr } = await cli(scratchFolder(), ...SMALL, ...flags);
      expect({ code, told: stderr.includes(said) }, `${flags.join(' ')}: ${stderr}`).toEqual({ code: 2, told: true });
    }
  });
});

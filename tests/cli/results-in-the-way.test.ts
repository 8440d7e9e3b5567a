import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

/** As much as a disk takes at a time. */
const disk = vi.hoisted(() => ({ takes: Number.POSITIVE_INFINITY }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const writeSync = (file: number, bytes: Uint8Array | string, at = 0): number =>
    typeof bytes === 'string' ? real.writeSync(file, bytes) : real.writeSync(file, bytes, at, Math.min(disk.takes, bytes.length - at));
  return { ...real, writeSync };
});

const run = (folder: string): ReturnType<typeof cli> =>
  cli(folder, 'backtest', '--symbols', 'AAPL', '--strategy', 'sma-cross', '--out', 'run');

test.each(['report.json', 'tear_sheet.html', 'trades.parquet'])(
  'a folder in the place of %s is named, before a file is touched',
  async (name) => {
    const folder = scratchFolder();
    fs.mkdirSync(join(folder, 'run', name), { recursive: true });
    const { code, stderr, stdout } = await run(folder);
    expect(stderr).toContain(`${join('run', name)} is a folder, where a file of the run belongs`);
    expect(stderr.trim().split('\n').length).toBe(2);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(fs.readdirSync(join(folder, 'run'))).toEqual([name]);
  },
);

test('an equity file that the disk takes in pieces is whole', async () => {
  const folder = scratchFolder();
  const equity = (): string => fs.readFileSync(join(folder, 'run', 'equity_curve.csv'), 'latin1');
  await run(folder);
  const whole = equity();
  disk.takes = 10_000;
  await run(folder);
  expect(whole.length).toBeGreaterThan(50_000);
  expect(equity()).toBe(whole);
});

import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

const BACKTEST = ['backtest', '--strategy', 'sma-cross', '--symbols', 'AAPL'];

test.skipIf(!existsSync('/proc/self'))(
  'a place under /proc is refused at once, not tried for ever (skipped where there is no /proc)',
  async () => {
    const folder = scratchFolder();
    const commands: readonly (readonly [string, readonly string[]])[] = [
      ['--state', ['paper', '--strategy', 'sma-cross', '--symbols', 'AAPL', '--state', '/proc/x']],
      ['--state', ['kill', 'why', '--state', '/proc/1/x/y']],
      ['--out', [...BACKTEST, '--out', '/proc/x']],
      ['--workspace', ['pipeline', '--stage', '1', '--workspace', '/proc/x']],
    ];
    for (const [option, argv] of commands) {
      const { code, stderr } = await cli(folder, ...argv);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^edgewright: \/proc\/\S+ cannot hold a run: the folders under \/proc are the kernel's own\n {2}Choose another place for/,
      );
      expect(stderr).toContain(option);
    }
  },
);

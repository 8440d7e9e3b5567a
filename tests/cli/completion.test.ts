import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

/** What bash offers after these words, the last of them unfinished. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const folder = scratchFolder();
  const script = join(folder, 'completion.bash');
  writeFileSync(script, (await cli(folder, 'completion', 'bash')).stdout);
  const typed = ['edgewright', ...words];
  const ask = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=${typed.length - 1}; _edgewright; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', ask, 'bash', script, ...typed], { cwd: folder, encoding: 'utf8' })
    .trim()
    .split('\n');
}

test('bash offers the names of strategies and stages where an option takes one', async () => {
  expect(await offered('backtest', '--strategy', 'sma')).toContain('sma-cross');
  expect(await offered('optimize', '--symbols', 'AAPL', '--strategy', 'supert')).toEqual(['supertrend']);
  expect(await offered('pipeline', '--from-stage', 'ca')).toEqual(['calibrate']);
  expect(await offered('pipeline', '--stage', '')).toHaveLength(7);
  expect(await offered('pipel')).toEqual(['pipeline']);
});

test('fish has them too', async () => {
  const { stdout } = await cli(scratchFolder(), 'completion', 'fish');
  expect(stdout).toMatch(/__fish_seen_subcommand_from paper' -l strategy -r -a '.*sma-cross/);
  expect(stdout).toContain("-l until-stage -r -a 'data features labels train calibrate backtest validate'");
});

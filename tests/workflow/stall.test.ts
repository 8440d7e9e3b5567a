import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url));
const WORKFLOW = `name: mine
steps:
  - { id: data, uses: slice.data, with: { symbols: [AAPL] } }
  - { id: regime, uses: slice.market_regime, timeoutMs: 300, with: { series: "\${{ steps.data.outputs.series }}" } }
`;

test.each([
  [
    'a slice whose promise is never resolved',
    'new Promise(() => {})',
    'step "regime" (slice.market_regime) never answers: a promise in it is never resolved',
  ],
  [
    'a slice that takes too long, and leaves a timer behind',
    'new Promise((resolve) => setTimeout(resolve, 600_000))',
    'step "regime" gave no answer within its time limit of 300 ms; timeoutMs in the workflow file sets another',
  ],
])('%s ends the run with one line', (_, answer, said) => {
  const folder = mkdtempSync(join(tmpdir(), 'stall-'));
  mkdirSync(join(folder, 'slices'));
  writeFileSync(join(folder, 'slices', 'mine.mjs'), `export const slice = { name: 'market_regime', detect: () => ${answer} };\n`);
  writeFileSync(join(folder, 'mine.yaml'), WORKFLOW);
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'run', 'mine.yaml'], { cwd: folder, encoding: 'utf8', timeout: 20_000 });
  expect([status, stderr]).toEqual([1, `edgewright: ${said}\n`]);
});

test('a strategy file that never finishes loading is told, not left to Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stall-'));
  writeFileSync(join(folder, 'mine.mjs'), 'await new Promise(() => {});\nexport default {};\n');
  const argv = [MAIN, 'backtest', '--strategy', './mine.mjs', '--symbols', 'AAPL'];
  const { status, stderr } = spawnSync(process.execPath, argv, { cwd: folder, encoding: 'utf8', timeout: 20_000 });
  expect(status).toBe(1);
  expect(stderr).toBe(
    'edgewright: stopped: what it was waiting for never answers (a strategy, slice or step whose promise is never resolved)\n',
  );
});

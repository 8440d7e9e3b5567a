import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'edgewright-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command lines of the shell blocks of a page; comments are cut off. */
function commands(page: string): string[] {
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm);
  return [...blocks]
    .flatMap((block) => block[1]!.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** That the commands work is asked here; what the full model says of synthetic markets is tests/pipeline/verdict.test.ts. */
function environmentOf(line: string): NodeJS.ProcessEnv {
  if (!line.includes('--source synthetic')) return process.env;
  return { ...process.env, EDGEWRIGHT_MODEL__TREES: '60', EDGEWRIGHT_MODEL__SHUFFLED_CONTROLS: '5' };
}

describe.each(['docs/QUICKSTART.md', 'README.md'])('%s: every command block works', (page) => {
  // Setting up and testing are what runs this very test; the network is not reached from tests.
  const own = commands(page).filter((line) => !/^make (test|setup|check)\b/.test(line) && !/ccxt:|alpaca|--path bars/.test(line));

  test('there are commands', () => expect(own.length).toBeGreaterThan(1));

  test.each(own)(
    '%s',
    (line) => {
      const command = line
        .replace(/^make pipeline\b/, './edgewright pipeline')
        .replace(/^\.\/edgewright\b/, JSON.stringify(join(root, 'edgewright')));
      expect(() =>
        execFileSync('sh', ['-c', command], {
          cwd: folder,
          env: environmentOf(line),
          stdio: ['ignore', 'ignore', 'pipe'],
          timeout: 120_000,
        }),
      ).not.toThrow();
    },
    120_000,
  );
});

/** The first block of a language in a page. */
function block(page: string, language: string): string {
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(readFileSync(join(root, page), 'utf8'))![1]!;
}

describe('what a reader copies out of the pages works as it stands', () => {
  const edgewright = (...args: string[]): string =>
    execFileSync(join(root, 'edgewright'), args, { cwd: folder, encoding: 'utf8', timeout: 60_000 });

  test('the workflow, with the slice in the place of the built-in', () => {
    mkdirSync(join(folder, 'slices'), { recursive: true });
    writeFileSync(join(folder, 'slices/steady.mjs'), block('docs/workflows.md', 'js'));
    writeFileSync(join(folder, 'two_looks.yaml'), block('docs/workflows.md', 'yaml'));
    expect(edgewright('workflows', 'check', 'two_looks.yaml')).toContain('nothing wrong');
    edgewright('run', 'two_looks.yaml');
    expect(edgewright('--mode', 'backtest', '--symbols', 'AAPL')).toContain('AAPL against its first bar');
    rmSync(join(folder, 'slices'), { recursive: true });
  }, 60_000);

  test('the strategy', () => {
    writeFileSync(join(folder, 'mine.ts'), block('strategies/README.md', 'ts'));
    expect(edgewright('backtest', '--strategy', './mine.ts', '--symbols', 'AAPL')).toMatch(/Strategy {2}mine/);
  }, 60_000);

  test('the strategy with orders of its own', () => {
    writeFileSync(join(folder, 'exits.ts'), block('docs/orders.md', 'ts'));
    edgewright('backtest', '--strategy', './exits.ts', '--symbols', 'AAPL', '--out', 'exits');
    const report = JSON.parse(readFileSync(join(folder, 'exits/report.json'), 'utf8')) as { orders: { deniedByRisk: object } };
    expect(report.orders.deniedByRisk).toEqual({});
    const trades = readFileSync(join(folder, 'exits/trades.csv'), 'utf8');
    for (const tag of ['trailed', 'target']) expect(trades).toContain(`,${tag},`);
  }, 60_000);
});

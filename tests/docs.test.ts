import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
        execFileSync('sh', ['-c', command], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 }),
      ).not.toThrow();
    },
    120_000,
  );
});

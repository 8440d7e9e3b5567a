#!/usr/bin/env node
// Entry of `npx edgewright`: starts the command line on the pinned Node, from the built package or from a checkout.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const built = join(root, 'dist', 'apps', 'cli', 'main.js');
const main = existsSync(built) ? built : join(root, 'src', 'apps', 'cli', 'main.ts');

function pinnedRuntime() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
  } catch {
    return process.execPath;
  }
}

// Memory and threads as in the launcher of a checkout.
const flags = ['--max-semi-space-size=4', '--v8-pool-size=2', '--disable-warning=ExperimentalWarning'];
const child = spawn(pinnedRuntime(), [...flags, main, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', ...process.env },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`edgewright: cannot start the pinned Node (${error.message})\n  Install again with install scripts allowed: npm rebuild node`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});

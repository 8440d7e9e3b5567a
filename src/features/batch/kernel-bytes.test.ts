import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

function hasCompiler(): boolean {
  try {
    createRequire(import.meta.url).resolve('assemblyscript/package.json');
    return true;
  } catch {
    return false;
  }
}

const compiler = hasCompiler();

describe(compiler ? 'feature kernel bytes' : 'feature kernel bytes (skipped: the package assemblyscript is not installed)', () => {
  test.skipIf(!compiler)('are what the compiler makes of kernel.assemblyscript', () => {
    const script = fileURLToPath(new URL('../../../scripts/build-features-kernel.ts', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8', timeout: 60_000 });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

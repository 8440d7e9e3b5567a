/** Builds `dist/` for `npm pack`: JavaScript and types, since Node does not run TypeScript inside node_modules. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

rmSync('dist', { recursive: true, force: true });
execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
mkdirSync('dist/strategies');
for (const name of readdirSync('strategies'))
  if (name.endsWith('.ts') && !name.endsWith('.test.ts'))
    writeFileSync(
      join('dist/strategies', name.replace(/\.ts$/, '.js')),
      stripTypeScriptTypes(readFileSync(join('strategies', name), 'utf8')),
    );
// The nearest package.json decides what `#room` means: the built doors here, the sources in a checkout.
writeFileSync('dist/package.json', `${JSON.stringify({ type: 'module', imports: { '#*': './*/index.js' } }, null, 2)}\n`);

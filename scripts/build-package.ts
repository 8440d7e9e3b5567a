/** Builds `dist/` for `npm pack`: JavaScript and types, since Node does not run TypeScript inside node_modules. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { buildStrategies } from './build-strategies.ts';

rmSync('dist', { recursive: true, force: true });
execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
buildStrategies('strategies', 'dist/strategies');
// The nearest package.json decides what `#room` means: the built doors here, the sources in a checkout.
writeFileSync('dist/package.json', `${JSON.stringify({ type: 'module', imports: { '#*': './*/index.js' } }, null, 2)}\n`);

/** Fails when an import in `src/` breaks a floor of docs/architecture.md, reaches into a room past its door, or closes a circle. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const FLOOR: Readonly<Record<string, number>> = {
  core: 0,
  domain: 1,
  data: 2,
  features: 2,
  ml: 2,
  statistics: 2,
  strategy: 2,
  portfolio: 2,
  risk: 2,
  execution: 2,
  engine: 3,
  backtest: 4,
  live: 4,
  research: 4,
  workflow: 5,
  adapters: 6,
  apps: 7,
};
const SIDEWAYS = new Set(['ml>features', 'strategy>features', 'risk>portfolio', 'research>backtest']);
const IMPORT = /(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|import\s*\(\s*['"]([^'"]+)['"]\s*\)|import\s+['"]([^'"]+)['"]/g;

const root = resolve(process.argv[2] ?? 'src');
const faults: string[] = [];
const graph = new Map<string, string[]>();

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
for (const name of files) {
  const path = join(root, name);
  const text = readFileSync(path, 'utf8');
  const here = name.split('/')[0]!;
  const isTest = name.endsWith('.test.ts');
  const targets: string[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const specifier = match[1] ?? match[2] ?? match[3]!;
    const there = specifier.startsWith('#')
      ? specifier.slice(1).split('/')[0]!
      : specifier.startsWith('.')
        ? roomOf(path, specifier)
        : undefined;
    if (specifier.startsWith('.')) targets.push(resolve(dirname(path), specifier));
    if (/^#(?!adapters\/)[^/]+\//.test(specifier)) faults.push(`${name}: ${specifier} goes past a door`);
    if (there === undefined || there === here || here === 'index.ts') continue;
    if (specifier.startsWith('.')) faults.push(`${name}: reaches into ${there} by a path (${specifier}); use #${there}`);
    const from = FLOOR[here];
    const to = FLOOR[there];
    if (from === undefined || to === undefined) faults.push(`${name}: "${from === undefined ? here : there}" is not a room`);
    else if (isTest) continue;
    else if (to > from || (to === from && !SIDEWAYS.has(`${here}>${there}`)))
      faults.push(`${name}: ${here} (floor ${from}) may not import ${there} (floor ${to})`);
  }
  if (/^export \*/m.test(text)) faults.push(`${name}: "export *" hides what a door offers; name the exports`);
  if (!isTest) graph.set(path, targets);
}

function roomOf(path: string, specifier: string): string | undefined {
  const inside = relative(root, resolve(dirname(path), specifier));
  return inside.startsWith('..') ? undefined : inside.split('/')[0];
}

const state = new Map<string, 'open' | 'done'>();
function visit(path: string, trail: readonly string[]): void {
  if (state.get(path) === 'done') return;
  if (state.get(path) === 'open') {
    faults.push(`circle: ${[...trail.slice(trail.indexOf(path)), path].map((item) => relative(root, item)).join(' > ')}`);
    return;
  }
  state.set(path, 'open');
  for (const next of graph.get(path) ?? []) if (graph.has(next)) visit(next, [...trail, path]);
  state.set(path, 'done');
}
for (const path of graph.keys()) visit(path, []);

for (const fault of faults) process.stderr.write(`${fault}\n`);
console.log(faults.length === 0 ? `floors: ${files.length} files, nothing out of place` : `floors: ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;

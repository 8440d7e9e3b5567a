import { existsSync, readdirSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, extname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suggest, UserError } from '#core';
import { BUILT_IN_STRATEGIES, type Strategy, type StrategyRecipe } from '#strategy';
import { codeHash } from './strategy-code.ts';

/** A checkout has them beside `src/`; an installed package, whose Node runs no TypeScript there, has their build in `dist/` too. */
const PLACES = ['../../../strategies/', '../../../../strategies/'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
const EXAMPLES = PLACES.find(existsSync);
const CODE = ['.js', '.mjs', '.ts', '.mts'];

export interface FoundStrategy {
  readonly name: string;
  readonly kind: 'built in' | 'example' | 'file';
  readonly summary: string;
  readonly recipe: StrategyRecipe | undefined;
  readonly strategy: Strategy | undefined;
  /** SHA-256 of a user's file and of the modules of theirs that it imports; empty for what comes with the package. */
  readonly sha256: string;
  /** Of a file. */
  readonly path?: string;
}

/** A strategy by name (built in, or one of the worked examples) or from a file whose default export is one. */
export async function findStrategy(wanted: string, folder: string): Promise<FoundStrategy> {
  const builtIn = BUILT_IN_STRATEGIES.find((recipe) => recipe.name === wanted);
  if (builtIn !== undefined)
    return { name: wanted, kind: 'built in', summary: builtIn.summary, recipe: builtIn, strategy: undefined, sha256: '' };
  const example = exampleFiles().get(wanted) ?? exampleFiles('published').get(wanted);
  if (example !== undefined) return load(example, 'example');
  if (!CODE.includes(extname(wanted)) && !/[/\\]/.test(wanted)) {
    const near = suggest(wanted, strategyNames());
    const hint = near === undefined ? `There are ${someStrategies()}; or give a file: --strategy ./mine.ts` : `Did you mean "${near}"?`;
    throw new UserError(`there is no strategy "${wanted}"`, hint);
  }
  const path = runnable(isAbsolute(wanted) ? wanted : resolve(folder, wanted));
  if (!existsSync(path)) throw new UserError(`there is no strategy file ${wanted}`, 'Check the path given to --strategy.');
  if (!CODE.includes(extname(path)) || statSync(path).isDirectory())
    throw new UserError(`${wanted} is not a strategy file`, `Give one that ends in ${CODE.join(', ')}.`);
  return load(path, 'file');
}

export function strategyNames(): readonly string[] {
  return [...BUILT_IN_STRATEGIES.map(({ name }) => name), ...exampleFiles().keys()];
}

/** A few names and where the others are, for a hint of one line. */
export function someStrategies(): string {
  const names = strategyNames();
  return `${names.length}, such as ${[names[0]!, ...names.slice(-5)].join(', ')} (edgewright backtest --list)`;
}

/** Every strategy that can be named. */
export async function listStrategies(): Promise<readonly FoundStrategy[]> {
  return Promise.all(strategyNames().map((name) => findStrategy(name, '.')));
}

/** By the name that `--strategy` takes; those of a sub-folder are named with it. */
function exampleFiles(within = ''): ReadonlyMap<string, string> {
  if (EXAMPLES === undefined) return new Map();
  const folder = join(EXAMPLES, within);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const code = files.filter((file) => CODE.includes(extname(file)) && !file.includes('.d.') && !file.includes('.test.'));
  const prefix = within === '' ? '' : `${within}/`;
  return new Map(code.sort().map((file) => [`${prefix}${file.slice(0, -extname(file).length)}`, join(folder, file)]));
}

/** The build of one of the package's own files where Node does not run the file itself. */
function runnable(path: string): string {
  const [, sources] = PLACES;
  if (EXAMPLES === undefined || EXAMPLES === sources || !path.startsWith(sources!)) return path;
  const built = join(EXAMPLES, path.slice(sources!.length)).replace(/\.ts$/, '.js');
  return existsSync(built) ? built : path;
}

async function load(path: string, kind: 'example' | 'file'): Promise<FoundStrategy> {
  openDoors();
  let made: unknown;
  let named: readonly string[];
  try {
    const { importUserModule } = await import('#adapters/user-code');
    const module = (await importUserModule(path)) as Readonly<Record<string, unknown>>;
    made = module['default'];
    named = Object.keys(module).filter((name) => name !== 'default' && (isRecipe(module[name]) || isStrategy(module[name])));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(
      `cannot load the strategy ${path}${lineOf(cause, path)}: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`,
      await importHint(cause),
      { cause },
    );
  }
  const file = { kind, sha256: kind === 'file' ? codeHash(path) : '', path };
  if (isRecipe(made)) return { ...file, name: made.name, summary: made.summary, recipe: made, strategy: undefined };
  if (isStrategy(made)) return { ...file, name: made.name, summary: '', recipe: undefined, strategy: made };
  throw new UserError(`${path} has no strategy as its default export`, defaultExportHint(named, made));
}

/** Of a name that a door of ours lacks: the near one, or where all are told. */
async function importHint(cause: unknown): Promise<string> {
  const message = cause instanceof Error ? cause.message : '';
  const lacks = /module '(edgewright|#strategy|#features|#domain)' does not provide an export named '(\w+)'/.exec(message);
  if (lacks === null) return 'Mend the file; it may import #strategy, #features and #domain.';
  const [, door, name] = lacks;
  const near = suggest(name!, Object.keys((await import(door!)) as object));
  return `${near === undefined ? '' : `Did you mean "${near}"? `}All names are in docs/features.md and strategies/README.md.`;
}

/** Node puts where a file cannot be read as code before the stack: `/path/mine.ts:7`. */
function lineOf(cause: unknown, path: string): string {
  const stack = cause instanceof Error ? (cause.stack ?? '') : '';
  const [at] = stack.split('\n');
  const line = at?.includes(path) === true ? /:(\d+)$/.exec(at)?.[1] : undefined;
  return line === undefined ? '' : `, line ${line}`;
}

/** Of an error of a strategy's own: where in its file, ` (mine.ts, line 12)`; empty when its file is not on the way. */
export function placeIn({ path }: Pick<FoundStrategy, 'path'>, cause: unknown): string {
  const stack = cause instanceof Error ? (cause.stack ?? '') : '';
  if (path === undefined) return '';
  const file = stack.split('\n').find((line) => line.includes(`${pathToFileURL(path).href}:`) || line.includes(`${path}:`));
  const line = /:(\d+):\d+\)?$/.exec(file ?? '')?.[1];
  return line === undefined ? '' : ` (${basename(path)}, line ${line})`;
}

function defaultExportHint(named: readonly string[], made: unknown): string {
  if (isObject(made) && made['name'] === undefined && typeof made['onBar'] === 'function')
    return "It has no name: defineStrategy({ name: 'mine', … }).";
  if (typeof made === 'function') return 'Its default export is a function: export what it makes, or wrap it in tunable({ …, make }).';
  return named.length > 0
    ? `It exports ${named.join(', ')} by name: write export default ${named[0]!};`
    : 'End it with: export default defineStrategy({ … }) or tunable({ … }).';
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isRecipe = (value: unknown): value is StrategyRecipe =>
  isObject(value) && value['kind'] === 'recipe' && typeof value['make'] === 'function';
const isStrategy = (value: unknown): value is Strategy =>
  isObject(value) &&
  typeof value['name'] === 'string' &&
  (typeof value['onBar'] === 'function' || typeof value['onInstant'] === 'function');

let opened = false;

/** Lets a strategy file anywhere on the disk import the public door and the three rooms that authors use: always ours, never a second copy. */
function openDoors(): void {
  if (opened) return;
  opened = true;
  const door = new URL(`../../../index${extname(import.meta.url)}`, import.meta.url).href;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'edgewright') return next(door, context);
      return next(specifier, /^#(strategy|features|domain)$/.test(specifier) ? { ...context, parentURL: import.meta.url } : context);
    },
  });
}

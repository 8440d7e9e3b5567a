import { UserError } from '#core';
import { existsSync, readFileSync } from 'node:fs';
import { isTree, type ConfigLayer, type ConfigTree, type ConfigValue } from './layers.ts';

const DEFAULT_FILES = ['edgewright.yaml', 'edgewright.yml', 'edgewright.json'];
const PREFIX = 'EDGEWRIGHT_';

/** The configuration file that was named, or the first default file in the folder; an empty layer when there is none. */
export async function fileLayer(named: string | undefined, folder: string): Promise<ConfigLayer> {
  const path = named ?? DEFAULT_FILES.map((name) => `${folder}/${name}`).find((candidate) => existsSync(candidate));
  if (path === undefined) return { name: 'file', values: {} };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError(`cannot read the configuration file ${path}`, 'Check the path given to --config.', { cause });
  }
  const { parseConfigText } = await import('./config-text.ts');
  return { name: path, values: parseConfigText(text, path) };
}

/**
 * `EDGEWRIGHT_DATA__SOURCE=demo` sets `data.source`: two underscores step into a group, one starts a capital letter
 * (`EDGEWRIGHT_GATES__MIN_SHARPE` is `gates.minSharpe`). Values are read as JSON when they are JSON, else as text;
 * `EDGEWRIGHT_SYMBOLS` takes a comma-separated list. An empty variable sets nothing.
 */
export function environmentLayer(environment: Readonly<Record<string, string | undefined>>): ConfigLayer {
  const values: ConfigTree = {};
  for (const [name, text] of Object.entries(environment)) {
    // An empty variable is the shell's way to say that there is none.
    if (!name.startsWith(PREFIX) || text === undefined || text.trim() === '' || RESERVED.has(name)) continue;
    const path = name
      .slice(PREFIX.length)
      .split('__')
      .map((part) => part.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()));
    setPath(values, path, path.join('.') === 'symbols' ? listOf(name, text) : parseScalar(text));
  }
  return { name: 'environment', values };
}

/** Variables of ours that are switches or secrets rather than settings. */
const RESERVED = new Set(['EDGEWRIGHT_DEBUG', 'EDGEWRIGHT_ALPACA_KEY', 'EDGEWRIGHT_ALPACA_SECRET', 'EDGEWRIGHT_LIVE']);

function listOf(name: string, text: string): string[] {
  const list = splitList(text);
  if (list.length === 0) throw new UserError(`${name} names no symbol: "${text}"`, `Name one or more, or unset ${name} for all.`);
  return list;
}

export function splitList(text: string): string[] {
  return text.split(/[,\s]+/).filter((item) => item !== '');
}

/** JSON when it is JSON, text otherwise. */
export function parseScalar(text: string): ConfigValue {
  try {
    return JSON.parse(text) as ConfigValue;
  } catch {
    return text;
  }
}

export function setPath(tree: ConfigTree, path: readonly string[], value: ConfigValue): void {
  let node = tree;
  for (const part of path.slice(0, -1)) {
    const next = Object.hasOwn(node, part) ? node[part] : undefined;
    const child: ConfigTree = isTree(next) ? next : {};
    Object.defineProperty(node, part, { value: child, enumerable: true, configurable: true, writable: true });
    node = child;
  }
  Object.defineProperty(node, path.at(-1)!, { value, enumerable: true, configurable: true, writable: true });
}

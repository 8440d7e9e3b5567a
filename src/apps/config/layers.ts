import { didYouMean, UserError } from '#core';
import { z } from 'zod';

/** A plain tree of configuration values, before it is checked. */
export type ConfigTree = { [key: string]: ConfigValue };
export type ConfigValue = string | number | boolean | null | undefined | readonly ConfigValue[] | ConfigTree;

/** Where a value came from, weakest first. */
export interface ConfigLayer {
  /** Shown to people: `defaults`, `edgewright.yaml`, `environment`, `command line`. */
  readonly name: string;
  readonly values: ConfigTree;
}

export interface ResolvedConfig<T> {
  readonly value: T;
  /** Dotted path of every leaf → the layer that set it. */
  readonly origins: ReadonlyMap<string, string>;
}

/**
 * Lays the layers over each other (later wins, arrays are replaced whole) and checks the result.
 * Throws `UserError` naming the first wrong key, its layer and, for an unknown key, what was probably meant.
 */
export function resolveConfig<T>(schema: z.ZodType<T>, layers: readonly ConfigLayer[]): ResolvedConfig<T> {
  const merged: ConfigTree = {};
  const origins = new Map<string, string>();
  for (const layer of layers) overlay(merged, layer.values, layer.name, '', origins);
  const parsed = schema.safeParse(merged);
  if (!parsed.success) throw explain(schema, parsed.error.issues[0]!, origins);
  for (const path of leafPaths(parsed.data as ConfigTree)) if (!origins.has(path)) origins.set(path, 'default');
  return { value: parsed.data, origins };
}

function overlay(target: ConfigTree, values: ConfigTree, layer: string, prefix: string, origins: Map<string, string>): void {
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (key === '__proto__') throw new UserError(`unknown setting "${path}" (${layer})`);
    if (isTree(value)) {
      const existing = target[key];
      const child: ConfigTree = isTree(existing) ? existing : {};
      Object.defineProperty(target, key, { value: child, enumerable: true, configurable: true, writable: true });
      overlay(child, value, layer, path, origins);
    } else {
      Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
      origins.set(path, layer);
    }
  }
}

export function isTree(value: unknown): value is ConfigTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Dotted paths of every value that is not itself a tree. */
export function leafPaths(tree: ConfigTree, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return isTree(value) ? leafPaths(value, path) : [path];
  });
}

function explain(schema: z.ZodType, issue: z.core.$ZodIssue, origins: ReadonlyMap<string, string>): UserError {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const full = path === '' ? key : `${path}.${key}`;
    const origin = [...origins].find(([known]) => known === full || known.startsWith(`${full}.`))?.[1];
    return new UserError(
      `unknown setting "${full}"${origin === undefined ? '' : ` (${origin})`}`,
      didYouMean(key, knownKeys(schema, issue.path)),
    );
  }
  const origin = origins.get(path) ?? [...origins].find(([known]) => known.startsWith(path))?.[1];
  return new UserError(
    `setting "${path}"${origin === undefined ? '' : ` (${origin})`}: ${issue.message}`,
    'Run "edgewright config show" to see every setting and where it came from.',
  );
}

/** The keys that an object of the schema may have at a path, read from its JSON schema. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let node = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { properties?: Record<string, unknown> };
  for (const part of path) node = (node.properties?.[String(part)] ?? {}) as typeof node;
  return Object.keys(node.properties ?? {});
}

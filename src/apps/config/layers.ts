import { UserError } from '#core';
import type { z } from 'zod';
import { explainIssue } from './explain.ts';

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
  if (!parsed.success) throw explainIssue(schema, parsed.error.issues[0]!, merged, origins);
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

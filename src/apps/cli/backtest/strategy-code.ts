import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sha256 } from '#core';

/** Modules of the user's own: named by a path, in any of the ways a file can import another. */
const OWN_IMPORT = /(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"]+)\1/g;

/**
 * SHA-256 of a strategy file with the user's own modules that it imports, and those that they do: what a strategy does is not all in its
 * file, and a trial of other code is another trial. Of a file that imports none, of its bytes alone.
 */
export function codeHash(path: string): string {
  const read = new Map<string, string>();
  const waiting = [path];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (read.has(file) || !existsSync(file) || statSync(file).isDirectory()) continue;
    const text = readFileSync(file, 'utf8');
    read.set(file, sha256(readFileSync(file)));
    for (const [, , named] of text.matchAll(OWN_IMPORT)) waiting.push(resolve(dirname(file), named!));
  }
  const own = read.get(path)!;
  read.delete(path);
  return read.size === 0 ? own : sha256([own, ...[...read.values()].sort()].join('\n'));
}

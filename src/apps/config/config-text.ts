import { UserError } from '#core';
import { LineCounter, parseDocument, visit } from 'yaml';
import { isTree, type ConfigTree } from './layers.ts';

/** YAML (or JSON, which is YAML) to a tree; no tags, aliases, merge keys or duplicate keys. */
export function parseConfigText(text: string, path: string): ConfigTree {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true, merge: false, strict: true });
  visit(document, {
    Alias(_, alias) {
      const { line, col } = lines.linePos(alias.range![0]);
      throw new UserError(`${path}:${line}:${col}: the alias *${alias.source} is not allowed`, 'Write the value out.');
    },
  });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new UserError(`${path}:${line}:${col}: ${fault.message.split('\n')[0]!.replace(/ at line .*$/, '')}`, 'Mend the YAML there.');
  }
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  if (value === null || value === undefined) return {};
  if (!isTree(value))
    throw new UserError(`${path}: a configuration file is a list of "key: value" lines`, 'See config/edgewright.example.yaml.');
  return value;
}

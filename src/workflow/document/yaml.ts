import { isAlias, isMap, isNode, isPair, isScalar, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml';
import { type WorkflowFault, WorkflowFileError } from './fault.ts';

const MAX_CHARACTERS = 256 * 1024;
const MAX_NODES = 20_000;
const MAX_DEPTH = 40;

export type DocumentPath = readonly (string | number)[];

/** A plain value and where each part of it stands in its file. */
export interface LocatedDocument {
  readonly file: string;
  readonly value: unknown;
  /** Line and column (from 1) of the value, or of its key, at a path; of the nearest known parent when there is none. */
  locate(path: DocumentPath, part?: 'key' | 'value'): { readonly line: number; readonly column: number };
}

/** Reads YAML 1.2 (or JSON) without tags, anchors, aliases, merge keys or duplicate keys. Throws `WorkflowFileError`. */
export function readDocument(file: string, text: string): LocatedDocument {
  if (text.length > MAX_CHARACTERS)
    throw new WorkflowFileError(file, [fault(1, 1, `the file is larger than ${MAX_CHARACTERS / 1024} KiB`, 'Split the workflow.')]);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    merge: false,
    version: '1.2',
    schema: 'core',
  });
  const at = (offset: number): { line: number; column: number } => {
    const place = lines.linePos(offset);
    return { line: Math.max(1, place.line), column: Math.max(1, place.col) };
  };
  // What follows a first slip in the punctuation mostly follows from it.
  const slips = document.errors.slice(0, 1);
  const faults: WorkflowFault[] = slips.map((error) => ({ ...at(error.pos[0]), message: plain(error.message), hint: '' }));
  if (faults.length === 0)
    refuseExtras(document.contents, (node, message, hint) => faults.push({ ...at(node?.range?.[0] ?? 0), message, hint }));
  if (faults.length > 0) throw new WorkflowFileError(file, faults);
  const root = document.contents;
  return { file, value: document.toJS({ maxAliasCount: 0 }) as unknown, locate: (path, part = 'value') => at(offsetOf(root, path, part)) };
}

function fault(line: number, column: number, message: string, hint: string): WorkflowFault {
  return { line, column, message, hint };
}

function plain(message: string): string {
  return message === 'Map keys must be unique' ? 'this key is given twice' : message.charAt(0).toLowerCase() + message.slice(1);
}

function refuseExtras(root: Node | null, refuse: (node: Node | undefined, message: string, hint: string) => void): void {
  let nodes = 0;
  if (root === null) return;
  visit(root, {
    Node(_key, node, path) {
      if (++nodes === MAX_NODES + 1) refuse(node, `the file has more than ${MAX_NODES} values`, 'Split the workflow.');
      if (nodes > MAX_NODES) return visit.BREAK;
      if (path.filter(isNode).length > MAX_DEPTH) {
        refuse(node, `the file is nested deeper than ${MAX_DEPTH}`, '');
        return visit.BREAK;
      }
      if (isAlias(node)) refuse(node, `the alias *${node.source} is not allowed`, 'Write the value out, or use a parameter.');
      else if (node.anchor !== undefined)
        refuse(node, `the anchor &${node.anchor} is not allowed`, 'Write the value out, or use a parameter.');
      if (node.tag !== undefined) refuse(node, `the tag ${node.tag} is not allowed`, 'Leave it out.');
      return undefined;
    },
    Pair(_key, pair) {
      const key: unknown = pair.key;
      if (isScalar(key) && (key.value === '<<' || key.value === '__proto__'))
        refuse(key, `the key "${String(key.value)}" is not allowed`, 'Write the values out.');
      else if (!isScalar(key)) refuse(isNode(key) ? key : undefined, 'a key must be a plain word', '');
    },
  });
}

function offsetOf(root: Node | null, path: DocumentPath, part: 'key' | 'value'): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    const child = childOf(node, step);
    if (child === undefined) return offset;
    const keyOffset = isPair(child) && isNode(child.key) ? child.key.range?.[0] : undefined;
    const value = isPair(child) ? child.value : child;
    const valueOffset = isNode(value) ? value.range?.[0] : undefined;
    offset = (last && part === 'key' ? keyOffset : undefined) ?? valueOffset ?? keyOffset ?? offset;
    node = value;
  }
  return offset;
}

function childOf(node: unknown, step: string | number): unknown {
  if (isMap(node)) return node.items.find((pair: Pair) => isScalar(pair.key) && String(pair.key.value) === String(step));
  if (typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items)) return node.items[Number(step)];
  return undefined;
}

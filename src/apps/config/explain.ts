import { didYouMean, UserError } from '#core';
import { z } from 'zod';

const SHOW = 'Run "edgewright config show" to see every setting and where it came from.';

/**
 * What a checked configuration has wrong, as one line of plain words: the key, who set it, what it must be and what it is; the hint says
 * how to mend it.
 */
export function explainIssue(schema: z.ZodType, issue: z.core.$ZodIssue, given: unknown, origins: ReadonlyMap<string, string>): UserError {
  const path = pathOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const full = path === '' ? key : `${path}.${key}`;
    const origin = [...origins].find(([known]) => known === full || known.startsWith(`${full}.`))?.[1];
    const keys = knownKeys(schema, issue.path);
    return new UserError(
      `unknown setting "${full}"${origin === undefined ? '' : ` (${origin})`}`,
      didYouMean(key, keys) || (keys.length > 0 && keys.length < 8 ? `There are: ${keys.join(', ')}.` : SHOW),
    );
  }
  const value = at(given, issue.path);
  const origin = origins.get(path) ?? [...origins].find(([known]) => path.startsWith(known) || known.startsWith(path))?.[1];
  const from = origin === undefined ? '' : ` (${origin})`;
  const got = value === undefined ? 'nothing is given' : `got ${shown(value)}`;
  return new UserError(`setting "${path}"${from} must be ${expectation(issue)}, ${got}`, hintFor(issue, value));
}

/** `features.series[0].lag` */
function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`),
    '',
  );
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (node, part) => (typeof node === 'object' && node !== null ? (node as Record<PropertyKey, unknown>)[part] : undefined),
    value,
  );
}

function shown(value: unknown): string {
  // JSON has no word for infinity.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings',
  record: 'a group of settings',
};

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? `a ${issue.expected}`;
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'above' : 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'below' : 'at most', issue.maximum);
    case 'invalid_value':
      return issue.values
        .map((value) => JSON.stringify(value))
        .join(', ')
        .replace(/, ([^,]*)$/, ' or $1');
    case 'invalid_format':
      return issue.message.startsWith('use ')
        ? issue.message.replace(/^use /, 'written as ')
        : `a text like ${issue.pattern ?? issue.format}`;
    case 'invalid_union':
      return unionOf(issue);
    default:
      return issue.message.toLowerCase();
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'string') return limit === 1 ? 'a text that is not empty' : `a text of ${relation} ${limit} characters`;
  if (origin === 'array') return `a list of ${relation} ${limit}`;
  return `a number ${relation === 'above' || relation === 'below' ? relation : `of ${relation}`} ${limit}`;
}

/** The alternatives, each by what it found wrong first. */
function unionOf(issue: z.core.$ZodIssueInvalidUnion): string {
  const parts = issue.errors.flatMap(([first]) => (first === undefined ? [] : [expectation(first)]));
  return [...new Set(parts)].join(' or ') || 'something else';
}

function hintFor(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const near = didYouMean(value, issue.values.map(String));
    if (near !== '') return near;
  }
  if (issue.code === 'invalid_type' && issue.expected === 'array' && typeof value === 'string')
    return `Write it as a list: ["${value
      .split(/[,\s]+/)
      .filter((item) => item !== '')
      .join('", "')}"].`;
  return SHOW;
}

/** The keys that an object of the schema may have at a path, read from its JSON schema. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  interface Node {
    readonly properties?: Readonly<Record<string, Node>>;
    readonly items?: Node;
  }
  let node: Node = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Node;
  for (const part of path) node = (typeof part === 'number' ? node.items : node.properties?.[String(part)]) ?? {};
  return Object.keys(node.properties ?? {});
}

import { UserError } from '#core';

/** One `${{ path }}` of a text, with its place. */
export interface Reference {
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
}

const REFERENCE = /\$\{\{([\s\S]*?)\}\}/g;
const PATH = /^[A-Za-z_][\w-]*(?:\.[\w-]+)*$/;

/** The references of one text. Throws `UserError` for one that is not a dotted path or is not closed. */
export function referencesOfText(text: string): readonly Reference[] {
  const references: Reference[] = [];
  for (const match of text.matchAll(REFERENCE)) {
    const inner = match[1]!.trim();
    if (!PATH.test(inner))
      throw new UserError(`"${match[0]}" is not a reference`, 'Write ${{ parameters.name }} or ${{ steps.id.outputs.name }}.');
    references.push({ path: inner.split('.'), start: match.index, end: match.index + match[0].length });
  }
  const last = references.at(-1)?.end ?? 0;
  if (text.includes('${{', last))
    throw new UserError(`"${text.slice(text.indexOf('${{', last))}" is not closed`, 'End a reference with }}.');
  return references;
}

/** The reference when the whole text is one, and so keeps the type of its value. */
export function wholeReference(text: string): Reference | undefined {
  const [first, ...more] = referencesOfText(text.trim());
  return first !== undefined && more.length === 0 && first.start === 0 && first.end === text.trim().length ? first : undefined;
}

/** Every text of a JSON value with its path in it. */
export function* textsOf(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<readonly [readonly (string | number)[], string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsOf(item, [...path, index]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) yield* textsOf(item, [...path, key]);
}

/**
 * The value with its references replaced. A text that is one reference takes the value as it is (left out of its object when
 * there is none); inside longer text, values are written as text or JSON.
 */
export function resolveReferences(value: unknown, lookUp: (path: readonly string[]) => unknown): unknown {
  if (typeof value === 'string') return resolveText(value, lookUp);
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, lookUp) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, resolveReferences(item, lookUp)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

function resolveText(text: string, lookUp: (path: readonly string[]) => unknown): unknown {
  const whole = wholeReference(text);
  if (whole !== undefined) return lookUp(whole.path);
  let out = '';
  let from = 0;
  for (const { path, start, end } of referencesOfText(text)) {
    const value = lookUp(path);
    out += text.slice(from, start) + (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value));
    from = end;
  }
  return out + text.slice(from);
}

/** Walks own properties only. */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

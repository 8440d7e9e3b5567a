import { UserError } from '#core';

export type Token =
  | { readonly kind: 'name' | 'operator'; readonly text: string; readonly at: number }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly text: string; readonly at: number };

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|'([^']*)'|"([^"]*)"|([A-Za-z_][\w-]*(?:\.[\w-]+)*)|(==|!=|<=|>=|&&|\|\||[<>!()[\],-]))/y;
const WORDS: Readonly<Record<string, Token['text']>> = { and: '&&', or: '||', not: '!', in: 'in' };
const CONSTANTS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Splits a condition into tokens. Throws `UserError` at a character that fits none. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (source.slice(TOKEN.lastIndex).trim() !== '') {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match === null)
      throw new UserError(
        `the condition "${source}" has an unexpected "${source.slice(start).trim()[0]}"`,
        'Allowed: == != < <= > >= && || ! in ( ) [ ], numbers, quoted text, parameters.x, steps.x.outputs.y, steps.x.status.',
      );
    tokens.push(tokenOf(match, start));
  }
  tokens.push({ kind: 'end', text: 'the end', at: source.length });
  return tokens;
}

function tokenOf(match: RegExpExecArray, at: number): Token {
  const [text, number, single, double, name, operator] = match;
  if (number !== undefined) return { kind: 'literal', value: Number(number), text: number, at };
  const quoted = single ?? double;
  if (quoted !== undefined) return { kind: 'literal', value: quoted, text: text.trim(), at };
  if (name === undefined) return { kind: 'operator', text: operator!, at };
  const constant = CONSTANTS.get(name);
  if (constant !== undefined) return { kind: 'literal', value: constant, text: name, at };
  const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  return word === undefined ? { kind: 'name', text: name, at } : { kind: 'operator', text: word, at };
}

import { UserError } from '#core';
import { tokenize, type Token } from './tokens.ts';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in';

/** A condition as data: literals, references, lists, comparisons, and / or / not. No calls, no arithmetic, no loops. */
export type Condition =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'reference'; readonly path: readonly string[] }
  | { readonly kind: 'list'; readonly items: readonly Condition[] }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Condition; readonly right: Condition };

const COMPARISONS = new Set<string>(['==', '!=', '<', '<=', '>', '>=', 'in']);
const MAX_LENGTH = 2_000;
const MAX_DEPTH = 50;

/** Parses `steps.train.outputs.accuracy > 0.52 && parameters.paper == true`; an outer `${{ }}` is allowed. Throws `UserError`. */
export function parseCondition(source: string): Condition {
  if (source.length > MAX_LENGTH) throw new UserError(`a condition may have ${MAX_LENGTH} characters`, 'Split it over steps.');
  const inner = /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(source)?.[1] ?? source;
  return new Parser(inner).parse();
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source.trim();
    this.#tokens = tokenize(source);
  }

  parse(): Condition {
    const condition = this.#or();
    if (this.#peek().kind !== 'end') throw this.#unexpected();
    return condition;
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#take('||')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#take('&&')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Condition {
    if (!this.#take('!')) return this.#comparison();
    return this.#nested(() => ({ kind: 'not', operand: this.#not() }));
  }

  #comparison(): Condition {
    const left = this.#primary();
    const { kind, text } = this.#peek();
    if (kind !== 'operator' || !COMPARISONS.has(text)) return left;
    this.#next++;
    return { kind: 'compare', operator: text as Comparison, left, right: this.#primary() };
  }

  #primary(): Condition {
    const token = this.#peek();
    if (token.kind === 'literal') {
      this.#next++;
      return { kind: 'literal', value: token.value };
    }
    if (token.kind === 'name') {
      this.#next++;
      return { kind: 'reference', path: token.text.split('.') };
    }
    if (this.#take('-')) return this.#negative();
    if (this.#take('(')) {
      const inner = this.#nested(() => this.#or());
      this.#expect(')');
      return inner;
    }
    if (this.#take('[')) return this.#list();
    throw this.#unexpected();
  }

  #negative(): Condition {
    const token = this.#peek();
    if (token.kind !== 'literal' || typeof token.value !== 'number') throw this.#unexpected();
    this.#next++;
    return { kind: 'literal', value: -token.value };
  }

  #list(): Condition {
    const items: Condition[] = [];
    if (this.#take(']')) return { kind: 'list', items };
    do items.push(this.#nested(() => this.#primary()));
    while (this.#take(','));
    this.#expect(']');
    return { kind: 'list', items };
  }

  #nested(parse: () => Condition): Condition {
    if (++this.#depth > MAX_DEPTH) throw new UserError(`the condition is nested deeper than ${MAX_DEPTH}`, 'Split it over steps.');
    const condition = parse();
    this.#depth--;
    return condition;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(operator: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'operator' || token.text !== operator) return false;
    this.#next++;
    return true;
  }

  #expect(operator: string): void {
    if (!this.#take(operator)) throw this.#unexpected(`"${operator}"`);
  }

  #unexpected(wanted = 'a value'): UserError {
    const { text, at } = this.#peek();
    return new UserError(
      `the condition "${this.#source}" has ${text === 'the end' ? text : `"${text}"`} at character ${at + 1} where ${wanted} should be`,
      '',
    );
  }
}

/** All references of a condition, in order. */
export function referencesIn(condition: Condition): readonly (readonly string[])[] {
  switch (condition.kind) {
    case 'literal':
      return [];
    case 'reference':
      return [condition.path];
    case 'list':
      return condition.items.flatMap(referencesIn);
    case 'not':
      return referencesIn(condition.operand);
    case 'and':
    case 'or':
    case 'compare':
      return [...referencesIn(condition.left), ...referencesIn(condition.right)];
  }
}

/** Evaluates without coercion: values of different types are never equal, and order between them is false. */
export function evaluateCondition(condition: Condition, lookUp: (path: readonly string[]) => unknown): unknown {
  switch (condition.kind) {
    case 'literal':
      return condition.value;
    case 'reference':
      return lookUp(condition.path) ?? null;
    case 'list':
      return condition.items.map((item) => evaluateCondition(item, lookUp));
    case 'not':
      return !isTruthy(evaluateCondition(condition.operand, lookUp));
    case 'and':
      return isTruthy(evaluateCondition(condition.left, lookUp)) && isTruthy(evaluateCondition(condition.right, lookUp));
    case 'or':
      return isTruthy(evaluateCondition(condition.left, lookUp)) || isTruthy(evaluateCondition(condition.right, lookUp));
    case 'compare':
      return compare(condition.operator, evaluateCondition(condition.left, lookUp), evaluateCondition(condition.right, lookUp));
  }
}

/** False for null, false, 0, NaN, '' and the empty list. */
export function isTruthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function compare(operator: Comparison, left: unknown, right: unknown): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (operator === 'in') return Array.isArray(right) && right.includes(left);
  if (typeof left === 'number' && typeof right === 'number') return ordered(operator, left - right);
  if (typeof left === 'string' && typeof right === 'string') return ordered(operator, left < right ? -1 : left > right ? 1 : 0);
  return false;
}

function ordered(operator: '<' | '<=' | '>' | '>=', difference: number): boolean {
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
  }
}

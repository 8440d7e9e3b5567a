import { didYouMean, UserError } from '#core';
import type { ParameterSpec } from './document/schema.ts';

/** The values of a run: defaults, overridden by what the user gave. Throws `UserError` for unknown names and wrong types. */
export function resolveParameters(
  specs: Readonly<Record<string, ParameterSpec>>,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const names = Object.keys(specs);
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new UserError(`the workflow has no parameter "${name}"`, names.length === 0 ? '' : didYouMean(name, names));
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const value = given[name] ?? spec.default;
    if (value === undefined) throw new UserError(`the parameter "${name}" has no value`, `Give it: ${name} is ${article(spec.type)}.`);
    checkParameterValue(name, spec, value);
    values[name] = value;
  }
  return values;
}

/** Reads a parameter from the text of a command line: `AAPL,MSFT` is a list, `{…}` an object. Throws `UserError`. */
export function parseParameterText(name: string, spec: ParameterSpec, text: string): unknown {
  const value = fromText(spec, text);
  if (value === undefined) throw new UserError(`the parameter "${name}" is ${article(spec.type)}, not "${text}"`);
  checkParameterValue(name, spec, value);
  return value;
}

function fromText(spec: ParameterSpec, text: string): unknown {
  switch (spec.type) {
    case 'string':
      return text;
    case 'number':
    case 'integer':
      return text.trim() === '' ? undefined : Number(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'list':
      return text.trim().startsWith('[') ? parsed(text) : text === '' ? [] : text.split(',').map((item) => item.trim());
    case 'object':
      return parsed(text);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function checkParameterValue(name: string, spec: ParameterSpec, value: unknown): void {
  if (!isOfType(spec, value)) throw new UserError(`the parameter "${name}" is ${article(spec.type)}, not ${JSON.stringify(value)}`);
  const chosen = Array.isArray(value) ? value : [value];
  for (const item of chosen)
    if (spec.choices !== undefined && !spec.choices.includes(item as string | number))
      throw new UserError(`the parameter "${name}" cannot be ${JSON.stringify(item)}`, didYouMean(String(item), spec.choices.map(String)));
}

function isOfType(spec: ParameterSpec, value: unknown): boolean {
  switch (spec.type) {
    case 'string':
    case 'boolean':
      return typeof value === spec.type;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'list':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}

function article(type: ParameterSpec['type']): string {
  return type === 'integer' || type === 'object' ? `an ${type}` : `a ${type}`;
}

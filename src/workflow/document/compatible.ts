import { z } from 'zod';
import type { ParameterType } from './schema.ts';

/** The part of JSON Schema that the checks between steps read. */
export interface JsonShape {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonShape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonShape;
  readonly items?: JsonShape;
  readonly anyOf?: readonly JsonShape[];
  readonly enum?: readonly unknown[];
}

export function shapeOf(schema: z.ZodType, io: 'input' | 'output'): JsonShape {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any', cycles: 'ref', reused: 'inline' }) as JsonShape;
}

export function shapeOfParameter(type: ParameterType): JsonShape {
  return { type: type === 'list' ? 'array' : type };
}

/** Whether a value of `source` can be a value of `target`; true when it cannot be told. */
export function isCompatible(source: JsonShape, target: JsonShape): boolean {
  if (source.anyOf !== undefined) return source.anyOf.some((part) => isCompatible(part, target));
  if (target.anyOf !== undefined) return target.anyOf.some((part) => isCompatible(source, part));
  const sources = typesOf(source);
  const targets = typesOf(target);
  if (sources === undefined || targets === undefined) return true;
  const shared = sources.filter(
    (type) =>
      targets.includes(type) || (type === 'integer' && targets.includes('number')) || (type === 'number' && targets.includes('integer')),
  );
  if (shared.length === 0) return false;
  if (shared.every((type) => type === 'array') && source.items !== undefined && target.items !== undefined)
    return isCompatible(source.items, target.items);
  return true;
}

export function describeShape(shape: JsonShape): string {
  if (shape.anyOf !== undefined) return shape.anyOf.map(describeShape).join(' or ');
  return typesOf(shape)?.join(' or ') ?? 'anything';
}

function typesOf(shape: JsonShape): readonly string[] | undefined {
  if (typeof shape.type === 'string') return [shape.type];
  return shape.type;
}

/** The shape at a path of property names; `unknown` when a name cannot exist there, undefined when it cannot be told. */
export function shapeAt(shape: JsonShape, path: readonly string[]): JsonShape | 'absent' {
  let current = shape;
  for (const key of path) {
    const next = current.properties !== undefined && Object.hasOwn(current.properties, key) ? current.properties[key] : undefined;
    if (next !== undefined) current = next;
    else if (current.properties !== undefined && (current.additionalProperties === undefined || current.additionalProperties === false))
      return 'absent';
    else if (typeof current.additionalProperties === 'object') current = current.additionalProperties;
    else return {};
  }
  return current;
}

import { didYouMean } from '#core';
import { z } from 'zod';
import { type WorkflowFault, WorkflowFileError } from './fault.ts';
import { type GroupSpec, type ParameterSpec, parameterSchema, schemas, type StepSpec } from './schema.ts';
import { type DocumentPath, type LocatedDocument, readDocument } from './yaml.ts';

/** A step as written, with its place in the file and what runs before it by order. */
export interface WrittenStep {
  readonly spec: StepSpec;
  readonly path: DocumentPath;
  /** The steps that come before it by the order of the file; used when `needs` is not given. */
  readonly previous: readonly string[];
  /** The parallel group it belongs to, if any, and how many of that group may run at once. */
  readonly group: { readonly index: number; readonly maxParallel: number } | undefined;
}

export interface WrittenWorkflow {
  readonly document: LocatedDocument;
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  readonly maxParallel: number;
  readonly steps: readonly WrittenStep[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** Reads the shape of a workflow file; names and references are checked by `compileWorkflow`. Throws `WorkflowFileError`. */
export function parseWorkflow(file: string, text: string): WrittenWorkflow {
  const document = readDocument(file, text);
  const faults: WorkflowFault[] = [];
  const head = read(schemas.workflow, document, document.value, [], faults);
  const items = (document.value as { steps?: unknown } | null)?.steps;
  const steps = Array.isArray(items) ? readSteps(document, items, head?.maxParallel ?? 1, faults) : [];
  if (head === undefined || faults.length > 0) throw new WorkflowFileError(file, faults);
  const { name, description, parameters, maxParallel, outputs } = head;
  return { document, name, description, parameters, maxParallel, steps, outputs };
}

function readSteps(document: LocatedDocument, items: readonly unknown[], maxParallel: number, faults: WorkflowFault[]): WrittenStep[] {
  const steps: WrittenStep[] = [];
  let previous: readonly string[] = [];
  for (const [index, item] of items.entries()) {
    const path = ['steps', index];
    if (typeof item === 'object' && item !== null && 'parallel' in item) {
      const group: GroupSpec | undefined = read(schemas.group, document, item, path, faults);
      if (group === undefined) continue;
      const bound = { index, maxParallel: group.maxParallel ?? Math.max(maxParallel, group.parallel.length) };
      for (const [place, spec] of group.parallel.entries())
        steps.push({ spec, path: [...path, 'parallel', place], previous, group: bound });
      previous = group.parallel.map((spec) => spec.id);
    } else {
      const spec: StepSpec | undefined = read(schemas.step, document, item, path, faults);
      if (spec === undefined) continue;
      steps.push({ spec, path, previous, group: undefined });
      previous = [spec.id];
    }
  }
  return steps;
}

function read<S extends z.ZodType>(
  schema: S,
  document: LocatedDocument,
  value: unknown,
  base: DocumentPath,
  faults: WorkflowFault[],
): z.output<S> | undefined {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const path = [...base, ...issue.path.map((key) => (typeof key === 'number' ? key : String(key)))];
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, issue.path);
      for (const key of issue.keys)
        faults.push({
          ...document.locate([...path, key], 'key'),
          message: `unknown key "${key}"${of(path)}`,
          hint: known.length === 0 ? '' : didYouMean(key, known),
        });
    } else {
      const missing = issue.code === 'invalid_type' && issue.input === undefined;
      const message = missing
        ? `"${String(path.at(-1))}" is missing${of(path.slice(0, -1))}`
        : `"${path.join('.') || 'the workflow'}": ${issue.message}`;
      faults.push({ ...document.locate(path), message, hint: '' });
    }
  }
  return undefined;
}

function of(path: DocumentPath): string {
  return path.length === 0 ? '' : ` in ${path.join('.')}`;
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let current: unknown = schema;
  for (const key of path) {
    while (current instanceof z.ZodOptional || current instanceof z.ZodDefault) current = current.unwrap();
    if (current instanceof z.ZodObject) current = current.shape[String(key)];
    else if (current instanceof z.ZodArray) current = current.element;
    else if (current instanceof z.ZodRecord) current = current.valueType;
  }
  while (current instanceof z.ZodOptional || current instanceof z.ZodDefault) current = current.unwrap();
  return current instanceof z.ZodObject
    ? Object.keys(current.shape)
    : current === parameterSchema
      ? Object.keys(parameterSchema.shape)
      : [];
}

import { didYouMean, UserError } from '#core';
import { z } from 'zod';
import { describeShape, isCompatible, type JsonShape, shapeAt, shapeOf, shapeOfParameter } from './document/compatible.ts';
import { type WorkflowFault, WorkflowFileError } from './document/fault.ts';
import { parseWorkflow, type WrittenStep, type WrittenWorkflow } from './document/parse.ts';
import type { DocumentPath } from './document/yaml.ts';
import { type Condition, parseCondition, referencesIn } from './expression/condition.ts';
import { referencesOfText, textsOf, wholeReference } from './expression/reference.ts';
import { findCircle } from './graph.ts';
import { checkParameterValue } from './parameters.ts';
import type { PlannedCall, PlannedStep, WorkflowPlan } from './plan.ts';
import type { RegisteredStep, StepRegistry } from './step.ts';

const STEP_FACETS = ['outputs', 'status'];

/** Parses and checks a workflow file against the steps there are. Throws `WorkflowFileError` with every mistake found. */
export function compileWorkflow(file: string, text: string, registry: StepRegistry): WorkflowPlan {
  return new Compiler(parseWorkflow(file, text), registry).compile();
}

class Compiler {
  readonly #written: WrittenWorkflow;
  readonly #registry: StepRegistry;
  readonly #ids: readonly string[];
  readonly #faults: WorkflowFault[] = [];

  constructor(written: WrittenWorkflow, registry: StepRegistry) {
    this.#written = written;
    this.#registry = registry;
    this.#ids = written.steps.map((step) => step.spec.id);
  }

  compile(): WorkflowPlan {
    const { name, description, parameters, maxParallel, outputs, document } = this.#written;
    this.#parameters();
    const steps = this.#written.steps.map((step, index) => this.#step(step, index)).filter((step) => step !== undefined);
    for (const [key, value] of Object.entries(outputs)) this.#textReferences(value, ['outputs', key]);
    this.#circles(steps);
    if (this.#faults.length > 0) throw new WorkflowFileError(document.file, this.#faults);
    return { file: document.file, name, description, parameters, maxParallel, steps, outputs };
  }

  #fault(path: DocumentPath, message: string, hint = '', part: 'key' | 'value' = 'value'): void {
    this.#faults.push({ ...this.#written.document.locate(path, part), message, hint });
  }

  #attempt<T>(path: DocumentPath, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#fault(path, error.message, error.hint);
      return undefined;
    }
  }

  #parameters(): void {
    for (const [name, spec] of Object.entries(this.#written.parameters))
      if (spec.default !== undefined) this.#attempt(['parameters', name, 'default'], () => checkParameterValue(name, spec, spec.default));
  }

  #circles(steps: readonly PlannedStep[]): void {
    const circle = findCircle(steps);
    if (circle === undefined) return;
    const first = this.#written.steps.find((step) => step.spec.id === circle[0]);
    this.#fault(
      first?.path ?? ['steps'],
      `these steps wait for each other: ${circle.join(' → ')}`,
      'Remove one of the references or `needs`.',
    );
  }

  #step(written: WrittenStep, index: number): PlannedStep | undefined {
    const { spec, path } = written;
    if (this.#ids.indexOf(spec.id) !== index)
      this.#fault([...path, 'id'], `the id "${spec.id}" is used twice`, 'Give each step its own id.');
    const call = this.#call(spec.uses, spec.with, path);
    const when = spec.when === undefined ? undefined : this.#attempt([...path, 'when'], () => parseCondition(spec.when!));
    const fallback = this.#fallback(written);
    const needs = this.#needs(written, when);
    if (call === undefined) return undefined;
    const outputShape = shapeOf(call.step.output, 'output');
    for (const [alias, at] of Object.entries(spec.outputs))
      if (shapeAt(outputShape, at.split('.')) === 'absent')
        this.#fault(
          [...path, 'outputs', alias],
          `step "${spec.uses}" has no output "${at}"`,
          didYouMean(at, Object.keys(outputShape.properties ?? {})),
        );
    return {
      ...call,
      id: spec.id,
      number: index + 1,
      title: spec.title ?? spec.id,
      needs,
      when,
      retry: spec.retry ?? { times: 0, backoffMs: 1_000, factor: 2 },
      timeoutMs: spec.timeoutMs ?? call.step.timeoutMs,
      fallback,
      continueOnFailure: spec.continueOnFailure,
      aliases: Object.fromEntries(Object.entries(spec.outputs).map(([alias, at]) => [alias, at.split('.')])),
      group: written.group,
    };
  }

  #fallback({ spec, path }: WrittenStep): PlannedCall | undefined {
    if (spec.fallback === undefined) return undefined;
    if (typeof spec.fallback === 'string') return this.#call(spec.fallback, spec.with, path, 'fallback', 'with');
    return this.#call(
      spec.fallback.uses,
      spec.fallback.with ?? spec.with,
      path,
      'fallback',
      ...(spec.fallback.with === undefined ? ['with'] : ['fallback', 'with']),
    );
  }

  #needs({ spec, path, previous }: WrittenStep, when: Condition | undefined): readonly string[] {
    const needs = new Set(spec.needs ?? previous);
    for (const need of spec.needs ?? [])
      if (!this.#ids.includes(need)) this.#fault([...path, 'needs'], `there is no step "${need}"`, didYouMean(need, this.#ids));
    const paths = [...referencesIn(when ?? { kind: 'literal', value: true })];
    for (const reference of paths) this.#reference(reference, [...path, 'when']);
    const fallbackWith = typeof spec.fallback === 'object' ? spec.fallback.with : undefined;
    for (const [, text] of textsOf([spec.with, fallbackWith ?? null]))
      this.#quietly(() => paths.push(...referencesOfText(text).map((found) => found.path)));
    for (const [root, id] of paths) if (root === 'steps' && id !== undefined && this.#ids.includes(id)) needs.add(id);
    return this.#ids.filter((id) => needs.has(id));
  }

  /** For a second pass over texts whose mistakes the first has told. */
  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }

  #call(
    uses: string,
    values: Readonly<Record<string, unknown>>,
    path: DocumentPath,
    usesKey = 'uses',
    ...withPath: readonly string[]
  ): PlannedCall | undefined {
    const step = this.#registry.find(uses);
    if (step === undefined) {
      this.#fault([...path, usesKey], `there is no step "${uses}"`, didYouMean(uses, this.#registry.names()));
      return undefined;
    }
    const at = [...path, ...(withPath.length === 0 ? ['with'] : withPath)];
    this.#inputs(step, values, at, path);
    return { step, with: values };
  }

  #inputs(step: RegisteredStep, values: Readonly<Record<string, unknown>>, at: DocumentPath, stepPath: DocumentPath): void {
    const shape = shapeOf(step.input, 'input');
    const known = Object.keys(shape.properties ?? {});
    for (const [key, value] of Object.entries(values)) {
      const target = shapeAt(shape, [key]);
      if (target === 'absent' || (!known.includes(key) && shape.additionalProperties === undefined)) {
        this.#fault(
          [...at, key],
          `step "${step.name}" takes no "${key}"`,
          known.length === 0 ? 'It takes no inputs.' : didYouMean(key, known),
          'key',
        );
        continue;
      }
      this.#input(step, key, value, target, [...at, key]);
    }
    for (const key of shape.required ?? [])
      if (!Object.hasOwn(values, key))
        this.#fault(
          stepPath,
          `step "${step.name}" needs "${key}"`,
          `Add it under \`with\` (${describeShape(shapeAt(shape, [key]) as JsonShape)}).`,
        );
  }

  #input(step: RegisteredStep, key: string, value: unknown, target: JsonShape, path: DocumentPath): void {
    let hasReferences = false;
    for (const [inner, text] of textsOf(value)) hasReferences = this.#textReferences(text, [...path, ...inner]) || hasReferences;
    const whole = typeof value === 'string' ? this.#attemptQuiet(() => wholeReference(value)) : undefined;
    if (whole !== undefined) {
      const source = this.#shapeOfReference(whole.path);
      if (source !== undefined && !isCompatible(source, target))
        this.#fault(
          path,
          `"${key}" of step "${step.name}" is ${describeShape(target)}, but ${whole.path.join('.')} is ${describeShape(source)}`,
        );
      return;
    }
    const schema: unknown = step.input.shape[key];
    if (hasReferences || !(schema instanceof z.ZodType)) return;
    const parsed = schema.safeParse(value);
    for (const issue of parsed.success ? [] : parsed.error.issues)
      this.#fault(
        [...path, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))],
        `"${[key, ...issue.path.map(String)].join('.')}" of step "${step.name}": ${issue.message}`,
      );
  }

  #attemptQuiet<T>(work: () => T): T | undefined {
    let result: T | undefined;
    this.#quietly(() => {
      result = work();
    });
    return result;
  }

  #textReferences(text: string, path: DocumentPath): boolean {
    const references = this.#attempt(path, () => referencesOfText(text)) ?? [];
    for (const reference of references) this.#reference(reference.path, path);
    return references.length > 0;
  }

  #reference(path: readonly string[], at: DocumentPath): void {
    const [root, name, facet, ...rest] = path;
    const text = path.join('.');
    if (root === 'parameters') {
      const known = Object.keys(this.#written.parameters);
      if (name === undefined || !known.includes(name))
        this.#fault(
          at,
          `${text}: there is no parameter "${name ?? ''}"`,
          known.length === 0 ? 'The workflow has no parameters.' : didYouMean(name ?? '', known),
        );
    } else if (root === 'steps') {
      if (name === undefined || !this.#ids.includes(name))
        this.#fault(at, `${text}: there is no step "${name ?? ''}"`, didYouMean(name ?? '', this.#ids));
      else if (facet === undefined || !STEP_FACETS.includes(facet))
        this.#fault(at, `${text}: a step has "outputs" and "status"`, facet === undefined ? '' : didYouMean(facet, STEP_FACETS));
      else if (facet === 'outputs') this.#outputReference(name, rest, text, at);
    } else this.#fault(at, `${text}: unknown reference`, didYouMean(root ?? '', ['parameters', 'steps']));
  }

  #outputReference(id: string, path: readonly string[], text: string, at: DocumentPath): void {
    const spec = this.#written.steps.find((step) => step.spec.id === id)!.spec;
    const step = this.#registry.find(spec.uses);
    if (step === undefined || (path[0] !== undefined && Object.hasOwn(spec.outputs, path[0]))) return;
    const shape = shapeOf(step.output, 'output');
    if (shapeAt(shape, path) === 'absent')
      this.#fault(
        at,
        `${text}: step "${spec.uses}" has no output "${path.join('.')}"`,
        didYouMean(path[0] ?? '', [...Object.keys(shape.properties ?? {}), ...Object.keys(spec.outputs)]),
      );
  }

  #shapeOfReference(path: readonly string[]): JsonShape | undefined {
    const [root, name = '', facet, ...rest] = path;
    const parameter = Object.hasOwn(this.#written.parameters, name) ? this.#written.parameters[name] : undefined;
    if (root === 'parameters')
      return parameter === undefined || rest.length > 0 || facet !== undefined ? undefined : shapeOfParameter(parameter.type);
    if (facet === 'status') return { type: 'string' };
    const spec = this.#written.steps.find((step) => step.spec.id === name)?.spec;
    const step = spec === undefined ? undefined : this.#registry.find(spec.uses);
    if (spec === undefined || step === undefined) return undefined;
    const alias = rest[0] !== undefined && Object.hasOwn(spec.outputs, rest[0]) ? spec.outputs[rest[0]] : undefined;
    const shape = shapeAt(shapeOf(step.output, 'output'), alias === undefined ? rest : [...alias.split('.'), ...rest.slice(1)]);
    return shape === 'absent' ? undefined : shape;
  }
}

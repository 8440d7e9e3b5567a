import { didYouMean, HOUR_MS, type Rng, UserError } from '#core';
import type { z } from 'zod';
import type { LogLevel } from './events.ts';

/** What a step sees of the world. Steps know nothing of checkpoints: they read, compute, and write where `outputPath` says. */
export interface StepContext {
  readonly id: string;
  /** Aborted on a time limit or when the run is cancelled. */
  readonly signal: AbortSignal;
  /** The seed of this step: a function of the run's seed and the step's id, the same at every attempt. */
  readonly seed: string;
  /** A fresh generator on the named stream of this step's seed. */
  rng(stream?: string): Rng;
  /** Progress in [0, 1]. */
  progress(fraction: number, message?: string): void;
  log(level: LogLevel, message: string): void;
  /**
   * Declares an output file by its place in the workspace (`results/features/AAPL-1d.parquet`) and returns the private
   * path to write it to; it appears at its place only when the step has succeeded.
   */
  outputPath(path: string): string;
  /** Absolute path of a published file of the workspace, for reading; an absolute path is returned as it is. */
  inputPath(path: string): string;
}

type ObjectSchema = z.ZodObject;

/** A named unit of work. `input` and `output` are zod object schemas; outputs are JSON values. */
export interface StepDefinition<I extends ObjectSchema = ObjectSchema, O extends ObjectSchema = ObjectSchema> {
  readonly name: string;
  readonly description?: string;
  /** A word that changes when the meaning of the step changes, for code that `codeFiles` does not cover. */
  readonly version?: string;
  /** Files or folders whose content is the step's code version (`src/features`), resolved by the `codeVersion` port. */
  readonly codeFiles?: readonly string[];
  /** Time limit of one attempt when the workflow file sets none; default `STEP_TIMEOUT_MS`. */
  readonly timeoutMs?: number;
  readonly input: I;
  readonly output: O;
  /** Outside files that the step reads (not outputs of other steps); their content is part of the checkpoint's key. */
  inputFiles?(input: z.output<I>): readonly string[];
  run(context: StepContext, input: z.output<I>): Promise<z.input<O>> | z.input<O>;
}

/** A step whose types are checked and forgotten, as the registry holds it. */
export interface RegisteredStep {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly codeFiles: readonly string[];
  readonly timeoutMs: number;
  readonly input: ObjectSchema;
  readonly output: ObjectSchema;
  inputFiles(input: Readonly<Record<string, unknown>>): readonly string[];
  run(context: StepContext, input: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** Time limit of an attempt where neither the workflow file nor the step sets another: one hour. */
export const STEP_TIMEOUT_MS = HOUR_MS;

/** Checks the types between schemas and `run`, then forgets them. */
export function defineStep<I extends ObjectSchema, O extends ObjectSchema>(definition: StepDefinition<I, O>): RegisteredStep {
  return {
    name: definition.name,
    description: definition.description ?? '',
    version: definition.version ?? '',
    codeFiles: definition.codeFiles ?? [],
    timeoutMs: definition.timeoutMs ?? STEP_TIMEOUT_MS,
    input: definition.input,
    output: definition.output,
    inputFiles: (input) => definition.inputFiles?.(input as z.output<I>) ?? [],
    run: async (context, input) => definition.run(context, input as z.output<I>),
  };
}

/** The steps that workflow files may name under `uses`. */
export class StepRegistry {
  readonly #steps = new Map<string, RegisteredStep>();

  constructor(steps: Iterable<RegisteredStep> = []) {
    for (const step of steps) this.register(step);
  }

  register(step: RegisteredStep): this {
    if (this.#steps.has(step.name)) throw new UserError(`step "${step.name}" is registered twice`, 'Give one of them another name.');
    this.#steps.set(step.name, step);
    return this;
  }

  find(name: string): RegisteredStep | undefined {
    return this.#steps.get(name);
  }

  get(name: string): RegisteredStep {
    const step = this.#steps.get(name);
    if (step === undefined) throw new UserError(`there is no step "${name}"`, didYouMean(name, this.#steps.keys()));
    return step;
  }

  names(): readonly string[] {
    return [...this.#steps.keys()].sort();
  }

  list(): readonly RegisteredStep[] {
    return this.names().map((name) => this.get(name));
  }
}

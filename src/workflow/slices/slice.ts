import { didYouMean, OperationalError, UserError } from '#core';
import { sliceContracts, type SliceInput, type SliceName, sliceNames, type SliceOutput } from './contracts.ts';

type MaybePromise<T> = T | Promise<T>;

/** A working slice: its contract's one method, under the name `call`. */
export interface Slice<N extends SliceName = SliceName> {
  readonly name: N;
  readonly origin: string;
  call(input: SliceInput<N>): MaybePromise<SliceOutput<N>>;
}

/** Makes a slice when it is first needed; `requires` names the optional packages without which it cannot work. */
export interface SliceFactory<N extends SliceName = SliceName> {
  readonly name: N;
  readonly requires?: readonly string[];
  create(): MaybePromise<Slice<N>>;
}

export function defineSlice<N extends SliceName>(
  name: N,
  call: (input: SliceInput<N>) => MaybePromise<SliceOutput<N>>,
  origin = 'built in',
): Slice<N> {
  return { name, origin, call };
}

/** Fits something of another shape to a slice: its input is made from ours and its output made into ours. */
export function adaptSlice<N extends SliceName, I, O>(
  name: N,
  foreign: (input: I) => MaybePromise<O>,
  fit: {
    readonly input: (input: SliceInput<N>) => I;
    readonly output: (output: O, input: SliceInput<N>) => SliceOutput<N>;
    readonly origin?: string;
  },
): Slice<N> {
  return defineSlice(name, async (input) => fit.output(await foreign(fit.input(input)), input), fit.origin ?? 'adapted');
}

/**
 * Checks what a user's module exports, `export const slice = { name, <method>(input) }`, and makes it a slice.
 * Throws `UserError` that names the file, what is wrong and what to write.
 */
export function sliceFromModule(origin: string, exported: unknown): Slice {
  const shape = 'Write: export const slice = { name: "analyze", analyze(input) { … } }.';
  const candidate = typeof exported === 'object' && exported !== null && 'slice' in exported ? exported.slice : undefined;
  if (typeof candidate !== 'object' || candidate === null) throw new UserError(`${origin} exports no \`slice\``, shape);
  const { name } = candidate as { readonly name?: unknown };
  if (typeof name !== 'string') throw new UserError(`the slice in ${origin} has no name`, shape);
  if (!isSliceName(name)) throw new UserError(`${origin}: there is no slice "${name}"`, didYouMean(name, sliceNames));
  const { method } = sliceContracts[name];
  const methods = candidate as Readonly<Record<string, unknown>>;
  const call = methods[method];
  if (typeof call === 'function') return { name, origin, call: (input) => ask(name, origin, () => call.call(candidate, input) as unknown) };
  const offered = Object.keys(methods).filter((key) => typeof methods[key] === 'function');
  throw new UserError(
    `the slice "${name}" in ${origin} has no method ${method}(input)${offered.length === 0 ? '' : `; it has ${offered.join(', ')}`}`,
    `Name it ${method}.`,
  );
}

/** A fault in a user's code is told as such, with the slice and its file. */
async function ask<N extends SliceName>(name: N, origin: string, work: () => unknown): Promise<SliceOutput<N>> {
  try {
    return (await work()) as SliceOutput<N>;
  } catch (cause) {
    if (cause instanceof UserError || cause instanceof OperationalError) throw cause;
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`the slice "${name}" (${origin}) failed: ${what}`, 'EDGEWRIGHT_DEBUG=1 prints the line.', { cause });
  }
}

function isSliceName(name: string): name is SliceName {
  return Object.hasOwn(sliceContracts, name);
}

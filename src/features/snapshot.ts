import { UserError } from '#core';
import type { Kernel } from './kernel.ts';

/** A kernel keeps its state in fields that are numbers or Float64Arrays; both are written in order of declaration. */
function stateOf(kernel: Kernel): readonly (readonly [field: string, value: unknown])[] {
  return Object.entries(kernel);
}

function numbersOf(kernels: readonly Kernel[]): number[] {
  const numbers: number[] = [];
  for (const kernel of kernels) {
    for (const [, value] of stateOf(kernel)) {
      if (typeof value === 'number') numbers.push(value);
      else if (value instanceof Float64Array) numbers.push(...value);
    }
  }
  return numbers;
}

/** `graph id:base64 of the state's doubles`. */
export function captureState(graphId: string, kernels: readonly Kernel[]): string {
  const bytes = Buffer.from(Float64Array.from(numbersOf(kernels)).buffer);
  return `${graphId}:${bytes.toString('base64')}`;
}

export function restoreState(graphId: string, kernels: readonly Kernel[], snapshot: string): void {
  const [id, text] = snapshot.split(':');
  const bytes = Buffer.from(text ?? '', 'base64');
  const fits = id === graphId && bytes.length === numbersOf(kernels).length * 8;
  if (!fits) throw new UserError('the feature state was saved by other features', 'Replay the bars instead.');
  const numbers = new Float64Array(Uint8Array.from(bytes).buffer);
  let at = 0;
  for (const kernel of kernels) {
    for (const [field, value] of stateOf(kernel)) {
      if (typeof value === 'number') Reflect.set(kernel, field, numbers[at++]!);
      else if (value instanceof Float64Array) for (let k = 0; k < value.length; k++) value[k] = numbers[at++]!;
    }
  }
}

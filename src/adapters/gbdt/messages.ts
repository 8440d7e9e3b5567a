import type { MessagePort } from 'node:worker_threads';
import { InvariantError, UserError } from '#core';
import type { GbdtModel } from '#ml';
import type { TrainingJob } from '#research';

/** What a worker is asked: to train, with a partner at the other end of a port or alone, or to be that partner. */
export type TrainingTask =
  | { readonly kind: 'train'; readonly job: TrainingJob; readonly partner?: MessagePort }
  | { readonly kind: 'assist'; readonly trainer: MessagePort };

/** What it answers. */
export type TrainingAnswer =
  | { readonly kind: 'trained'; readonly model: GbdtModel }
  | { readonly kind: 'assisted' }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** An error as plain data, since the class of an error is lost between threads. */
interface Fault {
  readonly name: string;
  readonly message: string;
  readonly hint: string;
  readonly stack: string;
}

export function describeFault(error: unknown): Fault {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), hint: '', stack: '' };
  return { name: error.name, message: error.message, hint: error instanceof UserError ? error.hint : '', stack: error.stack ?? '' };
}

/** The error that the caller would have seen had the training run on its own thread. */
export function errorFrom({ name, message, hint, stack }: Fault): Error {
  const cause = new Error(`in a training worker: ${stack || message}`);
  if (name === 'UserError') return new UserError(message, hint, { cause });
  if (name === 'InvariantError') return new InvariantError(message, { cause });
  return new Error(message, { cause });
}

/** The buffers of a model, which move to the receiver instead of being copied. */
export function modelBuffers({ baseMargins, trees }: GbdtModel): ArrayBuffer[] {
  const arrays = [baseMargins, ...trees.flatMap((tree) => Object.values(tree) as ArrayBufferView[])];
  return [...new Set(arrays.map(({ buffer }) => buffer))].filter((buffer) => buffer instanceof ArrayBuffer);
}

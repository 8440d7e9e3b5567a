/** One thread of a search: is told shared columns and combinations, answers with daily returns. */
import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerFault } from '#adapters/sweep';
import { UserError } from '#core';
import { findStrategy } from '../backtest/find-strategy.ts';
import { evaluateCombination } from './evaluate.ts';
import type { EvaluationSetup } from './evaluation-setup.ts';
import type { ColumnTable } from './feature-store.ts';

export interface WorkerOrder {
  /** As given to `findStrategy`. */
  readonly strategy: string;
  readonly folder: string;
  readonly setup: EvaluationSetup;
}

type Message = { readonly news: ColumnTable } | { readonly index: number; readonly task: Readonly<Record<string, number>> };

const port = parentPort;
if (port !== null) {
  const { strategy, folder, setup } = workerData as WorkerOrder;
  const columns = new Map<string, readonly Float64Array[]>();
  const found = findStrategy(strategy, folder);
  const answer = async (index: number, task: Readonly<Record<string, number>>): Promise<void> => {
    try {
      const { recipe } = await found;
      if (recipe === undefined) throw new UserError(`strategy ${strategy} has no parameters`);
      port.postMessage({ index, answer: evaluateCombination(recipe, task, setup, columns) });
    } catch (error) {
      port.postMessage({ index, error: faultOf(error) });
    }
  };
  port.on('message', (message: Message) => {
    if ('news' in message) for (const [id, list] of Object.entries(message.news)) columns.set(id, list);
    else void answer(message.index, message.task);
  });
}

/** An error as it crosses threads: its class is lost on the way. */
function faultOf(error: unknown): WorkerFault {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof UserError ? { message, hint: error.hint } : { message };
}

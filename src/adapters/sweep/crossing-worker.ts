/** One thread of a crossing sweep: takes pairs, reads the shared prices, answers with their results. */
import { parentPort } from 'node:worker_threads';
import { sweepCrossings, type CrossingSweep } from '#backtest';

const port = parentPort;
port?.on('message', ({ index, task }: { readonly index: number; readonly task: CrossingSweep }) => {
  try {
    port.postMessage({ index, answer: sweepCrossings(task) });
  } catch (error) {
    port.postMessage({ index, error: { message: error instanceof Error ? error.message : 'the sweep failed' } });
  }
});

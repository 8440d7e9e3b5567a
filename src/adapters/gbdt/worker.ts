/** Entry of a training worker: one job at a time, its answer back. */
import { parentPort } from 'node:worker_threads';
import type { TrainingJob } from '#research';
import { describeFault, modelBuffers, type TrainingAnswer } from './messages.ts';
import { trainJob } from './train-job.ts';

const port = parentPort;
port?.on('message', (job: TrainingJob) => {
  let answer: TrainingAnswer;
  try {
    answer = { kind: 'trained', model: trainJob(job) };
  } catch (error) {
    answer = { kind: 'failed', fault: describeFault(error) };
  }
  port.postMessage(answer, answer.kind === 'trained' ? modelBuffers(answer.model) : []);
});

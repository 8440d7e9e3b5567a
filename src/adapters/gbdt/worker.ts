/** Entry of a training worker: one task at a time, its answer back. */
import { parentPort, type MessagePort } from 'node:worker_threads';
import { assistGbdt, type GbdtShare } from '#ml';
import type { TrainingJob } from '#research';
import { describeFault, modelBuffers, type TrainingAnswer, type TrainingTask } from './messages.ts';
import { trainJob } from './train-job.ts';

const port = parentPort;
port?.on('message', (task: TrainingTask) => {
  if (task.kind === 'train') train(task.job, task.partner);
  else assist(task.trainer);
});

function train(job: TrainingJob, partner: MessagePort | undefined): void {
  let answer: TrainingAnswer;
  try {
    answer = { kind: 'trained', model: trainJob(job, partner && { join: (share) => partner.postMessage(share) }) };
  } catch (error) {
    answer = { kind: 'failed', fault: describeFault(error) };
  }
  partner?.close();
  port!.postMessage(answer, answer.kind === 'trained' ? modelBuffers(answer.model) : []);
}

/** The trainer sends one share, or none and hangs up. */
function assist(trainer: MessagePort): void {
  trainer.on('message', (share: GbdtShare) => assistGbdt(share));
  trainer.on('close', () => port!.postMessage({ kind: 'assisted' } satisfies TrainingAnswer));
}

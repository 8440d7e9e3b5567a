import { Worker } from 'node:worker_threads';
import { UserError } from '#core';

export interface WorkerPool<Task, Answer> {
  /** Gives every thread something to know before its next task. */
  broadcast(news: unknown): void;
  /** Runs the tasks on all threads; `onAnswer` hears of each as it is done. A task that throws ends the batch with its error. */
  run(tasks: readonly Task[], onAnswer: (answer: Answer, index: number) => void): Promise<void>;
  close(): Promise<void>;
}

interface Reply<Answer> {
  readonly index: number;
  readonly answer?: Answer;
  readonly error?: WorkerFault;
}

/** What went wrong in a thread; with a hint when it is the user's to mend. */
export interface WorkerFault {
  readonly message: string;
  readonly hint?: string;
}

/**
 * Threads of one module, which listens on its parent port: `{ news }` to remember, `{ index, task }` to answer with
 * `{ index, answer }` or `{ index, error }`.
 */
export function openWorkerPool<Task, Answer>(entry: URL, threads: number, data: unknown): WorkerPool<Task, Answer> {
  const workers = Array.from({ length: threads }, () => new Worker(entry, { workerData: data }));
  let fault: ((error: Error) => void) | undefined;
  let broken: Error | undefined;
  const fail = (error: Error): void => {
    broken ??= error;
    fault?.(error);
  };
  for (const worker of workers) {
    worker.on('error', (error) => fail(error instanceof Error ? error : new Error('a worker thread failed')));
    worker.on('exit', () => fail(new Error('a worker thread ended by itself')));
  }
  return {
    broadcast(news) {
      for (const worker of workers) worker.postMessage({ news });
    },
    run(tasks, onAnswer) {
      return new Promise((resolve, reject) => {
        let next = 0;
        let done = 0;
        const end = (error?: Error): void => {
          fault = undefined;
          for (const worker of workers) worker.removeAllListeners('message');
          if (error === undefined) resolve();
          else reject(error);
        };
        const feed = (worker: Worker): void => {
          if (next < tasks.length) worker.postMessage({ index: next, task: tasks[next++] });
        };
        if (broken !== undefined || tasks.length === 0) return end(broken);
        fault = end;
        for (const worker of workers) {
          worker.on('message', ({ index, answer, error }: Reply<Answer>) => {
            if (error !== undefined)
              return end(error.hint === undefined ? new Error(error.message) : new UserError(error.message, error.hint));
            try {
              onAnswer(answer as Answer, index);
            } catch (thrown) {
              return end(thrown instanceof Error ? thrown : new Error('an answer could not be taken'));
            }
            done++;
            if (done === tasks.length) end();
            else feed(worker);
          });
          feed(worker);
        }
      });
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { invariant, OperationalError } from '#core';
import type { GbdtModel } from '#ml';
import type { TrainingJob } from '#research';
import { errorFrom, type TrainingAnswer, type TrainingTask } from './messages.ts';

/** The worker's file stands beside this one, as TypeScript in a checkout and as JavaScript in the built package. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

interface Seat {
  readonly worker: Worker;
  /** Settles the task under way; undefined while idle. */
  finish: ((answer: Answer) => void) | undefined;
}

/** `undefined` from a worker that assisted. */
type Answer = GbdtModel | Error | undefined;

/** Threads that train one job each, or two of them one job. They start when first needed and keep the process alive only while they work. */
export class WorkerPool {
  readonly #size: number;
  readonly #entry: URL;
  readonly #seats = new Set<Seat>();
  readonly #waiting: ((seat: Seat | Error) => void)[] = [];
  #closed = false;

  constructor(size: number, entry: URL = ENTRY) {
    this.#size = size;
    this.#entry = entry;
  }

  /**
   * Waits for a free worker; `prepare` runs only then. With `paired` an idle second worker, if there is one, takes half of the work.
   * Rejects with the job's own error, or an `OperationalError` when its worker died.
   */
  async run(prepare: () => TrainingJob, paired = false): Promise<GbdtModel> {
    invariant(!this.#closed, 'the training workers have been closed');
    const seat = await this.#freeSeat();
    if (!this.#seats.has(seat)) throw stopped();
    const helper = paired ? this.#idleSeat() : undefined;
    const answer =
      helper === undefined ? await this.#ask(seat, () => ({ kind: 'train', job: prepare() })) : await this.#askPair(seat, helper, prepare);
    if (answer instanceof Error) throw answer;
    invariant(answer !== undefined, 'a training worker answered without a model');
    return answer;
  }

  async #askPair(seat: Seat, helper: Seat, prepare: () => TrainingJob): Promise<Answer> {
    const { port1, port2 } = new MessageChannel();
    const assisted = this.#ask(helper, () => ({ kind: 'assist', trainer: port2 }), [port2]);
    const answer = await this.#ask(seat, () => ({ kind: 'train', job: prepare(), partner: port1 }), [port1]);
    // A trainer that died can no longer tell its helper to stop.
    if (!this.#seats.has(seat)) void helper.worker.terminate();
    await assisted;
    return answer;
  }

  #ask(seat: Seat, task: () => TrainingTask, transfer: readonly MessagePort[] = []): Promise<Answer> {
    return new Promise((resolve) => {
      seat.finish = resolve;
      try {
        seat.worker.postMessage(task(), transfer);
        seat.worker.ref();
      } catch (error) {
        for (const port of transfer) port.close();
        this.#settle(seat, error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  /** Ends every worker; jobs under way and jobs that wait are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const tell of this.#waiting.splice(0)) tell(stopped());
    const seats = [...this.#seats];
    for (const seat of seats) this.#leave(seat, stopped());
    await Promise.all(seats.map(({ worker }) => worker.terminate()));
  }

  #idleSeat(): Seat | undefined {
    for (const seat of this.#seats) {
      if (seat.finish !== undefined) continue;
      seat.finish = () => {};
      return seat;
    }
    return this.#seats.size < this.#size ? this.#open() : undefined;
  }

  #freeSeat(): Promise<Seat> {
    const idle = this.#idleSeat();
    if (idle !== undefined) return Promise.resolve(idle);
    return new Promise((resolve, reject) => {
      this.#waiting.push((seat) => (seat instanceof Error ? reject(seat) : resolve(seat)));
    });
  }

  #open(): Seat {
    // Flags of the main thread (--eval, --input-type, --watch) mean nothing to a worker and can forbid it.
    const worker = new Worker(this.#entry, { name: 'gbdt', execArgv: [] });
    const seat: Seat = { worker, finish: () => {} };
    this.#seats.add(seat);
    worker.on('message', (answer: TrainingAnswer) =>
      this.#settle(seat, answer.kind === 'trained' ? answer.model : answer.kind === 'failed' ? errorFrom(answer.fault) : undefined),
    );
    worker.on('error', (cause) => this.#leave(seat, crashed(cause instanceof Error ? cause.message : String(cause), cause)));
    worker.on('exit', (code) => this.#leave(seat, crashed(`exit code ${code}`)));
    return seat;
  }

  #settle(seat: Seat, answer: Answer): void {
    const { finish } = seat;
    const next = this.#waiting.shift();
    seat.finish = next === undefined ? undefined : () => {};
    if (next === undefined) seat.worker.unref();
    else next(seat);
    finish?.(answer);
  }

  /** A worker that is gone: its job is rejected, and whoever waits gets a new worker. */
  #leave(seat: Seat, reason: Error): void {
    if (!this.#seats.delete(seat)) return;
    seat.finish?.(reason);
    seat.finish = undefined;
    if (!this.#closed && this.#waiting.length > 0) this.#waiting.shift()!(this.#open());
  }
}

function stopped(): OperationalError {
  return new OperationalError('unavailable', 'the training was stopped before it ended', { recoverable: false });
}

function crashed(reason: string, cause?: unknown): OperationalError {
  return new OperationalError('unavailable', `a training worker ended before its training did (${reason}); is there enough memory?`, {
    recoverable: false,
    ...(cause === undefined ? {} : { cause }),
  });
}

import { invariant } from '#core';
import type { GbdtKernel, SplitLimits } from './kernel.ts';
import { asKernel, openKernel, seatAt } from './kernel-wasm.ts';
import type { GbdtPartner, GbdtShare } from './types.ts';
import { SPLIT, TILE, type Workspace } from './workspace.ts';

/** Words of the control region. */
const READY = 0;
const TURN = 1;
const DONE = 2;
const TASK = 3;
const ARGUMENTS = 4;
/** Where its numbers begin, in bytes. */
const NUMBERS = 32;

const TASKS = { leave: 0, histogram: 1, subtract: 2, findSplit: 3 } as const;
/** Looks at a word before the thread is put to sleep: tasks are microseconds apart while a tree grows. */
const PATIENCE = 20_000;
/** A task takes the helper far less; when it needs longer its thread is gone. */
const SILENCE_MS = 20_000;
/** On a machine that is busy with other things, waiting for the helper costs more than it takes off: so often late, and it is let go. */
const LATE_AT_FIRST = 20;
const LATE_SHARE = 0.1;

interface Control {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
}

function controlOf({ seat, control }: GbdtShare): Control {
  const { buffer } = seat.memory;
  return { words: new Int32Array(buffer, control, 8), numbers: new Float64Array(buffer, control + NUMBERS, 4) };
}

export interface PairedKernel extends GbdtKernel {
  /** Lets the partner go; work goes on alone. */
  release(): void;
}

/** The kernel of a training that has a partner; null where its workspace has no memory to share, or too few features. */
export function createPairedKernel(space: Workspace, limits: SplitLimits, partner: GbdtPartner): PairedKernel | null {
  const own = seatAt(space, limits);
  const seat = seatAt(space, limits, true);
  if (own === null || seat === null || space.tiles < 2) return null;
  const first = Math.floor(space.tiles / 2) * TILE;
  const share: GbdtShare = { seat, control: space.offsets.control, first };
  const kernel = openKernel(own);
  const { words, numbers } = controlOf(share);
  const answer = new Float64Array(seat.memory.buffer, space.offsets.otherAnswer, 8);
  let turn = 0;
  let together: 'not yet' | 'yes' | 'no more' = 'not yet';
  let late = 0;
  partner.join(share);

  /** Gives the helper its half, once it is there; true when it has one. */
  function halve(task: number, a: number, b = 0, c = 0): boolean {
    if (together === 'no more') return false;
    if (together === 'not yet') {
      if (Atomics.load(words, READY) === 0) return false;
      together = 'yes';
      kernel.share(0, first);
    }
    words[TASK] = task;
    words[ARGUMENTS] = a;
    words[ARGUMENTS + 1] = b;
    words[ARGUMENTS + 2] = c;
    Atomics.store(words, TURN, ++turn);
    Atomics.notify(words, TURN);
    return true;
  }

  function join(): void {
    if (hasCome(words, DONE, turn)) return;
    invariant(sleepUntil(words, DONE, turn, SILENCE_MS), 'the second thread of a gbdt training has fallen silent');
    if (++late > LATE_AT_FIRST + turn * LATE_SHARE) release();
  }

  function release(): void {
    if (together === 'no more') return;
    together = 'no more';
    kernel.share(0, space.features);
    words[TASK] = TASKS.leave;
    Atomics.store(words, TURN, ++turn);
    Atomics.notify(words, TURN);
  }

  return {
    ...asKernel(kernel),
    histogram(slot, begin, end) {
      const halved = halve(TASKS.histogram, slot, begin, end);
      kernel.histogram(slot, begin, end);
      if (halved) join();
    },
    subtract(slot, other) {
      const halved = halve(TASKS.subtract, slot, other);
      kernel.subtract(slot, other);
      if (halved) join();
    },
    findSplit(slot, gradient, hessian, count, floor) {
      numbers[0] = gradient;
      numbers[1] = hessian;
      numbers[2] = floor;
      const halved = halve(TASKS.findSplit, slot, count);
      kernel.findSplit(slot, gradient, hessian, count, floor);
      if (!halved) return;
      join();
      // On a tie the lower feature wins, which is ours.
      if (answer[SPLIT.feature]! >= 0 && answer[SPLIT.score]! > space.answer[SPLIT.score]!) space.answer.set(answer);
    },
    release,
  };
}

/** Helps a training on another thread, and blocks the calling one until that training ends. */
export function assistGbdt(share: GbdtShare): void {
  const { words, numbers } = controlOf(share);
  const kernel = openKernel(share.seat);
  kernel.share(share.first, share.seat.shape[1]);
  Atomics.store(words, READY, 1);
  Atomics.notify(words, READY);
  for (let turn = 1; ; turn++) {
    if (!hasCome(words, TURN, turn)) sleepUntil(words, TURN, turn, Number.POSITIVE_INFINITY);
    const [a, b, c] = [words[ARGUMENTS]!, words[ARGUMENTS + 1]!, words[ARGUMENTS + 2]!];
    switch (words[TASK]) {
      case TASKS.histogram:
        kernel.histogram(a, b, c);
        break;
      case TASKS.subtract:
        kernel.subtract(a, b);
        break;
      case TASKS.findSplit:
        kernel.findSplit(a, numbers[0]!, numbers[1]!, b, numbers[2]!);
        break;
      default:
        return;
    }
    Atomics.store(words, DONE, turn);
    Atomics.notify(words, DONE);
  }
}

/** Looks for a while, without giving the thread away, whether a word has come to `value`. */
function hasCome(words: Int32Array, at: number, value: number): boolean {
  for (let looks = 0; looks < PATIENCE; looks++) if (Atomics.load(words, at) >= value) return true;
  return false;
}

/** False when the word stands still for longer than that. */
function sleepUntil(words: Int32Array, at: number, value: number, silenceMs: number): boolean {
  for (;;) {
    const now = Atomics.load(words, at);
    if (now >= value) return true;
    if (Atomics.wait(words, at, now, silenceMs) === 'timed-out') return false;
  }
}

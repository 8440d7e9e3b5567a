import { UserError } from '#core';
import { createSweepKernel, type SweepEngine } from './kernel-wasm.ts';
import { BLOCK_ROWS, STATE_SIZE, sweepLayout } from './kernel.ts';

/**
 * All combinations of two moving averages on one market: one unit long while the fast mean of the closes is above the slow one, decided
 * at each close, filled at the next open, a fee in proportion to what is traded, an open position marked at the last close.
 * For rules of any other shape there is the engine.
 */
export interface CrossingSweep {
  /** Opens and closes in whole ticks (`toTicks`); shared memory is read in place. */
  readonly openTicks: Float64Array;
  readonly closeTicks: Float64Array;
  readonly tickSize: number;
  /** Combinations as windows: `fast[k]` with `slow[k]`, in bars. */
  readonly fast: Int32Array;
  readonly slow: Int32Array;
  /** Fee of each side as a fraction of what is traded. */
  readonly feeFraction: number;
  readonly cash: number;
}

export interface CrossingSweepResult {
  /** Entries of each combination, the open position's too. */
  readonly entries: Float64Array;
  readonly endEquity: Float64Array;
  /** 1 where the combination is in the market at the end. */
  readonly open: Uint8Array;
}

/** Prices as whole numbers of ticks. Throws `UserError` when one lies between two ticks: then results could depend on rounding. */
export function toTicks(prices: Float64Array, tickSize: number): Float64Array<SharedArrayBuffer> {
  const ticks = new Float64Array(new SharedArrayBuffer(prices.length * 8));
  for (let row = 0; row < prices.length; row++) {
    const tick = Math.round(prices[row]! / tickSize);
    if (!(Math.abs(prices[row]! / tickSize - tick) < 1e-3))
      throw new UserError(
        `the price ${prices[row]} at row ${row} is no multiple of the tick ${tickSize}`,
        'Give the tick that the data have.',
      );
    ticks[row] = tick;
  }
  return ticks;
}

/** Every pair with fast < slow, fast running fastest. */
export function crossingPairs(fast: readonly number[], slow: readonly number[]): { readonly fast: Int32Array; readonly slow: Int32Array } {
  const pairs = slow.flatMap((long) => fast.filter((short) => short < long).map((short) => [short, long] as const));
  return { fast: Int32Array.from(pairs, ([short]) => short), slow: Int32Array.from(pairs, ([, long]) => long) };
}

/**
 * Exact: sums of ticks are whole numbers below 2^53, and two means of windows up to a few thousand bars that differ do so by far more
 * than a rounding, so that comparing the rounded means gives the true order, and equal means compare equal.
 */
export function sweepCrossings(sweep: CrossingSweep, engine: SweepEngine = 'wasm'): CrossingSweepResult {
  const { openTicks, closeTicks, fast, slow } = sweep;
  const rows = closeTicks.length;
  checkSweep(sweep, rows);
  const windows = [...new Set([...fast, ...slow])].sort((a, b) => a - b);
  const layout = sweepLayout(rows, windows.length, fast.length);
  const { memory, kernel } = createSweepKernel(layout, engine);
  memory.set(openTicks, layout.open);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    sum += closeTicks[row]!;
    memory[layout.prefix + row + 1] = sum;
  }
  if (!(sum < Number.MAX_SAFE_INTEGER)) throw new UserError('the prices have too many ticks for exact sums', 'Sweep a shorter history.');
  const slotOf = new Map(windows.map((window, slot) => [window, slot]));
  const fastSlots = fast.map((window) => slotOf.get(window)!);
  const slowSlots = slow.map((window) => slotOf.get(window)!);
  for (let from = 0; from < rows - 1; from += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, rows - 1 - from);
    for (let slot = 0; slot < windows.length; slot++) kernel.means(slot, windows[slot]!, from, count);
    for (let pair = 0; pair < fast.length; pair++) kernel.scan(fastSlots[pair]!, slowSlots[pair]!, pair, from, count);
  }
  return settle(sweep, memory.subarray(layout.state));
}

function settle({ closeTicks, tickSize, feeFraction, cash, fast }: CrossingSweep, state: Float64Array): CrossingSweepResult {
  const entries = new Float64Array(fast.length);
  const endEquity = new Float64Array(fast.length);
  const open = new Uint8Array(fast.length);
  const last = closeTicks[closeTicks.length - 1]!;
  for (let pair = 0; pair < fast.length; pair++) {
    const at = pair * STATE_SIZE;
    const held = state[at]!;
    entries[pair] = state[at + 1]!;
    open[pair] = held;
    endEquity[pair] = cash + (state[at + 2]! + held * last) * tickSize - feeFraction * state[at + 3]! * tickSize;
  }
  return { entries, endEquity, open };
}

function checkSweep({ openTicks, fast, slow }: CrossingSweep, rows: number): void {
  if (rows < 2 || openTicks.length !== rows) throw new UserError(`${rows} closes and ${openTicks.length} opens make no sweep`);
  if (fast.length === 0 || fast.length !== slow.length) throw new UserError('there are no combinations to sweep', 'Give pairs of windows.');
  for (const window of [...fast, ...slow])
    if (!(window >= 1 && window <= 5000)) throw new UserError(`a window cannot be ${window} bars`, 'Use 1 to 5000.');
}

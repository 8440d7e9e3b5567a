/** Rows handled at a time, so that all columns of a block stay in the cache. A multiple of eight, which the SIMD kernel takes in one go. */
export const BLOCK_ROWS = 1024;

/** Numbers kept of each pair: in the market (1) or not (0), entries, sales less purchases, all traded; the last two in ticks. */
export const STATE_SIZE = 4;

/** Where things lie in the memory of a sweep, counted in doubles. */
export interface SweepLayout {
  /** Σ of the first k closes in ticks, rows + 1 values. */
  readonly prefix: number;
  /** Opens in ticks. */
  readonly open: number;
  /** Columns of one block, one a window. */
  readonly slots: number;
  /** `STATE_SIZE` numbers a pair. */
  readonly state: number;
  readonly length: number;
}

export function sweepLayout(rows: number, windows: number, pairs: number): SweepLayout {
  const prefix = 0;
  const open = prefix + rows + 1;
  const slots = open + rows;
  const state = slots + windows * BLOCK_ROWS;
  return { prefix, open, slots, state, length: state + pairs * STATE_SIZE };
}

/**
 * Two loops over one memory. Every sum is a whole number of ticks below 2^53, so no order of summing changes a bit: any kernel gives the
 * same numbers.
 */
export interface SweepKernel {
  /** Means of `window` closes ending at rows [from, from + count), into a slot; NaN before there are enough. */
  means(slot: number, window: number, from: number, count: number): void;
  /** Carries a pair over the decisions of rows [from, from + count): in the market when slot `fast` is above slot `slow`, filled at the next open. */
  scan(fast: number, slow: number, pair: number, from: number, count: number): void;
}

/** The kernel in plain TypeScript, over `memory`. */
export function plainKernel(memory: Float64Array, layout: SweepLayout): SweepKernel {
  const { prefix, open, slots, state } = layout;
  return {
    means(slot, window, from, count) {
      const out = slots + slot * BLOCK_ROWS;
      for (let at = 0; at < count; at++) {
        const end = prefix + from + at + 1;
        memory[out + at] = end - prefix < window ? Number.NaN : (memory[end]! - memory[end - window]!) / window;
      }
    },
    scan(fast, slow, pair, from, count) {
      const above = slots + fast * BLOCK_ROWS;
      const below = slots + slow * BLOCK_ROWS;
      const kept = state + pair * STATE_SIZE;
      let held = memory[kept]!;
      let entries = memory[kept + 1]!;
      let net = memory[kept + 2]!;
      let traded = memory[kept + 3]!;
      for (let at = 0; at < count; at++) {
        const wanted = memory[above + at]! > memory[below + at]! ? 1 : 0;
        if (wanted === held) continue;
        const price = memory[open + from + at + 1]!;
        held = wanted;
        entries += wanted;
        net += wanted === 1 ? -price : price;
        traded += price;
      }
      memory[kept] = held;
      memory[kept + 1] = entries;
      memory[kept + 2] = net;
      memory[kept + 3] = traded;
    },
  };
}

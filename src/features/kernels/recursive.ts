import type { Kernel } from '../kernel.ts';

/**
 * x̄ ← x̄ + k·(x − x̄), seeded with the mean of the first n known rows. EMA: k = 2/(n+1). Wilder: k = 1/n.
 * `skip` known rows pass before the seed's window opens (TA-Lib's MACD starts both its averages at the slow one's first row).
 */
export class SmoothKernel implements Kernel {
  readonly n: number;
  readonly skip: number;
  readonly factor: number;
  seen = 0;
  sum = 0;
  value = 0;
  constructor(n: number, kind: 'ema' | 'wilder', skip: number) {
    this.n = n;
    this.skip = skip;
    this.factor = kind === 'ema' ? 2 / (n + 1) : 1 / n;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    const out = outputs[0]!;
    const { n, skip, factor } = this;
    let { seen, value } = this;
    const ready = skip + n;
    for (let i = 0; i < count; i++) {
      const next = x[i]!;
      if (Number.isNaN(next)) {
        out[i] = Number.NaN;
      } else if (seen >= ready) {
        value += (next - value) * factor;
        out[i] = value;
      } else {
        seen++;
        if (seen > skip) this.sum += next;
        if (seen === ready) value = this.sum / n;
        out[i] = seen === ready ? value : Number.NaN;
      }
    }
    this.seen = seen;
    this.value = value;
  }
}

/**
 * The EMA that starts at the first known row's own value, as TA-Lib's Chaikin oscillator does: x̄ ← x̄ + 2/(n+1)·(x − x̄).
 * It is shown from `after` known rows later on.
 */
export class FirstValueEmaKernel implements Kernel {
  readonly factor: number;
  readonly after: number;
  seen = 0;
  value = 0;
  constructor(n: number, after: number) {
    this.factor = 2 / (n + 1);
    this.after = after;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    const out = outputs[0]!;
    for (let i = 0; i < count; i++) {
      const next = x[i]!;
      if (Number.isNaN(next)) {
        out[i] = Number.NaN;
        continue;
      }
      this.value = this.seen === 0 ? next : this.value + (next - this.value) * this.factor;
      out[i] = this.seen >= this.after ? this.value : Number.NaN;
      this.seen++;
    }
  }
}

/**
 * Wilder's running sum S ← S − S/n + x, seeded with the sum of the first n−1 known rows (TA-Lib's ±DM and the sums under ±DI).
 * With n = 1 it is x itself. It is shown from `after` rows after its seed on.
 */
export class WilderSumKernel implements Kernel {
  readonly n: number;
  readonly first: number;
  seen = 0;
  sum = 0;
  constructor(n: number, after: number) {
    this.n = n;
    this.first = n - 1 + after;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    const out = outputs[0]!;
    const { n, first } = this;
    let { seen, sum } = this;
    for (let i = 0; i < count; i++) {
      const next = x[i]!;
      if (Number.isNaN(next)) {
        out[i] = Number.NaN;
        continue;
      }
      sum = seen < n - 1 ? sum + next : sum - sum / n + next;
      seen++;
      out[i] = seen >= first ? sum : Number.NaN;
    }
    this.seen = seen;
    this.sum = sum;
  }
}

/** Running total over all known rows with Neumaier's compensation; restarts when the second input (an epoch number) changes. */
export class CumulativeKernel implements Kernel {
  sum = 0;
  compensation = 0;
  epoch = Number.NaN;
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [x, epochs, out] = [inputs[0]!, inputs[1], outputs[0]!];
    for (let i = 0; i < count; i++) {
      const epoch = epochs === undefined ? 0 : epochs[i]!;
      if (epoch !== this.epoch) {
        this.sum = 0;
        this.compensation = 0;
        this.epoch = epoch;
      }
      const next = x[i]!;
      if (Number.isNaN(next)) {
        out[i] = Number.NaN;
        continue;
      }
      const total = this.sum + next;
      this.compensation += Math.abs(this.sum) >= Math.abs(next) ? this.sum - total + next : next - total + this.sum;
      this.sum = total;
      out[i] = total + this.compensation;
    }
  }
}

/**
 * Kaufman's adaptive moving average: the last n changes' efficiency sets the speed between EMA(2) and EMA(30).
 * The path of n changes is the tail of the last block of n (suffix sums, made once a block) and the head of the current one.
 */
export class KamaKernel implements Kernel {
  readonly n: number;
  readonly values: Float64Array;
  readonly changes: Float64Array;
  readonly suffix: Float64Array;
  seen = 0;
  position = 0;
  prefix = 0;
  before = 0;
  value = 0;
  constructor(n: number) {
    this.n = n;
    this.values = new Float64Array(n);
    this.changes = new Float64Array(n);
    this.suffix = new Float64Array(n + 1);
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [x, out, n] = [inputs[0]!, outputs[0]!, this.n];
    const { values, changes, suffix } = this;
    for (let i = 0; i < count; i++) {
      const next = x[i]!;
      out[i] = Number.NaN;
      if (Number.isNaN(next)) continue;
      const at = this.position;
      const change = this.seen === 0 ? 0 : Math.abs(next - this.before);
      changes[at] = change;
      this.prefix += change;
      if (this.seen === n) this.value = this.before;
      if (this.seen >= n) {
        const factor = adaptiveFactor(Math.abs(next - values[at]!), suffix[at + 1]! + this.prefix);
        this.value += (next - this.value) * factor;
        out[i] = this.value;
      }
      values[at] = next;
      this.before = next;
      if (this.seen <= n) this.seen++;
      this.position = at + 1;
      if (this.position < n) continue;
      for (let j = n - 1; j > 0; j--) suffix[j] = suffix[j + 1]! + changes[j]!;
      this.position = 0;
      this.prefix = 0;
    }
  }
}

/** Squared share of the way between the speeds of EMA(30) and EMA(2): the whole way when the path is straight. */
function adaptiveFactor(way: number, path: number): number {
  const efficiency = path <= way || path === 0 ? 1 : way / path;
  const factor = efficiency * (2 / 3 - 2 / 31) + 2 / 31;
  return factor * factor;
}

/** 1 from a row where `enter` holds until one where `exit` holds (exit wins); 0 before the first. Carries over missing rows. */
export class LatchKernel implements Kernel {
  state = 0;
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [enter, exit, out] = [inputs[0]!, inputs[1]!, outputs[0]!];
    for (let i = 0; i < count; i++) {
      if (Number.isNaN(enter[i]!) || Number.isNaN(exit[i]!)) {
        out[i] = Number.NaN;
        continue;
      }
      if (exit[i] !== 0) this.state = 0;
      else if (enter[i] !== 0) this.state = 1;
      out[i] = this.state;
    }
  }
}

/** Bars since the condition last held, 0 when it holds now, at most `cap`; missing where the condition is, which still counts as a bar. */
export class BarsSinceKernel implements Kernel {
  readonly cap: number;
  since: number;
  constructor(cap: number) {
    this.cap = cap;
    this.since = cap;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [condition, out] = [inputs[0]!, outputs[0]!];
    for (let i = 0; i < count; i++) {
      const test = condition[i]!;
      const holds = !Number.isNaN(test) && test !== 0;
      this.since = holds ? 0 : Math.min(this.cap, this.since + 1);
      out[i] = Number.isNaN(test) ? Number.NaN : this.since;
    }
  }
}

/** Heikin-Ashi opens: the middle of the transformed body before. Inputs: what it opens with at first, and transformed closes. */
export class HeikinAshiOpenKernel implements Kernel {
  middle = Number.NaN;
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [open, close, out] = [inputs[0]!, inputs[1]!, outputs[0]!];
    for (let i = 0; i < count; i++) {
      if (Number.isNaN(open[i]!) || Number.isNaN(close[i]!)) {
        out[i] = Number.NaN;
        continue;
      }
      const start = Number.isNaN(this.middle) ? open[i]! : this.middle;
      out[i] = start;
      this.middle = (start + close[i]!) / 2;
    }
  }
}

/** Fisher's transform of a share 0 … 1, smoothed before and after as by Ehlers (2002). A missing row leaves its state alone. */
export class FisherKernel implements Kernel {
  value = 0;
  fisher = 0;
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [share, out] = [inputs[0]!, outputs[0]!];
    for (let i = 0; i < count; i++) {
      out[i] = Number.NaN;
      if (Number.isNaN(share[i]!)) continue;
      const value = 0.66 * (share[i]! - 0.5) + 0.67 * this.value;
      this.value = Math.abs(value) > 0.99 ? 0.999 * Math.sign(value) : value;
      this.fisher = 0.5 * Math.log((1 + this.value) / (1 - this.value)) + 0.5 * this.fisher;
      out[i] = this.fisher;
    }
  }
}

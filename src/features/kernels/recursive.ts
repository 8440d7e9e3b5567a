import type { Kernel } from '../kernel.ts';

/**
 * x̄ ← x̄ + k·(x − x̄), seeded with the mean of the first n known rows. EMA: k = 2/(n+1). Wilder: k = 1/n.
 * `skip` known rows pass before the seed's window opens (TA-Lib's MACD starts both its averages at the slow one's first row).
 */
export class SmoothKernel implements Kernel {
  readonly n: number;
  readonly skip: number;
  readonly factor: number;
  readonly wilder: boolean;
  seen = 0;
  sum = 0;
  value = 0;
  constructor(n: number, kind: 'ema' | 'wilder', skip: number) {
    this.n = n;
    this.skip = skip;
    this.wilder = kind === 'wilder';
    this.factor = kind === 'ema' ? 2 / (n + 1) : 1 / n;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    const out = outputs[0]!;
    const { n, skip, factor, wilder } = this;
    let { seen, value } = this;
    const ready = skip + n;
    for (let i = 0; i < count; i++) {
      const next = x[i]!;
      if (Number.isNaN(next)) {
        out[i] = Number.NaN;
      } else if (seen >= ready) {
        value = wilder ? (value * (n - 1) + next) / n : (next - value) * factor + value;
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
    const [x, out, n] = [inputs[0]!, outputs[0]!, this.n];
    for (let i = 0; i < count; i++) {
      const next = x[i]!;
      if (Number.isNaN(next)) {
        out[i] = Number.NaN;
        continue;
      }
      this.sum = this.seen < n - 1 ? this.sum + next : this.sum - this.sum / n + next;
      this.seen++;
      out[i] = this.seen >= this.first ? this.sum : Number.NaN;
    }
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

/** Kaufman's adaptive moving average: the last n changes' efficiency sets the speed between EMA(2) and EMA(30). */
export class KamaKernel implements Kernel {
  readonly ring: Float64Array;
  seen = 0;
  value = 0;
  constructor(n: number) {
    this.ring = new Float64Array(n + 1);
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [x, out, ring] = [inputs[0]!, outputs[0]!, this.ring];
    const size = ring.length;
    for (let i = 0; i < count; i++) {
      const next = x[i]!;
      out[i] = Number.NaN;
      if (Number.isNaN(next)) continue;
      const before = this.seen === 0 ? next : ring[(this.seen - 1) % size]!;
      ring[this.seen % size] = next;
      this.seen++;
      if (this.seen < size) continue;
      if (this.seen === size) this.value = before;
      this.value += (next - this.value) * this.#speed(next);
      out[i] = this.value;
    }
  }

  #speed(next: number): number {
    const { ring } = this;
    const size = ring.length;
    const oldest = this.seen % size;
    let path = 0;
    for (let k = 1; k < size; k++) path += Math.abs(ring[(oldest + k) % size]! - ring[(oldest + k - 1) % size]!);
    const way = Math.abs(next - ring[oldest]!);
    const efficiency = path <= way || path === 0 ? 1 : way / path;
    return (efficiency * (2 / 3 - 2 / 31) + 2 / 31) ** 2;
  }
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

import type { Kernel } from '../kernel.ts';

/**
 * Parabolic stop and reverse (Wilder 1978) with TA-Lib's start: at bar 1 it is short when the down move of bars 0-1 is the
 * larger one, else long. Inputs high, low.
 */
export class SarKernel implements Kernel {
  readonly step: number;
  readonly maximum: number;
  seen = 0;
  long = 1;
  sar = 0;
  extreme = 0;
  acceleration: number;
  high = 0;
  low = 0;
  constructor(step: number, maximum: number) {
    this.step = Math.min(step, maximum);
    this.maximum = maximum;
    this.acceleration = this.step;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [highs, lows, out] = [inputs[0]!, inputs[1]!, outputs[0]!];
    for (let i = 0; i < count; i++) {
      const high = highs[i]!;
      const low = lows[i]!;
      out[i] = Number.NaN;
      if (Number.isNaN(high) || Number.isNaN(low)) continue;
      if (this.seen === 1) this.#start(high, low);
      if (this.seen >= 1) out[i] = this.#advance(high, low);
      if (this.seen < 2) this.seen++;
      this.high = high;
      this.low = low;
    }
  }

  #start(high: number, low: number): void {
    const down = this.low - low;
    this.long = down > 0 && high - this.high < down ? 0 : 1;
    this.extreme = this.long === 1 ? high : low;
    this.sar = this.long === 1 ? this.low : this.high;
    this.high = high;
    this.low = low;
  }

  /** Emits this bar's level and prepares the next; a short is a long in the mirror. */
  #advance(high: number, low: number): number {
    const side = this.long === 1 ? 1 : -1;
    const near = side === 1 ? low : -high;
    const far = side === 1 ? high : -low;
    const nearBefore = side === 1 ? this.low : -this.high;
    const farBefore = side === 1 ? this.high : -this.low;
    let sar = side * this.sar;
    let extreme = side * this.extreme;
    let level = sar;
    if (near <= sar) {
      sar = Math.max(extreme, farBefore, far);
      level = sar;
      this.long = 1 - this.long;
      this.acceleration = this.step;
      extreme = near;
      sar = Math.max(sar + this.acceleration * (extreme - sar), farBefore, far);
    } else {
      if (far > extreme) {
        extreme = far;
        this.acceleration = Math.min(this.maximum, this.acceleration + this.step);
      }
      sar = Math.min(sar + this.acceleration * (extreme - sar), nearBefore, near);
    }
    this.sar = side * sar;
    this.extreme = side * extreme;
    return side * level;
  }
}

/** Wilder's directional movement of one bar. Inputs high, low; outputs +DM, −DM; the first known bar has none. */
export class DirectionalMovementKernel implements Kernel {
  high = Number.NaN;
  low = Number.NaN;
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [highs, lows, plus, minus] = [inputs[0]!, inputs[1]!, outputs[0]!, outputs[1]!];
    for (let i = 0; i < count; i++) {
      const up = highs[i]! - this.high;
      const down = this.low - lows[i]!;
      const unknown = Number.isNaN(up) || Number.isNaN(down);
      plus[i] = unknown ? Number.NaN : up > down && up > 0 ? up : 0;
      minus[i] = unknown ? Number.NaN : down > up && down > 0 ? down : 0;
      if (Number.isNaN(highs[i]!) || Number.isNaN(lows[i]!)) continue;
      this.high = highs[i]!;
      this.low = lows[i]!;
    }
  }
}

/** SuperTrend (Seban): bands at hl2 ± width that only tighten while price stays inside. Inputs high, low, close, width; outputs level, side (1 up, −1 down). */
export class SuperTrendKernel implements Kernel {
  upper = Number.NaN;
  lower = Number.NaN;
  close = Number.NaN;
  side = 1;
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [high, low, close, width] = [inputs[0]!, inputs[1]!, inputs[2]!, inputs[3]!];
    for (let i = 0; i < count; i++) {
      const middle = (high[i]! + low[i]!) / 2;
      const upper = middle + width[i]!;
      const lower = middle - width[i]!;
      if (Number.isNaN(upper) || Number.isNaN(close[i]!)) {
        outputs[0]![i] = Number.NaN;
        outputs[1]![i] = Number.NaN;
        continue;
      }
      this.upper = upper < this.upper || this.close > this.upper || Number.isNaN(this.upper) ? upper : this.upper;
      this.lower = lower > this.lower || this.close < this.lower || Number.isNaN(this.lower) ? lower : this.lower;
      this.side = close[i]! > this.upper ? 1 : close[i]! < this.lower ? -1 : this.side;
      this.close = close[i]!;
      outputs[0]![i] = this.side === 1 ? this.lower : this.upper;
      outputs[1]![i] = this.side;
    }
  }
}

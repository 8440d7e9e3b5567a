import type { Kernel } from '../kernel.ts';

const DEGREES = 180 / Math.PI;
/** Longest cycle that is looked for, in bars. */
const LONGEST = 50;

/** Puts `value` before the older ones. */
function push(history: Float64Array, value: number): void {
  history.copyWithin(1, 0, history.length - 1);
  history[0] = value;
}

/** Ehlers's seven-bar Hilbert transformer of the values now and 2, 4 and 6 bars ago, scaled to the cycle's period. */
function quarterTurn(history: Float64Array, scale: number): number {
  return (0.0962 * (history[0]! - history[6]!) + 0.5769 * (history[2]! - history[4]!)) * scale;
}

/**
 * Measures the dominant cycle of a price by a Hilbert transform (Ehlers, Rocket Science for Traders, 2001, chapters 6 and 7), as
 * TA-Lib does: the price is smoothed over four bars, the transform begins at known row `start` with an empty past.
 */
abstract class CycleKernel implements Kernel {
  readonly start: number;
  /** Known rows that pass before the first value. */
  readonly first: number;
  seen = 0;
  /** The latest prices, newest first. */
  readonly prices = new Float64Array(LONGEST);
  readonly smooth = new Float64Array(LONGEST);
  readonly detrended = new Float64Array(7);
  readonly quadratures = new Float64Array(7);
  readonly inPhases = new Float64Array(7);
  inPhase = 0;
  quadrature = 0;
  i2 = 0;
  q2 = 0;
  real = 0;
  imaginary = 0;
  period = 0;
  smoothPeriod = 0;
  constructor(start: number, first: number) {
    this.start = start;
    this.first = first;
  }

  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const x = inputs[0]!;
    for (let i = 0; i < count; i++) {
      const price = x[i]!;
      const known = !Number.isNaN(price);
      if (known) {
        push(this.prices, price);
        if (this.seen >= this.start) this.#measure();
        this.seen++;
      }
      if (known && this.seen > this.first) this.emit(outputs, i);
      else for (const out of outputs) out[i] = Number.NaN;
    }
  }

  /** Once a bar after the period was measured, also before the first value is shown. */
  abstract update(): void;
  abstract emit(outputs: readonly Float64Array[], row: number): void;

  #measure(): void {
    const { prices } = this;
    const scale = 0.075 * this.period + 0.54;
    push(this.smooth, (4 * prices[0]! + 3 * prices[1]! + 2 * prices[2]! + prices[3]!) / 10);
    this.inPhase = this.detrended[2]!;
    push(this.detrended, quarterTurn(this.smooth, scale));
    this.quadrature = quarterTurn(this.detrended, scale);
    push(this.quadratures, this.quadrature);
    push(this.inPhases, this.inPhase);
    const i2 = 0.2 * (this.inPhase - quarterTurn(this.quadratures, scale)) + 0.8 * this.i2;
    const q2 = 0.2 * (this.quadrature + quarterTurn(this.inPhases, scale)) + 0.8 * this.q2;
    this.real = 0.2 * (i2 * this.i2 + q2 * this.q2) + 0.8 * this.real;
    this.imaginary = 0.2 * (i2 * this.q2 - q2 * this.i2) + 0.8 * this.imaginary;
    this.i2 = i2;
    this.q2 = q2;
    const before = this.period;
    let period = before;
    if (this.real !== 0 && this.imaginary !== 0) period = 360 / (Math.atan(this.imaginary / this.real) * DEGREES);
    period = Math.max(Math.min(period, 1.5 * before), 0.67 * before);
    this.period = 0.2 * Math.min(LONGEST, Math.max(6, period)) + 0.8 * before;
    this.smoothPeriod = 0.33 * this.period + 0.67 * this.smoothPeriod;
    this.update();
  }
}

/** Outputs: period of the dominant cycle in bars, in-phase and quadrature part. */
export class DominantCycleKernel extends CycleKernel {
  constructor() {
    super(12, 32);
  }
  update(): void {}
  emit(outputs: readonly Float64Array[], row: number): void {
    outputs[0]![row] = this.smoothPeriod;
    outputs[1]![row] = this.inPhase;
    outputs[2]![row] = this.quadrature;
  }
}

/** Outputs: phase of the dominant cycle in degrees, its sine and the sine 45° on, the instantaneous trend line, 1 in a trend and 0 in a cycle. */
export class CyclePhaseKernel extends CycleKernel {
  phase = 0;
  sine = 0;
  lead = 0;
  readonly trends = new Float64Array(4);
  trendline = 0;
  daysInTrend = 0;
  trending = 0;
  constructor() {
    super(37, 63);
  }

  update(): void {
    const length = Math.floor(this.smoothPeriod + 0.5);
    const [phaseBefore, sineBefore, leadBefore] = [this.phase, this.sine, this.lead];
    this.#turn(length);
    this.sine = Math.sin(this.phase / DEGREES);
    this.lead = Math.sin((this.phase + 45) / DEGREES);
    this.#follow(length);
    const turned = this.phase - phaseBefore;
    const crossed = (this.sine > this.lead && sineBefore <= leadBefore) || (this.sine < this.lead && sineBefore >= leadBefore);
    this.daysInTrend = crossed ? 1 : this.daysInTrend + 1;
    const step = 360 / this.smoothPeriod;
    const cycling = crossed || this.daysInTrend < 0.5 * this.smoothPeriod || (turned > 0.67 * step && turned < 1.5 * step);
    const far = this.trendline !== 0 && Math.abs((this.smooth[0]! - this.trendline) / this.trendline) >= 0.015;
    this.trending = far || !cycling ? 1 : 0;
  }

  /** Phase of the last whole cycle's first harmonic, made good for the smoothing's lag of a bar. */
  #turn(length: number): void {
    let [real, imaginary] = [0, 0];
    for (let k = 0; k < length; k++) {
      const angle = (2 * Math.PI * k) / length;
      real += Math.sin(angle) * this.smooth[k]!;
      imaginary += Math.cos(angle) * this.smooth[k]!;
    }
    if (imaginary !== 0) this.phase = Math.atan(real / imaginary) * DEGREES;
    else this.phase += 90 * Math.sign(real);
    this.phase += 90 + 360 / this.smoothPeriod + (imaginary < 0 ? 180 : 0);
    if (this.phase > 315) this.phase -= 360;
  }

  /** The mean price of a whole cycle, smoothed over four bars. */
  #follow(length: number): void {
    let sum = 0;
    for (let k = 0; k < length; k++) sum += this.prices[k]!;
    const { trends } = this;
    push(trends, length > 0 ? sum / length : sum);
    this.trendline = (4 * trends[0]! + 3 * trends[1]! + 2 * trends[2]! + trends[3]!) / 10;
  }

  emit(outputs: readonly Float64Array[], row: number): void {
    outputs[0]![row] = this.phase;
    outputs[1]![row] = this.sine;
    outputs[2]![row] = this.lead;
    outputs[3]![row] = this.trendline;
    outputs[4]![row] = this.trending;
  }
}

/** Ehlers's MESA adaptive average (2001): the faster the phase turns, the slower it follows. Outputs: it and the average following it. */
export class MesaKernel extends CycleKernel {
  readonly fast: number;
  readonly slow: number;
  phase = 0;
  mama = 0;
  fama = 0;
  constructor(fast: number, slow: number) {
    super(12, 32);
    this.fast = fast;
    this.slow = slow;
  }
  update(): void {
    const phase = this.inPhase !== 0 ? Math.atan(this.quadrature / this.inPhase) * DEGREES : 0;
    const turned = Math.max(1, this.phase - phase);
    this.phase = phase;
    const factor = turned > 1 ? Math.max(this.slow, this.fast / turned) : this.fast;
    this.mama = factor * this.prices[0]! + (1 - factor) * this.mama;
    this.fama = 0.5 * factor * this.mama + (1 - 0.5 * factor) * this.fama;
  }
  emit(outputs: readonly Float64Array[], row: number): void {
    outputs[0]![row] = this.mama;
    outputs[1]![row] = this.fama;
  }
}

import type { Kernel } from '../kernel.ts';

const DEGREES = 180 / Math.PI;
/** Longest cycle that is looked for, in bars. */
const LONGEST = 50;

/** The latest values lie on rings: that of k rows ago at (row − k) & MASK, or & SHORT where no more than six rows are looked back. */
const MASK = 63;
const SHORT = 7;

/** Ehlers's seven-bar Hilbert transformer of the values at `at` and 2, 4 and 6 rows before, scaled to the cycle's period. */
function quarterTurn(ring: Float64Array, mask: number, at: number, scale: number): number {
  const [now, two, four, six] = [ring[at & mask]!, ring[(at - 2) & mask]!, ring[(at - 4) & mask]!, ring[(at - 6) & mask]!];
  return (0.0962 * (now - six) + 0.5769 * (two - four)) * scale;
}

/** Sines and cosines of a whole turn in n steps, by n. */
const TURNS = Array.from({ length: LONGEST + 1 }, (_, n) => ({
  sine: Float64Array.from({ length: n }, (_value, k) => Math.sin((2 * Math.PI * k) / n)),
  cosine: Float64Array.from({ length: n }, (_value, k) => Math.cos((2 * Math.PI * k) / n)),
}));

/**
 * Measures the dominant cycle of a price by a Hilbert transform (Ehlers, Rocket Science for Traders, 2001, chapters 6 and 7), as
 * TA-Lib does: the price is smoothed over four bars, the transform begins at known row `start` with an empty past.
 */
abstract class CycleKernel implements Kernel {
  readonly start: number;
  /** Known rows that pass before the first value. */
  readonly first: number;
  seen = 0;
  readonly prices = new Float64Array(MASK + 1);
  readonly smooth = new Float64Array(MASK + 1);
  readonly detrended = new Float64Array(SHORT + 1);
  readonly quadratures = new Float64Array(SHORT + 1);
  readonly inPhases = new Float64Array(SHORT + 1);
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
        this.prices[this.seen & MASK] = price;
        if (this.seen >= this.start) this.#measure(this.seen);
        this.seen++;
      }
      if (known && this.seen > this.first) this.emit(outputs, i);
      else for (const out of outputs) out[i] = Number.NaN;
    }
  }

  /** Once a bar after the period was measured, also before the first value is shown. */
  abstract update(row: number): void;
  abstract emit(outputs: readonly Float64Array[], row: number): void;

  #measure(row: number): void {
    const { prices, smooth, detrended, quadratures, inPhases } = this;
    const scale = 0.075 * this.period + 0.54;
    const older = 3 * prices[(row - 1) & MASK]! + 2 * prices[(row - 2) & MASK]! + prices[(row - 3) & MASK]!;
    smooth[row & MASK] = (4 * prices[row & MASK]! + older) / 10;
    this.inPhase = detrended[(row - 3) & SHORT]!;
    detrended[row & SHORT] = quarterTurn(smooth, MASK, row, scale);
    this.quadrature = quarterTurn(detrended, SHORT, row, scale);
    quadratures[row & SHORT] = this.quadrature;
    inPhases[row & SHORT] = this.inPhase;
    const i2 = 0.2 * (this.inPhase - quarterTurn(quadratures, SHORT, row, scale)) + 0.8 * this.i2;
    const q2 = 0.2 * (this.quadrature + quarterTurn(inPhases, SHORT, row, scale)) + 0.8 * this.q2;
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
    this.update(row);
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
  /** Mean prices over the cycle of this row and the three before. */
  trend = 0;
  trend1 = 0;
  trend2 = 0;
  trend3 = 0;
  trendline = 0;
  daysInTrend = 0;
  trending = 0;
  constructor() {
    super(37, 63);
  }

  update(row: number): void {
    const length = Math.floor(this.smoothPeriod + 0.5);
    const [phaseBefore, sineBefore, leadBefore] = [this.phase, this.sine, this.lead];
    this.#turn(row, length);
    this.sine = Math.sin(this.phase / DEGREES);
    this.lead = Math.sin((this.phase + 45) / DEGREES);
    this.#follow(row, length);
    const turned = this.phase - phaseBefore;
    const crossed = (this.sine > this.lead && sineBefore <= leadBefore) || (this.sine < this.lead && sineBefore >= leadBefore);
    this.daysInTrend = crossed ? 1 : this.daysInTrend + 1;
    const step = 360 / this.smoothPeriod;
    const cycling = crossed || this.daysInTrend < 0.5 * this.smoothPeriod || (turned > 0.67 * step && turned < 1.5 * step);
    const far = this.trendline !== 0 && Math.abs((this.smooth[row & MASK]! - this.trendline) / this.trendline) >= 0.015;
    this.trending = far || !cycling ? 1 : 0;
  }

  /** Phase of the last whole cycle's first harmonic, made good for the smoothing's lag of a bar. */
  #turn(row: number, length: number): void {
    const { sine, cosine } = TURNS[length] ?? TURNS[0]!;
    let real = 0;
    let imaginary = 0;
    for (let k = 0; k < length; k++) {
      const value = this.smooth[(row - k) & MASK]!;
      real += sine[k]! * value;
      imaginary += cosine[k]! * value;
    }
    if (imaginary !== 0) this.phase = Math.atan(real / imaginary) * DEGREES;
    else this.phase += 90 * Math.sign(real);
    this.phase += 90 + 360 / this.smoothPeriod + (imaginary < 0 ? 180 : 0);
    if (this.phase > 315) this.phase -= 360;
  }

  /** The mean price of a whole cycle, smoothed over four bars. */
  #follow(row: number, length: number): void {
    let sum = 0;
    for (let k = 0; k < length; k++) sum += this.prices[(row - k) & MASK]!;
    this.trend3 = this.trend2;
    this.trend2 = this.trend1;
    this.trend1 = this.trend;
    this.trend = length > 0 ? sum / length : sum;
    this.trendline = (4 * this.trend + 3 * this.trend1 + 2 * this.trend2 + this.trend3) / 10;
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
  update(row: number): void {
    const phase = this.inPhase !== 0 ? Math.atan(this.quadrature / this.inPhase) * DEGREES : 0;
    const turned = Math.max(1, this.phase - phase);
    this.phase = phase;
    const factor = turned > 1 ? Math.max(this.slow, this.fast / turned) : this.fast;
    this.mama = factor * this.prices[row & MASK]! + (1 - factor) * this.mama;
    this.fama = 0.5 * factor * this.mama + (1 - 0.5 * factor) * this.fama;
  }
  emit(outputs: readonly Float64Array[], row: number): void {
    outputs[0]![row] = this.mama;
    outputs[1]![row] = this.fama;
  }
}

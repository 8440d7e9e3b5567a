/** The primary signal of meta-labelling: above or below an exponential average of the close. */
export class TrendSide {
  readonly #alpha: number;
  #average = Number.NaN;

  constructor(span: number) {
    this.#alpha = 2 / (span + 1);
  }

  step(close: number): number {
    if (Number.isNaN(this.#average)) this.#average = close;
    this.#average += this.#alpha * (close - this.#average);
    return Math.sign(close - this.#average);
  }
}

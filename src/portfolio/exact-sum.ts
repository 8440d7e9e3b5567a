/**
 * A running sum that carries its own rounding error: every product enters with its exact error term (Dekker, T. J., "A floating-point
 * technique for extending the available precision", Numer. Math. 18, 1971), so the value is the correctly rounded true sum for any run
 * of fills that a ledger sees (about 106 significant bits).
 */
export class ExactSum {
  #high = Number.NaN;
  #low = 0;

  constructor(start = 0) {
    this.#high = start;
  }

  get value(): number {
    return this.#high + this.#low;
  }

  /** The two parts, for snapshots. */
  parts(): readonly [number, number] {
    return [this.#high, this.#low];
  }

  restore(parts: readonly [number, number]): void {
    this.#high = parts[0];
    this.#low = parts[1];
  }

  add(term: number): void {
    const high = this.#high;
    const sum = high + term;
    const back = sum - high;
    const low = this.#low + (high - (sum - back) + (term - back));
    this.#high = sum + low;
    this.#low = low - (this.#high - sum);
  }

  addProduct(a: number, b: number): void {
    const product = a * b;
    const splitA = a * 134_217_729;
    const highA = splitA - (splitA - a);
    const lowA = a - highA;
    const splitB = b * 134_217_729;
    const highB = splitB - (splitB - b);
    const lowB = b - highB;
    const error = highA * highB - product + highA * lowB + lowA * highB + lowA * lowB;
    this.add(product);
    this.add(error);
  }
}

/** The reason of a bar at which a feature has no value yet. */
export const WARMING_UP = 'warming up';

/** Why each bar ended as it did: one small number a row and lane (a strategy's symbol), row by row, with the texts kept once. */
export class DecisionLog {
  readonly #lanes: number;
  #codes: Uint16Array;
  readonly #texts: string[] = [''];
  readonly #byText = new Map([['', 0]]);
  readonly #lastText: string[];
  readonly #lastCode: Uint16Array;

  constructor(lanes: number, rows: number) {
    this.#lanes = lanes;
    this.#codes = new Uint16Array(lanes * rows);
    this.#lastText = Array.from({ length: lanes }, () => '');
    this.#lastCode = new Uint16Array(lanes);
  }

  grow(rows: number): void {
    const grown = new Uint16Array(this.#lanes * rows);
    grown.set(this.#codes);
    this.#codes = grown;
  }

  write(lane: number, row: number, reason: string): void {
    if (this.#lastText[lane] !== reason) {
      this.#lastText[lane] = reason;
      this.#lastCode[lane] = this.codeOf(reason);
    }
    this.#codes[row * this.#lanes + lane] = this.#lastCode[lane]!;
  }

  writeCode(lane: number, row: number, code: number): void {
    this.#codes[row * this.#lanes + lane] = code;
  }

  /** The same reason for each lane from `lane` on whose symbol has a bar: its row in `locals` is not −1. */
  writeCodes(lane: number, row: number, locals: Int32Array, code: number): void {
    const codes = this.#codes;
    const at = row * this.#lanes + lane;
    for (let symbol = 0; symbol < locals.length; symbol++) if (locals[symbol]! >= 0) codes[at + symbol] = code;
  }

  /** Adds to what a row already says. */
  append(lane: number, row: number, reason: string): void {
    const before = this.read(lane, row);
    this.write(lane, row, before === '' ? reason : `${before}; ${reason}`);
  }

  read(lane: number, row: number): string {
    return this.#texts[this.codeAt(lane, row)]!;
  }

  /** The same for the same reason, whatever the row. */
  codeAt(lane: number, row: number): number {
    return this.#codes[row * this.#lanes + lane] ?? 0;
  }

  /** A reason as `writeCode` takes it, for what is said over and over. */
  codeOf(reason: string): number {
    const known = this.#byText.get(reason);
    if (known !== undefined) return known;
    if (this.#texts.length === 0xffff) return 0xfffe;
    const code = this.#texts.push(this.#texts.length === 0xfffe ? 'other (too many different reasons)' : reason) - 1;
    this.#byText.set(reason, code);
    return code;
  }
}

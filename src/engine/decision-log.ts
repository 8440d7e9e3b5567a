/** Why each bar ended as it did: one small number a strategy, symbol and row, with the texts kept once. */
export class DecisionLog {
  readonly #codes: Uint16Array[];
  readonly #texts: string[] = [''];
  readonly #byText = new Map<string, number>();
  readonly #lastText: string[];
  readonly #lastCode: Uint16Array;

  constructor(lanes: number, rows: number) {
    this.#codes = Array.from({ length: lanes }, () => new Uint16Array(rows));
    this.#lastText = Array.from({ length: lanes }, () => '');
    this.#lastCode = new Uint16Array(lanes);
  }

  grow(rows: number): void {
    this.#codes.forEach((codes, lane) => {
      const grown = new Uint16Array(rows);
      grown.set(codes);
      this.#codes[lane] = grown;
    });
  }

  write(lane: number, row: number, reason: string): void {
    if (this.#lastText[lane] !== reason) {
      this.#lastText[lane] = reason;
      this.#lastCode[lane] = this.codeOf(reason);
    }
    this.#codes[lane]![row] = this.#lastCode[lane]!;
  }

  writeCode(lane: number, row: number, code: number): void {
    this.#codes[lane]![row] = code;
  }

  /** Adds to what a row already says. */
  append(lane: number, row: number, reason: string): void {
    const before = this.read(lane, row);
    this.write(lane, row, before === '' ? reason : `${before}; ${reason}`);
  }

  read(lane: number, row: number): string {
    return this.#texts[this.#codes[lane]?.[row] ?? 0]!;
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

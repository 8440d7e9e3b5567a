/** One field of a struct: its number, its type and its value. Fields of a struct are given in ascending order. */
export type ThriftField =
  | readonly [id: number, type: 'i32' | 'i64', value: number]
  | readonly [id: number, type: 'text', value: string]
  | readonly [id: number, type: 'struct', value: readonly ThriftField[]]
  | readonly [id: number, type: 'i32s', value: readonly number[]]
  | readonly [id: number, type: 'texts', value: readonly string[]]
  | readonly [id: number, type: 'structs', value: readonly (readonly ThriftField[])[]];

const CODE = { i32: 5, i64: 6, text: 8, struct: 12, i32s: 9, texts: 9, structs: 9 } as const;

/** The compact protocol of Apache Thrift, as far as the footers of Parquet need it: zigzag varints, field ids as differences. */
export class ThriftWriter {
  readonly #out: number[] = [];

  struct(fields: readonly ThriftField[]): this {
    let before = 0;
    for (const field of fields) {
      this.#out.push(((field[0] - before) << 4) | CODE[field[1]]);
      before = field[0];
      this.#value(field);
    }
    this.#out.push(0);
    return this;
  }

  bytes(): Buffer {
    return Buffer.from(this.#out);
  }

  #value(field: ThriftField): void {
    switch (field[1]) {
      case 'i32':
      case 'i64':
        return this.#integer(field[2]);
      case 'text':
        return this.#text(field[2]);
      case 'struct':
        return void this.struct(field[2]);
      case 'i32s':
        this.#list(field[2].length, CODE.i32);
        return field[2].forEach((value) => this.#integer(value));
      case 'texts':
        this.#list(field[2].length, CODE.text);
        return field[2].forEach((value) => this.#text(value));
      case 'structs':
        this.#list(field[2].length, CODE.struct);
        return field[2].forEach((value) => void this.struct(value));
    }
  }

  #list(length: number, code: number): void {
    if (length < 15) this.#out.push((length << 4) | code);
    else {
      this.#out.push(0xf0 | code);
      this.#varint(length);
    }
  }

  #text(value: string): void {
    const bytes = Buffer.from(value);
    this.#varint(bytes.length);
    for (const byte of bytes) this.#out.push(byte);
  }

  /** Zigzag of a number that is never negative here: twice the number. */
  #integer(value: number): void {
    this.#varint(value * 2);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#out.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#out.push(rest);
  }
}

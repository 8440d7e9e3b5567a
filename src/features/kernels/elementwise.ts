import type { Kernel } from '../kernel.ts';
import { divide } from '../kernel.ts';

type UnaryLoop = (x: Float64Array, out: Float64Array, count: number) => void;

/** Functions of one column. Booleans are 1, 0 and missing. */
export const UNARY = {
  neg: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = -x[i]!;
  },
  abs: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.abs(x[i]!);
  },
  sign: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.sign(x[i]!);
  },
  /** sign(x)·ln(1 + |x|). */
  slog: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.sign(x[i]!) * Math.log1p(Math.abs(x[i]!));
  },
  sqrt: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.sqrt(x[i]!);
  },
  /** Missing at and below zero. */
  log: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = x[i]! > 0 ? Math.log(x[i]!) : Number.NaN;
  },
  exp: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.exp(x[i]!);
  },
  tanh: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.tanh(x[i]!);
  },
  sin: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.sin(x[i]!);
  },
  cos: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.cos(x[i]!);
  },
  /** In radians. */
  atan: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.atan(x[i]!);
  },
  floor: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.floor(x[i]!);
  },
  not: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Number.isNaN(x[i]!) ? Number.NaN : x[i] === 0 ? 1 : 0;
  },
  known: (x, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Number.isNaN(x[i]!) ? 0 : 1;
  },
} as const satisfies Record<string, UnaryLoop>;

type BinaryLoop = (a: Float64Array, b: Float64Array, out: Float64Array, count: number) => void;

/**
 * Functions of two columns. Each has a loop of its own: one shared loop that calls a function a row would box every number.
 * A comparison with a missing side is missing.
 */
export const BINARY = {
  add: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = a[i]! + b[i]!;
  },
  sub: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = a[i]! - b[i]!;
  },
  mul: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = a[i]! * b[i]!;
  },
  div: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = divide(a[i]!, b[i]!);
  },
  min: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.min(a[i]!, b[i]!);
  },
  max: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Math.max(a[i]!, b[i]!);
  },
  gt: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = a[i]! > b[i]! ? 1 : a[i]! <= b[i]! ? 0 : Number.NaN;
  },
  ge: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = a[i]! >= b[i]! ? 1 : a[i]! < b[i]! ? 0 : Number.NaN;
  },
  lt: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = a[i]! < b[i]! ? 1 : a[i]! >= b[i]! ? 0 : Number.NaN;
  },
  le: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = a[i]! <= b[i]! ? 1 : a[i]! > b[i]! ? 0 : Number.NaN;
  },
  eq: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Number.isNaN(a[i]!) || Number.isNaN(b[i]!) ? Number.NaN : a[i] === b[i] ? 1 : 0;
  },
  and: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Number.isNaN(a[i]!) || Number.isNaN(b[i]!) ? Number.NaN : a[i] !== 0 && b[i] !== 0 ? 1 : 0;
  },
  or: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Number.isNaN(a[i]!) || Number.isNaN(b[i]!) ? Number.NaN : a[i] !== 0 || b[i] !== 0 ? 1 : 0;
  },
  coalesce: (a, b, out, count): void => {
    for (let i = 0; i < count; i++) out[i] = Number.isNaN(a[i]!) ? b[i]! : a[i]!;
  },
} as const satisfies Record<string, BinaryLoop>;

export type UnaryName = keyof typeof UNARY;
export type BinaryName = keyof typeof BINARY;

export class UnaryKernel implements Kernel {
  readonly #loop: UnaryLoop;
  constructor(name: UnaryName) {
    this.#loop = UNARY[name];
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    this.#loop(inputs[0]!, outputs[0]!, count);
  }
}

export class BinaryKernel implements Kernel {
  readonly #loop: BinaryLoop;
  constructor(name: BinaryName) {
    this.#loop = BINARY[name];
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    this.#loop(inputs[0]!, inputs[1]!, outputs[0]!, count);
  }
}

/** where(condition, then, otherwise): needs only the branch that is taken. */
export class WhereKernel implements Kernel {
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [condition, then, otherwise, out] = [inputs[0]!, inputs[1]!, inputs[2]!, outputs[0]!];
    for (let i = 0; i < count; i++) {
      const test = condition[i]!;
      out[i] = Number.isNaN(test) ? Number.NaN : test !== 0 ? then[i]! : otherwise[i]!;
    }
  }
}

export class ClipKernel implements Kernel {
  readonly low: number;
  readonly high: number;
  constructor(low: number, high: number) {
    this.low = low;
    this.high = high;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [x, out] = [inputs[0]!, outputs[0]!];
    for (let i = 0; i < count; i++) out[i] = Math.min(this.high, Math.max(this.low, x[i]!));
  }
}

/** x to an integer power, by repeated multiplication: x*x is exact where Math.pow need not be. */
export class PowerKernel implements Kernel {
  readonly exponent: number;
  constructor(exponent: number) {
    this.exponent = exponent;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [x, out, times] = [inputs[0]!, outputs[0]!, Math.abs(this.exponent)];
    if (this.exponent === 2) {
      for (let i = 0; i < count; i++) out[i] = x[i]! * x[i]!;
      return;
    }
    for (let i = 0; i < count; i++) {
      const value = x[i]!;
      let product = Number.isNaN(value) ? value : 1;
      for (let k = 0; k < times; k++) product *= value;
      out[i] = this.exponent < 0 ? divide(1, product) : product;
    }
  }
}

export class ConstantKernel implements Kernel {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  run(_inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    outputs[0]!.fill(this.value, 0, count);
  }
}

import type { Kernel } from '../kernel.ts';
import { divide } from '../kernel.ts';

/** One-row functions of one column. Booleans are 1, 0 and missing. */
export const UNARY = {
  neg: (x: number): number => -x,
  abs: (x: number): number => Math.abs(x),
  sign: (x: number): number => Math.sign(x),
  /** sign(x)·ln(1 + |x|). */
  slog: (x: number): number => Math.sign(x) * Math.log1p(Math.abs(x)),
  sqrt: (x: number): number => Math.sqrt(x),
  /** Missing at and below zero. */
  log: (x: number): number => (x > 0 ? Math.log(x) : Number.NaN),
  exp: (x: number): number => Math.exp(x),
  tanh: (x: number): number => Math.tanh(x),
  sin: (x: number): number => Math.sin(x),
  cos: (x: number): number => Math.cos(x),
  floor: (x: number): number => Math.floor(x),
  not: (x: number): number => (Number.isNaN(x) ? x : x === 0 ? 1 : 0),
  known: (x: number): number => (Number.isNaN(x) ? 0 : 1),
} as const;

/** One-row functions of two columns. A comparison with a missing side is missing. */
export const BINARY = {
  add: (a: number, b: number): number => a + b,
  sub: (a: number, b: number): number => a - b,
  mul: (a: number, b: number): number => a * b,
  div: divide,
  min: (a: number, b: number): number => Math.min(a, b),
  max: (a: number, b: number): number => Math.max(a, b),
  gt: (a: number, b: number): number => (a > b ? 1 : a <= b ? 0 : Number.NaN),
  ge: (a: number, b: number): number => (a >= b ? 1 : a < b ? 0 : Number.NaN),
  lt: (a: number, b: number): number => (a < b ? 1 : a >= b ? 0 : Number.NaN),
  le: (a: number, b: number): number => (a <= b ? 1 : a > b ? 0 : Number.NaN),
  eq: (a: number, b: number): number => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : a === b ? 1 : 0),
  and: (a: number, b: number): number => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : a !== 0 && b !== 0 ? 1 : 0),
  or: (a: number, b: number): number => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : a !== 0 || b !== 0 ? 1 : 0),
  coalesce: (a: number, b: number): number => (Number.isNaN(a) ? b : a),
} as const;

export type UnaryName = keyof typeof UNARY;
export type BinaryName = keyof typeof BINARY;

export class UnaryKernel implements Kernel {
  readonly #apply: (x: number) => number;
  constructor(name: UnaryName) {
    this.#apply = UNARY[name];
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [x, out, apply] = [inputs[0]!, outputs[0]!, this.#apply];
    for (let i = 0; i < count; i++) out[i] = apply(x[i]!);
  }
}

export class BinaryKernel implements Kernel {
  readonly name: BinaryName;
  constructor(name: BinaryName) {
    this.name = name;
  }
  /** The four arithmetic operations have loops of their own: they are most of any graph and a call a row would box the numbers. */
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const a = inputs[0]!;
    const b = inputs[1]!;
    const out = outputs[0]!;
    switch (this.name) {
      case 'add':
        for (let i = 0; i < count; i++) out[i] = a[i]! + b[i]!;
        return;
      case 'sub':
        for (let i = 0; i < count; i++) out[i] = a[i]! - b[i]!;
        return;
      case 'mul':
        for (let i = 0; i < count; i++) out[i] = a[i]! * b[i]!;
        return;
      case 'div':
        for (let i = 0; i < count; i++) out[i] = divide(a[i]!, b[i]!);
        return;
      default: {
        const apply = BINARY[this.name];
        for (let i = 0; i < count; i++) out[i] = apply(a[i]!, b[i]!);
      }
    }
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

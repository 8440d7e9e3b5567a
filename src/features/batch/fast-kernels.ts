import type { Kernel } from '../kernel.ts';
import { fracdiffWeights, fracdiffWidth } from '../kernels/windowed.ts';
import type { FastLoops, Workspace } from './workspace.ts';

/** Rows of a block: few enough that the columns of a graph stay in the near caches. */
export const BLOCK_ROWS = 1024;

/** A twin in WebAssembly of a plain kernel: all its columns lie in the workspace. For whole series only: its state is not saved. */
interface FastKernel {
  /** Rows of state, for the workspace. */
  rows(parameters: readonly number[]): number;
  create(loops: FastLoops, carve: Workspace['carve'], parameters: readonly number[]): Kernel;
}

function unary(name: 'neg' | 'abs' | 'sqrt'): FastKernel {
  return {
    rows: () => 0,
    create: (loops) => ({ run: ([x], [out], count) => loops[name](x!.byteOffset, out!.byteOffset, count) }),
  };
}

/** `swapped`: a < b is b > a. */
function binary(name: 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'gt' | 'ge', swapped = false): FastKernel {
  return {
    rows: () => 0,
    create: (loops) => ({
      run: (inputs, outputs, count) => {
        const [a, b] = swapped ? [inputs[1]!, inputs[0]!] : [inputs[0]!, inputs[1]!];
        loops[name](a.byteOffset, b.byteOffset, outputs[0]!.byteOffset, count);
      },
    }),
  };
}

const where: FastKernel = {
  rows: () => 0,
  create: (loops) => ({
    run: ([condition, then, otherwise], [out], count) =>
      loops.where(condition!.byteOffset, then!.byteOffset, otherwise!.byteOffset, out!.byteOffset, count),
  }),
};

/** Suffixes start as missing, but for the empty one. */
function startSuffix(state: Float64Array, from: number, n: number): void {
  state.fill(Number.NaN, from, from + n);
  state[from + n] = 0;
}

function sum(divisorOf: (n: number) => number): FastKernel {
  return {
    rows: ([n]) => 2 * n! + 3,
    create: (loops, carve, [n]) => {
      const state = carve(2 * n! + 3).fill(0);
      startSuffix(state, 2 + n!, n!);
      const [address, divisor] = [state.byteOffset, divisorOf(n!)];
      return { run: (inputs, outputs, count) => loops.sum(address, n!, divisor, inputs[0]!.byteOffset, outputs[0]!.byteOffset, count) };
    },
  };
}

const weightedSum: FastKernel = {
  rows: ([n]) => 3 * n! + 5,
  create: (loops, carve, [n]) => {
    const state = carve(3 * n! + 5).fill(0);
    startSuffix(state, 3 + n!, n!);
    startSuffix(state, 4 + 2 * n!, n!);
    const address = state.byteOffset;
    return {
      run: (inputs, [weighted, plain], count) =>
        loops.weightedSum(address, n!, inputs[0]!.byteOffset, weighted!.byteOffset, plain!.byteOffset, count),
    };
  },
};

const moments: FastKernel = {
  rows: ([n]) => 3 * n! + 5,
  create: (loops, carve, [n, ddof]) => {
    const state = carve(3 * n! + 5).fill(0);
    startSuffix(state, 3 + n!, n!);
    startSuffix(state, 4 + 2 * n!, n!);
    const address = state.byteOffset;
    return {
      run: (inputs, [means, variances], count) =>
        loops.moments(address, n!, n! - ddof!, inputs[0]!.byteOffset, means!.byteOffset, variances!.byteOffset, count),
    };
  },
};

const pair: FastKernel = {
  rows: ([n]) => 7 * n! + 11,
  create: (loops, carve, [n]) => {
    const state = carve(7 * n! + 11).fill(0);
    state.fill(Number.NaN, 6 + 2 * n!, 6 + 7 * n!);
    const address = state.byteOffset;
    return {
      run: ([y, x], [covariance, correlation, slope], count) =>
        loops.pair(address, n!, y!.byteOffset, x!.byteOffset, covariance!.byteOffset, correlation!.byteOffset, slope!.byteOffset, count),
    };
  },
};

/** The last n − 1 rows, all missing at first, and a block; a few more that loops over several rows may touch. */
const windowRows = (n: number): number => n - 1 + BLOCK_ROWS + 4;

function extreme(name: 'highest' | 'lowest'): FastKernel {
  return {
    rows: ([n]) => 2 * windowRows(n!),
    create: (loops, carve, [n]) => {
      const window = carve(windowRows(n!)).fill(Number.NaN).byteOffset;
      const scratch = carve(windowRows(n!)).byteOffset;
      return {
        run: (inputs, outputs, count) => loops[name](window, scratch, n!, inputs[0]!.byteOffset, outputs[0]!.byteOffset, count),
      };
    },
  };
}

const meanDeviation: FastKernel = {
  rows: ([n]) => windowRows(n!),
  create: (loops, carve, [n]) => {
    const window = carve(windowRows(n!)).fill(Number.NaN).byteOffset;
    return { run: (inputs, outputs, count) => loops.meanDeviation(window, n!, inputs[0]!.byteOffset, outputs[0]!.byteOffset, count) };
  },
};

const fracdiff: FastKernel = {
  rows: (parameters) => windowRows(widthOf(parameters)) + widthOf(parameters),
  create: (loops, carve, parameters) => {
    const n = widthOf(parameters);
    const weights = carve(n);
    weights.set(fracdiffWeights(parameters[0]!, n).reverse());
    const window = carve(windowRows(n)).fill(Number.NaN).byteOffset;
    return {
      run: (inputs, outputs, count) => loops.weigh(window, weights.byteOffset, n, inputs[0]!.byteOffset, outputs[0]!.byteOffset, count),
    };
  },
};
const widthOf = ([d, threshold, limit]: readonly number[]): number => fracdiffWidth(d!, threshold!, limit!);

const FAST: ReadonlyMap<string, FastKernel> = new Map(
  Object.entries({
    add: binary('add'),
    sub: binary('sub'),
    mul: binary('mul'),
    div: binary('div'),
    min: binary('min'),
    max: binary('max'),
    gt: binary('gt'),
    ge: binary('ge'),
    lt: binary('gt', true),
    le: binary('ge', true),
    where,
    neg: unary('neg'),
    abs: unary('abs'),
    sqrt: unary('sqrt'),
    sum: sum(() => 1),
    mean: sum((n) => n),
    weightedsum: weightedSum,
    moments,
    pair,
    tsmax: extreme('highest'),
    tsmin: extreme('lowest'),
    meandeviation: meanDeviation,
    fracdiff,
  }),
);

/** Longer windows than this go the plain way: their state would crowd the caches out. */
const LONGEST_STATE = 4 * BLOCK_ROWS;

/** The fast twin of an operator with these parameters, if there is one. */
export function fastKernel(operator: string, parameters: readonly number[]): FastKernel | undefined {
  const fast = FAST.get(operator);
  return fast !== undefined && fast.rows(parameters) <= LONGEST_STATE ? fast : undefined;
}

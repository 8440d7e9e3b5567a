import type { Kernel } from './kernel.ts';
import { PairKernel, StandardMomentKernel } from './kernels/comoments.ts';
import { DirectionalMovementKernel, SarKernel, SuperTrendKernel } from './kernels/directional.ts';
import {
  BINARY,
  BinaryKernel,
  ClipKernel,
  ConstantKernel,
  PowerKernel,
  UNARY,
  UnaryKernel,
  WhereKernel,
  type BinaryName,
  type UnaryName,
} from './kernels/elementwise.ts';
import { medianDeviation, OrderedKernel, quantileOf, rankOfNewest } from './kernels/ordered.ts';
import { CyclePhaseKernel, DominantCycleKernel, MesaKernel } from './kernels/hilbert.ts';
import { MonthTurnKernel } from './kernels/month-turn.ts';
import {
  BarsSinceKernel,
  CumulativeKernel,
  FisherKernel,
  HeikinAshiOpenKernel,
  KamaKernel,
  LatchKernel,
  FirstValueEmaKernel,
  SmoothKernel,
  WilderSumKernel,
} from './kernels/recursive.ts';
import { ArgExtremeKernel, DelayKernel, ExtremeKernel, SumKernel, VarianceKernel, WeightedSumKernel } from './kernels/window.ts';
import {
  bellWeights,
  fracdiffWeights,
  fracdiffWidth,
  meanDeviation,
  weighted,
  WindowedKernel,
  type WindowFunction,
} from './kernels/windowed.ts';

/** Exponents of price and volume: a close is {1, 0}, a return {0, 0}. Null when unlike things were mixed. */
export type Unit = { readonly price: number; readonly volume: number } | null;

export const DIMENSIONLESS: Unit = { price: 0, volume: 0 };

/** How far back a row's value depends on its past: the last rows only, fading, or everything since the start. */
export type Memory = 'finite' | 'fading' | 'cumulative';

export interface Operator {
  readonly outputs: number;
  readonly commutative: boolean;
  readonly memory: Memory;
  /** Missing rows at the start, for inputs that have none. */
  lookback(parameters: readonly number[]): number;
  create(parameters: readonly number[]): Kernel;
  unit(inputs: readonly Unit[], parameters: readonly number[]): Unit;
}

type Lookback = (n: number, extra: number) => number;
type UnitRule = Operator['unit'];

const same: UnitRule = (inputs) =>
  inputs.reduce((all, unit) => (all && unit && all.price === unit.price && all.volume === unit.volume ? all : null), inputs[0]!);
/** A sign, a rank or a count has no unit, unless it is of a thing that depends on the scale. */
const plain: UnitRule = (inputs) => (inputs.includes(null) ? null : DIMENSIONLESS);
/** Comparisons of like with like, and functions such as log of a plain number; anything else depends on the scale. */
const likeToPlain: UnitRule = (inputs) => (same(inputs, []) ? DIMENSIONLESS : null);
const plainOnly: UnitRule = (inputs) => (inputs.every((unit) => unit?.price === 0 && unit.volume === 0) ? DIMENSIONLESS : null);
const combine =
  (sign: number): UnitRule =>
  ([a, b]) =>
    a && b ? { price: a.price + sign * b.price, volume: a.volume + sign * b.volume } : null;
const scaled =
  (factor: (exponent: number) => number): UnitRule =>
  ([a], [exponent]) =>
    a ? { price: a.price * factor(exponent!), volume: a.volume * factor(exponent!) } : null;

const none: Lookback = () => 0;
const window: Lookback = (n) => n - 1;

function operator(
  create: (...parameters: number[]) => Kernel,
  options: { outputs?: number; lookback?: Lookback; memory?: Memory; unit?: UnitRule; commutative?: boolean } = {},
): Operator {
  const lookback = options.lookback ?? none;
  return {
    outputs: options.outputs ?? 1,
    commutative: options.commutative ?? false,
    memory: options.memory ?? 'finite',
    lookback: (parameters) => lookback(parameters[0] ?? 0, parameters[1] ?? 0),
    create: (parameters) => create(...parameters),
    unit: options.unit ?? same,
  };
}

const windowed = (apply: WindowFunction, unit: UnitRule = same): Operator =>
  operator((n) => new WindowedKernel(n!, apply), { lookback: window, unit });

const UNARY_UNITS: Partial<Record<UnaryName, UnitRule>> = {
  neg: same,
  abs: same,
  sign: plain,
  known: plain,
  sqrt: scaled(() => 0.5),
};
const BINARY_UNITS: Partial<Record<BinaryName, UnitRule>> = {
  add: same,
  sub: same,
  min: same,
  max: same,
  coalesce: same,
  mul: combine(1),
  div: combine(-1),
  and: plain,
  or: plain,
};
const COMMUTATIVE = new Set<BinaryName>(['add', 'mul', 'min', 'max', 'eq', 'and', 'or']);

function build(): Map<string, Operator> {
  const table = new Map<string, Operator>();
  for (const name of Object.keys(UNARY) as UnaryName[])
    table.set(
      name,
      operator(() => new UnaryKernel(name), { unit: UNARY_UNITS[name] ?? plainOnly }),
    );
  for (const name of Object.keys(BINARY) as BinaryName[])
    table.set(
      name,
      operator(() => new BinaryKernel(name), { unit: BINARY_UNITS[name] ?? likeToPlain, commutative: COMMUTATIVE.has(name) }),
    );
  const more: Record<string, Operator> = {
    constant: operator((value) => new ConstantKernel(value!), { unit: plain }),
    where: operator(() => new WhereKernel(), { unit: (inputs) => (inputs[0] ? same(inputs.slice(1), []) : null) }),
    clip: operator((low, high) => new ClipKernel(low!, high!), { unit: plainOnly }),
    power: operator((exponent) => new PowerKernel(exponent!), { unit: scaled((exponent) => exponent) }),
    delay: operator((n) => new DelayKernel(n!), { lookback: (n) => n }),
    sum: operator((n) => new SumKernel(n!, false), { lookback: window }),
    mean: operator((n) => new SumKernel(n!, true), { lookback: window }),
    tsmin: operator((n) => new ExtremeKernel(n!, 'min'), { lookback: window }),
    tsmax: operator((n) => new ExtremeKernel(n!, 'max'), { lookback: window }),
    argmin: operator((n) => new ArgExtremeKernel(n!, 'min'), { lookback: window, unit: plain }),
    argmax: operator((n) => new ArgExtremeKernel(n!, 'max'), { lookback: window, unit: plain }),
    weightedsum: operator((n) => new WeightedSumKernel(n!), { lookback: window, outputs: 2 }),
    moments: operator((n, ddof) => new VarianceKernel(n!, ddof!), { lookback: window, outputs: 2 }),
    pair: operator((n) => new PairKernel(n!), { lookback: window, outputs: 3, unit: plainOnly }),
    meandeviation: windowed(meanDeviation),
    skew: operator((n) => new StandardMomentKernel(n!, 3), { lookback: window, unit: plain }),
    kurt: operator((n) => new StandardMomentKernel(n!, 4), { lookback: window, unit: plain }),
    mad: operator((n) => new OrderedKernel(n!, medianDeviation), { lookback: window }),
    tsrank: operator((n) => new OrderedKernel(n!, rankOfNewest), { lookback: window, unit: plain }),
    quantile: operator((n, q) => new OrderedKernel(n!, quantileOf(q!)), { lookback: window }),
    fracdiff: operator((d, threshold, limit) => fracdiffKernel(d!, threshold!, limit!), {}),
    ema: operator((n, skip) => new SmoothKernel(n!, 'ema', skip!), { lookback: (n, skip) => n - 1 + skip, memory: 'fading' }),
    emafromfirst: operator((n, after) => new FirstValueEmaKernel(n!, after!), { lookback: (_, after) => after!, memory: 'fading' }),
    wilder: operator((n) => new SmoothKernel(n!, 'wilder', 0), { lookback: window, memory: 'fading' }),
    wildersum: operator((n, after) => new WilderSumKernel(n!, after!), {
      lookback: (n, after) => Math.max(0, n - 2 + after),
      memory: 'fading',
    }),
    kama: operator((n) => new KamaKernel(n!), { lookback: (n) => n, memory: 'fading' }),
    alma: operator((n, offset, sigma) => new WindowedKernel(n!, weighted(bellWeights(n!, offset!, sigma!))), { lookback: window }),
    heikinashiopen: operator(() => new HeikinAshiOpenKernel(), { memory: 'fading' }),
    fisher: operator(() => new FisherKernel(), { memory: 'fading', unit: plainOnly }),
    dominantcycle: operator(() => new DominantCycleKernel(), { lookback: () => 32, outputs: 3, memory: 'fading' }),
    cyclephase: operator(() => new CyclePhaseKernel(), { lookback: () => 63, outputs: 5, memory: 'fading' }),
    mesa: operator((fast, slow) => new MesaKernel(fast!, slow!), { lookback: () => 32, outputs: 2, memory: 'fading' }),
    cumulative: operator(() => new CumulativeKernel(), { memory: 'cumulative', unit: ([x]) => x! }),
    latch: operator(() => new LatchKernel(), { memory: 'cumulative', unit: plain }),
    barssince: operator((cap) => new BarsSinceKernel(cap!), { unit: plain }),
    sar: operator((step, maximum) => new SarKernel(step!, maximum!), { lookback: () => 1, memory: 'cumulative' }),
    directional: operator(() => new DirectionalMovementKernel(), { lookback: () => 1, outputs: 2 }),
    monthturn: operator((calendar, reach) => new MonthTurnKernel(calendar!, reach!), { unit: plain }),
    supertrend: operator(() => new SuperTrendKernel(), { outputs: 2, memory: 'cumulative' }),
  };
  for (const [name, entry] of Object.entries(more)) table.set(name, entry);
  const fracdiff = table.get('fracdiff')!;
  table.set('fracdiff', { ...fracdiff, lookback: ([d, threshold, limit]) => fracdiffWidth(d!, threshold!, limit!) - 1 });
  return table;
}

function fracdiffKernel(d: number, threshold: number, limit: number): Kernel {
  const width = fracdiffWidth(d, threshold, limit);
  return new WindowedKernel(width, weighted(fracdiffWeights(d, width)));
}

export const OPERATORS: ReadonlyMap<string, Operator> = build();

/** Part of every node's identity: raise it when an operator's numbers change. */
export const OPERATOR_LIBRARY_VERSION = 3;

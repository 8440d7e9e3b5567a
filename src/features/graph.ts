import { invariant, sha256, UserError } from '#core';
import type { BarSeries } from '#domain';
import { runBatch, type ExternalColumns } from './batch/run.ts';
import type { Expression } from './expression.ts';
import { missing, type Kernel } from './kernel.ts';
import { OPERATORS } from './operators.ts';
import { BAR_SLOTS, planOf, type Plan } from './plan.ts';
import { captureState, restoreState } from './snapshot.ts';

/** Named expressions compiled together; each distinct computation is done once. Immutable: runs are made from it. */
export interface FeatureGraph<Name extends string = string> {
  readonly names: readonly Name[];
  /** Identity of names and computations. */
  readonly id: string;
  /** Names of the external series it needs, sorted; their order in `FeatureStream.step`. */
  readonly externals: readonly string[];
  /** Rows until every value is present, given complete bars. */
  readonly warmupBars: number;
  readonly nodeCount: number;
  /** Columns of `bars.length` rows. Runs from a fresh state. */
  batch(bars: BarSeries, externals?: ExternalColumns): Record<Name, Float64Array>;
  /** A fresh live run. */
  stream(): FeatureStream;
}

/**
 * One live run of a graph. Its state is everything it has seen: rebuild it by replaying the bars, or keep a `snapshot`.
 * A step costs some tens of nanoseconds a node and allocates nothing.
 */
export interface FeatureStream {
  /** Takes one complete bar (and the externals known at its close, in `graph.externals` order) and writes the values in `graph.names` order. */
  step(
    time: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    out: Float64Array,
    externals?: ArrayLike<number>,
  ): void;
  /** The same for a row of a series. */
  stepRow(bars: BarSeries, row: number, out: Float64Array, externals?: ArrayLike<number>): void;
  /** The state as text, exact to the bit; only the same graph can restore it. */
  snapshot(): string;
  restore(snapshot: string): void;
}

/** Compiles named expressions into one graph. */
export function compile<Name extends string>(named: Readonly<Record<Name, Expression>>): FeatureGraph<Name> {
  const names = Object.keys(named) as Name[];
  if (names.length === 0) throw new UserError('a feature graph needs at least one named expression', 'Pass { name: expression }.');
  const expressions = names.map((name) => named[name]);
  const plan = planOf(expressions);
  const id = sha256(names.map((name) => `${name}=${named[name].id}`).join(';')).slice(0, 32);
  return {
    names,
    id,
    externals: plan.externals,
    warmupBars: Math.max(...expressions.map((expression) => expression.lookback)),
    nodeCount: plan.nodes.length,
    batch: (bars, externals = {}) => runBatch(plan, names, bars, externals),
    stream: () => new GraphStream(plan, id),
  };
}

function kernelsOf(plan: Plan): Kernel[] {
  return plan.nodes.map(({ expression }) => OPERATORS.get(expression.operator)!.create(expression.parameters));
}

class GraphStream implements FeatureStream {
  readonly #plan: Plan;
  readonly #graphId: string;
  readonly #kernels: Kernel[];
  readonly #slots: Float64Array[];
  readonly #inputs: Float64Array[][];
  readonly #outputs: Float64Array[][];

  constructor(plan: Plan, graphId: string) {
    this.#plan = plan;
    this.#graphId = graphId;
    this.#kernels = kernelsOf(plan);
    this.#slots = Array.from({ length: plan.slots }, () => missing(1));
    this.#inputs = plan.nodes.map((planned) => planned.inputSlots.map((slot) => this.#slots[slot]!));
    this.#outputs = plan.nodes.map((planned) => planned.outputSlots.map((slot) => this.#slots[slot]!));
  }

  step(
    time: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    out: Float64Array,
    externals?: ArrayLike<number>,
  ): void {
    const slots = this.#slots;
    slots[0]![0] = open;
    slots[1]![0] = high;
    slots[2]![0] = low;
    slots[3]![0] = close;
    slots[4]![0] = volume;
    slots[5]![0] = time;
    const wanted = this.#plan.externals.length;
    if ((externals?.length ?? 0) < wanted)
      invariant(false, `the features need ${wanted} external values: ${this.#plan.externals.join(', ')}`);
    for (let e = 0; e < wanted; e++) slots[BAR_SLOTS.length + e]![0] = externals![e]!;
    for (let k = 0; k < this.#kernels.length; k++) this.#kernels[k]!.run(this.#inputs[k]!, this.#outputs[k]!, 1);
    const { results } = this.#plan;
    for (let r = 0; r < results.length; r++) out[r] = slots[results[r]!]![0]!;
  }

  stepRow(bars: BarSeries, row: number, out: Float64Array, externals?: ArrayLike<number>): void {
    this.step(bars.time[row]!, bars.open[row]!, bars.high[row]!, bars.low[row]!, bars.close[row]!, bars.volume[row]!, out, externals);
  }

  snapshot(): string {
    return captureState(this.#graphId, this.#kernels);
  }

  restore(snapshot: string): void {
    restoreState(this.#graphId, this.#kernels, snapshot);
  }
}

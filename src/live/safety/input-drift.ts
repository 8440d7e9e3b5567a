import { DAY_MS } from '#core';
import type { SymbolColumns } from '#execution';
import { compile, type Expression, type FeatureStream } from '#features';
import { driftReference, populationStability, type DriftReference } from '#ml';

/** Bars that a drift is measured on, and between two measurements. */
const WINDOW_BARS = 100;
const EVERY_BARS = 10;
/** Bars of training to compare with: no judgement on fewer, no memory for more. */
const LEAST_BARS = 500;
const MOST_BARS = 20_000;
const BINS = 10;

/**
 * How far the features of one symbol have moved from where they were in training. Features are slow, so that any hundred bars look
 * unlike the whole: what counts is by how much they look stranger than the hundreds of training did. Measured as the median stability
 * index of all features, over the 95th percentile of that median in training, less one: 0 as ever, 0.5 half as strange again.
 */
export class InputDrift {
  readonly #stream: FeatureStream;
  readonly #values: Float64Array;
  readonly #columns: Float64Array[];
  readonly #window: Float64Array[];
  readonly #trainedUntil: number;
  #rows = 0;
  #since = 0;
  #references: readonly DriftReference[] = [];
  #usual = Number.NaN;
  /** NaN until it can be said. */
  drift = Number.NaN;

  /** `trainedUntil`: end of training; bars that end by then are what is compared with. */
  constructor(features: Readonly<Record<string, Expression>>, trainedUntil: number) {
    const graph = compile(features);
    this.#stream = graph.stream();
    this.#values = new Float64Array(graph.names.length);
    this.#columns = graph.names.map(() => new Float64Array(MOST_BARS));
    this.#window = graph.names.map(() => new Float64Array(WINDOW_BARS));
    this.#trainedUntil = trainedUntil;
  }

  step({ time, open, high, low, close, volume, timeframe }: SymbolColumns, row: number): void {
    this.#stream.step(time[row]!, open[row]!, high[row]!, low[row]!, close[row]!, volume[row]!, this.#values);
    if (time[row]! + (timeframe?.ms ?? DAY_MS) <= this.#trainedUntil) {
      this.#keep(this.#columns, this.#rows++ % MOST_BARS);
      return;
    }
    if (this.#since === 0) this.#learn();
    this.#keep(this.#window, this.#since++ % WINDOW_BARS);
    if (this.#since >= WINDOW_BARS && this.#since % EVERY_BARS === 0 && this.#usual > 0)
      this.drift = Math.max(0, this.#strangeness((at) => this.#window[at]!) / this.#usual - 1);
  }

  #keep(columns: readonly Float64Array[], place: number): void {
    for (let at = 0; at < columns.length; at++) columns[at]![place] = this.#values[at]!;
  }

  #learn(): void {
    const rows = Math.min(this.#rows, MOST_BARS);
    if (rows < LEAST_BARS) return;
    this.#references = this.#columns.map((column) => referenceOf(column.subarray(0, rows)));
    const windows: number[] = [];
    for (let from = 0; from + WINDOW_BARS <= rows; from += WINDOW_BARS)
      windows.push(this.#strangeness((at) => this.#columns[at]!.subarray(from, from + WINDOW_BARS)));
    const known = windows.filter((one) => one === one).sort((one, other) => one - other);
    this.#usual = known[Math.min(known.length - 1, Math.floor(0.95 * known.length))] ?? Number.NaN;
  }

  /** The median index of the features; NaN when none can be measured. */
  #strangeness(valuesOf: (feature: number) => Float64Array): number {
    const found = this.#references.map((reference, at) => populationStability(reference, valuesOf(at))).filter((one) => one === one);
    return found.sort((one, other) => one - other)[Math.floor(found.length / 2)] ?? Number.NaN;
  }
}

/** A feature that is nearly always missing has no bins to speak of: everything is as it was. */
function referenceOf(values: Float64Array): DriftReference {
  const known = values.filter(Number.isFinite);
  return known.length < BINS ? { edges: [], shares: [1] } : driftReference(known, BINS);
}
